"""One symbol: its price, the top of its book, its trades and its klines."""

from math import ceil, exp, floor, log, log1p, sqrt
from random import Random

from msgspec import Struct

from rtp_tui.simulator.listings import Listing
from rtp_tui.simulator.minutes import DAY_MS, MINUTE_MS, DayFigures, Minute, PastMinutes, flat
from rtp_tui.simulator.walk import YEAR_MS, Factors, shares_of

_SIZE_SIGMA = 1.1
MEAN_TO_MEDIAN = exp(_SIZE_SIGMA**2 / 2)
"""Of log-normal trade sizes."""
_SIDE_PERSISTENCE = 0.62
"""How likely a trade has the side of the one before: orders are filled in parts."""


class Trade(Struct, frozen=True, gc=False):
    """Something was traded; ids of a symbol are contiguous."""

    symbol: str
    id: int
    price: float
    size: float
    event_ms: int
    buyer_is_maker: bool


class BookTop(Struct, frozen=True, gc=False):
    """The best bid and ask, and how much of each."""

    symbol: str
    update_id: int
    bid: float
    bid_size: float
    ask: float
    ask_size: float


class Book:
    """What a symbol is at; it moves when it trades."""

    def __init__(
        self, listing: Listing, random: Random, past: PastMinutes, at_ms: int, first_id: int
    ) -> None:
        self.listing = listing
        self.past = past
        self.forming: Minute = flat(at_ms - at_ms % MINUTE_MS, listing.price)
        self.next_id = first_id
        self.last_size = 0.0
        self.last_trade = self._newest_of(past, at_ms)
        """The newest one; before the first, the end of what is known of the past."""
        self._random = random
        self._log_price = log(listing.price)
        self._volatility = session_volatility(listing)
        self._shares = shares_of(listing.asset_class)
        self._common, self._of_class, self._moved_ms = 0.0, 0.0, float(at_ms)
        self._scale = 10**listing.decimals
        self._size_decimals = listing.size_decimals
        self._update_id = first_id * 7
        self._buyer_is_maker = False
        self._day_from_ms = -1
        self._day = DayFigures(*(listing.price,) * 4, 0.0, 0.0, 0)
        self.top = self._quoted()

    @property
    def last_price(self) -> float:
        """Of the newest trade, or of the past."""
        return self.forming.close

    def trade(self, at_ms: float, factors: Factors) -> Trade:
        """Move to this moment and trade against the book as it is then."""
        self._move(at_ms, factors)
        self.top = self._quoted()
        if self._random.random() > _SIDE_PERSISTENCE:
            self._buyer_is_maker = not self._buyer_is_maker
        price = self.top.bid if self._buyer_is_maker else self.top.ask
        size = self._size(price)
        self.forming.add(price, size, buyer_is_maker=self._buyer_is_maker)
        self.last_size = size
        trade = Trade(self.listing.symbol, self.next_id, price, size, int(at_ms), self._buyer_is_maker)
        self.last_trade = trade
        self.next_id += 1
        return trade

    def jump(self, change_pct: float) -> None:
        """Be worth so much more, or less, from the next trade on: for patterns that are written beforehand."""
        self._log_price += log1p(change_pct / 100)

    def roll(self, open_ms: int) -> None:
        """Begin the minute at `open_ms` unless it has begun; where the clock was set back, once more."""
        if open_ms < self.forming.open_ms:
            self.past.forget_since(open_ms)
            self.forming = flat(open_ms, self.forming.close)
            self._day_from_ms = -1
        elif open_ms > self.forming.open_ms:
            if self.forming.trades or open_ms == self.forming.open_ms + MINUTE_MS:
                self.past.append(self.forming)
            self.forming = flat(open_ms, self.forming.close)
            # Who asked before this minute had begun here may have been told its figures already.
            self._day_from_ms = -1

    def day(self, now_ms: int) -> DayFigures:
        """The rolling 24 hours up to now, to the minute."""
        from_ms = now_ms - now_ms % MINUTE_MS - DAY_MS + MINUTE_MS
        if from_ms != self._day_from_ms:
            self._day_from_ms = from_ms
            self._day = self.past.figures_since(from_ms, self.forming.open)
        return self._day.with_minute(self.forming)

    def minutes(self, start_ms: int, end_ms: int) -> list[Minute]:
        """Klines of `[start_ms, end_ms)`, the forming one last; a closed market's empty one is left out."""
        minutes = self.past.between(start_ms, end_ms)
        if start_ms <= self.forming.open_ms < end_ms and (self.forming.trades or not len(self.past)):
            minutes.append(self.forming)
        return minutes

    def _newest_of(self, past: PastMinutes, at_ms: int) -> Trade:
        traded_ms = past.end_ms - 1 if len(past) else at_ms - DAY_MS
        size = 10.0**-self.listing.size_decimals
        return Trade(self.listing.symbol, self.next_id - 1, self.listing.price, size, traded_ms, False)

    def _move(self, at_ms: float, factors: Factors) -> None:
        common, of_class = factors.common, factors.of_class.get(self.listing.asset_class, 0.0)
        elapsed_ms = max(0.0, at_ms - self._moved_ms)
        self._log_price += self._volatility * (
            self._shares.common * (common - self._common)
            + self._shares.of_class * (of_class - self._of_class)
            + self._shares.own * self._random.gauss() * sqrt(elapsed_ms / YEAR_MS)
        )
        self._common, self._of_class, self._moved_ms = common, of_class, at_ms

    def _quoted(self) -> BookTop:
        middle = exp(self._log_price)
        half = middle * self.listing.spread_bps * (0.7 + 0.6 * self._random.random()) / 20_000
        bid_ticks = max(1, floor((middle - half) * self._scale))
        ask_ticks = max(bid_ticks + 1, ceil((middle + half) * self._scale))
        self._update_id += 1 + int(self._random.random() * 4)
        bid, ask = bid_ticks / self._scale, ask_ticks / self._scale
        return BookTop(
            self.listing.symbol, self._update_id, bid, 4 * self._size(bid), ask, 4 * self._size(ask)
        )

    def _size(self, price: float) -> float:
        size = self.listing.notional / price * exp(_SIZE_SIGMA * self._random.gauss())
        return max(round(size, self._size_decimals), 10.0**-self._size_decimals)


def session_volatility(listing: Listing) -> float:
    """A year's volatility happens in the hours of a year in which the market is open."""
    return listing.volatility * sqrt(8760.0 / listing.open_hours_a_year)
