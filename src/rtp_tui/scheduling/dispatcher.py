"""Runs that wait for their place and runs that go on: bounded, the urgent first, timed and tried again."""

import asyncio
import heapq
import logging
from collections.abc import Awaitable, Callable, Mapping
from functools import partial

from msgspec import Struct

from rtp_tui.clock import Clock
from rtp_tui.model.instrument import Priority
from rtp_tui.model.jobs import JobOutcome, JobRun, JobStatus, Progress
from rtp_tui.scheduling.job import Run
from rtp_tui.scheduling.schedule import duration_text
from rtp_tui.scheduling.settings import JobSettings
from rtp_tui.text import is_bug, words_of

Runner = Callable[[JobSettings, Callable[[Progress], None]], Awaitable[Progress | None]]
"""Does a kind of work once, says how far it is, and raises what went wrong."""

MAX_RUNNING = 8
TELL_EVERY_S = 0.25
"""Progress is announced no more often."""

_RANKS = {Priority.HIGH: 1, Priority.MEDIUM: 2, Priority.LOW: 3}
_BY_HAND = 0
_log = logging.getLogger(__name__)


class Retries(Struct, frozen=True, kw_only=True):
    """Waits between the attempts of a run: full jitter below a ceiling that doubles."""

    base_s: float = 1.0
    cap_s: float = 30.0

    def delay_s(self, attempts: int, jitter: float) -> float:
        """Seconds to wait after so many attempts; `jitter` is in [0, 1)."""
        return float(jitter * min(self.cap_s, self.base_s * 2 ** min(attempts - 1, 30)))


class Dispatcher:
    """Carries out runs, at most `max_running` at a time; `jitter` gives numbers in [0, 1)."""

    def __init__(
        self,
        clock: Clock,
        runners: Mapping[str, Runner],
        announce: Callable[[JobStatus | JobRun], None],
        *,
        max_running: int,
        retries: Retries,
        jitter: Callable[[], float],
        is_retryable: Callable[[Exception], bool],
    ) -> None:
        self._clock = clock
        self._runners = runners
        self._announce = announce
        self._max_running = max_running
        self._retries = retries
        self._jitter = jitter
        self._is_retryable = is_retryable
        self._waiting: list[tuple[int, float, int, Run]] = []
        self._count = 0
        self._running = 0
        self._group: asyncio.TaskGroup | None = None

    @property
    def is_open(self) -> bool:
        """Runs are carried out."""
        return self._group is not None

    def open(self, group: asyncio.TaskGroup) -> None:
        """Carry out runs in a group, which ends them when it is cancelled."""
        self._group = group

    def close(self) -> None:
        """Take no more runs; those that wait are cancelled."""
        self._group = None
        for _, _, _, run in self._waiting:
            self._give_up(run)
        self._waiting.clear()

    def submit(self, run: Run) -> None:
        """Begin a run, or let it wait for its place: those asked for by hand first, then by priority."""
        run.job.run = run
        rank = _BY_HAND if run.triggered else _RANKS[run.settings.priority or Priority.MEDIUM]
        self._count += 1
        heapq.heappush(self._waiting, (rank, run.due_s, self._count, run))
        self._begin_waiting()

    def hurry(self, run: Run) -> None:
        """A person waits for a run that has not begun: let it go first."""
        if run.started_s is None:
            run.triggered = True
            self._waiting = [entry for entry in self._waiting if entry[3] is not run]
            heapq.heapify(self._waiting)
            self.submit(run)

    def cancel(self, run: Run) -> None:
        """End a run, or take it out of those that wait."""
        if run.task is not None:
            run.task.cancel()
        else:
            self._waiting = [entry for entry in self._waiting if entry[3] is not run]
            heapq.heapify(self._waiting)
            self._give_up(run)

    def _give_up(self, run: Run) -> None:
        run.job.run = None
        self._announce(run.end(JobOutcome.CANCELLED, None, self._clock.now_ms()))
        self._announce(run.job.status())

    def _begin_waiting(self) -> None:
        while self._group is not None and self._waiting and self._running < self._max_running:
            _, _, _, run = heapq.heappop(self._waiting)
            self._begin(self._group, run)

    def _begin(self, group: asyncio.TaskGroup, run: Run) -> None:
        self._running += 1
        run.started_s = self._clock.monotonic()
        run.started_ms = self._clock.now_ms()
        if not run.triggered:
            run.job.statistics.add_lateness(max(0.0, run.started_s - run.due_s) * 1000)
        run.task = group.create_task(self._carry_out(run), name=f"job {run.job.id}")
        run.task.add_done_callback(partial(self._settle, run))
        self._announce(run.job.status())

    async def _carry_out(self, run: Run) -> None:
        outcome, error = await self._outcome(run)
        self._end(run, outcome, error)

    def _settle(self, run: Run, task: asyncio.Task[None]) -> None:
        """A task that is cancelled before its first step never enters its body, so its end is seen here."""
        if task.cancelled() and run.result is None:
            self._end(run, JobOutcome.CANCELLED, None)

    async def _outcome(self, run: Run) -> tuple[JobOutcome, str | None]:
        timeout_ms = run.settings.timeout_ms or 0
        try:
            async with self._clock.timeout(timeout_ms / 1000):
                error = await self._attempt(run)
        except TimeoutError:
            before = "" if run.failure is None else f"; before that: {words_of(run.failure)}"
            return JobOutcome.TIMED_OUT, f"took longer than {duration_text(timeout_ms)}{before}"
        return (JobOutcome.SUCCEEDED, None) if error is None else (JobOutcome.FAILED, words_of(error))

    async def _attempt(self, run: Run) -> Exception | None:
        """Try until it succeeds or may be tried no more; what went wrong last."""
        runner = self._runners[run.settings.kind or ""]
        report = partial(self._report, run)
        while True:
            run.attempts += 1
            try:
                progress = await runner(run.settings, report)
            except Exception as error:  # noqa: BLE001 - whatever a job raises ends its run, not the scheduler
                run.failure = error
                if is_bug(error):
                    _log.error("job %s failed", run.job.id, exc_info=error)
                if run.attempts > (run.settings.max_retries or 0) or not self._is_retryable(error):
                    return error
            else:
                run.progress = progress or run.progress
                return None
            await self._clock.sleep(self._retries.delay_s(run.attempts, self._jitter()))

    def _report(self, run: Run, progress: Progress) -> None:
        run.progress = progress
        now_s = self._clock.monotonic()
        if run.job.run is run and now_s - run.told_s >= TELL_EVERY_S:
            run.told_s = now_s
            self._announce(run.job.status())

    def _end(self, run: Run, outcome: JobOutcome, error: str | None) -> None:
        job = run.job
        result = run.end(outcome, error, max(self._clock.now_ms(), run.started_ms))
        started_s = run.started_s or 0.0
        job.statistics.add_run(result, max(0.0, self._clock.monotonic() - started_s) * 1000)
        job.run, job.progress = None, run.progress
        self._running -= 1
        self._announce(result)
        self._announce(job.status())
        self._begin_waiting()
