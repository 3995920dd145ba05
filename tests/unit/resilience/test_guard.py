import asyncio
from collections.abc import Coroutine
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rtp_tui.model.breakers import BreakerState, BreakerStatus
from rtp_tui.model.commands import BreakerAction
from rtp_tui.resilience.guard import Guard
from rtp_tui.resilience.lane import Lane
from rtp_tui.resilience.outcome import (
    AttemptTimedOut,
    BulkheadFull,
    CircuitOpen,
    DeadlinePassed,
    NotPermitted,
    Outcome,
    Throttled,
    Verdict,
)
from rtp_tui.resilience.settings import PolicySettings
from tests.fakes import FakeClock, settle

ONE_TRY = PolicySettings(max_attempts=1, minimum_calls=2, open_ms=30_000)
HOUR_S = 3600.0


class Down(Exception):
    """The provider is broken, and may say how long to stay away."""

    def __init__(self, retry_after_s: float | None = None) -> None:
        super().__init__("down")
        self.retry_after_s = retry_after_s


class WrongQuestion(Exception):
    """An answer 404."""


class Denied(Exception):
    """An answer 403."""


def classify(error: Exception) -> Outcome:
    if isinstance(error, Down):
        return Outcome(Verdict.FAILURE, is_retryable=True, retry_after_s=error.retry_after_s)
    return Outcome(Verdict.DENIED if isinstance(error, Denied) else Verdict.IGNORED)


class Zero(Random):
    """No jitter."""

    def random(self) -> float:
        return 0.0


class Guarded:
    """A guard, its clock and what it announced."""

    def __init__(self, policy: PolicySettings = ONE_TRY, lane: Lane | None = None) -> None:
        self.clock = FakeClock()
        self.announced: list[BreakerStatus] = []
        self.attempts = 0
        self.guard = Guard(
            "venue/prices", policy, self.clock, self.announced.append, classify, Zero(), lane=lane
        )

    async def call(self, *failures: Exception, takes_s: float = 0.0, deadline_s: float | None = None) -> str:
        """Call once; `done`, or the name of what was raised."""
        pending = list(failures)

        async def work() -> str:
            self.attempts += 1
            if takes_s:
                await self.clock.sleep(takes_s)
            if pending:
                raise pending.pop(0)
            return "done"

        try:
            return await self.guard.call(work, deadline_s=deadline_s)
        except (Down, WrongQuestion, Denied, NotPermitted, TimeoutError) as error:
            return type(error).__name__

    async def call_over(self, seconds: float, call: Coroutine[None, None, str]) -> str:
        """The call's answer, when so much time passes meanwhile."""
        async with asyncio.TaskGroup() as group:
            task = group.create_task(call)
            await self.clock.advance(seconds)
            assert task.done()
        return task.result()

    async def open(self) -> None:
        """Let the breaker open by failures."""
        while self.state is not BreakerState.OPEN:
            await self.call(Down())

    @property
    def state(self) -> BreakerState:
        return self.guard.status().state

    @property
    def states(self) -> list[BreakerState]:
        return [status.state for status in self.announced]


async def test_the_answer_of_the_work_is_the_answer_of_the_call() -> None:
    guarded = Guarded()
    assert await guarded.call() == "done"
    assert guarded.guard.status().calls == 1


async def test_an_open_breaker_lets_nothing_through_and_says_when_it_will() -> None:
    guarded = Guarded()
    await guarded.open()
    attempts = guarded.attempts
    with pytest.raises(CircuitOpen) as refusal:
        await guarded.guard.call(nothing)
    assert refusal.value.next_probe_ms == guarded.clock.now_ms() + 30_000
    assert guarded.attempts == attempts
    assert guarded.guard.status().not_permitted == 1


async def nothing() -> None:
    """Work that does nothing."""


