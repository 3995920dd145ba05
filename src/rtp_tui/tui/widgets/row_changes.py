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
    """The columns that changed, neighbours as one; None when the row is another one."""
    if before is None or before.key != after.key:
        return None
    spans: list[Span] = []
    right = 0
    for index, width in shown:
        gap = gap_before(columns[index]) if right else 0
        left, right = right, right + gap + width
        if after.cells[index] == before.cells[index]:
            continue
        if spans and sum(spans[-1]) == left:
            left = spans.pop()[0]
        spans.append((left, right - left))
    return spans


def changed_span(before: Line, after: Line) -> Span | None:
    """From the first cell that changed to the last; None where the lines are not as long, or have wide characters."""
    old, new = _characters(before), _characters(after)
    if not len(old) == len(new) == text_width(before) == text_width(after):
        return None
    changed = [x for x, (one, other) in enumerate(zip(old, new, strict=True)) if one != other]
    return (changed[0], changed[-1] - changed[0] + 1) if changed else (0, 0)


def _characters(line: Line) -> list[tuple[str, Tone]]:
    return [(character, cell.tone) for cell in line for character in cell.text]
