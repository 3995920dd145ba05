"""Real implementations of our own protocols, for tests."""

import asyncio
import heapq
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

ResultT = TypeVar("ResultT")


class FakeClock:
    """A clock that moves only when told; sleepers wake in the order of their time."""

    def __init__(self, now_ms: int = 1_790_000_000_000) -> None:
        self._now_ms = float(now_ms)
        self._monotonic = 1000.0
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._count = 0

    def now_ms(self) -> int:
        return int(self._now_ms)

    def monotonic(self) -> float:
        return self._monotonic

    async def sleep(self, seconds: float) -> None:
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._count += 1
        heapq.heappush(self._sleepers, (self._monotonic + seconds, self._count, future))
        await future

    @asynccontextmanager
    async def timeout(self, seconds: float) -> AsyncIterator[None]:
        owner = asyncio.current_task()
        assert owner is not None
        expired = False

        async def expire() -> None:
            nonlocal expired
            await self.sleep(seconds)
            expired = True
            owner.cancel()

        timer = asyncio.create_task(expire())
        try:
            yield
        except asyncio.CancelledError:
            if not expired:
                raise
            owner.uncancel()
            raise TimeoutError from None
        finally:
            timer.cancel()

    async def advance(self, seconds: float) -> None:
        """Move time on, waking each sleeper at its moment and letting it run."""
        await settle()
        end = self._monotonic + seconds
        while self._sleepers and self._sleepers[0][0] <= end:
            at, _, future = heapq.heappop(self._sleepers)
            self._move_to(at)
            if not future.done():
                future.set_result(None)
            await settle()
        self._move_to(end)
        await settle()

    def step(self, seconds: float) -> None:
        """Step the wall clock alone, as an administrator or a suspend would."""
        self._now_ms += seconds * 1000

    def freeze(self, seconds: float) -> None:
        """Let time pass unseen, as by a stopped process: whoever was to wake wakes at the next `advance`."""
        self._move_to(self._monotonic + seconds)
        self._sleepers = [(max(at, self._monotonic), order, future) for at, order, future in self._sleepers]
        heapq.heapify(self._sleepers)

    def _move_to(self, monotonic: float) -> None:
        self._now_ms += (monotonic - self._monotonic) * 1000
        self._monotonic = monotonic


async def settle(rounds: int = 20) -> None:
    """Let everything that can run now run."""
    for _ in range(rounds):
        await asyncio.sleep(0)


class OpenGuard:
    """Lets everything through."""

    def __init__(self) -> None:
        self.rests = 0
        """How often it was told that nobody asks any more."""

    def rest(self) -> None:
        self.rests += 1

    async def call(
        self, work: Callable[[], Awaitable[ResultT]], *, deadline_s: float | None = None
    ) -> ResultT:
        return await work()
