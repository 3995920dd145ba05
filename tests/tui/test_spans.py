"""What a terminal is sent of a frame."""

from rich.console import Console
from rich.segment import Segment
from textual.strip import Strip

from rtp_tui.tui.spans import ChangedSpans

LEFT, RIGHT = Strip([Segment("Jobs  "), Segment("idle")]), Strip([Segment("│ok│")])
Chops = list[dict[int, Strip | None]]
CHOPS: Chops = [{0: LEFT, 10: RIGHT}]
ENDS = [[10, 14]]


def sent(*spans: tuple[int, int, int], chops: Chops = CHOPS) -> str:
    return ChangedSpans(chops, list(spans), ENDS * len(chops)).render_segments(Console())


def test_of_a_line_only_what_changed_is_sent() -> None:
    assert sent((0, 6, 8)) == "\x1b[1;7Hid"
    assert sent((0, 0, 2), (0, 8, 10)) == "\x1b[1;1HJo\x1b[1;9Hle"


def test_a_change_across_two_panes_is_sent_of_both() -> None:
    assert sent((0, 8, 12)) == "\x1b[1;9Hle\x1b[1;11H│o"


def test_each_line_is_sent_where_it_stands() -> None:
    assert sent((0, 0, 4), (1, 10, 14), chops=CHOPS * 2) == "\x1b[1;1HJobs\x1b[2;11H│ok│"


def test_what_lies_beneath_another_widget_is_not_sent() -> None:
    assert sent((0, 0, 14), chops=[{0: None, 10: RIGHT}]) == "\x1b[1;11H│ok│"


def test_a_change_that_ends_where_a_pane_begins_sends_nothing_of_it() -> None:
    assert sent((0, 8, 10)) == "\x1b[1;9Hle"


def test_half_of_a_wide_character_is_a_blank() -> None:
    assert sent((0, 1, 3), chops=[{0: Strip([Segment("東京")]), 4: None}]) == "\x1b[1;2H  "
