"""The whole chart, drawn from what is to be seen: prices, axes, volume, panels."""

from collections.abc import Sequence
from datetime import UTC, tzinfo

from msgspec import Struct

from rtp_tui.text import compact, price_text
from rtp_tui.tui.cells import Line, Tone
from rtp_tui.tui.chart.candles import DOTS_A_ROW, body_columns, can_be_drawn, draw_candle, draw_column
from rtp_tui.tui.chart.canvas import Canvas
from rtp_tui.tui.chart.glyphs import FINE, Glyphs
from rtp_tui.tui.chart.line import DOTS, Point, draw_line
from rtp_tui.tui.chart.origins import draw_origins
from rtp_tui.tui.chart.overlays import NO_EXTRAS, Extras, Level, Overlay, Zone
from rtp_tui.tui.chart.panels import draw_panel
from rtp_tui.tui.chart.places import Place
from rtp_tui.tui.chart.plan import Plan
from rtp_tui.tui.chart.scales import Scale, is_number, scale_of, ticks
from rtp_tui.tui.chart.time_axis import moment_words, time_labels
from rtp_tui.tui.chart.timeframes import TIMEFRAMES_MS

_ROWS_A_TICK = 3
_BESIDE_CHIP = 6
"""Columns in which no half of a label may be left."""
_CHIP = {True: Tone.CHIP_OK, False: Tone.CHIP_BAD}


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
    widest = max((len(_price(value, subject)) for value in prices), default=6)
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
        value for overlay in subject.extras.overlays for value in _seen(overlay, places) if value is not None
    ]
    return scale_of(values, rows * DOTS_A_ROW)


def draw(subject: Subject, plan: Plan, header: Sequence[Line]) -> tuple[Line, ...]:
    """Every row of the chart, the header's first."""
    canvas = Canvas(plan.width, plan.height)
    left = left_column(subject, plan)
    if plan.prices:
        _Prices(canvas, subject, plan, left).draw()
    if plan.volume:
        _draw_volume(canvas, subject, plan, left)
    top = plan.panels_top
    for panel, rows in zip(subject.extras.panels, plan.panels, strict=False):
        draw_panel(
            canvas, panel, subject.places, subject.columns, left, top, rows, plan.plot_width, subject.glyphs
        )
        top += rows
    if plan.origins:
        draw_origins(canvas, subject.places, subject.columns, left, plan.origins_top, subject.glyphs)
    if plan.times:
        _draw_times(canvas, subject, plan, left)
    return (
        *header[: plan.header],
        *(canvas.line(y) for y in range(min(plan.header, len(header)), plan.height)),
    )


def left_column(subject: Subject, plan: Plan) -> int:
    """Where the oldest place begins: the newest stands at the right."""
    return max(0, plan.plot_width - len(subject.places) * subject.columns)


