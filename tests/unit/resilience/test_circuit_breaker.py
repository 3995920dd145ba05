"""The documented behaviour of resilience4j as a table, and properties that hold for any history of calls."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from rtp_tui.model.breakers import BreakerState
from rtp_tui.resilience.circuit_breaker import CircuitBreaker, Permit
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


def test_probes_that_succeed_begin_a_new_window() -> None:
    breaker = opened_at(0.0)
    make_calls(breaker, "..", OPEN_S)
    make_calls(breaker, "xxx", OPEN_S)
    assert breaker.state is CLOSED
    assert breaker.counts(OPEN_S).calls == 3


@pytest.mark.parametrize(
    ("calls_at", "state"),
    [
        ([(0, "xxx"), (59, "x")], OPEN),
        ([(0, "xxx"), (60, "x")], CLOSED),
        ([(0, "...."), (60, "xxxx")], OPEN),
        ([(0, "."), (20, "xx"), (50, ".")], OPEN),
    ],
)
def test_a_time_window_judges_the_calls_of_its_seconds(
    calls_at: list[tuple[float, str]], state: BreakerState
) -> None:
    breaker = breaker_of(replace(POLICY, window_type="time", window_ms=60_000))
    for now_s, calls in calls_at:
        make_calls(breaker, calls, now_s)
    assert breaker.state is state


# --- forced states


@pytest.mark.parametrize("force", [FORCED_OPEN, FORCED_CLOSED])
@given(calls=st.lists(st.tuples(st.floats(0, 1e6), st.text(".xsSi", max_size=30)), max_size=20))
def test_a_forced_state_never_changes_by_itself(force: BreakerState, calls: list[tuple[float, str]]) -> None:
    breaker = opened_at(0.0)
    breaker.force(force)
    for now_s, some in sorted(calls):
        make_calls(breaker, some, now_s)
        breaker.trip(now_s)
        breaker.advance(now_s)
        assert breaker.state is force


def test_a_breaker_forced_open_permits_nothing_and_one_forced_closed_everything() -> None:
    breaker = breaker_of()
    breaker.force(FORCED_OPEN)
    assert breaker.admit(1e9) is None
    breaker.force(FORCED_CLOSED)
    make_calls(breaker, "xxxxxxxx")
    assert breaker.admit(0.0) is not None
    assert breaker.rates_pct(0.0) == (100.0, 0.0)


def test_only_forced_states_can_be_forced() -> None:
    with pytest.raises(ValueError, match="cannot be forced"):
        breaker_of().force(OPEN)


@pytest.mark.parametrize("state", [OPEN, HALF_OPEN, FORCED_OPEN, FORCED_CLOSED])
def test_a_reset_begins_anew(state: BreakerState) -> None:
    breaker = opened_at(0.0)
    if state is HALF_OPEN:
        breaker.advance(OPEN_S)
    elif state is not OPEN:
        breaker.force(state)
    breaker.reset(OPEN_S)
    assert breaker.state is CLOSED
    assert breaker.counts(OPEN_S).calls == 0
    make_calls(breaker, "xxxx", OPEN_S)
    assert breaker.open_until_s == 2 * OPEN_S


# --- how long it stays open


def open_times(breaker: CircuitBreaker, now_s: float, times: int) -> list[float]:
    """How long it stays open each time, when every probe fails."""
    lengths = []
    for _ in range(times):
        lengths.append(breaker.open_until_s - now_s)
        now_s = breaker.open_until_s
        make_calls(breaker, "xx", now_s)
    return lengths


def test_the_open_time_doubles_up_to_its_cap() -> None:
    assert open_times(opened_at(0.0), 0.0, 7) == [30, 60, 120, 240, 480, 600, 600]


@pytest.mark.parametrize(("closed_for_s", "open_s"), [(599.0, 60.0), (600.0, 30.0)])
def test_a_healthy_period_brings_the_open_time_back_to_its_base(closed_for_s: float, open_s: float) -> None:
    breaker = opened_at(0.0)
    make_calls(breaker, "..", OPEN_S)
    now_s = OPEN_S + closed_for_s
    make_calls(breaker, "xxxx", now_s)
    assert breaker.open_until_s - now_s == open_s


def test_jitter_shortens_the_open_time_by_up_to_a_tenth() -> None:
    breaker = CircuitBreaker(POLICY, lambda: 1.0, 0.0)
    make_calls(breaker, "xxxx")
    assert breaker.open_until_s == pytest.approx(27.0)


@pytest.mark.parametrize(("asked_s", "open_s"), [(10.0, 30.0), (119.0, 119.0)])
def test_retry_after_is_the_least_open_time(asked_s: float, open_s: float) -> None:
    breaker = breaker_of()
    breaker.hold_until(asked_s)
    make_calls(breaker, "xxxx")
    assert breaker.open_until_s == open_s


def test_retry_after_of_a_late_answer_prolongs_the_open_time() -> None:
    breaker = opened_at(0.0)
    breaker.hold_until(100.0)
    assert breaker.admit(OPEN_S) is None
    assert breaker.admit(100.0) is not None


def test_a_tripped_breaker_opens_whatever_its_rates_are() -> None:
    breaker = breaker_of()
    breaker.trip(0.0)
    assert breaker.state is OPEN


# --- calls of earlier states


def permitted(breaker: CircuitBreaker, now_s: float) -> Permit:
    permit = breaker.admit(now_s)
    assert permit is not None
    return permit


def test_calls_that_began_before_the_breaker_opened_do_not_count_for_the_probes() -> None:
    breaker = breaker_of()
    early = [permitted(breaker, 0.0) for _ in range(3)]
    make_calls(breaker, "xxxx")
    probe = permitted(breaker, OPEN_S)
    breaker.record(early[0], failed=True, took_s=30.0, now_s=OPEN_S)
    breaker.record(early[1], failed=False, took_s=30.0, now_s=OPEN_S)
    breaker.release(early[2])
    assert breaker.state is HALF_OPEN
    assert breaker.counts(OPEN_S).calls == 0
    assert [breaker.admit(OPEN_S) is None for _ in range(2)] == [False, True]
    assert breaker.is_current(probe)
    assert not breaker.is_current(early[0])


def test_a_cancelled_probe_counts_as_nothing_and_may_be_made_again() -> None:
    breaker = opened_at(0.0)
    for _ in range(10):
        breaker.release(permitted(breaker, OPEN_S))
    assert breaker.state is HALF_OPEN
    assert [breaker.admit(OPEN_S) is None for _ in range(3)] == [False, False, True]


# --- any history

STEP = st.tuples(
    st.sampled_from(["admit", "admit", "work", "fail", "release", "wait", "trip", "reset"]),
    st.integers(0, 40),
)


@given(
    probes=st.integers(1, 4),
    minimum=st.integers(1, 6),
    window=st.sampled_from(["count", "time"]),
    steps=st.lists(STEP, max_size=150),
)
def test_any_history_keeps_the_probes_bounded_and_every_refusal_counted(
    probes: int, minimum: int, window: str, steps: list[tuple[str, int]]
) -> None:
    policy = PolicySettings(
        window_type="time" if window == "time" else "count", probes=probes, minimum_calls=minimum
    )
    breaker = CircuitBreaker(policy, lambda: 0.5, 0.0)
    now_s, refused = 0.0, 0
    under_way: list[tuple[Permit, BreakerState]] = []
    for step, number in steps:
        state = breaker.state
        if step == "wait":
            now_s += number
        elif step == "admit":
            permit = breaker.admit(now_s)
            refused += permit is None
            if permit is not None:
                under_way.append((permit, breaker.state))
        elif step == "trip":
            breaker.trip(now_s)
        elif step == "reset" and number == 0:
            breaker.reset(now_s)
        elif step in ("work", "fail", "release") and under_way:
            permit, _ = under_way.pop(number % len(under_way))
            if step == "release":
                breaker.release(permit)
            else:
                breaker.record(permit, failed=step == "fail", took_s=0.0, now_s=now_s)
        if state is OPEN and breaker.state is HALF_OPEN:
            assert now_s >= breaker.open_until_s
        probing = [1 for permit, was in under_way if was is HALF_OPEN and breaker.is_current(permit)]
        assert len(probing) <= probes
        assert breaker.not_permitted == refused
        rates = breaker.rates_pct(now_s)
        assert rates is None or all(0 <= rate <= 100 for rate in rates)


@given(st.text(".xsS", max_size=60), st.sampled_from(["count", "time"]))
def test_the_window_forgets(history: str, window: str) -> None:
    policy = replace(POLICY, window_type="time" if window == "time" else "count", minimum_calls=60)
    policy = replace(policy, window_calls=60)
    breaker = breaker_of(policy)
    make_calls(breaker, history[:59], 0.0)
    make_calls(breaker, "." * 60, 60.0)
    assert breaker.rates_pct(60.0) == (0.0, 0.0)
