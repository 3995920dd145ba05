"""Parts are started in order, restarted when they fail, and stopped in reverse order."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtp_tui.model.parts import PartState, PartStatus
from rtp_tui.resilience.supervisor import RestartBackoff, RestartPolicy, Supervisor
from tests.fakes import FakeClock, settle


class Checklist:
    """A supervisor on a fake clock, and what it announced."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.announced: list[PartStatus] = []
        self.failures: list[tuple[str, Exception]] = []
        self.supervisor = Supervisor(
            self.clock,
            self.announced.append,
            jitter=lambda: 1.0,
            record_failure=lambda name, error: self.failures.append((name, error)),
        )

    def now(self, name: str) -> PartStatus:
        return next(status for status in reversed(self.announced) if status.name == name)

    def moments(self, state: PartState) -> list[str]:
        return [status.name for status in self.announced if status.state is state]

    def states(self, name: str) -> list[PartState]:
        return [status.state for status in self.announced if status.name == name]

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        async with asyncio.TaskGroup() as group:
            group.create_task(self.supervisor.run())
            await settle()
            yield
            self.supervisor.stop()
            await self.clock.advance(20)


@pytest.fixture
def checklist() -> Checklist:
    return Checklist()


async def forever() -> None:
    await asyncio.Event().wait()


def failing(times: int, error: Exception) -> Callable[[], Awaitable[None]]:
    """A part that raises so many times and then works."""
    left = [times]

    async def run() -> None:
        if left[0]:
            left[0] -= 1
            raise error
        await forever()

    return run


async def test_every_part_is_shown_waiting_before_the_first_starts(checklist: Checklist) -> None:
    for name in ("store", "feeds"):
        checklist.supervisor.add(name, forever)
    async with checklist.running():
        assert [(s.name, s.state) for s in checklist.announced[:3]] == [
            ("store", PartState.WAITING),
            ("feeds", PartState.WAITING),
            ("store", PartState.STARTING),
        ]


async def test_a_part_starts_when_those_before_it_are_ready(checklist: Checklist) -> None:
    is_open = False
    checklist.supervisor.add("store", forever, ready=lambda: is_open)
    checklist.supervisor.add("processor", forever, after=["store"])
    checklist.supervisor.add("feeds", forever, after=["processor"])
    async with checklist.running():
        await checklist.clock.advance(1)
        assert checklist.moments(PartState.STARTING) == ["store"]
        is_open = True
        await checklist.clock.advance(1)
        assert checklist.moments(PartState.OK) == ["store", "processor", "feeds"]


async def test_a_part_may_say_itself_that_it_is_ready(checklist: Checklist) -> None:
    async def run() -> None:
        checklist.supervisor.started("store")
        await forever()

    checklist.supervisor.add("store", run, ready=lambda: False)
    async with checklist.running():
        assert checklist.states("store") == [PartState.WAITING, PartState.STARTING, PartState.OK]


async def test_a_part_that_never_gets_ready_holds_the_others_up_only_for_so_long(
    checklist: Checklist,
) -> None:
    checklist.supervisor.add("store", forever, ready=lambda: False)
    checklist.supervisor.add("feeds", forever, after=["store"])
    async with checklist.running():
        await checklist.clock.advance(9)
        assert checklist.now("feeds").state is PartState.WAITING
        await checklist.clock.advance(2)
        assert checklist.now("feeds").state is PartState.OK
        assert checklist.now("store").detail == "not ready after 10 s"


async def test_a_crash_looping_part_does_not_hold_the_others_up(checklist: Checklist) -> None:
    checklist.supervisor.add("store", failing(1000, OSError("disk full")))
    checklist.supervisor.add("feeds", forever, after=["store"])
    async with checklist.running():
        await checklist.clock.advance(30)
        assert checklist.now("store").state is PartState.FAILED
        assert checklist.now("feeds").state is PartState.OK


async def test_one_parts_bug_does_not_disturb_the_others(checklist: Checklist) -> None:
    beats: list[int] = []

    async def beat() -> None:
        while True:
            beats.append(checklist.clock.now_ms())
            await checklist.clock.sleep(1)

    checklist.supervisor.add("steady", beat)
    checklist.supervisor.add("buggy", failing(1000, ValueError("bad")))
    async with checklist.running():
        await checklist.clock.advance(120)
        assert len(beats) == 121
        assert checklist.now("steady") == PartStatus(
            name="steady", state=PartState.OK, since_ms=checklist.now("steady").since_ms
        )


