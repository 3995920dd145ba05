import pytest

from rtp_tui.api.pace import PING_S, SLOWEST_MS, Pace


class Measured:
    """A pace and the moments of its pings."""

    def __init__(self, wanted_ms: int = 100) -> None:
        self.pace = Pace(wanted_ms)
        self.now_s = 0.0
        self.pace.begin(self.now_s)

    def round_trip(self, took_s: float) -> int:
        self.now_s += PING_S
        assert self.pace.wants_ping(self.now_s)
        self.pace.asked(self.now_s)
        assert not self.pace.wants_ping(self.now_s + 60), "one question at a time"
        self.now_s += took_s
        self.pace.answered(self.now_s)
        return self.pace.conflate_ms


def test_a_quick_link_keeps_the_wanted_pace() -> None:
    link = Measured()
    assert {link.round_trip(0.02) for _ in range(20)} == {100}


def test_a_link_that_falls_behind_is_told_less_often_up_to_a_bound() -> None:
    link = Measured()
    assert [link.round_trip(1.5) for _ in range(6)] == [300, 900, 2_700, SLOWEST_MS, SLOWEST_MS, SLOWEST_MS]


def test_a_link_that_keeps_up_again_comes_back_to_the_wanted_pace() -> None:
    link = Measured()
    link.round_trip(0.3)
    for _ in range(5):
        link.round_trip(2.0)
    paces = [link.round_trip(0.3) for _ in range(30)]
    assert paces == sorted(paces, reverse=True)
    assert paces[-1] == 100


def test_a_far_link_is_not_taken_for_a_slow_one() -> None:
    link = Measured()
    assert {link.round_trip(0.6 + 0.02 * (turn % 3)) for turn in range(20)} == {100}


def test_a_reader_of_every_quote_is_never_slowed() -> None:
    link = Measured(0)
    assert {link.round_trip(3.0) for _ in range(5)} == {0}


@pytest.mark.parametrize("wanted_ms", [10_000, 4_000])
def test_a_pace_slower_than_the_slowest_is_left_alone(wanted_ms: int) -> None:
    assert Measured(wanted_ms).round_trip(3.0) == wanted_ms


def test_a_pong_that_nobody_asked_for_changes_nothing() -> None:
    pace = Pace(100)
    assert not pace.answered(100.0)


def test_a_new_connection_forgets_the_question_that_was_out() -> None:
    pace = Pace(100)
    pace.asked(0.0)
    pace.begin(50.0)
    assert not pace.answered(50.1)
    assert pace.conflate_ms == 100


def test_it_does_not_wait_for_a_late_pong_to_be_slower() -> None:
    pace = Pace(100)
    pace.asked(10.0)
    assert [pace.is_slower(10.0 + quarter / 4) for quarter in range(1, 9)] == [
        False, False, False, True, False, False, False, True
    ]  # fmt: skip
    assert pace.conflate_ms == 900
    assert not pace.answered(12.1), "the same second does not count twice"
