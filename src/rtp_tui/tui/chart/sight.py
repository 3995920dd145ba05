"""Which part of a chart is looked at: how near, how far back, and where the crosshair is."""

from bisect import bisect_right

from msgspec.structs import replace

from rtp_tui.tui.chart.places import Place
from rtp_tui.tui.chart.series import Series
from rtp_tui.tui.chart.viewport import Viewport

_AHEAD = 40
"""So few places beyond the left edge are soon looked at."""


class Sight:
    """Moves over the bars that there are; whence they come is no concern of it."""

    def __init__(self, series: Series) -> None:
        self.view = Viewport()
        self.cursor_ms: int | None = None
        """The place under the crosshair."""
        self.room = 0
        """Places that fitted at the last drawing."""
        self.left = 0
        """The column at which the oldest of them began."""
        self._series = series

    @property
    def places(self) -> list[Place]:
        """All there are."""
        return self._series.places(self.view.zoom.bars)[0]

    @property
    def window(self) -> tuple[int, int]:
        """From and to (exclusive) of the places in view."""
        return self.view.window(self.times, self.room)

    @property
    def shown(self) -> list[Place]:
        """The places in view."""
        start, stop = self.window
        return self.places[start:stop]

    @property
    def place(self) -> Place | None:
        """The one under the crosshair, or the newest in view."""
        places = self.places
        if not places:
            return None
        if self.cursor_ms is not None:
            return places[self._index(self.cursor_ms)]
        return places[self.window[1] - 1]

    @property
    def cursor(self) -> int | None:
        """Which of the places in view the crosshair is on."""
        start, stop = self.window
        index = None if self.cursor_ms is None else self._index(self.cursor_ms)
        return index - start if index is not None and start <= index < stop else None

    @property
    def times(self) -> list[int]:
        """When each place begins."""
        return self._series.places(self.view.zoom.bars)[1]

    @property
    def is_near_the_oldest(self) -> bool:
        """Older ones than there are may be looked at soon."""
        return self.window[0] < _AHEAD

    def turn_to(self, series: Series) -> None:
        """Look at the newest of other bars, as near as before."""
        self._series = series
        self.go_on()

    def go_on(self) -> None:
        """Follow the newest place, without a crosshair."""
        self.view, self.cursor_ms = replace(self.view, right_ms=None), None

    def back(self) -> bool:
        """Undo one thing; False when there is nothing to undo."""
        if self.cursor_ms is None and self.view.follows:
            return False
        self.go_on()
        return True

    def zoom(self, by: int, position: float | None = None) -> None:
        """Nearer or further away, around the crosshair, or around a share of the width."""
        times, (start, stop) = self.times, self.window
        if position is None and self.cursor_ms is not None:
            anchor_ms = self.cursor_ms
            position = (self._index(anchor_ms) - start) / max(1, self.room)
        elif position is None or not times:
            self.view = self.view.zoomed(by)
            return
        else:
            anchor_ms = times[max(start, min(stop - 1, start + round(position * self.room)))]
        plot = self.room * self.view.zoom.columns
        follows = self.view.follows
        self.view = self.view.zoomed(by)
        room = max(1, plot // self.view.zoom.columns)
        if not follows or self.cursor_ms is not None:
            self.view = self.view.showing(self.times, room, anchor_ms, position)

    def pan(self, by: int) -> None:
        """So many places newer; older where `by` is negative."""
        self.view = self.view.panned(self.times, self.room, by)

    def move(self, by: int) -> None:
        """The crosshair by places; it begins at the newest in view."""
        times = self.times
        if not times:
            return
        if self.cursor_ms is None:
            index = self.window[1] - 1
        else:
            index = max(0, min(len(times) - 1, self._index(self.cursor_ms) + by))
        self._point(times[index])

    def point(self, column: int) -> None:
        """The crosshair to the place at a column."""
        start, stop = self.window
        index = start + (column - self.left) // self.view.zoom.columns
        if start <= index < stop:
            self.cursor_ms = self.times[index]

    def reach(self, at_ms: int) -> None:
        """The crosshair to the place of a moment, or to the nearest that there is."""
        if self.times:
            self._point(self.times[self._index(at_ms)])

    def _point(self, open_ms: int) -> None:
        self.cursor_ms = open_ms
        self.view = self.view.reaching(self.times, self.room, open_ms)

    def _index(self, at_ms: int) -> int:
        return max(0, bisect_right(self.times, at_ms) - 1)
