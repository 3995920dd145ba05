from hypothesis import given
from hypothesis import strategies as st

from rtp_tui.model.feeds import Quota
from rtp_tui.resilience.quota_pace import QuotaPace


def told(left: int, limit: int = 100, reset_ms: int | None = 60_000) -> Quota:
    return Quota(limit=limit, left=left, reset_ms=reset_ms)


def test_while_there_is_plenty_nobody_waits() -> None:
    assert QuotaPace().pause_s(told(21), 0) == 0


def test_the_last_part_is_spread_over_the_rest_of_the_window() -> None:
    assert QuotaPace().pause_s(told(20), 0) == 3
    assert QuotaPace().pause_s(told(20), 40_000) == 1


def test_calls_that_cost_more_are_made_less_often() -> None:
    pace = QuotaPace()
    pace.pause_s(told(30), 0)
    assert pace.pause_s(told(20), 0) == 30


def test_with_nothing_left_we_wait_for_the_next_window() -> None:
    assert QuotaPace().pause_s(told(0), 15_000) == 45
    assert QuotaPace().pause_s(Quota(used=120, limit=100, reset_ms=60_000), 0) == 60


def test_a_window_that_is_over_or_unknown_holds_nobody_up() -> None:
    assert QuotaPace().pause_s(told(0), 60_000) == 0
    assert QuotaPace().pause_s(told(0, reset_ms=None), 0) == 0
    assert QuotaPace().pause_s(Quota(used=5), 0) == 0


@given(limit=st.integers(1, 6_000), cost=st.integers(1, 40), window_ms=st.integers(1_000, 3_600_000))
def test_whoever_heeds_the_pauses_never_exceeds_a_quota(limit: int, cost: int, window_ms: int) -> None:
    pace, used, now_ms, calls = QuotaPace(), 0, 0, 0
    while now_ms < window_ms and calls < 10_000:
        if used + cost > limit:
            break
        used, calls = used + cost, calls + 1
        now_ms += round(pace.pause_s(Quota(used=used, limit=limit, reset_ms=window_ms), now_ms) * 1000) + 1
    assert used <= limit
    assert now_ms >= window_ms or used + cost > limit >= used
    if cost * 5 < limit and window_ms > limit:
        assert now_ms >= window_ms, "the quota was used up before its window was over"
