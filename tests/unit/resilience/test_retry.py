import asyncio
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from rtp_tui.resilience.retry import Retry, RetryBudget
from rtp_tui.resilience.settings import PolicySettings
from tests.fakes import FakeClock

FOREVER_S = 1e9


class Longest(Random):
    """Draws the greatest number that is possible."""

    def random(self) -> float:
        return 1.0


class Broken(Exception):
    """What the work raises; `wait_s` is what the provider asked for, None where a retry is no use."""

    def __init__(self, wait_s: float | None = 0.0) -> None:
        super().__init__("broken")
        self.wait_s = wait_s


def patience(error: Exception) -> float | None:
    return error.wait_s if isinstance(error, Broken) else None


class Work:
    """Raises what it is told to, attempt by attempt, and then works; notes when it was attempted."""

    def __init__(self, clock: FakeClock, *failures: Exception) -> None:
        self.attempts_at: list[float] = []
        self._clock = clock
        self._failures = list(failures)

    async def __call__(self) -> str:
        self.attempts_at.append(self._clock.monotonic() - 1000.0)
        if self._failures:
            raise self._failures.pop(0)
        return "done"


async def run(retry: Retry, work: Work, clock: FakeClock, until_s: float = FOREVER_S) -> str:
    """Run the work while time passes; what it answers, or the name of what it raised."""
    async with asyncio.TaskGroup() as group:
        task = group.create_task(answer(retry, work, until_s))
        await clock.advance(1000.0)
    return task.result()


async def answer(retry: Retry, work: Work, until_s: float) -> str:
    try:
        return await retry.run(work, patience, until_s)
    except (Broken, ValueError) as error:
        return type(error).__name__


async def test_work_that_succeeds_is_attempted_once() -> None:
    clock = FakeClock()
    retry, work = Retry(PolicySettings(), clock, Longest()), Work(clock)
    assert await run(retry, work, clock) == "done"
    assert (work.attempts_at, retry.retries) == ([0.0], 0)


async def test_pauses_grow_by_powers_of_two_up_to_their_cap() -> None:
    clock = FakeClock()
    policy = PolicySettings(max_attempts=9, retry_budget_floor=100)
    retry, work = Retry(policy, clock, Longest()), Work(clock, *[Broken() for _ in range(20)])
    assert await run(retry, work, clock) == "Broken"
    pauses = [b - a for a, b in zip(work.attempts_at, work.attempts_at[1:], strict=False)]
    assert pauses == [1, 2, 4, 8, 16, 30, 30, 30]
    assert retry.retries == 8


async def test_three_attempts_are_made_by_default_and_the_last_error_is_raised() -> None:
    clock = FakeClock()
    last = ValueError()
    work = Work(clock, Broken(), Broken(), last, Broken())
    assert await run(Retry(PolicySettings(), clock, Random(1)), work, clock) == "ValueError"
    assert len(work.attempts_at) == 3


async def test_what_cannot_be_helped_is_not_tried_again() -> None:
    clock = FakeClock()
    work = Work(clock, Broken(None), Broken())
    assert await run(Retry(PolicySettings(), clock, Random(1)), work, clock) == "Broken"
    assert len(work.attempts_at) == 1


async def test_retry_after_is_the_least_pause() -> None:
    clock = FakeClock()
    work = Work(clock, Broken(20.0), Broken(0.5))
    assert await run(Retry(PolicySettings(), clock, Longest()), work, clock) == "done"
    assert work.attempts_at == [0.0, 20.0, 22.0]


async def test_no_pause_leads_beyond_the_deadline() -> None:
    clock = FakeClock()
    work = Work(clock, Broken(20.0), Broken())
    assert await run(Retry(PolicySettings(), clock, Random(1)), work, clock, until_s=1020.0) == "Broken"
    assert work.attempts_at == [0.0]


async def test_a_cancellation_is_never_followed_by_another_attempt() -> None:
    clock = FakeClock()
    retry, work = Retry(PolicySettings(), clock, Longest()), Work(clock, Broken(), Broken())
    async with asyncio.TaskGroup() as group:
        task = group.create_task(retry.run(work, patience, FOREVER_S))
        await clock.advance(0.5)
        task.cancel()
        await clock.advance(100.0)
    assert task.cancelled()
    assert len(work.attempts_at) == 1


async def test_a_cancelled_attempt_after_the_first_is_the_last() -> None:
    clock = FakeClock()
    attempts = 0

    async def work() -> None:
        nonlocal attempts
        attempts += 1
        if attempts == 1:
            raise Broken
        await clock.sleep(50.0)

    retry = Retry(PolicySettings(), clock, Longest())
    async with asyncio.TaskGroup() as group:
        task = group.create_task(retry.run(work, patience, FOREVER_S))
        await clock.advance(5.0)
        task.cancel()
        await clock.advance(100.0)
    assert task.cancelled()
    assert attempts == 2


def test_the_budget_is_a_share_of_the_calls_of_its_window() -> None:
    budget = RetryBudget(20.0, 60.0, 0)
    for _ in range(14):
        budget.count_call(0.0)
    assert [budget.spend(0.0) for _ in range(4)] == [True, True, False, False]
    assert budget.denied == 2
    assert not budget.spend(60.0)


def test_few_calls_have_the_budgets_floor() -> None:
    budget = RetryBudget(20.0, 60.0, 2)
    budget.count_call(0.0)
    assert [budget.spend(0.0) for _ in range(3)] == [True, True, False]
    assert budget.spend(60.0)


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    attempts=st.integers(1, 5),
    deadline_s=st.floats(0.1, 60),
    share=st.floats(1, 100),
    floor=st.integers(0, 5),
)
def test_retries_exceed_neither_attempts_nor_deadline_nor_budget(
    seed: int, attempts: int, deadline_s: float, share: float, floor: int
) -> None:
    policy = PolicySettings(
        max_attempts=attempts,
        retry_budget_pct=share,
        retry_budget_floor=floor,
        retry_budget_window_ms=86_400_000,
    )

    async def scenario() -> None:
        rng, clock = Random(seed), FakeClock()
        retry = Retry(policy, clock, rng)
        for call in range(1, 8):
            work = Work(clock, *[Broken(rng.choice([0.0, 0.0, 5.0])) for _ in range(rng.randint(0, 6))])
            began_s = clock.monotonic() - 1000.0
            await run(retry, work, clock, until_s=clock.monotonic() + deadline_s)
            assert 1 <= len(work.attempts_at) <= attempts
            assert work.attempts_at[-1] < began_s + deadline_s + 1e-6
            assert retry.retries <= max(floor, share / 100 * call)

    asyncio.run(scenario())
