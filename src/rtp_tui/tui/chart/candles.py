"""Candles as characters, two places of a scale in each row."""

from rtp_tui.tui.cells import Tone
from rtp_tui.tui.chart.canvas import Canvas
from rtp_tui.tui.chart.glyphs import Glyphs
from rtp_tui.tui.chart.places import Place
from rtp_tui.tui.chart.scales import LARGEST, Scale

DOTS_A_ROW = 2
_NARROW = {
    ("wick", "wick"): "│", ("wick", ""): "╵", ("", "wick"): "╷", ("body", "body"): "┃", ("body", ""): "╹",
    ("", "body"): "╻", ("wick", "body"): "╽", ("body", "wick"): "╿",
}  # fmt: skip
_WIDE = {
    ("body", "body"): "█",
    ("body", ""): "▀",
    ("", "body"): "▄",
    ("body", "wick"): "▀",
    ("wick", "body"): "▄",
}


def can_be_drawn(place: Place) -> bool:
    """It has bars, and all of its prices are numbers in order."""
    if not place.bars:
        return False
    # What is not a number is in no order.
    is_ordered = place.low <= place.open <= place.high and place.low <= place.close <= place.high
    return is_ordered and place.low >= -LARGEST and place.high <= LARGEST


def body_columns(columns: int) -> int:
    """How many of a candle's columns its body takes: an odd number, so that the wick is in the middle."""
    return 1 if columns <= 2 else columns - 1 - columns % 2


def tone_of(place: Place) -> Tone:
    """The colour of its direction; one that still forms is softer, for it is not the last word."""
    if place.closed:
        return Tone.UP if place.rose else Tone.DOWN
    return Tone.BRIGHT


def draw_candle(canvas: Canvas, place: Place, x: int, columns: int, scale: Scale, glyphs: Glyphs) -> None:
    """A candle whose first column is `x`, in rows from 0; `scale` has two places a row."""
    high, low = scale.dot(place.high), scale.dot(place.low)
    opened, closed = scale.dot(place.open), scale.dot(place.close)
    top, bottom = min(opened, closed), max(opened, closed)
    width, tone = body_columns(columns), tone_of(place)
    for y in range(high // DOTS_A_ROW, low // DOTS_A_ROW + 1):
        upper, lower = _half(2 * y, high, low, top, bottom), _half(2 * y + 1, high, low, top, bottom)
        if glyphs.is_fine:
            _draw_fine(canvas, x, y, width, (upper, lower), tone, is_dense=columns == 1)
        else:
            _draw_whole(canvas, x, y, width, "body" in (upper, lower), _body(place, glyphs), glyphs, tone)


def _half(dot: int, high: int, low: int, top: int, bottom: int) -> str:
    if top <= dot <= bottom:
        return "body"
    return "wick" if high <= dot <= low else ""


def _draw_fine(
    canvas: Canvas, x: int, y: int, width: int, halves: tuple[str, str], tone: Tone, *, is_dense: bool
) -> None:
    middle = x + width // 2
    if is_dense or "body" not in halves:
        canvas.put(middle, y, _NARROW[halves], tone)
        return
    for column in range(x, x + width):
        canvas.put(column, y, _WIDE[halves], tone)
    if "wick" in halves:
        canvas.put(middle, y, _NARROW[halves], tone)


def _body(place: Place, glyphs: Glyphs) -> str:
    if place.open == place.close:
        return glyphs.flat
    return glyphs.rose if place.rose else glyphs.fell


def _draw_whole(
    canvas: Canvas, x: int, y: int, width: int, is_body: bool, body: str, glyphs: Glyphs, tone: Tone
) -> None:
    if not is_body:
        canvas.put(x + width // 2, y, glyphs.wick, tone)
        return
    for column in range(x, x + width):
        canvas.put(column, y, body, tone)


def draw_column(
    canvas: Canvas, x: int, width: int, share: float, top: int, rows: int, glyphs: Glyphs, tone: Tone
) -> None:
    """A column of volume on the lowest of `rows` rows from `top`, this share of their height."""
    steps = len(glyphs.columns)
    units = round(max(0.0, min(1.0, share)) * rows * steps)
    units = max(units, 1 if share > 0 else 0)
    for row in range(rows):
        part = min(steps, units - row * steps)
        if part <= 0:
            return
        for column in range(x, x + width):
            canvas.put(column, top + rows - 1 - row, glyphs.columns[part - 1], tone)
