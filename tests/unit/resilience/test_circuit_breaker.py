"""The documented behaviour of resilience4j as a table, and properties that hold for any history of calls."""

import pytest

from rtp_tui.model.breakers import BreakerState
from rtp_tui.resilience.circuit_breaker import CircuitBreaker
from rtp_tui.resilience.settings import PolicySettings

POLICY = PolicySettings(
    window_calls=10, minimum_calls=4, slow_call_ms=2_000, slow_rate_pct=80, probes=2, open_ms=30_000
)
OPEN_S, HALF_OPEN = 30.0, BreakerState.HALF_OPEN
CLOSED, OPEN = BreakerState.CLOSED, BreakerState.OPEN
FORCED_OPEN, FORCED_CLOSED = BreakerState.FORCED_OPEN, BreakerState.FORCED_CLOSED


def breaker_of(policy: PolicySettings = POLICY) -> CircuitBreaker:
    return CircuitBreaker(policy, lambda: 0.0, 0.0)


def make_calls(breaker: CircuitBreaker, calls: str, now_s: float = 0.0) -> None:
    """`.` works, `x` fails, `s` is slow, `S` is slow and fails, `i` is ignored; refused ones are not made."""
    for call in calls:
        permit = breaker.admit(now_s)
        if permit is None:
            continue
        if call == "i":
            breaker.release(permit)
        else:
            took_s = 2.001 if call in "sS" else 2.0
            breaker.record(permit, failed=call in "xS", took_s=took_s, now_s=now_s)


def opened_at(now_s: float, policy: PolicySettings = POLICY) -> CircuitBreaker:
    breaker = breaker_of(policy)
    make_calls(breaker, "xxxx", now_s)
    assert breaker.state is OPEN
    return breaker


# --- resilience4j's documentation, https://resilience4j.readme.io/docs/circuitbreaker


@pytest.mark.parametrize(
    ("calls", "state", "why"),
    [
        ("xxx", CLOSED, "fewer than the minimum number of calls, even if all have failed"),
        ("xxxx", OPEN, "all of the minimum have failed"),
        ("..xx", OPEN, "the failure rate is equal to the threshold"),
        ("...x", CLOSED, "the failure rate is below the threshold"),
        ("......xxxxx", OPEN, "the oldest call was evicted: five of ten"),
        ("...........xxxx", CLOSED, "four of the last ten"),
        ("iiixxx", CLOSED, "ignored errors count neither as success nor as failure"),
        (".sss", CLOSED, "the slow rate is below its threshold"),
        (".ssss", OPEN, "the slow rate is equal to its threshold, though none failed"),
        ("SSSS", OPEN, "a slow failure is both"),
        ("....", CLOSED, "calls of exactly the slow duration are not slow"),
    ],
)
def test_a_closed_breaker_judges_the_window(calls: str, state: BreakerState, why: str) -> None:
    breaker = breaker_of()
    make_calls(breaker, calls)
    assert breaker.state is state, why


@pytest.mark.parametrize(
    ("calls", "state", "why"),
    [
        (".", HALF_OPEN, "the permitted calls are not complete"),
        ("x", HALF_OPEN, "one failure does not decide before all probes have ended"),
        ("..", CLOSED, "both rates are below their thresholds"),
        (".x", OPEN, "the failure rate is equal to the threshold"),
        ("xx", OPEN, "the failure rate is above the threshold"),
        ("s.", CLOSED, "the slow rate is below its threshold"),
        ("ss", OPEN, "the slow rate is above its threshold"),
        ("ii.", HALF_OPEN, "an ignored error gives its permission back"),
        ("ii..", CLOSED, "and the probes after it decide"),
    ],
)
def test_a_half_open_breaker_judges_its_probes(calls: str, state: BreakerState, why: str) -> None:
    breaker = opened_at(0.0)
    make_calls(breaker, calls, OPEN_S)
    assert breaker.state is state, why


def test_an_open_breaker_permits_nothing_until_its_time_is_over() -> None:
    breaker = opened_at(0.0)
    assert [breaker.admit(now_s) for now_s in (0.0, 15.0, 29.999)] == [None] * 3
    assert breaker.not_permitted == 3
    assert breaker.admit(OPEN_S) is not None
    assert breaker.state is HALF_OPEN


def test_surplus_calls_of_a_half_open_breaker_are_not_permitted() -> None:
    breaker = opened_at(0.0)
    permits = [breaker.admit(OPEN_S) for _ in range(5)]
    assert [permit is not None for permit in permits] == [True, True, False, False, False]
    assert breaker.not_permitted == 3
