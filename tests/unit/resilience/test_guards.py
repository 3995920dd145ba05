import asyncio
from itertools import groupby
from random import Random

import pytest

from rtp_tui.model.breakers import BreakerState, BreakerStatus
from rtp_tui.model.commands import BreakerAction, ControlBreaker
from rtp_tui.model.errors import UnknownBreaker
from rtp_tui.model.feeds import Quota
from rtp_tui.resilience.guards import MOST_CALLS, Guards
from rtp_tui.resilience.outcome import Outcome, Throttled, Verdict
from rtp_tui.resilience.settings import PolicySettings, let_through
from tests.fakes import FakeClock

POLICIES = {
    "hasty": PolicySettings(minimum_calls=1, max_attempts=1),
    "timed": PolicySettings(window_type="time", window_ms=90_000),
}


class Running:
    """Guards with their clock and what they announced."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.announced: list[BreakerStatus] = []
        self.guards = Guards(
            self.clock,
            self.announced.append,
            lambda error: Outcome(Verdict.FAILURE),
            Random(1),
            POLICIES,
        )

    async def control(self, action: BreakerAction, breaker: str = "venue/prices") -> str:
        return (await self.guards.control(ControlBreaker(breaker=breaker, action=action))).message


async def fail() -> None:
    raise OSError("down")


async def succeed() -> None:
    """Work that does nothing."""


def test_an_endpoint_has_one_guard_which_is_announced_when_it_is_made() -> None:
    running = Running()
    assert running.guards.get("venue/prices") is running.guards.get("venue/prices", "hasty")
    assert [status.name for status in running.announced] == ["venue/prices"]


def test_all_breakers_are_listed_by_name() -> None:
    running = Running()
    for name in ("venue/prices", "other/prices", "venue/markets"):
        running.guards.get(name)
    assert [status.name for status in running.guards.status()] == [
        "other/prices",
        "venue/markets",
        "venue/prices",
    ]


def test_the_endpoints_of_a_provider_share_a_lane_and_different_providers_do_not() -> None:
    guards = Running().guards
    assert guards.get("venue/prices").lane is guards.get("venue/markets").lane
    assert guards.get("venue/prices").lane is not guards.get("other/prices").lane


def test_an_unknown_policy_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="no policy lazy; there are default, hasty, polled, timed"):
        Running().guards.get("venue/prices", "lazy")


@pytest.mark.parametrize(
    ("action", "state"),
    [
        (BreakerAction.OPEN, BreakerState.FORCED_OPEN),
        (BreakerAction.CLOSE, BreakerState.FORCED_CLOSED),
        (BreakerAction.RESET, BreakerState.CLOSED),
    ],
)
async def test_a_breaker_obeys_its_commands(action: BreakerAction, state: BreakerState) -> None:
    running = Running()
    running.guards.get("venue/prices")
    assert "venue/prices" in await running.control(action)
    assert running.guards.status()[0].state is state


async def test_a_command_to_a_breaker_that_does_not_exist_is_refused() -> None:
    with pytest.raises(UnknownBreaker, match="no breaker venue/prices"):
        await Running().control(BreakerAction.RESET)


async def test_time_alone_makes_an_open_breaker_half_open_and_that_is_announced() -> None:
    running = Running()
    guard = running.guards.get("venue/prices", "hasty")
    with pytest.raises(OSError, match="down"):
        await guard.call(fail)
    async with asyncio.TaskGroup() as group:
        part = group.create_task(running.guards.run())
        await running.clock.advance(31.0)
        part.cancel()
    states = [status.state for status in running.announced]
    assert [state for state, _ in groupby(states)] == [
        BreakerState.CLOSED,
        BreakerState.OPEN,
        BreakerState.HALF_OPEN,
    ]


async def test_figures_are_announced_at_most_once_a_second() -> None:
    running = Running()
    guard = running.guards.get("venue/prices")
    async with asyncio.TaskGroup() as group:
        part = group.create_task(running.guards.run())
        for _ in range(50):
            await guard.call(succeed)
            await running.clock.advance(0.1)
        part.cancel()
    figures = [status.calls for status in running.announced[1:]]
    assert len(figures) <= 5
    assert figures[:2] == [10, 20]


@pytest.mark.parametrize(
    ("policy", "window"), [("hasty", "the last 20 calls"), ("timed", "calls of the last 90 s")]
)
def test_a_breaker_says_what_it_goes_by(policy: str, window: str) -> None:
    limits = Running().guards.get("venue/prices", policy).status().limits
    assert limits is not None
    assert (limits.policy, limits.window, limits.probes) == (policy, window, 2)


@pytest.mark.parametrize("policy", [PolicySettings(), PolicySettings(window_type="time", calls_per_minute=1)])
async def test_a_policy_that_lets_through_never_opens_retries_or_waits(policy: PolicySettings) -> None:
    clock, announced, calls = FakeClock(), list[BreakerStatus](), 0

    async def be_refused() -> None:
        nonlocal calls
        calls += 1
        raise OSError("down")

    def must_wait(error: Exception) -> Outcome:
        return Outcome(Verdict.FAILURE, is_retryable=True, retry_after_s=3_600)

    guards = Guards(clock, announced.append, must_wait, Random(1), {"open": let_through(policy)})
    for _ in range(50):
        with pytest.raises(OSError, match="down"):
            await guards.get("venue/prices", "open").call(be_refused)
    assert calls == 50
    assert {status.state for status in guards.status()} == {BreakerState.CLOSED}


async def test_all_providers_together_have_so_many_calls_under_way_and_no_more() -> None:
    running = Running()
    release = asyncio.Event()
    most = under_way = 0

    async def work() -> None:
        nonlocal most, under_way
        under_way += 1
        most = max(most, under_way)
        await release.wait()
        under_way -= 1

    async with asyncio.TaskGroup() as group:
        for number in range(MOST_CALLS):
            guard = running.guards.get(f"venue{number}/prices")
            group.create_task(guard.call(work))
            group.create_task(guard.call(work))
        await running.clock.advance(0)
        assert under_way == MOST_CALLS
        release.set()

    assert most == MOST_CALLS
    assert under_way == 0
    assert all(status.concurrent == 0 for status in running.guards.status())


async def test_calls_are_spread_before_a_quota_ends_and_no_breaker_opens_for_it() -> None:
    running = Running()
    guard = running.guards.get("venue/prices")
    other = running.guards.get("other/prices")
    reset_ms = running.clock.now_ms() + 20_000
    running.guards.heed("venue", Quota(limit=100, left=5, reset_ms=reset_ms))
    running.guards.heed("nobody", Quota(limit=100, left=0, reset_ms=reset_ms))
    calls = asyncio.gather(guard.call(succeed), other.call(succeed))
    await running.clock.advance(3.9)
    assert not calls.done()
    await running.clock.advance(0.1)
    assert calls.done()
    running.guards.heed("venue", Quota(limit=100, left=0, reset_ms=reset_ms))
    with pytest.raises(Throttled):
        await guard.call(succeed)
    assert guard.breaker.state is BreakerState.CLOSED


async def test_a_spare_guard_is_not_told_of_before_it_is_used() -> None:
    running = Running()
    guard = running.guards.get("venue/history", is_spare=True)
    assert (running.announced, running.guards.status()) == ([], [])
    await guard.call(succeed)
    assert [status.name for status in running.guards.status()] == ["venue/history"]