async def test_a_part_that_raises_says_why_and_comes_back(checklist: Checklist) -> None:
    checklist.supervisor.add("analytics", failing(1, ValueError("bad \x1b[31mvalue, token=hunter2")))
    async with checklist.running():
        assert checklist.now("analytics").state is PartState.RESTARTING
        assert checklist.now("analytics").detail == "ValueError: bad value, token=***; again in 0.2 s"
        await checklist.clock.advance(1)
        assert checklist.now("analytics").state is PartState.OK
        assert checklist.now("analytics").restarts == 1
    assert [(name, type(error)) for name, error in checklist.failures] == [("analytics", ValueError)]


async def test_a_failure_inside_a_parts_own_task_group_is_named_by_its_cause(checklist: Checklist) -> None:
    async def fail() -> None:
        raise KeyError("BTC")

    async def run() -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(fail())

    checklist.supervisor.add("feeds", run)
    async with checklist.running():
        assert checklist.now("feeds").detail.startswith("KeyError: 'BTC'")


async def test_a_bug_in_the_readiness_check_is_the_parts_own(checklist: Checklist) -> None:
    def ready() -> bool:
        raise AttributeError("no such thing")

    checklist.supervisor.add("store", forever, ready=ready)
    checklist.supervisor.add("clock", forever)
    async with checklist.running():
        await checklist.clock.advance(0.1)
        assert checklist.now("store").state is PartState.RESTARTING
        assert checklist.now("clock").state is PartState.OK


async def test_a_part_cancelled_from_within_is_restarted(checklist: Checklist) -> None:
    runs: list[None] = []

    async def run() -> None:
        runs.append(None)
        if len(runs) == 1:
            raise asyncio.CancelledError
        await forever()

    checklist.supervisor.add("feeds", run)
    async with checklist.running():
        assert checklist.now("feeds").detail.startswith("was cancelled from within")
        await checklist.clock.advance(1)
        assert checklist.now("feeds").state is PartState.OK


async def test_a_crash_loop_is_contained_and_still_retried(checklist: Checklist) -> None:
    checklist.supervisor.add("analytics", failing(8, ValueError("bad")))
    async with checklist.running():
        await checklist.clock.advance(10)
        assert checklist.now("analytics").state is PartState.FAILED
        assert checklist.now("analytics").detail == "ValueError: bad; again in 30.0 s"
        assert checklist.now("analytics").restarts == 5
        await checklist.clock.advance(100)
        assert checklist.now("analytics").state is PartState.OK


async def test_a_part_that_returns_is_stopped_until_restarted(checklist: Checklist) -> None:
    runs: list[None] = []

    async def run() -> None:
        runs.append(None)

    checklist.supervisor.add("warm-up", run)
    checklist.supervisor.add("feeds", forever, after=["warm-up"])
    async with checklist.running():
        await checklist.clock.advance(60)
        assert checklist.now("warm-up").state is PartState.STOPPED
        assert checklist.now("feeds").state is PartState.OK
        checklist.supervisor.restart("warm-up")
        await settle()
        assert len(runs) == 2


async def test_a_part_that_should_run_forever_is_restarted_when_it_returns(checklist: Checklist) -> None:
    runs: list[None] = []

    async def run() -> None:
        runs.append(None)

    checklist.supervisor.add("feeds", run, forever=True)
    async with checklist.running():
        assert checklist.now("feeds").detail == "ended by itself; again in 0.2 s"
        await checklist.clock.advance(0.3)
        assert len(runs) == 2


async def test_restart_ends_the_run_and_begins_another_at_once(checklist: Checklist) -> None:
    ends: list[str] = []

    async def run() -> None:
        try:
            await forever()
        finally:
            ends.append("ended")

    checklist.supervisor.add("feeds", run)
    async with checklist.running():
        checklist.supervisor.restart("feeds")
        await settle()
        assert ends == ["ended"]
        await checklist.clock.advance(0.1)
        assert checklist.states("feeds")[-3:] == [PartState.RESTARTING, PartState.STARTING, PartState.OK]


async def test_restart_does_not_wait_for_the_backoff(checklist: Checklist) -> None:
    checklist.supervisor.add("feeds", failing(6, ValueError("bad")))
    async with checklist.running():
        await checklist.clock.advance(10)
        assert checklist.now("feeds").state is PartState.FAILED
        checklist.supervisor.restart("feeds")
        await checklist.clock.advance(0.1)
        assert checklist.now("feeds").state is PartState.OK


