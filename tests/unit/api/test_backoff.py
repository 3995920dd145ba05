import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtp_tui.api.backoff import FIRST_RETRY_S, LASTED_S, LONGEST_RETRY_S, Backoff


def waits(share: float, times: int, lasted_s: float = 0.0) -> list[float]:
    """The waits of connections that each lasted so long before they were lost."""
    backoff, now_s, found = Backoff(lambda: share), 0.0, []
    for _ in range(times):
        backoff.succeeded(now_s)
        now_s += lasted_s
        found.append(backoff.failed(now_s, 0.0))
    return found


def test_the_bound_doubles_up_to_ten_seconds() -> None:
    assert waits(1.0, 8) == [1.0, 2.0, 4.0, 8.0, 10.0, 10.0, 10.0, 10.0]


def test_no_attempt_follows_at_once_even_where_chance_would_have_it() -> None:
    assert waits(0.0, 5) == [FIRST_RETRY_S] * 5


@pytest.mark.parametrize(("lasted_s", "last"), [(LASTED_S - 0.1, 10.0), (LASTED_S, 1.0)])
def test_only_a_connection_that_lasted_starts_it_over(lasted_s: float, last: float) -> None:
    assert waits(1.0, 8, lasted_s)[-1] == last


@given(st.floats(0, 1), st.integers(1, 5_000), st.floats(0, 600))
def test_it_is_never_shorter_than_the_server_asks_and_never_much_longer(
    share: float, attempts: int, patience_s: float
) -> None:
    backoff = Backoff(lambda: share)
    for _ in range(attempts % 50):
        backoff.failed(0.0, 0.0)
    wait_s = backoff.failed(0.0, patience_s)
    assert patience_s + FIRST_RETRY_S <= wait_s <= patience_s + LONGEST_RETRY_S


def test_attempts_are_counted_from_the_last_connection_that_lasted() -> None:
    backoff = Backoff(lambda: 0.5)
    backoff.failed(0.0, 0.0)
    backoff.failed(1.0, 0.0)
    assert backoff.attempt == 2
    backoff.succeeded(2.0)
    backoff.succeeded(60.0)
    backoff.failed(60.0, 0.0)
    assert backoff.attempt == 1
