"""The Indian shares of the simulated broker: invented prices that are a function of time alone.

Half a thousand of them cost nothing while nobody listens, and the socket, the quotes and the candles agree.
"""

from math import sin
from typing import NamedTuple

from msgspec import Struct

from rtp_tui.simulator.minutes import DAY_MS, MINUTE_MS

SEGMENT, SEGMENT_NUMBER = "NSE_EQ", 1
IST_AHEAD_S = 19_800
"""What the venue's wall clock is ahead of the epoch."""
TRADE_EVERY_MS = 1_000
INVENTED = 492
_FIRST_INVENTED_ID = 900_001
_NAMED = (
    ("HDFCBANK", 1333, 1_650.0),
    ("RELIANCE", 2885, 1_420.0),
    ("TCS", 11_536, 3_180.0),
    ("INFY", 1594, 1_510.0),
    ("M&M", 2031, 3_340.0),
    ("ICICIBANK", 4963, 1_395.0),
    ("SBIN", 3045, 872.0),
    ("ITC", 1660, 418.0),
)


class Share(Struct, frozen=True):
    """One share, which is traded once a second, at a moment of its own."""

    symbol: str
    id: int
    level: float
    """What its price moves around."""

    @property
    def size(self) -> int:
        """Of each trade."""
        return 1 + self.id % 40

    def trade_at(self, now_ms: int) -> "ShareTrade":
        """The newest trade."""
        phase_ms = self.id * 37 % TRADE_EVERY_MS
        at_ms = (now_ms - phase_ms) // TRADE_EVERY_MS * TRADE_EVERY_MS + phase_ms
        return ShareTrade(at_ms, self._price(at_ms), self.size * _trades_of_day(at_ms))

    def day(self, now_ms: int) -> "DayOfShare":
        """Open, high, low, mean and the close before, of the quarters of an hour since midnight in India."""
        start_ms = midnight_ms(now_ms)
        newest = self.trade_at(now_ms).price
        known = [self._price(at_ms) for at_ms in range(start_ms, now_ms, 15 * MINUTE_MS)] or [newest]
        prices = [*known, newest]
        mean = sum(prices) / len(prices)
        return DayOfShare(known[0], max(prices), min(prices), mean, self._price(start_ms - 1))

    def candle(self, open_ms: int, minutes: int, now_ms: int) -> "ShareCandle":
        """Of the trades of so many minutes, as far as they were made."""
        end_ms = min(open_ms + minutes * MINUTE_MS, now_ms + 1)
        first_ms = self.trade_at(open_ms - 1).at_ms + TRADE_EVERY_MS
        prices = [self._price(at_ms) for at_ms in range(first_ms, end_ms, TRADE_EVERY_MS)]
        prices = prices or [self._price(open_ms)]
        volume = self.size * len(prices)
        return ShareCandle(open_ms, prices[0], max(prices), min(prices), prices[-1], volume)

    def _price(self, at_ms: int) -> float:
        """In steps of 0.05."""
        slow, fast = sin(at_ms / 600_000 + self.id), sin(at_ms / 37_000 + 2.7 * self.id)
        return round(round(self.level * (1 + 0.01 * slow + 0.002 * fast) * 20) / 20, 2)


class ShareTrade(NamedTuple):
    """A trade, and the day's volume with it."""

    at_ms: int
    price: float
    volume: int


class DayOfShare(NamedTuple):
    """Figures since midnight in India."""

    open: float
    high: float
    low: float
    mean: float
    previous_close: float


class ShareCandle(NamedTuple):
    """Trades of one interval."""

    open_ms: int
    open: float
    high: float
    low: float
    close: float
    volume: int


def midnight_ms(now_ms: int) -> int:
    """The last one in India."""
    return now_ms - (now_ms + IST_AHEAD_S * 1000) % DAY_MS


def _trades_of_day(at_ms: int) -> int:
    return (at_ms - midnight_ms(at_ms)) // TRADE_EVERY_MS + 1


def _invented(number: int) -> Share:
    return Share(f"SIM{number:03}", _FIRST_INVENTED_ID + number, 40.0 + number * 7 % 2_900)


SHARES: tuple[Share, ...] = (
    *(Share(*named) for named in _NAMED),
    *(_invented(number) for number in range(INVENTED)),
)
"""Five hundred, eight of them by the names and numbers of real ones."""
