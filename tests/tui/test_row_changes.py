from rtp_tui.tui.cells import Cell, Column, Row
from rtp_tui.tui.widgets.row_changes import changed_rows, changed_width, in_turn

COLUMNS = (
    Column(name="a", title="A", width=4),
    Column(name="b", title="B", width=6, right=True),
    Column(name="c", title="C", width=5),
)
SHOWN = ((0, 4), (1, 6), (2, 5))


def a_row(*texts: str, key: str = "k") -> Row:
    return Row(key, tuple(Cell(text) for text in texts))


def test_only_rows_that_look_different_are_repainted() -> None:
    before = {0: a_row("x", "y", "z"), 1: a_row("x", "y", "z")}
    assert changed_rows(
        before, {0: a_row("x", "y", "z"), 1: a_row("x", "y", "!"), 2: a_row("n", "e", "w")}
    ) == [1, 2]


def test_a_row_is_repainted_as_far_as_it_changed() -> None:
    before = a_row("x", "y", "z")
    assert changed_width(before, a_row("!", "y", "z"), COLUMNS, SHOWN) == 4
    assert changed_width(before, a_row("x", "!", "z"), COLUMNS, SHOWN) == 4 + 1 + 6
    assert changed_width(before, a_row("!", "y", "!"), COLUMNS, SHOWN) == 4 + 1 + 6 + 2 + 5


def test_another_row_is_repainted_whole() -> None:
    assert changed_width(None, a_row("x", "y", "z"), COLUMNS, SHOWN) is None
    assert changed_width(a_row("x", "y", "z", key="other"), a_row("x", "y", "z"), COLUMNS, SHOWN) is None


def test_the_cursor_comes_first_and_then_whoever_waited() -> None:
    assert in_turn([0, 1, 2, 3, 4], cursor=4, start=2) == [4, 2, 3, 0, 1]


def test_every_changed_row_has_its_turn() -> None:
    waiting, start, painted = list(range(10)), 0, []
    while waiting:
        now = in_turn(waiting, cursor=0, start=start)[:3]
        painted += now
        start = now[-1] + 1
        waiting = [index for index in waiting if index not in now]
    assert sorted(painted) == list(range(10))
