"""Price cards: what a row of the prices says, with room around it and digits that are read from afar."""

from collections.abc import Mapping, Sequence

from msgspec import Struct

from rtp_tui.model.health import Freshness
from rtp_tui.text import safe
from rtp_tui.tui.cells import Cell, Column, Line, Row, Tone
from rtp_tui.tui.digits import big_digits
from rtp_tui.tui.painter import fit, text_width, thinned

_SMALL_WIDTH, _SMALL_HEIGHT = 26, 5
_LARGE_WIDTH, _LARGE_HEIGHT = 40, 7
_ROOM_FOR_LARGE = (100, 28)
"""Columns and rows from which on digits are large."""
_WIDEST = 56
_FRAME = 4
"""Columns: a border and a blank at either side."""
_BADGES: Mapping[str, Cell] = {
    Freshness.LIVE: Cell(" LIVE ", Tone.CHIP_OK),
    Freshness.FRESH: Cell(" LIVE ", Tone.CHIP_OK),
    Freshness.AGING: Cell(" LATE ", Tone.CHIP_WARN),
    Freshness.STALE: Cell(" STALE ", Tone.CHIP_BAD),
    Freshness.CLOSED: Cell(" CLOSED ", Tone.CHIP),
}
_NOT_KNOWN = Cell(" ? ", Tone.CHIP)
_NOT_HEARD = Cell(" OFFLINE ", Tone.CHIP_BAD)
CHOSEN = "▸"
"""Before the symbol of the card under the cursor, which a frame in another colour alone would not tell."""


class Grid(Struct, frozen=True):
    """How cards stand: so many side by side, each so large."""

    columns: int
    width: int
    height: int
    is_large: bool


def grid_of(width: int, height: int, count: int, *, may_be_large: bool = True) -> Grid:
    """The grid that fills a screen of this size with so many cards."""
    is_large = may_be_large and width >= _ROOM_FOR_LARGE[0] and height >= _ROOM_FOR_LARGE[1]
    narrowest = _LARGE_WIDTH if is_large else _SMALL_WIDTH
    columns = max(1, min(width // narrowest, count))
    card_width = max(_FRAME + 1, min(_WIDEST, width // columns))
    return Grid(columns, card_width, _LARGE_HEIGHT if is_large else _SMALL_HEIGHT, is_large)


def card_lines(
    row: Row, columns: Sequence[Column], grid: Grid, *, is_heard: bool, marks: str, has_focus: bool
) -> tuple[Line, ...]:
    """One card, as wide and as high as the grid says, from what a row of the prices says.

    `marks` stand before the symbol, `CHOSEN` among them.
    """
    cells = {column.name: cell for column, cell in zip(columns, row.cells, strict=True)}
    frame = (Tone.ACCENT if has_focus else Tone.TEXT) if CHOSEN in marks else Tone.FRAME
    inner = grid.width - _FRAME
    price = _large_price(cells, inner) if grid.is_large else None
    body = (*(price or _price(cells, inner, grid)), _below(cells, inner), _origin(cells, inner))
    sides = (Cell("│ ", frame), Cell(" │", frame))
    return (
        _top(cells, grid.width, frame, is_heard=is_heard, marks=marks),
        *((sides[0], *line, sides[1]) for line in body),
        (Cell(f"╰{'─' * (grid.width - 2)}╯", frame),),
    )


def _top(cells: Mapping[str, Cell], width: int, frame: Tone, *, is_heard: bool, marks: str) -> Line:
    badge = _BADGES.get(cells["freshness"].text, _NOT_KNOWN) if is_heard else _NOT_HEARD
    right = cut((badge, Cell("─", frame)), width - 2)
    room = width - 2 - text_width(right)
    mark = Cell(marks or " ", frame)
    title = cut((mark, cells["symbol"], Cell("  "), cells["name"], Cell(" ")), room)
    line = Cell("─" * (room - text_width(title)), frame)
    return (Cell("╭", frame), *title, line, *right, Cell("╮", frame))


def _price(cells: Mapping[str, Cell], width: int, grid: Grid) -> tuple[Line, ...]:
    """One line; of a large card three, for a price that is too long for large digits."""
    change = _change(cells)
    room = max(1, width - text_width(change) - 1)
    last = cells["last"]
    shown = Cell(fit(last.text, min(room, max(1, len(last.text))), is_number=True), _loud(last.tone))
    line = spread((shown,), change, width)
    blank = (Cell(" " * width),)
    return (blank, line, blank) if grid.is_large else (line,)


def _large_price(cells: Mapping[str, Cell], width: int) -> tuple[Line, ...] | None:
    digits = big_digits(cells["last"].text)
    beside = (_change(cells), (), _range(cells))
    widest = max(map(text_width, beside))
    if not digits[0] or text_width((Cell(digits[0]),)) + 1 + widest > width:
        beside = (_change(cells), (), ())
        widest = max(map(text_width, beside))
    if not digits[0] or text_width((Cell(digits[0]),)) + 1 + widest > width:
        return None
    tone = _loud(cells["last"].tone)
    return tuple(
        spread((Cell(digit, tone),), right, width) for digit, right in zip(digits, beside, strict=True)
    )


def _range(cells: Mapping[str, Cell]) -> Line:
    return (cells["range"],) if "range" in cells and cells["range"].text else ()


def _below(cells: Mapping[str, Cell], width: int) -> Line:
    """The curve, and what one pays and gets where there is room."""
    bid, ask = cells["bid"], cells["ask"]
    quoted = (bid, Cell(" / ", Tone.DIM), ask)
    spark = cells["spark"]
    curve = Cell(thinned(spark.text, min(width, len(spark.text))), spark.tone)
    has_room = text_width((curve, *quoted)) + 2 <= width and bid.text != "–"
    return spread((curve,), quoted if has_room else (), width)


def _origin(cells: Mapping[str, Cell], width: int) -> Line:
    """`● live 2s           binance`."""
    freshness = cells["freshness"]
    left = (cells["mark"], Cell(" "), freshness, Cell(" "), cells["age"])
    return spread(left, (cells["source"],), width)


def _change(cells: Mapping[str, Cell]) -> Line:
    way, change = cells["way"], cells["change"]
    return (way, Cell(f" {change.text} %" if change.text != "–" else " –", change.tone))


def _loud(tone: Tone) -> Tone:
    return Tone.BRIGHT if tone is Tone.TEXT else tone


def spread(left: Line, right: Line, width: int) -> Line:
    """One text at each side, exactly this wide; the left one gives way, then the right one."""
    right = cut(right, width)
    left = cut(left, max(0, width - text_width(right) - (1 if right else 0)))
    return (*left, Cell(" " * max(0, width - text_width(left) - text_width(right))), *right)


def cut(line: Line, room: int) -> Line:
    """As many of the cells as there is room for, each made safe, the last of them with an ellipsis."""
    kept: list[Cell] = []
    for cell in line:
        if room <= 0:
            break
        shown = cell.text if cell.text.isprintable() else safe(cell.text)
        width = min(room, text_width((Cell(shown),)))
        kept.append(Cell(fit(shown, width), cell.tone, cell.action))
        room -= width
    return tuple(kept)