class _Prices:
    """The prices and their axis."""

    def __init__(self, canvas: Canvas, subject: Subject, plan: Plan, left: int) -> None:
        self._canvas = canvas
        self._subject = subject
        self._plan = plan
        self._left = left
        self._top = plan.header
        self._scale = price_scale(subject, plan.prices)
        self._glyphs = subject.glyphs

    def draw(self) -> None:
        """What lies over everything else first: the others only take what is free."""
        self._draw_bars()
        self._draw_extremes()
        self._draw_crosshair()
        self._draw_last()
        self._draw_names()
        for overlay in self._subject.extras.overlays:
            self._draw_overlay(overlay)
        for level in (*self._subject.references, *self._subject.extras.levels):
            self._draw_level(level)
        for zone in self._subject.extras.zones:
            self._draw_zone(zone)
        self._draw_breaks()
        self._draw_axis()

    def _x(self, index: int) -> int:
        return self._left + index * self._subject.columns

    def _middle(self, index: int) -> int:
        return self._x(index) + body_columns(self._subject.columns) // 2

    def _y(self, value: float) -> int:
        return self._top + self._scale.dot(value) // DOTS_A_ROW

    def _draw_bars(self) -> None:
        subject = self._subject
        if subject.is_line:
            values = [place.close if can_be_drawn(place) else None for place in subject.places]
            self._draw_values(values, Tone.INFO)
            return
        rows = Canvas(self._plan.plot_width, self._plan.prices)
        for index, place in enumerate(subject.places):
            if can_be_drawn(place):
                draw_candle(rows, place, self._x(index), subject.columns, self._scale, self._glyphs)
        for y in range(rows.height):
            self._canvas.characters[self._top + y][: rows.width] = rows.characters[y]
            self._canvas.tones[self._top + y][: rows.width] = rows.tones[y]

    def _draw_names(self) -> None:
        """What the lines are called, each in its own colour."""
        x = 1
        for overlay in self._subject.extras.overlays:
            words = f"{overlay.name}  "
            if self._canvas.is_free(x, self._top, len(words)):
                self._canvas.write(x, self._top, words, overlay.tone)
            x += len(words)

    def _draw_overlay(self, overlay: Overlay) -> None:
        self._draw_values(_seen(overlay, self._subject.places), overlay.tone)

    def _draw_values(self, values: Sequence[float | None], tone: Tone) -> None:
        across, down = DOTS[self._glyphs.name]
        scale = Scale(self._scale.low, self._scale.high, self._plan.prices * down)
        points: list[Point] = [
            (self._middle(index) * across, scale.dot(value))
            if self._scale.holds(value) and value is not None
            else None
            for index, value in enumerate(values)
        ]
        draw_line(self._canvas, points, self._glyphs.name, tone, self._top, self._plan.prices)

    def _draw_extremes(self) -> None:
        """The highest and the lowest price in view, in figures."""
        seen = [(index, place) for index, place in enumerate(self._subject.places) if can_be_drawn(place)]
        if self._subject.is_line or self._plan.prices < 6 or len(seen) < 2:
            return
        high_index, high = max(seen, key=lambda one: one[1].high)
        low_index, low = min(seen, key=lambda one: one[1].low)
        self._mark(high_index, high.high, self._glyphs.high_mark)
        self._mark(low_index, low.low, self._glyphs.low_mark)

    def _mark(self, index: int, price: float, mark: str) -> None:
        words = f"{mark} {_price(price, self._subject)}"
        y, x = self._y(price), self._middle(index)
        for at in (x + 2, x - 1 - len(words)):
            if at + len(words) <= self._plan.plot_width and self._canvas.is_free(at, y, len(words)):
                self._canvas.write(at, y, words, Tone.DIM)
                return

    def _draw_crosshair(self) -> None:
        place = self._subject.pointed_at
        if place is None or self._subject.cursor is None:
            return
        x = self._middle(self._subject.cursor)
        for y in range(self._top, self._top + self._plan.prices + self._plan.volume):
            self._canvas.put_under(x, y, self._glyphs.upright, Tone.ACCENT)
        if can_be_drawn(place):
            self._draw_across(self._y(place.close), Tone.ACCENT, 2)

    def _draw_last(self) -> None:
        last = self._subject.last
        if self._scale.holds(last) and last is not None:
            self._draw_across(self._y(last), Tone.UP_SOFT if self._subject.rises else Tone.DOWN_SOFT)

    def _draw_across(self, y: int, tone: Tone, every: int = 1) -> None:
        self._canvas.draw_across(y, self._plan.plot_width, self._glyphs.dashes, tone, every)

    def _draw_level(self, level: Level) -> None:
        if not self._scale.holds(level.price):
            return
        y = self._y(level.price)
        words = f"{level.label} {_price(level.price, self._subject)} "
        for at in (0, self._plan.plot_width - len(words)):
            if at >= 0 and self._canvas.is_free(at, y, len(words)):
                self._canvas.write(at, y, words, level.tone)
                break
        self._draw_across(y, level.tone, 1 if level.strength >= 0.75 else 2 if level.strength >= 0.4 else 4)

    def _draw_zone(self, zone: Zone) -> None:
        low, high = max(zone.low, self._scale.low), min(zone.high, self._scale.high)
        if not (is_number(zone.low) and is_number(zone.high)) or low > high:
            return
        top, bottom = self._y(high), self._y(low)
        if self._canvas.is_free(0, top, len(zone.label) + 1):
            self._canvas.write(0, top, f"{zone.label} ", zone.tone)
        for y in range(top, bottom + 1):
            self._canvas.draw_across(y, self._plan.plot_width, self._glyphs.band, zone.tone)

    def _draw_breaks(self) -> None:
        for index, place in enumerate(self._subject.places):
            if place.is_break:
                for y in range(self._top, self._top + self._plan.prices + self._plan.volume):
                    self._canvas.put_under(self._middle(index), y, self._glyphs.upright, Tone.FRAME)

    def _draw_axis(self) -> None:
        if not self._plan.axis or not self._subject.places:
            return
        x, scale = self._plan.plot_width, self._scale
        for y in range(self._top, self._top + self._plan.prices):
            self._canvas.put(x, y, self._glyphs.axis, Tone.FRAME)
        values, decimals = ticks(scale.low, scale.high, max(2, self._plan.prices // _ROWS_A_TICK))
        for value in values:
            y = self._y(value)
            self._canvas.draw_across(y, x, self._glyphs.grid, Tone.FRAME)
            self._label(y, price_text(value, max(decimals, min(self._subject.decimals, 2))), Tone.DIM)
        if scale.holds(self._subject.last) and self._subject.last is not None:
            self._label(
                self._y(self._subject.last),
                _price(self._subject.last, self._subject),
                _CHIP[self._subject.rises],
            )
        place = self._subject.pointed_at
        if place is not None and can_be_drawn(place):
            self._label(self._y(place.close), _price(place.close, self._subject), Tone.CHIP_INFO)

    def _label(self, y: int, words: str, tone: Tone) -> None:
        room = self._plan.axis - 1
        if len(words) > room:
            words = "#" * room
        self._canvas.put(self._plan.plot_width, y, self._glyphs.tick, Tone.FRAME)
        self._canvas.write(self._plan.plot_width + 1, y, words.rjust(room), tone)


def _seen(overlay: Overlay, places: Sequence[Place]) -> list[float | None]:
    values = (overlay.values.get(place.last_ms) if place.bars else None for place in places)
    return [value if is_number(value) else None for value in values]


def _draw_volume(canvas: Canvas, subject: Subject, plan: Plan, left: int) -> None:
    volumes = [place.volume if place.bars and is_number(place.volume) else 0.0 for place in subject.places]
    most = max(volumes, default=0.0)
    for index, place in enumerate(subject.places):
        if place.bars and most > 0:
            x, width = left + index * subject.columns, body_columns(subject.columns)
            tone = Tone.UP_SOFT if place.rose else Tone.DOWN_SOFT
            draw_column(
                canvas, x, width, volumes[index] / most, plan.volume_top, plan.volume, subject.glyphs, tone
            )
    if plan.axis:
        for y in range(plan.volume_top, plan.volume_top + plan.volume):
            canvas.put(plan.plot_width, y, subject.glyphs.axis, Tone.FRAME)
        room = plan.axis - 1
        words = f"vol {compact(most)}" if most > 0 else "no vol"
        words = words if len(words) <= room else compact(most)[:room]
        canvas.write(plan.plot_width + 1, plan.volume_top, words.rjust(room), Tone.DIM)


def _draw_times(canvas: Canvas, subject: Subject, plan: Plan, left: int) -> None:
    y, timeframe_ms = plan.height - 1, TIMEFRAMES_MS[subject.timeframe]
    span_ms = timeframe_ms * max((place.bars for place in subject.places), default=1)
    for index, words, is_day in time_labels(
        subject.places, subject.columns, max(timeframe_ms, span_ms), subject.zone
    ):
        x = left + index * subject.columns + body_columns(subject.columns) // 2 - len(words) // 2
        if x >= 0 and x + len(words) <= plan.plot_width:
            canvas.write(x, y, words, Tone.BRIGHT if is_day else Tone.DIM)
    place = subject.pointed_at
    if place is not None and subject.cursor is not None:
        words = f" {moment_words(place.open_ms, timeframe_ms, subject.zone)} "
        x = max(
            0, min(plan.plot_width - len(words), left + subject.cursor * subject.columns - len(words) // 2)
        )
        canvas.write(max(0, x - _BESIDE_CHIP), y, " " * (len(words) + 2 * _BESIDE_CHIP), Tone.DIM)
        canvas.write(x, y, words, Tone.CHIP_INFO)


def _price(value: float, subject: Subject) -> str:
    return price_text(value, subject.decimals) if abs(value) < 1e12 else f"{value:.6g}"
