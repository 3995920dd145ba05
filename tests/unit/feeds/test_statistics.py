import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtp_tui.feeds.statistics import OFFSETS_KEPT, ClockOffset, FrameRate


def test_the_rate_is_that_of_the_last_five_seconds() -> None:
    rate = FrameRate()
    for second in range(20):
        rate.sample(float(second), 0 if second < 10 else (second - 10) * 100)
    assert rate.per_second() == pytest.approx(100.0)


def test_a_feed_that_fell_silent_has_no_rate_after_five_seconds() -> None:
    rate = FrameRate()
    for second in range(12):
        rate.sample(float(second), 500 if second > 5 else second * 100)
    assert rate.per_second() == 0.0


def test_nothing_is_known_from_fewer_than_two_samples() -> None:
    rate = FrameRate()
    assert rate.per_second() == 0.0
    rate.sample(1.0, 10)
    assert rate.per_second() == 0.0
    rate.sample(2.0, 20)
    rate.clear()
    assert rate.per_second() == 0.0


@given(st.lists(st.tuples(st.floats(0, 10), st.integers(0, 1000)), max_size=200))
def test_a_growing_count_never_has_a_negative_rate(steps: list[tuple[float, int]]) -> None:
    rate, now_s, frames = FrameRate(), 0.0, 0
    for step_s, more in steps:
        now_s, frames = now_s + step_s, frames + more
        rate.sample(now_s, frames)
        assert rate.per_second() >= 0


def test_the_offset_is_the_median_and_one_odd_clock_does_not_move_it() -> None:
    offset = ClockOffset()
    assert offset.median_ms() is None
    for event_ms in (1270, 1272, 1274, 10**15, -(10**15)):
        offset.add(event_ms, 0)
    assert offset.median_ms() == 1272


def test_only_the_newest_offsets_count() -> None:
    offset = ClockOffset()
    for event_ms in [5] * OFFSETS_KEPT + [9] * OFFSETS_KEPT:
        offset.add(event_ms, 0)
    assert offset.median_ms() == 9
