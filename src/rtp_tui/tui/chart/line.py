"""Lines as characters: dots of which several share a cell, joined so that a line has no holes."""

from collections.abc import Iterable

from rtp_tui.tui.cells import Tone
from rtp_tui.tui.chart.canvas import Canvas
from rtp_tui.tui.chart.glyphs import GlyphSet

_BRAILLE = ((0x01, 0x02, 0x04, 0x40), (0x08, 0x10, 0x20, 0x80))
_HALVES = {1: "▀", 2: "▄", 3: "█"}
_MARKS = {1: "'", 2: ".", 3: ":"}
DOTS = {GlyphSet.FINE: (2, 4), GlyphSet.BLOCKS: (1, 2), GlyphSet.ASCII: (1, 2)}
"""How many stand side by side in a cell, and one over the other."""
Point = tuple[int, int] | None
"""Where a value stands in dots; None where the line is interrupted."""


def draw_line(
    canvas: Canvas,
    points: Iterable[Point],
    glyphs: GlyphSet,
    tone: Tone,
    top: int,
    rows: int,
    *,
    over: bool = False,
) -> None:
    """A line through the points in `rows` rows from `top`; beneath what is there, unless it is to lie over it."""
    put = canvas.put if over else canvas.put_under
    for (x, y), bits in _cells(points, glyphs, canvas.width, rows).items():
        put(x, top + y, _character(bits, glyphs), tone)


def _character(bits: int, glyphs: GlyphSet) -> str:
    if glyphs is GlyphSet.FINE:
        return chr(0x2800 + bits)
    return (_HALVES if glyphs is GlyphSet.BLOCKS else _MARKS)[bits]


def _cells(points: Iterable[Point], glyphs: GlyphSet, width: int, rows: int) -> dict[tuple[int, int], int]:
    """Which dots of which cells are set."""
    across, down = DOTS[glyphs]
    cells: dict[tuple[int, int], int] = {}
    for x, y in _joined(points):
        if 0 <= x < width * across and 0 <= y < rows * down:
            cell = (x // across, y // down)
            bit = _BRAILLE[x % across][y % down] if across == 2 else 1 << (y % down)
            cells[cell] = cells.get(cell, 0) | bit
    return cells


def _joined(points: Iterable[Point]) -> Iterable[tuple[int, int]]:
    before: Point = None
    for point in points:
        if point is not None:
            yield from _between(before, point) if before is not None else (point,)
        before = point


def _between(start: tuple[int, int], end: tuple[int, int]) -> Iterable[tuple[int, int]]:
    """The dots of a straight line, both ends included."""
    (x0, y0), (x1, y1) = start, end
    steps = max(abs(x1 - x0), abs(y1 - y0), 1)
    for step in range(steps + 1):
        yield x0 + (x1 - x0) * step // steps, y0 + (y1 - y0) * step // steps
