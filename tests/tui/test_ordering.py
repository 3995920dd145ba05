from rtp_tui.tui.ordering import HOLD_S, SORT_EVERY_S, Ordering
from rtp_tui.tui.panes.pane import Value

VALUES: dict[str, Value] = {"a": 3.0, "b": None, "c": 1.0, "d": 2.0}


def value_of(key: str, column: str) -> Value:
    return VALUES[key]


def test_unknown_values_come_last_whichever_way_it_goes() -> None:
    ordering = Ordering()
    ordering.sort_by("x")
    assert ordering.sort(list("abcd"), value_of, 0.0) == ["c", "d", "a", "b"]
    ordering.turn_around()
    assert ordering.sort(list("abcd"), value_of, 0.0) == ["a", "d", "c", "b"]


def test_the_same_column_again_turns_the_order_around() -> None:
    ordering = Ordering()
    ordering.sort_by("x")
    ordering.sort_by("x")
    assert ordering.reverse
    ordering.sort_by("y")
    assert not ordering.reverse


def test_it_sorts_at_most_every_two_seconds() -> None:
    ordering = Ordering()
    ordering.sort([], value_of, 10.0)
    assert not ordering.is_due(10.0 + SORT_EVERY_S - 0.1)
    assert ordering.is_due(10.0 + SORT_EVERY_S)


def test_nothing_moves_for_five_seconds_after_the_cursor_did() -> None:
    ordering = Ordering()
    ordering.cursor_moved(10.0)
    assert not ordering.is_due(10.0 + HOLD_S - 0.1)
    assert ordering.is_due(10.0 + HOLD_S)


def test_asking_for_an_order_is_answered_at_once() -> None:
    ordering = Ordering()
    ordering.sort([], value_of, 10.0)
    ordering.cursor_moved(10.0)
    ordering.sort_by("x")
    assert ordering.is_due(10.0)
