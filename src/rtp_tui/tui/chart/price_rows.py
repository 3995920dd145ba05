"""The rows of prices and their axis: bars, overlays, levels and zones, the crosshair."""

from collections.abc import Sequence

from rtp_tui.text import price_text
from rtp_tui.tui.cells import Tone
from rtp_tui.tui.chart.candles import DOTS_A_ROW, body_columns, can_be_drawn, draw_candle
from rtp_tui.tui.chart.canvas import Canvas
from rtp_tui.tui.chart.line import DOTS, Point, draw_line
from rtp_tui.tui.chart.overlays import Level, Overlay, Zone
from rtp_tui.tui.chart.plan import Plan
from rtp_tui.tui.chart.scales import Scale, is_number, ticks
from rtp_tui.tui.chart.subject import Subject, price_scale, price_words, values_seen

_ROWS_A_TICK = 3
_CHIP = {True: Tone.CHIP_OK, False: Tone.CHIP_BAD}


class PriceRows:
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
        self._draw_values(values_seen(overlay, self._subject.places), overlay.tone)

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
        words = f"{mark} {price_words(price, self._subject)}"
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
        words = f"{level.label} {price_words(level.price, self._subject)} "
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
                price_words(self._subject.last, self._subject),
                _CHIP[self._subject.rises],
            )
        place = self._subject.pointed_at
        if place is not None and can_be_drawn(place):
            self._label(self._y(place.close), price_words(place.close, self._subject), Tone.CHIP_INFO)

    def _label(self, y: int, words: str, tone: Tone) -> None:
        room = self._plan.axis - 1
        if len(words) > room:
            words = "#" * room
        self._canvas.put(self._plan.plot_width, y, self._glyphs.tick, Tone.FRAME)
        self._canvas.write(self._plan.plot_width + 1, y, words.rjust(room), tone)
