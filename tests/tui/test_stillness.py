"""A frame is left out only where it would repeat the last one."""

import pytest

from rtp_tui.tui.follower import Connection
from rtp_tui.tui.stillness import AWAKE_S, Moment, Stillness

THEN = Moment(5, 100, Connection.LIVE)


def still() -> Stillness:
    stillness = Stillness()
    stillness.showed(THEN, is_settled=True)
    return stillness


def test_the_same_moment_need_not_be_painted_twice() -> None:
    assert still().holds(THEN, 10.0)


def test_nothing_is_left_out_before_anything_was_painted() -> None:
    assert not Stillness().holds(THEN, 10.0)


@pytest.mark.parametrize(
    "later",
    [THEN._replace(changes=6), THEN._replace(second=101), THEN._replace(connection=Connection.SILENT)],
)
def test_whatever_moves_the_picture_is_painted(later: Moment) -> None:
    assert not still().holds(later, 10.0)


def test_after_a_frame_that_left_something_undone_another_one_follows() -> None:
    stillness = still()
    stillness.showed(THEN, is_settled=False)
    assert not stillness.holds(THEN, 10.0)


def test_for_a_while_after_a_key_every_frame_is_painted() -> None:
    stillness = still()
    stillness.touched(10.0)
    assert not stillness.holds(THEN, 10.0 + AWAKE_S)
    assert stillness.holds(THEN, 10.1 + AWAKE_S)
