"""Which rows to repaint, in which turn, and where."""

from collections.abc import Mapping, Sequence

from rtp_tui.tui.cells import Column, Line, Row, Tone, gap_before
from rtp_tui.tui.painter import text_width


def changed_rows(before: Mapping[int, Row], after: Mapping[int, Row]) -> list[int]:
    """Positions that look different now."""
    return [index for index, row in after.items() if before.get(index) != row]


def in_turn(indices: Sequence[int], cursor: int, start: int) -> list[int]:
    """The row under the cursor first, then from where the last frame had to stop."""
    return sorted(indices, key=lambda index: (index != cursor, index < start, index))


Span = tuple[int, int]
"""Where something begins, and how many cells it takes."""


def changed_spans(
    before: Row | None, after: Row, columns: Sequence[Column], shown: Sequence[tuple[int, int]]
) -> list[Span] | None:
    """The columns that changed, neighbours as one; None when the row is another one.

    The blanks after a column are painted as it is, and belong to it.
    """
    if before is None or before.key != after.key:
        return None
    spans: list[Span] = []
    right = 0
    gaps = [*(gap_before(columns[index]) for index, _ in shown[1:]), 0]
    for (index, width), gap in zip(shown, gaps, strict=True):
        left, right = right, right + width + gap
        if after.cells[index] == before.cells[index]:
            continue
        if spans and sum(spans[-1]) == left:
            left = spans.pop()[0]
        spans.append((left, right - left))
    return spans


def changed_span(before: Line, after: Line, room: int) -> Span:
    """From the first cell that changed to the last, of lines that have so much room."""
    if not (_is_narrow(before) and _is_narrow(after)):
        return (0, room)
    old, new = _shown(before, room), _shown(after, room)
    changed = [x for x, (one, other) in enumerate(zip(old, new, strict=True)) if one != other]
    return (changed[0], changed[-1] - changed[0] + 1) if changed else (0, 0)


def _is_narrow(line: Line) -> bool:
    """Each character takes one cell."""
    return text_width(line) == sum(len(cell.text) for cell in line)


def _shown(line: Line, room: int) -> list[tuple[str, Tone]]:
    """What stands in each cell: the line cut, or filled, as it is painted."""
    shown = [(character, cell.tone) for cell in line for character in cell.text]
    if len(shown) > room:
        return [*shown[: max(0, room - 1)], ("…", Tone.DIM)][:room]
    return shown + [(" ", Tone.TEXT)] * (room - len(shown))
