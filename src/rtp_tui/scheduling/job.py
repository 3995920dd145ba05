"""One job as the scheduler keeps it, and one run of it."""

import asyncio

from rtp_tui.model.instrument import InstrumentId, Priority
from rtp_tui.model.jobs import JobOutcome, JobRun, JobState, JobStatus, Progress
from rtp_tui.scheduling.job_checks import completed, schedule_of
from rtp_tui.scheduling.job_statistics import JobStatistics
from rtp_tui.scheduling.schedule import Every, Schedule
from rtp_tui.scheduling.settings import JobSettings


class Job:
    """What a job should do, what it is doing, and what its runs came to."""

    def __init__(self, asked: JobSettings, *, removable: bool = False) -> None:
        self.removable = removable
        self.fault = ""
        """Why it cannot run, where it is configured so that it cannot."""
        self.obstacle = ""
        """Why it has to rest, where nothing is wrong with it."""
        self.is_paused = False
        self.statistics = JobStatistics()
        self.run: Run | None = None
        """The run that goes on or waits for its place."""
        self.progress: Progress | None = None
        """How far the last run came."""
        self.next_run_ms: int | None = None
        self.effective_interval_ms: int | None = None
        self.lively: tuple[InstrumentId, ...] = ()
        """Those that are asked for more often, because their prices move."""
        self.rate_reason = ""
        """Why the interval in force is not the one that is asked for."""
        self.markets: frozenset[str] = frozenset()
        """Those of its instruments, found when it is planned."""
        self.last_s: dict[str, float] = {}
        """When the instruments of each market were last run, monotonic seconds."""
        self.change(asked)

    def change(self, asked: JobSettings) -> None:
        """Take settings; those that say nothing get their defaults."""
        self.asked = asked
        self.settings = completed(asked)
        self.schedule: Schedule = schedule_of(asked)

    @property
    def id(self) -> str:
        """What it is called."""
        return self.asked.id

    @property
    def hindrance(self) -> str:
        """Why it does not run though it should; empty where it can."""
        return self.fault or self.obstacle

    @property
    def is_enabled(self) -> bool:
        """It is configured to run, and can."""
        return not self.hindrance and self.settings.enabled is not False

    @property
    def is_scheduled(self) -> bool:
        """Its turns are to come."""
        return self.is_enabled and not self.is_paused

    @property
    def state(self) -> JobState:
        """What it is doing."""
        if self.run is not None and self.run.started_s is not None:
            return JobState.RUNNING
        if not self.is_enabled:
            return JobState.DISABLED
        return JobState.PAUSED if self.is_paused else JobState.IDLE

    def status(self) -> JobStatus:
        """What is announced of it."""
        settings, counted = self.settings, self.statistics
        interval_ms = self.schedule.interval_ms if isinstance(self.schedule, Every) else None
        return JobStatus(
            id=self.id,
            name=self.id.replace("-", " ").replace("_", " ").capitalize(),
            kind=settings.kind or "",
            category=settings.category or "",
            priority=settings.priority or Priority.MEDIUM,
            state=self.state,
            enabled=self.is_enabled,
            schedule="never" if self.fault else str(self.schedule),
            market=next(iter(self.markets)) if len(self.markets) == 1 else None,
            interval_ms=interval_ms,
            effective_interval_ms=self.effective_interval_ms,
            rate_reason=self.rate_reason,
            next_run_ms=self.next_run_ms if self.is_scheduled else None,
            last_run_ms=counted.last_run_ms,
            last_outcome=counted.last_outcome,
            last_error=self.fault or counted.last_error,
            obstacle=self.obstacle,
            runs=counted.runs,
            successes=counted.successes,
            failures=counted.failures,
            skipped=counted.skipped,
            missed=counted.missed,
            duration_ms=counted.durations,
            lateness_ms=counted.lateness,
            progress=self.progress if self.run is None else self.run.progress,
            removable=self.removable,
            instruments=settings.instruments or (),
            timeout_ms=settings.timeout_ms,
        )


class Run:
    """One run, from when it is asked for to its end."""

    def __init__(self, job: Job, settings: JobSettings, due_s: float, *, triggered: bool = False) -> None:
        self.job = job
        self.settings = settings
        """With the instruments of this run only."""
        self.due_s = due_s
        self.triggered = triggered
        self.started_s: float | None = None
        self.started_ms = 0
        self.progress: Progress | None = None
        self.told_s = 0.0
        self.attempts = 0
        self.failure: Exception | None = None
        """What ended its last attempt."""
        self.overruns = 0
        """Turns of the job that came while this went on."""
        self.task: asyncio.Task[None] | None = None
        self.ended = asyncio.Event()
        self.result: JobRun | None = None

    def end(self, outcome: JobOutcome, error: str | None, now_ms: int) -> JobRun:
        """Say how it ended, to those that wait for it too."""
        self.result = JobRun(
            job=self.job.id,
            started_ms=self.started_ms or now_ms,
            ended_ms=now_ms,
            outcome=outcome,
            error=error,
            progress=self.progress,
            triggered=self.triggered,
            attempts=max(1, self.attempts),
        )
        self.ended.set()
        return self.result
