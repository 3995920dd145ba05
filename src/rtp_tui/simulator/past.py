"""An invented day before the start: correlated like the present, ending at the listed prices."""

from collections.abc import Sequence
from functools import partial
from math import exp, sqrt
from random import Random

from rtp_tui.simulator.book import MEAN_TO_MEDIAN, session_volatility
from rtp_tui.simulator.listings import Listing
from rtp_tui.simulator.minutes import CAPACITY, MINUTE_MS, Minute, PastMinutes
from rtp_tui.simulator.walk import YEAR_MS, Factors, shares_of

_MINUTE_DEVIATION = sqrt(MINUTE_MS / YEAR_MS)
_POOL = 499
"""A prime, so that strides through it meet every number."""


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

    def minutes(self, listing: Listing, trades_a_minute: float, opens_ms: Sequence[int]) -> PastMinutes:
        """A symbol's minutes, those of `opens_ms` that are in session; the last one closes at the listed price."""
        return PastMinutes(opens_ms, partial(self._invented, listing, trades_a_minute, opens_ms))

    def _invented(
        self, listing: Listing, trades_a_minute: float, opens_ms: Sequence[int]
    ) -> Sequence[Minute]:
        inventor = _Inventor(listing, trades_a_minute, Random(f"{self._seed}:{listing.symbol}"))
        close = listing.price
        newest_first: list[Minute] = []
        moves = self._moves[listing.asset_class]
        first_ms = self.opens_ms[0]
        for open_ms in reversed(opens_ms):
            minute = inventor.minute_before(open_ms, close, moves[(open_ms - first_ms) // MINUTE_MS])
            newest_first.append(minute)
            close = minute.open
        return newest_first[::-1]


class _Inventor:
    """Makes one symbol's minutes, each from its close backwards.

    Chance is drawn from a pool made once: a day of fifty symbols is asked for at the moment of a first connection.
    """

    def __init__(self, listing: Listing, trades_a_minute: float, random: Random) -> None:
        self._scale = 10**listing.decimals
        self._volatility = session_volatility(listing)
        self._own = shares_of(listing.asset_class).own * _MINUTE_DEVIATION
        self._reach = 0.5 * self._volatility * _MINUTE_DEVIATION
        self._trades = trades_a_minute
        self._notional = listing.notional * MEAN_TO_MEDIAN
        self._moves = [random.gauss() for _ in range(_POOL)]
        self._chances = [random.random() for _ in range(_POOL)]
        self._drawn = 0

    def minute_before(self, open_ms: int, close: float, shared: float) -> Minute:
        """The minute at `open_ms` that closes at `close`, given how the shared motions moved in it."""
        drawn = self._drawn = self._drawn + 1
        chances, scale = self._chances, self._scale
        move = self._volatility * (shared + self._own * self._moves[drawn * 31 % _POOL])
        open_ = int(close * exp(-move) * scale + 0.5) / scale
        lower, upper = (open_, close) if open_ < close else (close, open_)
        high = int(upper * (1 + self._reach * chances[drawn * 7 % _POOL]) * scale + 0.5) / scale
        low = int(lower * (1 - self._reach * chances[drawn * 11 % _POOL]) * scale + 0.5) / scale
        trades = int(self._trades * (0.5 + chances[drawn * 13 % _POOL])) + 1
        quote_volume = trades * self._notional
        volume = quote_volume / close
        taken = volume * (0.35 + 0.3 * chances[drawn * 17 % _POOL])
        return Minute(open_ms, open_, high, low, close, volume, quote_volume, trades, taken)
