import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtp_tui.resilience.outcome import Throttled
from rtp_tui.resilience.rate_limiter import RateLimiter
from tests.fakes import FakeClock


def taken_at(limiter: RateLimiter, now_s: float) -> int:
    """How many calls go through at this moment."""
    calls = 0
    while limiter.wait_s(now_s) == 0 and calls < 1000:
        limiter.take()
        calls += 1
    return calls


def test_a_burst_goes_at_once_and_then_the_rate_holds() -> None:
    limiter = RateLimiter(60, 5, 10, 0.0)
    assert [taken_at(limiter, now_s) for now_s in (0.0, 0.5, 1.0, 4.0, 100.0)] == [5, 0, 1, 3, 5]


def test_without_a_rate_nothing_waits_until_it_is_frozen() -> None:
    limiter = RateLimiter(None, 5, 10, 0.0)
    assert taken_at(limiter, 0.0) == 1000
    limiter.freeze(30.0)
    assert limiter.wait_s(10.0) == 20.0
    assert limiter.wait_s(30.0) == 0.0


def test_after_a_pause_one_call_goes_first() -> None:
    limiter = RateLimiter(60, 5, 10, 0.0)
    limiter.freeze(30.0)
    assert [taken_at(limiter, now_s) for now_s in (0.0, 29.9, 30.0, 30.5, 31.0)] == [0, 0, 1, 0, 1]


def test_a_shorter_pause_does_not_end_a_longer_one() -> None:
    limiter = RateLimiter(60, 5, 10, 0.0)
    limiter.freeze(30.0)
    limiter.freeze(10.0)
    assert limiter.wait_s(0.0) == 30.0


def test_a_pause_can_be_ended_by_hand() -> None:
    limiter = RateLimiter(60, 5, 10, 0.0)
    limiter.freeze(30.0)
    limiter.unfreeze(1.0)
    assert limiter.wait_s(1.0) == 0.0


@given(st.lists(st.floats(0, 20), max_size=60), st.floats(1, 600), st.integers(1, 10))
def test_no_span_of_time_sees_more_calls_than_burst_and_rate(
    pauses_s: list[float], per_minute: float, burst: int
) -> None:
    limiter, now_s, taken = RateLimiter(per_minute, burst, 10, 0.0), 0.0, 0
    for pause_s in pauses_s:
        now_s += pause_s
        taken += taken_at(limiter, now_s)
        assert taken <= burst + now_s * per_minute / 60 + 0.01


async def test_a_call_waits_for_its_token_and_is_refused_when_it_would_come_too_late() -> None:
    clock = FakeClock()
    limiter = RateLimiter(60, 1, 10, clock.monotonic())
    await limiter.acquire("venue/prices", clock, 0.5)
    with pytest.raises(Throttled, match=r"venue/prices: rate limited for 1\.0 s"):
        await limiter.acquire("venue/prices", clock, 0.5)
    async with asyncio.TaskGroup() as group:
        patient = group.create_task(limiter.acquire("venue/prices", clock, 5.0))
        await clock.advance(0.9)
        assert (patient.done(), limiter.waiting) == (False, 1)
        await clock.advance(0.2)
    assert (limiter.waiting, limiter.rejected) == (0, 1)


async def test_the_room_to_wait_is_bounded_and_a_cancelled_wait_takes_nothing() -> None:
    clock = FakeClock()
    limiter = RateLimiter(60, 1, 1, clock.monotonic())
    await limiter.acquire("venue/prices", clock, 5.0)
    async with asyncio.TaskGroup() as group:
        waiting = group.create_task(limiter.acquire("venue/prices", clock, 5.0))
        await clock.advance(0.1)
        with pytest.raises(Throttled):
            await limiter.acquire("venue/prices", clock, 5.0)
        waiting.cancel()
    assert limiter.waiting == 0
    await clock.advance(0.9)
    assert limiter.wait_s(clock.monotonic()) == 0.0
