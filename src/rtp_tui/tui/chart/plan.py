"""How the room of a chart is shared out."""

from msgspec import Struct

_AXIS_FROM = 24
"""Columns from which a price axis is shown."""


class Plan(Struct, frozen=True):
    """Rows from the top: header, prices, volume, panels, origins, times; and the columns beside the axis."""

    width: int
    height: int
    header: int
    prices: int
    volume: int
    panels: tuple[int, ...]
    """The height of each panel that has room."""
    origins: int
    times: int
    axis: int
    """Columns of the price axis at the right; none on small screens."""

    @property
    def plot_width(self) -> int:
        """Columns left for candles."""
        return max(0, self.width - self.axis)

    @property
    def volume_top(self) -> int:
        """The first row of the volume."""
        return self.header + self.prices

    @property
    def panels_top(self) -> int:
        """The first row of the panels."""
        return self.volume_top + self.volume

    @property
    def origins_top(self) -> int:
        """The row of origins."""
        return self.panels_top + sum(self.panels)


def plan(width: int, height: int, *, axis: int, panels: int = 0, shows_volume: bool = True) -> Plan:
    """Prices come first; what has no room is left out."""
    header = 2 if height >= 9 else 1 if height >= 4 else 0
    times = 1 if height >= 6 else 0
    origins = 1 if height >= 12 else 0
    left = max(0, height - header - times - origins)
    volume = max(2, left // 6) if shows_volume and left >= 10 else 0
    heights = _panel_heights(left - volume, panels)
    return Plan(
        width=width,
        height=height,
        header=header,
        prices=max(0, left - volume - sum(heights)),
        volume=volume,
        panels=heights,
        origins=origins,
        times=times,
        axis=min(axis, width // 2) if width >= _AXIS_FROM else 0,
    )


def _panel_heights(left: int, panels: int) -> tuple[int, ...]:
    """At most half of the room, and at least three rows each."""
    room = left // 2
    shown = min(panels, room // 3)
    return (max(3, min(6, room // shown)),) * shown if shown else ()
