"""The machine's clock."""

import asyncio
import time

import pytest

from rtp_tui.clock import Clock, SystemClock


def test_the_wall_clock_is_in_unix_milliseconds() -> None:
    before = time.time_ns() // 1_000_000
    now_ms = SystemClock().now_ms()
    assert isinstance(now_ms, int)
    assert before <= now_ms <= time.time_ns() // 1_000_000


def test_the_monotonic_clock_only_grows() -> None:
    clock = SystemClock()
    readings = [clock.monotonic() for _ in range(100)]
    assert readings == sorted(readings)


async def test_a_sleep_lasts_at_least_as_long_as_asked() -> None:
    clock: Clock = SystemClock()
    before = clock.monotonic()
    await clock.sleep(0.005)
    assert clock.monotonic() - before >= 0.0045


async def test_a_timeout_ends_a_block_that_takes_longer() -> None:
    with pytest.raises(TimeoutError):
        async with SystemClock().timeout(0.001):
            await asyncio.Event().wait()


async def test_a_timeout_leaves_a_block_alone_that_is_done_in_time() -> None:
    async with SystemClock().timeout(10):
        await asyncio.sleep(0)
