"""Which part of all places is on screen, and how wide each of them is."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from typing import NamedTuple

from msgspec import Struct
from msgspec.structs import replace


class Zoom(NamedTuple):
    """How wide a candle is, the gap after it included, and how many bars it is made of."""

    columns: int
    bars: int


ZOOMS = (
    Zoom(8, 1), Zoom(6, 1), Zoom(4, 1), Zoom(2, 1), Zoom(1, 1),
    Zoom(1, 2), Zoom(1, 3), Zoom(1, 5), Zoom(1, 8), Zoom(1, 12), Zoom(1, 20),
)  # fmt: skip
"""The nearest first."""
USUAL_ZOOM = 3


class Viewport(Struct, frozen=True):
    """What is looked at: `right_ms` is the begin of the newest place shown, None to follow the newest there is."""

    zoom_index: int = USUAL_ZOOM
    right_ms: int | None = None

    @property
    def zoom(self) -> Zoom:
        """How wide candles are."""
        return ZOOMS[self.zoom_index]

    @property
    def follows(self) -> bool:
        """New bars come into view by themselves."""
        return self.right_ms is None

    def window(self, times: Sequence[int], room: int) -> tuple[int, int]:
        """From and to (exclusive) of the places shown where there is room for so many."""
        stop = len(times) if self.right_ms is None else bisect_right(times, self.right_ms)
        stop = min(len(times), max(stop, min(room, len(times))))
        return max(0, stop - max(0, room)), stop

    def panned(self, times: Sequence[int], room: int, by: int) -> "Viewport":
        """So many places newer; older where `by` is negative."""
        _, stop = self.window(times, room)
        wanted = stop + by
        if wanted >= len(times) or not times:
            return replace(self, right_ms=None)
        return replace(self, right_ms=times[max(min(room, len(times)), wanted, 1) - 1])

    def zoomed(self, by: int) -> "Viewport":
        """So many steps further away; nearer where `by` is negative."""
        return replace(self, zoom_index=max(0, min(len(ZOOMS) - 1, self.zoom_index + by)))

    def showing(self, times: Sequence[int], room: int, at_ms: int, position: float = 0.5) -> "Viewport":
        """Moved so that the place of a moment stands at this share of the width."""
        index = max(0, bisect_right(times, at_ms) - 1)
        stop = index + 1 + round((1 - position) * room)
        if stop >= len(times):
            return replace(self, right_ms=None)
        return replace(self, right_ms=times[max(0, stop - 1)])

    def reaching(self, times: Sequence[int], room: int, at_ms: int) -> "Viewport":
        """Moved as little as brings the place of a moment into view."""
        start, stop = self.window(times, room)
        index = bisect_left(times, at_ms)
        if index < start:
            return self.panned(times, room, index - start)
        return self.panned(times, room, index - stop + 1) if index >= stop else self
