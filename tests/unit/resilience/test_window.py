from hypothesis import given
from hypothesis import strategies as st

from rtp_tui.resilience.window import BUCKETS, CountWindow, RollingCount, TimeWindow


def test_a_rolling_count_forgets_what_is_older_than_its_window() -> None:
    count = RollingCount(60.0)
    for now_s in (0.0, 0.5, 30.0):
        count.add(now_s)
    assert [count.total(now_s) for now_s in (30.0, 59.9, 60.0, 89.9, 90.0)] == [3, 3, 1, 1, 0]


@given(st.lists(st.floats(0, 1000), max_size=200), st.floats(1, 100))
def test_a_rolling_count_is_right_to_one_step_of_its_window(moments: list[float], window_s: float) -> None:
    count = RollingCount(window_s)
    step_s = window_s / BUCKETS
    seen: list[float] = []
    for now_s in sorted(moments):
        count.add(now_s)
        seen.append(now_s)
        surely = sum(now_s - at < window_s - 1.001 * step_s for at in seen)
        perhaps = sum(now_s - at < window_s + 0.001 * step_s for at in seen)
        assert surely <= count.total(now_s) <= perhaps


@given(st.lists(st.tuples(st.booleans(), st.booleans()), max_size=60), st.integers(1, 20))
def test_a_count_window_holds_the_last_calls(calls: list[tuple[bool, bool]], size: int) -> None:
    window = CountWindow(size)
    for failed, slow in calls:
        window.add(failed, slow, 0.0)
    counts = window.counts(0.0)
    last = calls[-size:]
    assert (counts.calls, counts.failed, counts.slow) == (
        len(last),
        sum(failed for failed, _ in last),
        sum(slow for _, slow in last),
    )


def test_a_time_window_counts_a_slow_failure_as_both() -> None:
    window = TimeWindow(60.0)
    window.add(True, True, 0.0)
    counts = window.add(False, False, 1.0)
    assert (counts.calls, counts.failed, counts.slow) == (2, 1, 1)
