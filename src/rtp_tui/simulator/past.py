"""An invented day before the start: correlated like the present, ending at the listed prices."""

from collections.abc import Callable, Sequence
from math import exp, sqrt
from random import Random

from rtp_tui.simulator.book import MEAN_TO_MEDIAN, session_volatility
from rtp_tui.simulator.listings import Listing
from rtp_tui.simulator.minutes import CAPACITY, MINUTE_MS, Minute, PastMinutes
from rtp_tui.simulator.walk import YEAR_MS, Factors, shares_of

_MINUTE_DEVIATION = sqrt(MINUTE_MS / YEAR_MS)


class InventedDay:
    """The shared motions of the 24 hours before `start_ms`, from which every symbol's minutes follow."""

    def __init__(self, seed: int, asset_classes: Sequence[str], start_ms: int) -> None:
        self._seed = seed
        first_ms = start_ms - start_ms % MINUTE_MS - CAPACITY * MINUTE_MS
        self.opens_ms = range(first_ms, first_ms + CAPACITY * MINUTE_MS, MINUTE_MS)
        factors = Factors(Random(f"{seed}:past"))
        self._moves: dict[str, list[float]] = {asset_class: [] for asset_class in asset_classes}
        for _ in self.opens_ms:
            before = factors.common, dict(factors.of_class)
            factors.move(MINUTE_MS)
            for asset_class, moves in self._moves.items():
                shares = shares_of(asset_class)
                of_class = factors.of_class.get(asset_class, 0.0) - before[1].get(asset_class, 0.0)
                moves.append(shares.common * (factors.common - before[0]) + shares.of_class * of_class)

    def minutes(
        self, listing: Listing, trades_a_minute: float, is_open: Callable[[int], bool]
    ) -> PastMinutes:
        """A symbol's minutes in session; the last one closes at the listed price."""
        random = Random(f"{self._seed}:{listing.symbol}")
        volatility, own = session_volatility(listing), shares_of(listing.asset_class).own
        moves = self._moves[listing.asset_class]
        price = listing.price
        newest_first: list[Minute] = []
        for open_ms, shared in zip(reversed(self.opens_ms), reversed(moves), strict=True):
            if is_open(open_ms):
                move = volatility * (shared + own * _MINUTE_DEVIATION * random.gauss())
                minute = _minute(listing, open_ms, price, move, trades_a_minute, random)
                newest_first.append(minute)
                price = minute.open
        past = PastMinutes()
        for minute in reversed(newest_first):
            past.append(minute)
        return past


def _minute(
    listing: Listing, open_ms: int, close: float, move: float, trades_a_minute: float, random: Random
) -> Minute:
    reach = 0.5 * session_volatility(listing) * _MINUTE_DEVIATION
    open_ = round(close * exp(-move), listing.decimals)
    high = round(max(open_, close) * (1 + reach * random.random()), listing.decimals)
    low = round(min(open_, close) * (1 - reach * random.random()), listing.decimals)
    trades = max(1, round(trades_a_minute * (0.5 + random.random())))
    volume = trades * listing.notional * MEAN_TO_MEDIAN / close
    return Minute(
        open_ms,
        open_,
        max(high, open_, close),
        min(low, open_, close),
        close,
        round(volume, listing.size_decimals),
        volume * (open_ + close) / 2,
        trades,
        round(volume * (0.35 + 0.3 * random.random()), listing.size_decimals),
    )