async def test_each_change_of_state_is_announced_at_once() -> None:
    guarded = Guarded()
    await guarded.open()
    await guarded.clock.advance(30.0)
    await guarded.call()
    await guarded.call()
    assert guarded.states == [BreakerState.OPEN, BreakerState.HALF_OPEN, BreakerState.CLOSED]
    opened = guarded.announced[0]
    assert (opened.failure_rate, opened.last_error) == (100.0, "down")
    assert guarded.announced[1].since_ms == opened.since_ms + 30_000


async def test_figures_are_announced_when_they_changed_and_a_countdown_alone_is_no_change() -> None:
    guarded = Guarded()
    await guarded.open()
    guarded.guard.refresh()
    announced = len(guarded.announced)
    for _ in range(5):
        await guarded.clock.advance(1.0)
        guarded.guard.refresh()
    assert len(guarded.announced) == announced
    await guarded.call()
    guarded.guard.refresh()
    assert len(guarded.announced) == announced + 1


async def test_a_retry_is_an_attempt_that_the_breaker_judges() -> None:
    guarded = Guarded(PolicySettings(max_attempts=3, minimum_calls=5))
    assert await guarded.call(Down()) == "done"
    status = guarded.guard.status()
    assert (guarded.attempts, status.calls, status.retries) == (2, 2, 1)


async def test_nothing_is_tried_again_once_the_breaker_is_open() -> None:
    guarded = Guarded(PolicySettings(max_attempts=5, minimum_calls=2))
    assert await guarded.call(*[Down() for _ in range(5)]) == "Down"
    assert guarded.attempts == 2


@pytest.mark.parametrize("error", [WrongQuestion(), Denied()])
async def test_an_error_that_is_not_the_endpoints_is_neither_counted_nor_tried_again(
    error: Exception,
) -> None:
    guarded = Guarded(PolicySettings(max_attempts=3, minimum_calls=1))
    assert await guarded.call(error) == type(error).__name__
    status = guarded.guard.status()
    assert (guarded.attempts, status.calls, status.state) == (1, 0, BreakerState.CLOSED)
    assert status.last_error == type(error).__name__


async def test_an_attempt_that_takes_too_long_fails_and_is_tried_again() -> None:
    guarded = Guarded(PolicySettings(max_attempts=2, attempt_timeout_ms=10_000))
    assert await guarded.call_over(30.0, guarded.call(takes_s=11.0)) == AttemptTimedOut.__name__
    assert guarded.attempts == 2
    counts = guarded.guard.breaker.counts(guarded.clock.monotonic())
    assert (counts.calls, counts.failed, counts.slow) == (2, 2, 2)
    assert guarded.guard.status().concurrent == 0


async def test_a_timeout_of_the_works_own_is_a_failure_and_raised_as_it_was() -> None:
    guarded = Guarded()
    assert await guarded.call(TimeoutError("read")) == "TimeoutError"
    assert guarded.guard.status().last_error == "read"
    assert guarded.guard.breaker.counts(guarded.clock.monotonic()).failed == 1


@pytest.mark.parametrize(("deadline_s", "counted"), [(2.0, 0), (9.0, 1)])
async def test_a_deadline_cuts_an_attempt_short_and_blames_only_an_endpoint_that_was_slow(
    deadline_s: float, counted: int
) -> None:
    guarded = Guarded(PolicySettings(slow_call_ms=8_000))
    call = guarded.call(takes_s=100.0, deadline_s=deadline_s)
    assert await guarded.call_over(deadline_s, call) == DeadlinePassed.__name__
    assert guarded.guard.status().calls == counted
    assert guarded.attempts == 1


async def test_a_deadline_that_has_passed_lets_nothing_begin() -> None:
    guarded = Guarded()
    assert await guarded.call(deadline_s=0.0) == DeadlinePassed.__name__
    assert guarded.attempts == 0


