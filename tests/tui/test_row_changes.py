from rtp_tui.tui.cells import Cell, Column, Row, Tone
from rtp_tui.tui.widgets.row_changes import changed_rows, changed_span, changed_spans, in_turn

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


def test_of_a_row_the_columns_that_changed_are_repainted() -> None:
    before = a_row("x", "y", "z")
    assert changed_spans(before, a_row("!", "y", "z"), COLUMNS, SHOWN) == [(0, 4 + 1)]
    assert changed_spans(before, a_row("x", "!", "z"), COLUMNS, SHOWN) == [(5, 6 + 2)]
    assert changed_spans(before, a_row("!", "y", "!"), COLUMNS, SHOWN) == [(0, 4 + 1), (13, 5)]


def test_columns_side_by_side_are_repainted_at_once() -> None:
    assert changed_spans(a_row("x", "y", "z"), a_row("x", "!", "!"), COLUMNS, SHOWN) == [(5, 6 + 2 + 5)]


def test_what_changed_where_no_column_is_shown_is_not_repainted() -> None:
    assert changed_spans(a_row("x", "y", "z"), a_row("x", "y", "!"), COLUMNS, SHOWN[:2]) == []


def test_another_row_is_repainted_whole() -> None:
    assert changed_spans(None, a_row("x", "y", "z"), COLUMNS, SHOWN) is None
    assert changed_spans(a_row("x", "y", "z", key="other"), a_row("x", "y", "z"), COLUMNS, SHOWN) is None


def test_of_a_line_what_changed_is_repainted_from_its_first_cell_to_its_last() -> None:
    before = (Cell("12 "), Cell("345", Tone.DIM), Cell(" 6"))
    assert changed_span(before, (Cell("12 "), Cell("3?5", Tone.DIM), Cell(" 6")), 20) == (4, 1)
    assert changed_span(before, (Cell("1? "), Cell("345"), Cell(" 6")), 20) == (1, 5)


def test_a_line_that_has_become_shorter_is_repainted_as_far_as_it_reached() -> None:
    assert changed_span((Cell("failed: no answer"),), (Cell("failed"),), 40) == (6, 11)
    assert changed_span((Cell("failed"),), (Cell("failed: no answer"),), 10) == (6, 4)


def test_cells_that_are_cut_in_other_places_are_the_same_line() -> None:
    assert changed_span((Cell("12"), Cell("3")), (Cell("1"), Cell("23")), 20) == (0, 0)


def test_what_changed_where_the_line_is_cut_is_not_repainted() -> None:
    assert changed_span((Cell("no answer for 41 s"),), (Cell("no answer for 42 s"),), 10) == (0, 0)
    assert changed_span((Cell("no answer for 41 s"),), (Cell("no answer "),), 10) == (9, 1)


def test_a_line_with_wide_characters_is_repainted_whole() -> None:
    assert changed_span((Cell("東1"),), (Cell("東2"),), 20) == (0, 20)


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
