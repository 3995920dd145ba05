"""Jobs and their runs as other programs read them."""

from msgspec import Struct, convert, structs

from rtp_tui.model.instrument import Priority
from rtp_tui.model.jobs import JobOutcome, JobRun, JobState, JobStatus, Lateness, Progress, RunDurations


class JobBody(Struct, frozen=True, kw_only=True):
    """A job as of now."""

    id: str
    name: str
    kind: str
    category: str
    priority: Priority
    state: JobState
    enabled: bool
    schedule: str
    market: str | None = None
    interval_ms: int | None = None
    effective_interval_ms: int | None = None
    rate_reason: str = ""
    """Why the interval in force is not the one asked for; empty where it is."""
    next_run_ms: int | None = None
    last_run_ms: int | None = None
    last_outcome: JobOutcome | None = None
    last_error: str | None = None
    obstacle: str = ""
    """Why it rests though nothing is wrong with it; empty where it does not."""
    runs: int = 0
    successes: int = 0
    failures: int = 0
    skipped: int = 0
    missed: int = 0
    duration_ms: RunDurations = RunDurations()
    lateness_ms: Lateness = Lateness()
    progress: Progress | None = None
    removable: bool = False
    instruments: tuple[str, ...] = ()
    timeout_ms: int | None = None


class OrderedJobBody(JobBody, frozen=True, kw_only=True):
    """A job after an order to it, with what came of the order."""

    message: str


def job_body(job: JobStatus) -> JobBody:
    """A job under the names of the interface, its milliseconds to a tenth."""
    took, late = job.duration_ms, job.lateness_ms
    return structs.replace(
        convert(job, JobBody, from_attributes=True),
        duration_ms=RunDurations(_tenths(took.last), _tenths(took.mean), _tenths(took.p95)),
        lateness_ms=Lateness(_tenths(late.last), _tenths(late.p95)),
    )


def _tenths(ms: float | None) -> float | None:
    return None if ms is None else round(ms, 1)


def ordered_job_body(job: JobStatus, message: str) -> OrderedJobBody:
    """The same after an order."""
    return OrderedJobBody(message=message, **structs.asdict(job_body(job)))


class RunBody(Struct, frozen=True, kw_only=True):
    """How a run ended."""

    job: str
    outcome: JobOutcome
    error: str | None
    started_ms: int
    ended_ms: int
    duration_ms: int
    progress: Progress | None
    attempts: int
    triggered: bool


def run_body(run: JobRun) -> RunBody:
    """A run with how long it took."""
    return RunBody(
        job=run.job,
        outcome=run.outcome,
        error=run.error,
        started_ms=run.started_ms,
        ended_ms=run.ended_ms,
        duration_ms=max(0, run.ended_ms - run.started_ms),
        progress=run.progress,
        attempts=run.attempts,
        triggered=run.triggered,
    )