async def test_a_cancelled_call_counts_as_nothing_and_frees_its_probe_and_its_place() -> None:
    guarded = Guarded()
    await guarded.open()
    await guarded.clock.advance(30.0)
    for _ in range(5):
        async with asyncio.TaskGroup() as group:
            task = group.create_task(guarded.call(takes_s=5.0))
            await settle()
            task.cancel()
    status = guarded.guard.status()
    assert (status.state, status.calls, status.concurrent) == (BreakerState.HALF_OPEN, 0, 0)
    assert [await guarded.call(), await guarded.call()] == ["done", "done"]
    assert guarded.state is BreakerState.CLOSED


async def test_calls_beyond_the_places_and_the_room_to_wait_are_refused() -> None:
    guarded = Guarded(PolicySettings(concurrency=2, max_waiting=1))
    async with asyncio.TaskGroup() as group:
        calls = [group.create_task(guarded.call(takes_s=1.0)) for _ in range(4)]
        await settle()
        status = guarded.guard.status()
        assert (status.concurrent, status.concurrent_limit, status.waiting) == (2, 2, 1)
        assert status.rejected_full == 1
        await guarded.clock.advance(5.0)
    assert sorted(call.result() for call in calls) == [BulkheadFull.__name__, "done", "done", "done"]


async def test_calls_that_waited_while_the_breaker_opened_are_not_made() -> None:
    policy = PolicySettings(concurrency=1, max_attempts=1, minimum_calls=1)
    guarded = Guarded(policy)
    async with asyncio.TaskGroup() as group:
        first = group.create_task(guarded.call(Down(), takes_s=1.0))
        later = [group.create_task(guarded.call()) for _ in range(3)]
        await guarded.clock.advance(2.0)
    assert first.result() == "Down"
    assert [call.result() for call in later] == [CircuitOpen.__name__] * 3
    assert (guarded.attempts, guarded.guard.status().concurrent) == (1, 0)


async def test_the_rate_limit_of_a_provider_is_shared_by_its_endpoints() -> None:
    policy = PolicySettings(calls_per_minute=60, burst=1, max_wait_ms=500)
    lane = Lane(policy, 1000.0)
    prices, markets = Guarded(policy, lane), Guarded(policy, lane)
    assert await prices.call() == "done"
    assert await markets.call() == Throttled.__name__
    assert markets.attempts == 0


# --- Retry-After


async def test_a_short_retry_after_is_waited_for() -> None:
    guarded = Guarded(PolicySettings(max_attempts=3))
    assert await guarded.call_over(21.0, guarded.call(Down(20.0))) == "done"
    assert guarded.attempts == 2
    assert guarded.state is BreakerState.CLOSED


@pytest.mark.parametrize(
    ("asked_s", "open_s"),
    [(30.0, None), (HOUR_S, HOUR_S), (1e12, 3 * 24 * HOUR_S), (float("inf"), 3 * 24 * HOUR_S)],
)
async def test_a_long_retry_after_ends_the_call_and_opens_the_breaker_until_then(
    asked_s: float, open_s: float | None
) -> None:
    guarded = Guarded(PolicySettings(max_attempts=3, deadline_ms=10_000))
    assert await guarded.call(Down(asked_s), Down(asked_s)) == "Down"
    assert guarded.attempts == 1
    probe_ms = None if open_s is None else guarded.clock.now_ms() + round(open_s * 1000)
    assert guarded.guard.status().next_probe_ms == probe_ms


@pytest.mark.parametrize("asked_s", [float("nan"), -5.0, 0.0])
async def test_a_retry_after_that_means_nothing_is_none(asked_s: float) -> None:
    guarded = Guarded(PolicySettings(max_attempts=2))
    assert await guarded.call(Down(asked_s)) == "done"
    assert guarded.state is BreakerState.CLOSED


async def test_nothing_is_asked_of_a_provider_before_its_retry_after_is_over() -> None:
    guarded = Guarded()
    await guarded.call(Down(HOUR_S))
    for _ in range(59):
        await guarded.clock.advance(60.0)
        assert await guarded.call() == CircuitOpen.__name__
    assert guarded.attempts == 1
    await guarded.clock.advance(61.0)
    assert await guarded.call() == "done"