async def test_parts_stop_in_reverse_order_each_after_the_other(checklist: Checklist) -> None:
    ends: list[str] = []

    def slow_to_end(name: str) -> Callable[[], Awaitable[None]]:
        async def run() -> None:
            try:
                await forever()
            finally:
                await checklist.clock.sleep(0.5)
                ends.append(name)

        return run

    for name, after in (("store", []), ("processor", ["store"]), ("feeds", ["processor"])):
        checklist.supervisor.add(name, slow_to_end(name), after=after)
    async with checklist.running():
        await checklist.clock.advance(1)
    assert ends == ["feeds", "processor", "store"]
    assert checklist.moments(PartState.STOPPED) == ["feeds", "processor", "store"]


async def test_a_part_that_is_slow_to_stop_is_given_a_bounded_time(checklist: Checklist) -> None:
    async def deaf() -> None:
        try:
            await forever()
        except asyncio.CancelledError:
            await forever()

    ends: list[int] = []

    async def store() -> None:
        try:
            await forever()
        finally:
            ends.append(checklist.clock.now_ms())

    checklist.supervisor.add("store", store)
    checklist.supervisor.add("feeds", deaf, stop_within_s=3)
    async with checklist.running():
        asked_ms = checklist.clock.now_ms()
    assert ends == [asked_ms + 3_000]
    assert checklist.now("feeds").detail == "did not stop within 3 s"


async def test_a_bug_while_stopping_does_not_keep_the_others_running(checklist: Checklist) -> None:
    async def run() -> None:
        try:
            await forever()
        finally:
            raise OSError("cannot close")

    checklist.supervisor.add("store", forever)
    checklist.supervisor.add("feeds", run)
    async with checklist.running():
        pass
    assert checklist.moments(PartState.STOPPED) == ["feeds", "store"]
    assert [str(error) for _, error in checklist.failures] == ["cannot close"]


async def test_a_cancelled_supervisor_stops_its_parts_in_order_and_passes_it_on(checklist: Checklist) -> None:
    checklist.supervisor.add("store", forever)
    checklist.supervisor.add("feeds", forever, after=["store"])
    async with asyncio.TaskGroup() as group:
        task = group.create_task(checklist.supervisor.run())
        await checklist.clock.advance(1)
        task.cancel()
    assert task.cancelled()
    assert checklist.moments(PartState.STOPPED) == ["feeds", "store"]


def test_a_part_can_only_come_after_parts_already_added(checklist: Checklist) -> None:
    with pytest.raises(ValueError, match="store"):
        checklist.supervisor.add("feeds", forever, after=["store"])
    checklist.supervisor.add("feeds", forever)
    with pytest.raises(ValueError, match="twice"):
        checklist.supervisor.add("feeds", forever)


@given(st.lists(st.floats(0, 100), max_size=40), st.floats(0, 1, exclude_max=True))
def test_a_wait_is_never_negative_nor_above_the_cap(runs_s: list[float], jitter: float) -> None:
    backoff = RestartBackoff(RestartPolicy(), lambda: jitter)
    now_s = 0.0
    for run_s in runs_s:
        delay_s = backoff.delay_s(now_s, now_s + run_s)
        assert 0 <= delay_s <= 30
        now_s += run_s + delay_s


def test_waits_double_up_to_the_cap() -> None:
    backoff = RestartBackoff(RestartPolicy(crashes_per_minute=100), lambda: 1.0)
    waits_s = [backoff.delay_s(second, second) for second in range(10)]
    assert waits_s == [0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 12.8, 25.6, 30, 30]


def test_a_part_that_ran_for_long_is_forgiven() -> None:
    backoff = RestartBackoff(RestartPolicy(), lambda: 1.0)
    for second in range(10):
        backoff.delay_s(second, second)
    assert backoff.is_looping
    assert backoff.delay_s(100, 200) == 0.2
    assert not backoff.is_looping


async def test_it_tells_when_every_part_has_started_or_is_given_up_for_now(checklist: Checklist) -> None:
    is_ready = False
    checklist.supervisor.add("slow", forever, ready=lambda: is_ready)
    checklist.supervisor.add("broken", failing(100, ValueError("a bug")))
    settled = asyncio.Event()

    async def wait() -> None:
        await checklist.supervisor.settled()
        settled.set()

    async with checklist.running(), asyncio.TaskGroup() as group:
        group.create_task(wait())
        await checklist.clock.advance(9)
        assert not settled.is_set()
        is_ready = True
        await checklist.clock.advance(120)
        assert settled.is_set()
