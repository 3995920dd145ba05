"""The bars that a chart holds: pages of the store, and what the newest price makes of the last one."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from math import isfinite

from msgspec.structs import replace

from rtp_tui.model.market import Bar, Quote
from rtp_tui.tui.chart.places import DayOf, Place, places_of
from rtp_tui.tui.chart.timeframes import TIMEFRAMES_MS

MOST_BARS = 20_000
"""Of one chart; `dropped` counts those that had to go."""


class Series:
    """Bars of one instrument and timeframe, ascending; told what happened, asks nobody."""

    def __init__(self, timeframe: str, day_of: DayOf | None = None) -> None:
        self.timeframe = timeframe
        self.version = 0
        """Grows whenever there is something else to draw."""
        self.dropped = 0
        self._bars: dict[int, Bar] = {}
        self._ordered: list[Bar] = []
        self._day_of = day_of
        self._until_ms: int | None = None
        self._places: tuple[int, int, list[Place], list[int]] = (-1, 0, [], [])

    def __len__(self) -> int:
        return len(self._ordered)

    @property
    def bars(self) -> Sequence[Bar]:
        """Ascending by when they began: those that are shown."""
        if self._until_ms is None:
            return self._ordered
        shown = self._ordered[: bisect_right(self._ordered, self._until_ms, key=_open_ms)]
        # What still forms has the price of now in it.
        return shown if not shown or shown[-1].closed else shown[:-1]

    @property
    def last(self) -> Bar | None:
        """The newest one."""
        return self._ordered[-1] if self._ordered else None

    def until(self, at_ms: int | None) -> None:
        """Show no bar that began after a moment, and none that still forms; None shows all."""
        if at_ms != self._until_ms:
            self._until_ms = at_ms
            self.version += 1

    def merge(self, bars: Iterable[Bar]) -> bool:
        """Take bars in, each in the place of the one that it revises; True when anything is new."""
        fresh = {bar.open_ms: bar for bar in bars if self._bars.get(bar.open_ms) != bar}
        if not fresh:
            return False
        self._bars.update(fresh)
        self._ordered = sorted(self._bars.values(), key=_open_ms)
        excess = len(self._ordered) - MOST_BARS
        if excess > 0:
            self._drop(excess)
        self.version += 1
        return True

    def fold(self, quote: Quote) -> bool:
        """Let the newest price move the bar that forms; True when the next one has begun, which is to be asked for.

        Volume and trades are not known until the engine is asked again.
        """
        last, price, at_ms = self.last, quote.price, quote.event_ms or quote.received_ms
        if last is None or price is None or not isfinite(price) or quote.stored:
            return False
        span_ms = TIMEFRAMES_MS[self.timeframe]
        if at_ms >= last.open_ms + span_ms:
            return True
        if last.closed or at_ms < last.open_ms or price == last.close:
            return False
        moved = replace(last, close=price, high=max(last.high, price), low=min(last.low, price))
        self._bars[last.open_ms] = self._ordered[-1] = moved
        self.version += 1
        return False

    def places(self, bars_a_place: int) -> tuple[list[Place], list[int]]:
        """Everything side by side, and when each place begins."""
        version, before, places, times = self._places
        if (version, before) != (self.version, bars_a_place):
            places = places_of(self.bars, self.timeframe, bars_a_place, self._day_of)
            times = [place.open_ms for place in places]
            self._places = (self.version, bars_a_place, places, times)
        return places, times

    def _drop(self, count: int) -> None:
        """The oldest go."""
        for bar in self._ordered[:count]:
            del self._bars[bar.open_ms]
        self._ordered = self._ordered[count:]
        self.dropped += count


def _open_ms(bar: Bar) -> int:
    return bar.open_ms
