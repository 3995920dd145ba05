"""The clock of engines that live faster: it waits for the machine."""

import asyncio
import time
from collections.abc import Awaitable, Callable

import pytest

from tests.accept.fast_clock import LATEST_ANSWER_S, FastClock, run_fast

pytestmark = pytest.mark.accept

FACTOR, SLOW_S = 20.0, 0.5
MOST_S = LATEST_ANSWER_S + 1.0
"""By the clock, of what takes the machine ten seconds of it: the answer itself needs some steps more."""


def took_s(work: Callable[[], Awaitable[object]]) -> float:
    """How long something takes by a fast clock."""

    async def live() -> float:
        clock = FastClock(FACTOR)
        passing = asyncio.create_task(clock.run())
        await clock.sleep(1.0)
        began_s = clock.monotonic()
        await work()
        passing.cancel()
        return clock.monotonic() - began_s

    return run_fast(live())


def test_a_thread_that_is_slow_takes_hardly_any_of_its_time() -> None:
    assert took_s(lambda: asyncio.to_thread(time.sleep, SLOW_S)) < MOST_S < SLOW_S * FACTOR


def test_a_loop_that_stands_still_takes_no_more_of_it_than_a_step() -> None:
    async def hold() -> None:
        time.sleep(SLOW_S)  # noqa: ASYNC251 - it is what is meant
        await asyncio.sleep(0.01)

    assert took_s(hold) < MOST_S


def test_it_goes_on_while_nothing_but_it_is_waited_for() -> None:
    async def wait() -> None:
        await asyncio.sleep(SLOW_S)

    assert took_s(wait) > 0.0
