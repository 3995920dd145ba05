"""What is to be seen of a chart, and how much room its prices need."""

from collections.abc import Sequence
from datetime import UTC, tzinfo

from msgspec import Struct

from rtp_tui.text import price_text
from rtp_tui.tui.chart.candles import DOTS_A_ROW, can_be_drawn
from rtp_tui.tui.chart.glyphs import FINE, Glyphs
from rtp_tui.tui.chart.overlays import NO_EXTRAS, Extras, Level, Overlay
from rtp_tui.tui.chart.places import Place
from rtp_tui.tui.chart.scales import Scale, is_number, scale_of


class Subject(Struct, frozen=True, kw_only=True):
    """What is to be seen."""

    places: Sequence[Place]
    """Those in view, the newest last."""
    columns: int = 2
    """The width of each of them."""
    timeframe: str = "1m"
    decimals: int = 2
    zone: tzinfo = UTC
    glyphs: Glyphs = FINE
    is_line: bool = False
    last: float | None = None
    """The price now."""
    rises: bool = True
    """It is no lower than a day ago."""
    cursor: int | None = None
    """The place under the crosshair."""
    references: tuple[Level, ...] = ()
    """The day's open, the close before it."""
    extras: Extras = NO_EXTRAS

    @property
    def pointed_at(self) -> Place | None:
        """The place under the crosshair, if there is one in view."""
        if self.cursor is None or not 0 <= self.cursor < len(self.places):
            return None
        return self.places[self.cursor]


def axis_width(subject: Subject) -> int:
    """Columns that the widest price needs, and the line beside it."""
    prices = [value for place in subject.places if can_be_drawn(place) for value in (place.low, place.high)]
    prices += [subject.last] if is_number(subject.last) and subject.last is not None else []
    widest = max((len(price_words(value, subject)) for value in prices), default=6)
    return widest + 2


def price_scale(subject: Subject, rows: int) -> Scale:
    """Room for every bar in view and every overlay on it."""
    places = [place for place in subject.places if can_be_drawn(place)]
    values = [
        value
        for place in places
        for value in ((place.close,) if subject.is_line else (place.low, place.high))
    ]
    values += [
        value
        for overlay in subject.extras.overlays
        for value in values_seen(overlay, places)
        if value is not None
    ]
    return scale_of(values, rows * DOTS_A_ROW)


def values_seen(overlay: Overlay, places: Sequence[Place]) -> list[float | None]:
    """Its value at each place, where it has one that can be drawn."""
    values = (overlay.values.get(place.last_ms) if place.bars else None for place in places)
    return [value if is_number(value) else None for value in values]


def price_words(value: float, subject: Subject) -> str:
    """A price as the axis shows it."""
    return price_text(value, subject.decimals) if abs(value) < 1e12 else f"{value:.6g}"
