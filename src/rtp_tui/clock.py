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
