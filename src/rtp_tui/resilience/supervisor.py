"""Parts that are kept running: started in order, restarted when they fail, stopped in reverse order.

A part's bug stays in its part: it becomes a `PartStatus`, and the others go on.
"""

import asyncio
import random
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress

from msgspec import Struct
from msgspec.structs import replace

from rtp_tui.clock import Clock
from rtp_tui.model.parts import PartState, PartStatus
from rtp_tui.text import words_of


class RestartPolicy(Struct, frozen=True, kw_only=True):
    """When a failed part is tried again, and how long the others wait for one that is slow to start."""

    base_s: float = 0.2
    cap_s: float = 30.0
    crashes_per_minute: int = 5
    """More than these are a crash loop: each further try waits the cap."""
    stable_s: float = 60.0
    """A part that ran so long is forgiven its past."""
    moment_s: float = 0.05
    """A part that cannot say whether it is ready is taken to be after so long."""
    patience_s: float = 10.0
    """The parts after a slow one start without it after so long."""


class RestartBackoff:
    """How long to wait after each failure: full jitter below a doubling ceiling; told the time.

    https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
    """

    def __init__(self, policy: RestartPolicy, jitter: Callable[[], float]) -> None:
        self._policy = policy
        self._jitter = jitter
        self._recent: deque[float] = deque(maxlen=policy.crashes_per_minute + 1)
        self._failures = 0
        self.is_looping = False

    def delay_s(self, started_s: float, failed_s: float) -> float:
        """Seconds to wait after a run that began and failed at these monotonic moments."""
        if failed_s - started_s >= self._policy.stable_s:
            self._forgive()
        self._recent.append(failed_s)
        self._failures += 1
        is_full = len(self._recent) == self._recent.maxlen
        self.is_looping = self.is_looping or (is_full and failed_s - self._recent[0] < 60)
        return self._policy.cap_s if self.is_looping else self._jitter() * self._ceiling_s()

    def _ceiling_s(self) -> float:
        doublings = min(self._failures - 1, 30)
        return float(min(self._policy.cap_s, self._policy.base_s * 2**doublings))

    def _forgive(self) -> None:
        self._recent.clear()
        self._failures = 0
        self.is_looping = False


class _Part:
    """One supervised part and where it is."""

    def __init__(
        self,
        status: PartStatus,
        run: Callable[[], Awaitable[None]],
        ready: Callable[[], bool] | None,
        after: Sequence[str],
        forever: bool,
        stop_within_s: float,
        backoff: RestartBackoff,
    ) -> None:
        self.status = status
        self.run = run
        self.ready = ready
        self.after = tuple(after)
        self.forever = forever
        self.stop_within_s = stop_within_s
        self.backoff = backoff
        self.attempt: asyncio.Task[None] | None = None
        self.settled = asyncio.Event()
        """The parts after this one need not wait for it any longer."""
        self.restart_asked = asyncio.Event()


