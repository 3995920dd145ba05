"""One-minute klines: the forming one, a day of past ones in columns, and the rolling 24-hour figures."""

from array import array
from bisect import bisect_left
from collections.abc import Callable, Sequence
from itertools import islice
from operator import attrgetter

from msgspec import Struct
from msgspec.structs import astuple

MINUTE_MS = 60_000
DAY_MS = 24 * 60 * MINUTE_MS
CAPACITY = 24 * 60
"""Minutes kept a symbol; older ones are forgotten."""


class Minute(Struct, gc=False):
    """A kline of `[open_ms, open_ms + 60 s)`; its fields are the columns of `PastMinutes`, in order."""

    open_ms: int
    open: float
    high: float
    low: float
    close: float
    volume: float = 0.0
    quote_volume: float = 0.0
    trades: int = 0
    taker_volume: float = 0.0
    """What buyers took."""

    def add(self, price: float, size: float, *, buyer_is_maker: bool) -> None:
        """Fold in one trade."""
        self.high = max(self.high, price)
        self.low = min(self.low, price)
        self.close = price
        self.volume += size
        self.quote_volume += price * size
        self.trades += 1
        if not buyer_is_maker:
            self.taker_volume += size

    def merge(self, later: "Minute") -> None:
        """Fold in a later one, as a longer interval does."""
        self.high = max(self.high, later.high)
        self.low = min(self.low, later.low)
        self.close = later.close
        self.volume += later.volume
        self.quote_volume += later.quote_volume
        self.trades += later.trades
        self.taker_volume += later.taker_volume

    @property
    def close_ms(self) -> int:
        """The last millisecond of the minute."""
        return self.open_ms + MINUTE_MS - 1


def flat(open_ms: int, price: float) -> Minute:
    """A minute without trades."""
    return Minute(open_ms, price, price, price, price)


class DayFigures(Struct, frozen=True, gc=False):
    """What the last 24 hours came to, to the minute."""

    open: float
    high: float
    low: float
    last: float
    volume: float
    quote_volume: float
    trades: int

    def with_minute(self, minute: Minute) -> "DayFigures":
        """These figures and one more minute."""
        return DayFigures(
            self.open,
            max(self.high, minute.high),
            min(self.low, minute.low),
            minute.close,
            self.volume + minute.volume,
            self.quote_volume + minute.quote_volume,
            self.trades + minute.trades,
        )


class PastMinutes:
    """At most a day of minutes, ascending; columns of numbers, since structs would take four times the memory.

    `invent` gives those that begin at `opens_ms`, once somebody looks further than at their times.
    """

    def __init__(
        self, opens_ms: Sequence[float] = (), invent: Callable[[], Sequence[Minute]] = tuple
    ) -> None:
        self._opens_ms = opens_ms
        self._invent = invent
        self._columns: tuple[array[float], ...] = ()
        self._later = _no_columns()
        """Finished since, and not among the others yet: nobody has looked at them."""

    def __len__(self) -> int:
        return len(self._opens_ms) + len(self._later[0])

    @property
    def end_ms(self) -> int:
        """When the newest minute was over; there must be one."""
        newest = self._later[0] or self._opens_ms
        return int(newest[-1]) + MINUTE_MS

    def append(self, minute: Minute) -> None:
        """Remember a finished minute; it must be newer than the others."""
        for column, value in zip(self._later, astuple(minute), strict=True):
            column.append(value)
        _forget_oldest(self._later)

    def forget_since(self, open_ms: int) -> None:
        """Forget the minutes that began then or later."""
        columns = self._known()
        first = self._index(open_ms)
        for column in columns:
            del column[first:]

    def between(self, start_ms: int, end_ms: int) -> list[Minute]:
        """The minutes whose `open_ms` is in `[start_ms, end_ms)`."""
        columns = self._known()
        first, last = self._index(start_ms), self._index(end_ms)
        rows = zip(*(islice(column, first, last) for column in columns), strict=True)
        return [_minute(row) for row in rows]

    def figures_since(self, start_ms: int, price: float) -> DayFigures:
        """What the minutes from `start_ms` on came to; all prices are `price` where there are none."""
        columns = self._known()
        first = self._index(start_ms)
        _, opens, highs, lows, closes, volumes, quote_volumes, trades, _ = (
            column[first:] for column in columns
        )
        if not opens:
            return DayFigures(price, price, price, price, 0.0, 0.0, 0)
        return DayFigures(
            opens[0], max(highs), min(lows), closes[-1], sum(volumes), sum(quote_volumes), int(sum(trades))
        )

    def _known(self) -> tuple["array[float]", ...]:
        """A column for each field of `Minute`, of all minutes so far."""
        if not self._columns:
            self._columns = _no_columns()
            invented, self._invent = self._invent(), tuple
            for name, column in zip(Minute.__struct_fields__, self._columns, strict=True):
                column.extend(map(attrgetter(name), invented))
            self._opens_ms = self._columns[0]
        for column, later in zip(self._columns, self._later, strict=True):
            column.extend(later)
        self._later = _no_columns()
        _forget_oldest(self._columns)
        return self._columns

    def _index(self, at_ms: int) -> int:
        return bisect_left(self._opens_ms, at_ms)


def _no_columns() -> tuple["array[float]", ...]:
    return tuple(array("d") for _ in Minute.__struct_fields__)


def _forget_oldest(columns: tuple["array[float]", ...]) -> None:
    """Keep a day, and an hour more so that this is seldom done."""
    if len(columns[0]) > CAPACITY + 60:
        for column in columns:
            del column[:-CAPACITY]


def _minute(row: tuple[float, ...]) -> Minute:
    opened, open_, high, low, close, volume, quote_volume, trades, taker_volume = row
    return Minute(int(opened), open_, high, low, close, volume, quote_volume, int(trades), taker_volume)