async def test_a_long_retry_after_opens_the_other_endpoints_of_the_provider_when_they_are_called() -> None:
    lane = Lane(ONE_TRY, 1000.0)
    prices, markets = Guarded(lane=lane), Guarded(lane=lane)
    await prices.call(Down(HOUR_S))
    assert await markets.call() == CircuitOpen.__name__
    assert markets.guard.status().next_probe_ms == prices.guard.status().next_probe_ms
    assert markets.attempts == 0


async def test_a_reset_ends_the_pause_that_the_provider_asked_for() -> None:
    guarded = Guarded()
    await guarded.call(Down(HOUR_S))
    guarded.guard.control(BreakerAction.RESET)
    assert await guarded.call() == "done"


# --- by hand


async def test_a_breaker_that_nobody_asks_through_closes_but_one_that_is_forced() -> None:
    guarded = Guarded()
    await guarded.open()
    guarded.guard.rest()
    guarded.guard.control(BreakerAction.OPEN)
    guarded.guard.rest()
    assert guarded.states == [BreakerState.OPEN, BreakerState.CLOSED, BreakerState.FORCED_OPEN]


async def test_a_breaker_forced_open_refuses_without_a_countdown_and_one_forced_closed_lets_all_through() -> (
    None
):
    guarded = Guarded()
    guarded.guard.control(BreakerAction.OPEN)
    with pytest.raises(CircuitOpen) as refusal:
        await guarded.guard.call(nothing)
    assert refusal.value.next_probe_ms is None
    guarded.guard.control(BreakerAction.CLOSE)
    for _ in range(10):
        assert await guarded.call(Down()) == "Down"
    guarded.guard.control(BreakerAction.RESET)
    assert guarded.states == [BreakerState.FORCED_OPEN, BreakerState.FORCED_CLOSED, BreakerState.CLOSED]


async def test_an_error_that_nobody_can_classify_frees_what_the_call_held() -> None:
    def confused(error: Exception) -> Outcome:
        raise KeyError("classify")

    clock = FakeClock()
    guard = Guard("venue/prices", ONE_TRY, clock, lambda status: None, confused, Random(1))

    async def fail() -> None:
        raise Down

    with pytest.raises(KeyError):
        await guard.call(fail)
    assert guard.status().concurrent == 0


async def test_what_a_provider_said_is_shown_without_control_characters() -> None:
    guarded = Guarded()
    await guarded.call(WrongQuestion("\x1b[2Jno"))
    assert "\x1b" not in (guarded.guard.status().last_error or "")


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_any_mixture_of_calls_leaves_nothing_behind(seed: int) -> None:
    async def scenario() -> None:
        rng = Random(seed)
        policy = PolicySettings(
            concurrency=2, max_waiting=3, calls_per_minute=120, burst=3, minimum_calls=3, open_ms=2_000
        )
        guarded = Guarded(policy)
        tasks: list[asyncio.Task[str]] = []
        async with asyncio.TaskGroup() as group:
            for _ in range(40):
                failures = [Down(rng.choice([None, 1.0, 40.0])) for _ in range(rng.randint(0, 4))]
                call = guarded.call(*failures, takes_s=rng.choice([0.0, 0.5, 20.0]))
                tasks.append(group.create_task(call))
                if rng.random() < 0.3:
                    rng.choice(tasks).cancel()
                await guarded.clock.advance(rng.choice([0.0, 0.3, 3.0]))
                assert guarded.guard.status().concurrent <= 2
            await guarded.clock.advance(1000.0)
        status = guarded.guard.status()
        assert (status.concurrent, status.waiting) == (0, 0)
        for _ in range(4):
            await guarded.call()
            await guarded.clock.advance(600.0)
        assert await guarded.call() == "done"
        assert guarded.state is BreakerState.CLOSED

    asyncio.run(scenario())