class Supervisor:
    """Runs parts in one task group; only `stop()` or a cancellation ends it.

    `jitter` gives numbers in [0, 1). `record_failure` is handed each exception, for the log's traceback.
    """

    def __init__(
        self,
        clock: Clock,
        announce: Callable[[PartStatus], None],
        *,
        policy: RestartPolicy = RestartPolicy(),  # noqa: B008 - frozen
        jitter: Callable[[], float] = random.random,
        record_failure: Callable[[str, Exception], None] | None = None,
    ) -> None:
        self._clock = clock
        self._announce = announce
        self._policy = policy
        self._jitter = jitter
        self._record_failure = record_failure
        self._parts: dict[str, _Part] = {}
        self._group: asyncio.TaskGroup | None = None
        self._keepers: list[tuple[_Part, asyncio.Task[None]]] = []
        self._stop_asked = asyncio.Event()
        self._is_ending = False

    @property
    def names(self) -> tuple[str, ...]:
        """All parts, in the order in which they were added."""
        return tuple(self._parts)

    def add(
        self,
        name: str,
        run: Callable[[], Awaitable[None]],
        *,
        ready: Callable[[], bool] | None = None,
        after: Sequence[str] = (),
        forever: bool = False,
        stop_within_s: float = 2.0,
    ) -> None:
        """Take a part that starts once those it comes `after`, already added, are ready or given up.

        While the others run it starts at once. A part that returns is stopped, or restarted when it should run `forever`. Raises ValueError.
        """
        unknown = [dependency for dependency in after if dependency not in self._parts]
        if name in self._parts or unknown:
            raise ValueError(f"part {name} is added twice, or comes after unknown parts {unknown}")
        status = PartStatus(name=name, state=PartState.WAITING, since_ms=self._clock.now_ms())
        backoff = RestartBackoff(self._policy, self._jitter)
        self._parts[name] = part = _Part(status, run, ready, after, forever, stop_within_s, backoff)
        if self._group is not None and not self._is_ending:
            self._tell(part, PartState.WAITING)
            self._keepers.append((part, self._group.create_task(self._keep(part))))

    def started(self, name: str) -> None:
        """Say that a part is ready, for parts that know better than its being asked."""
        part = self._parts[name]
        if part.status.state is PartState.STARTING:
            self._tell(part, PartState.OK)

    async def settled(self) -> None:
        """Return once every part has started, or is given up for now."""
        for part in self._parts.values():
            await part.settled.wait()

    def restart(self, name: str) -> None:
        """End a part's run and start it again at once, also when it stopped or waits. Raises KeyError."""
        part = self._parts[name]
        part.restart_asked.set()
        self._cancel_attempt(part)

    def stop(self) -> None:
        """Ask `run()` to stop all parts, the last started first, and to return."""
        self._stop_asked.set()

    async def run(self) -> None:
        """Run all parts until `stop()`; when cancelled, stop them in order before going."""
        for part in self._parts.values():
            self._tell(part, PartState.WAITING)
        async with asyncio.TaskGroup() as group:
            self._group = group
            self._keepers = [(part, group.create_task(self._keep(part))) for part in self._parts.values()]
            try:
                await self._stop_asked.wait()
            finally:
                self._is_ending = True
                for part, keeper in reversed(self._keepers):
                    await self._end(part, keeper)

    async def _end(self, part: _Part, keeper: asyncio.Task[None]) -> None:
        keeper.cancel()
        try:
            async with self._clock.timeout(part.stop_within_s):
                await asyncio.wait({keeper})
        except TimeoutError:
            self._cancel_attempt(part)
            self._tell(part, PartState.FAILED, f"did not stop within {part.stop_within_s:g} s")
        else:
            self._tell(part, PartState.STOPPED)

    @staticmethod
    def _cancel_attempt(part: _Part) -> None:
        if part.attempt is not None:
            part.attempt.cancel()

    async def _keep(self, part: _Part) -> None:
        for name in part.after:
            await self._parts[name].settled.wait()
        while not self._is_ending:
            started_s = self._clock.monotonic()
            failure = await self._attempt(part)
            if not self._is_ending:
                await self._wait_to_restart(part, failure, started_s)
                part.status = replace(part.status, restarts=part.status.restarts + 1)

    async def _attempt(self, part: _Part) -> str | None:
        """Run a part until it ends; what went wrong in words, or None."""
        part.restart_asked.clear()
        self._tell(part, PartState.STARTING)
        try:
            async with asyncio.TaskGroup() as group:
                attempt = part.attempt = group.create_task(_awaited(part.run))
                readiness = group.create_task(self._watch(part))
                await asyncio.wait({attempt})
                readiness.cancel()
        except Exception as error:  # noqa: BLE001 - a part's bug ends its run, not the engine
            return self._failure_text(part, error)
        finally:
            part.attempt = None
        return "was cancelled from within" if attempt.cancelled() else None

    async def _watch(self, part: _Part) -> None:
        """Find out when a part is ready."""
        waited_s = 0.0
        while not self._is_ready(part, waited_s):
            await self._clock.sleep(self._policy.moment_s)
            waited_s += self._policy.moment_s
            if waited_s >= self._policy.patience_s and not part.settled.is_set():
                self._tell(part, PartState.STARTING, f"not ready after {self._policy.patience_s:g} s")
                part.settled.set()
        self.started(part.status.name)

    def _is_ready(self, part: _Part, waited_s: float) -> bool:
        if part.status.state is PartState.OK:
            return True
        return waited_s > 0 if part.ready is None else part.ready()

    async def _wait_to_restart(self, part: _Part, failure: str | None, started_s: float) -> None:
        if part.restart_asked.is_set():
            self._tell(part, PartState.RESTARTING, "restart was asked for")
        elif failure is None and not part.forever:
            self._tell(part, PartState.STOPPED)
            await part.restart_asked.wait()
        else:
            await self._back_off(part, failure or "ended by itself", started_s)

    async def _back_off(self, part: _Part, failure: str, started_s: float) -> None:
        delay_s = part.backoff.delay_s(started_s, self._clock.monotonic())
        state = PartState.FAILED if part.backoff.is_looping else PartState.RESTARTING
        self._tell(part, state, f"{failure}; again in {delay_s:.1f} s")
        with suppress(TimeoutError):
            async with self._clock.timeout(delay_s):
                await part.restart_asked.wait()

    def _failure_text(self, part: _Part, error: Exception) -> str:
        cause = _first_cause(error)
        if self._record_failure is not None:
            self._record_failure(part.status.name, cause)
        return words_of(cause)

    def _tell(self, part: _Part, state: PartState, detail: str = "") -> None:
        since_ms = part.status.since_ms if part.status.state is state else self._clock.now_ms()
        part.status = replace(part.status, state=state, since_ms=since_ms, detail=detail)
        if state in (PartState.OK, PartState.FAILED, PartState.STOPPED):
            part.settled.set()
        self._announce(part.status)


async def _awaited(run: Callable[[], Awaitable[None]]) -> None:
    await run()


def _first_cause(error: Exception) -> Exception:
    """The exception that a part's own task groups wrapped."""
    while isinstance(error, ExceptionGroup):
        error = error.exceptions[0]
    return error
