"""Which rows to repaint, in which turn, and how far to the right."""

from collections.abc import Mapping, Sequence

from rtp_tui.tui.cells import Column, Line, Row, gap_before


def changed_rows(before: Mapping[int, Row], after: Mapping[int, Row]) -> list[int]:
    """Positions that look different now."""
    return [index for index, row in after.items() if before.get(index) != row]


def in_turn(indices: Sequence[int], cursor: int, start: int) -> list[int]:
    """The row under the cursor first, then from where the last frame had to stop."""
    return sorted(indices, key=lambda index: (index != cursor, index < start, index))


def changed_width(
    before: Row | None, after: Row, columns: Sequence[Column], shown: Sequence[tuple[int, int]]
) -> int | None:
    """Cells from the left edge to the last column that changed; None when the row is another one.

    What stands left of a change is sent to the terminal anyway, what stands right of it is not.
    """
    if before is None or before.key != after.key:
        return None
    right = changed = 0
    for index, width in shown:
        right += width + (gap_before(columns[index]) if right else 0)
        if after.cells[index] != before.cells[index]:
            changed = right
    return changed


def changed_length(before: Line, after: Line) -> int:
    """Cells from the left edge to the last one that changed."""
    old = [(character, cell.tone) for cell in before for character in cell.text]
    new = [(character, cell.tone) for cell in after for character in cell.text]
    if len(old) != len(new):
        return max(len(old), len(new)) + 1
    return (
        max((x for x, (one, other) in enumerate(zip(old, new, strict=True)) if one != other), default=0) + 1
    )
