"""The only place that reads or waits for time."""

import asyncio
import time
from contextlib import AbstractAsyncContextManager
from typing import Protocol


class Clock(Protocol):
    """Time, handed in: two readings and two ways to wait."""

    def now_ms(self) -> int:
        """Wall clock, Unix milliseconds; may step."""
        ...

    def monotonic(self) -> float:
        """Seconds that only grow; intervals are measured with it."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Return after so many seconds."""
        ...

    def timeout(self, seconds: float) -> AbstractAsyncContextManager[object]:
        """Raise TimeoutError inside the block when it takes longer."""
        ...


class SystemClock:
    """The machine's clock and the running loop's waits."""

    def now_ms(self) -> int:
        return time.time_ns() // 1_000_000

    def monotonic(self) -> float:
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    def timeout(self, seconds: float) -> AbstractAsyncContextManager[object]:
        return asyncio.timeout(seconds)


class ReplayClock:
    """Tells the time of a recording, as far as it was played; waits as another clock does."""

    def __init__(self, clock: Clock, at_ms: int) -> None:
        self._clock = clock
        self._at_ms = at_ms

    def now_ms(self) -> int:
        return self._at_ms

    def monotonic(self) -> float:
        return self._clock.monotonic()

    async def sleep(self, seconds: float) -> None:
        await self._clock.sleep(seconds)

    def timeout(self, seconds: float) -> AbstractAsyncContextManager[object]:
        return self._clock.timeout(seconds)

    def advance_to(self, at_ms: int) -> None:
        """It is this moment now; never an earlier one than it was."""
        self._at_ms = max(self._at_ms, at_ms)


def asleep_s() -> float:
    """How long the machine has slept since it started; zero where the system does not tell."""
    try:
        return time.clock_gettime(time.CLOCK_BOOTTIME) - time.clock_gettime(time.CLOCK_MONOTONIC)
    except (AttributeError, OSError):
        return 0.0


class SteadyReplayClock:
    """The same time, by which intervals are measured too: at ten times the pace ten seconds pass in one."""

    def __init__(self, clock: ReplayClock) -> None:
        self._clock = clock

    def now_ms(self) -> int:
        return self._clock.now_ms()

    def monotonic(self) -> float:
        return self._clock.now_ms() / 1000

    async def sleep(self, seconds: float) -> None:
        await self._clock.sleep(seconds)

    def timeout(self, seconds: float) -> AbstractAsyncContextManager[object]:
        return self._clock.timeout(seconds)
