"""Bars of a longer timeframe from bars of a shorter one; pure."""

from collections.abc import Iterable

from rtp_tui.model.market import Bar, BarOrigin
from rtp_tui.model.sessions import Span
from rtp_tui.processing.bar_builder import CLOSE_GRACE_MS
from rtp_tui.processing.bar_grid import MINUTE_MS, TIMEFRAMES_MS, BarGrid

_STRENGTH = {BarOrigin.SAMPLED: 0, BarOrigin.BACKFILL: 1, BarOrigin.REPLAY: 2, BarOrigin.LIVE: 3}
"""How much a bar is evidence of what was traded."""


def rolled_up(parts: Iterable[Bar], timeframe: str, grid: BarGrid, now_ms: int) -> list[Bar]:
    """Bars of one instrument, ascending, from parts that ascend; those that are in no bar of the grid are left out."""
    rollup = Rollup(timeframe, now_ms)
    rollup.add(parts, grid)
    return rollup.bars()


class Rollup:
    """Takes parts in ascending order, as many at a time as one likes."""

    def __init__(self, timeframe: str, now_ms: int) -> None:
        self._timeframe = timeframe
        self._now_ms = now_ms
        self._done: list[Bar] = []
        self._forming: _Forming | None = None

    @property
    def finished(self) -> int:
        """How many bars no further part belongs to."""
        return len(self._done)

    def add(self, parts: Iterable[Bar], grid: BarGrid) -> None:
        """Take some more parts; of all that are added the grid is the same where they are."""
        for part in parts:
            forming = self._forming
            if forming is None or part.open_ms >= forming.end_ms:
                self._finish()
                span = grid.span_at(part.open_ms)
                if span is None:
                    continue
                self._forming = forming = _Forming(part, span, grid)
            forming.add(part)

    def bars(self) -> list[Bar]:
        """Everything that was added, as bars."""
        self._finish()
        return self._done

    def _finish(self) -> None:
        if self._forming is not None:
            self._done.append(self._forming.freeze(self._timeframe, self._now_ms))
            self._forming = None


class _Forming:
    """A bar that parts are still added to."""

    __slots__ = (
        "are_closed", "end_ms", "first", "grid", "high", "last", "low", "minutes", "origin", "revision", "start_ms",
        "trades", "volume",
    )  # fmt: skip

    def __init__(self, first: Bar, span: Span, grid: BarGrid) -> None:
        self.start_ms, self.end_ms = span
        self.grid = grid
        self.first = self.last = first
        self.high, self.low = first.high, first.low
        self.volume = 0.0
        self.trades = self.revision = self.minutes = 0
        self.are_closed = True
        self.origin = first.origin

    def add(self, part: Bar) -> None:
        self.last = part
        if part.high > self.high:
            self.high = part.high
        if part.low < self.low:
            self.low = part.low
        self.volume += part.volume
        self.trades += part.trades
        self.revision += part.revision
        self.minutes += 1 if part.timeframe == "1m" else _minutes_in(part, self.grid, self.end_ms)
        self.are_closed = self.are_closed and part.closed
        if part.origin is not self.origin and _STRENGTH[part.origin] < _STRENGTH[self.origin]:
            self.origin = part.origin

    def freeze(self, timeframe: str, now_ms: int) -> Bar:
        """Closed where its span is over and each part is; `missing` counts to now where it is not."""
        is_over = self.end_ms + CLOSE_GRACE_MS <= now_ms
        until_ms = min(self.end_ms, max(now_ms, self.last.open_ms + MINUTE_MS))
        missing = max(0, self.grid.minutes_of(self.start_ms, until_ms) - self.minutes)
        return Bar(
            self.first.instrument, timeframe, self.start_ms, self.first.open, self.high, self.low, self.last.close,
            self.volume, self.trades, is_over and self.are_closed, self.revision, self.origin, self.last.source, missing,
        )  # fmt: skip


def _minutes_in(part: Bar, grid: BarGrid, end_ms: int) -> int:
    """The minutes that are in a part which is itself rolled up."""
    part_end_ms = min(part.open_ms + TIMEFRAMES_MS[part.timeframe], end_ms)
    return max(0, grid.minutes_of(part.open_ms, part_end_ms) - part.missing)
