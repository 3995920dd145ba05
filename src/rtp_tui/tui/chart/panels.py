"""Panels under the chart: series with a scale of their own."""

from collections.abc import Sequence

from rtp_tui.text import compact
from rtp_tui.tui.cells import Tone
from rtp_tui.tui.chart.candles import body_columns, draw_column
from rtp_tui.tui.chart.canvas import Canvas
from rtp_tui.tui.chart.glyphs import Glyphs
from rtp_tui.tui.chart.line import DOTS, Point, draw_line
from rtp_tui.tui.chart.overlays import Drawing, Overlay, Panel
from rtp_tui.tui.chart.places import Place
from rtp_tui.tui.chart.scales import Scale, is_number, scale_of


def draw_panel(
    canvas: Canvas,
    panel: Panel,
    places: Sequence[Place],
    columns: int,
    left: int,
    top: int,
    rows: int,
    plot_width: int,
    glyphs: Glyphs,
) -> None:
    """Its name and bounds, its series, and lines at its marks."""
    across, down = DOTS[glyphs.name]
    seen = [[_value(series, place) for place in places] for series in panel.series]
    scale = _scale(panel, seen, rows * down)
    canvas.write(0, top, f"{panel.name} ", Tone.DIM)
    for series, values in zip(panel.series, seen, strict=True):
        if series.drawing is Drawing.BARS:
            _draw_bars(canvas, values, columns, left, top, rows, glyphs)
            continue
        points: list[Point] = [
            None
            if value is None
            else ((left + index * columns + body_columns(columns) // 2) * across, scale.dot(value))
            for index, value in enumerate(values)
        ]
        draw_line(canvas, points, glyphs.name, series.tone, top, rows)
    for mark in panel.marks:
        if scale.holds(mark):
            for x in range(0, plot_width, 2):
                canvas.put_under(x, top + scale.dot(mark) // down, glyphs.grid, Tone.FRAME)
    _draw_bounds(canvas, scale, top, rows, plot_width, glyphs)


def _value(series: Overlay, place: Place) -> float | None:
    value = series.values.get(place.last_ms) if place.bars else None
    return value if is_number(value) else None


def _scale(panel: Panel, seen: Sequence[Sequence[float | None]], dots: int) -> Scale:
    found = scale_of([value for values in seen for value in values if value is not None], dots)
    low = found.low if panel.low is None else panel.low
    high = found.high if panel.high is None else panel.high
    return Scale(low, high, dots) if low < high else found


def _draw_bars(
    canvas: Canvas,
    values: Sequence[float | None],
    columns: int,
    left: int,
    top: int,
    rows: int,
    glyphs: Glyphs,
) -> None:
    most = max((abs(value) for value in values if value is not None), default=0.0)
    for index, value in enumerate(values):
        if value is not None and most > 0:
            tone = Tone.UP_SOFT if value >= 0 else Tone.DOWN_SOFT
            draw_column(
                canvas,
                left + index * columns,
                body_columns(columns),
                abs(value) / most,
                top,
                rows,
                glyphs,
                tone,
            )


def _draw_bounds(canvas: Canvas, scale: Scale, top: int, rows: int, plot_width: int, glyphs: Glyphs) -> None:
    room = canvas.width - plot_width - 1
    if room < 1:
        return
    for y in range(top, top + rows):
        canvas.put(plot_width, y, glyphs.axis, Tone.FRAME)
    canvas.write(plot_width + 1, top, compact(scale.high)[:room].rjust(room), Tone.DIM)
    canvas.write(plot_width + 1, top + rows - 1, compact(scale.low)[:room].rjust(room), Tone.DIM)
