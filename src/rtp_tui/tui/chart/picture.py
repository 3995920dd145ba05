"""The whole chart, drawn from what is to be seen: prices, axes, volume, panels."""

from collections.abc import Sequence

from rtp_tui.text import compact
from rtp_tui.tui.cells import Line, Tone
from rtp_tui.tui.chart.candles import body_columns, draw_column
from rtp_tui.tui.chart.canvas import Canvas
from rtp_tui.tui.chart.origins import draw_origins
from rtp_tui.tui.chart.panels import draw_panel
from rtp_tui.tui.chart.plan import Plan
from rtp_tui.tui.chart.price_rows import PriceRows
from rtp_tui.tui.chart.scales import is_number
from rtp_tui.tui.chart.subject import Subject
from rtp_tui.tui.chart.time_axis import moment_words, time_labels
from rtp_tui.tui.chart.timeframes import TIMEFRAMES_MS

_BESIDE_CHIP = 6
"""Columns in which no half of a label may be left."""


def draw(subject: Subject, plan: Plan, header: Sequence[Line]) -> tuple[Line, ...]:
    """Every row of the chart, the header's first."""
    canvas = Canvas(plan.width, plan.height)
    left = left_column(subject, plan)
    if plan.prices:
        PriceRows(canvas, subject, plan, left).draw()
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
