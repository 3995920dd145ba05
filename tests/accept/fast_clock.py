"""A clock that runs faster than the machine's, and stands still while the machine cannot follow."""

import asyncio
import sys
import time
from collections.abc import Callable, Coroutine
from contextlib import AbstractAsyncContextManager
from heapq import heappop, heappush
from itertools import count
from types import TracebackType
from typing import Any, TypeVar

BREATH_S = 0.005
"""Of real time between two steps, in which sockets and threads get on."""
LONGEST_STEP_S = 0.1
"""A machine that is busy or stalls makes time slow; it makes no leaps."""
LATEST_ANSWER_S = 0.2
"""By this clock, of a thread: time waits for what has taken longer, as a commit to a slow disk."""
STUCK_S = 5.0
"""Of real time: what a thread has not done by then waits for something else itself."""
_WAIT_FOR_THREADS = frozenset(
    ("aiosqlite.core", "asyncio.futures", "rtp_tui.notify.in_thread", "rtp_tui.storage.connection")
)
"""Modules that make futures which a thread settles; asyncio's are those of executors."""

ResultT = TypeVar("ResultT")


class ThreadMindedLoop(asyncio.SelectorEventLoop):
    """Knows since when threads owe it an answer."""

    def __init__(self) -> None:
        super().__init__()
        self.owed_since: dict[asyncio.Future[Any], float] = {}

    def create_future(self) -> "asyncio.Future[Any]":
        future = super().create_future()
        if sys._getframe(1).f_globals.get("__name__") in _WAIT_FOR_THREADS:
            self.owed_since[future] = self.time()
            future.add_done_callback(self.owed_since.pop)
        return future


def run_fast(life: Coroutine[Any, Any, ResultT]) -> ResultT:
    """As `asyncio.run`, for what lives by a fast clock."""
    with asyncio.Runner(loop_factory=ThreadMindedLoop) as runner:
        return runner.run(life)


class FastClock:
    """Up to so many seconds pass in one, while `run` does."""

    def __init__(
        self, factor: float, began_ms: int | None = None, longest_step_s: float = LONGEST_STEP_S
    ) -> None:
        self._factor = factor
        self._longest_step_s = longest_step_s
        self._began_ms = time.time_ns() // 1_000_000 if began_ms is None else began_ms
        self._now_s = 0.0
        self._due: list[tuple[float, int, Callable[[], None]]] = []
        self._numbers = count()

    def speed_up(self, factor: float) -> None:
        """Go on so many times as fast as the machine does."""
        self._factor = factor

    def now_ms(self) -> int:
        return self._began_ms + round(self._now_s * 1000)

    def monotonic(self) -> float:
        return self._now_s

    async def sleep(self, seconds: float) -> None:
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        over: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.call_in(seconds, lambda: None if over.done() else over.set_result(None))
        await over

    def timeout(self, seconds: float) -> AbstractAsyncContextManager[object]:
        return _Timeout(self, seconds)

    def call_in(self, seconds: float, call: Callable[[], None]) -> None:
        """Call once after so many seconds."""
        heappush(self._due, (self._now_s + seconds, next(self._numbers), call))

    async def run(self) -> None:
        """Let time pass until cancelled; in a loop that `run_fast` began."""
        loop = asyncio.get_running_loop()
        assert isinstance(loop, ThreadMindedLoop)
        before_s = time.monotonic()
        while True:
            await asyncio.sleep(BREATH_S)
            now_s = time.monotonic()
            if not self._is_behind(loop):
                self._now_s += min(self._longest_step_s, (now_s - before_s) * self._factor)
            before_s = now_s
            while self._due and self._due[0][0] <= self._now_s:
                heappop(self._due)[2]()

    def _is_behind(self, loop: ThreadMindedLoop) -> bool:
        """Whether a thread has been at work for long, and may yet come to an end."""
        now_s = loop.time()
        return any(
            LATEST_ANSWER_S / self._factor < now_s - since_s < STUCK_S for since_s in loop.owed_since.values()
        )


class _Timeout:
    """As `asyncio.timeout`, by the clock."""

    def __init__(self, clock: FastClock, seconds: float) -> None:
        self._clock = clock
        self._seconds = seconds
        self._limit = asyncio.timeout(None)
        self._is_over = False

    async def __aenter__(self) -> None:
        await self._limit.__aenter__()
        self._clock.call_in(self._seconds, self._expire)

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._is_over = True
        await self._limit.__aexit__(kind, error, trace)

    def _expire(self) -> None:
        if not self._is_over:
            self._is_over = True
            self._limit.reschedule(asyncio.get_running_loop().time())
