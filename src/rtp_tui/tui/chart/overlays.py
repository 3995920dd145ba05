"""What can be drawn into a chart and under it, whoever computed it."""

from collections.abc import Mapping
from enum import StrEnum

from msgspec import Struct

from rtp_tui.tui.cells import Tone


class Drawing(StrEnum):
    """How a series is drawn."""

    LINE = "line"
    BARS = "bars"
    """From zero, as the MACD's histogram."""


class Overlay(Struct, frozen=True, kw_only=True):
    """A series in the chart or in a panel: a value for each bar that has one, by the bar's `open_ms`."""

    name: str
    values: Mapping[int, float]
    tone: Tone = Tone.INFO
    drawing: Drawing = Drawing.LINE


class Level(Struct, frozen=True, kw_only=True):
    """A price that matters, as a line across the chart."""

    price: float
    label: str
    strength: float = 1.0
    """From 0 to 1: weak ones are drawn thinner."""
    tone: Tone = Tone.DIM


class Zone(Struct, frozen=True, kw_only=True):
    """A range of prices that matters, as a band across the chart."""

    low: float
    high: float
    label: str
    tone: Tone = Tone.SPARK


class Panel(Struct, frozen=True, kw_only=True):
    """Series under the chart with a scale of their own, such as RSI or MACD."""

    name: str
    series: tuple[Overlay, ...]
    low: float | None = None
    """Where the scale begins; by the values where it is not given."""
    high: float | None = None
    marks: tuple[float, ...] = ()
    """Values with a line across the panel: 30 and 70 of RSI."""


class Extras(Struct, frozen=True, kw_only=True):
    """Everything that is drawn besides the bars."""

    overlays: tuple[Overlay, ...] = ()
    levels: tuple[Level, ...] = ()
    zones: tuple[Zone, ...] = ()
    panels: tuple[Panel, ...] = ()


NO_EXTRAS = Extras()
