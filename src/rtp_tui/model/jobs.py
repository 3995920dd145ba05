"""Jobs: one kind of work each, when it runs, and how its runs ended."""

from enum import StrEnum
from typing import ClassVar

from msgspec import Struct

from rtp_tui.model.instrument import Priority
from rtp_tui.model.topics import Topic


class JobState(StrEnum):
    """What a job is doing."""

    IDLE = "idle"
    RUNNING = "running"
    PAUSED = "paused"
    DISABLED = "disabled"


class JobOutcome(StrEnum):
    """How one run ended."""

    SUCCEEDED = "succeeded"
    FAILED = "failed"
    TIMED_OUT = "timed_out"
    SKIPPED = "skipped"
    """It was due while the run before it still went on."""
    MISSED = "missed"
    """It was due while the engine could not run it: suspended, or stopped."""
    CANCELLED = "cancelled"


class Progress(Struct, frozen=True):
    """How far a run is, in instruments or whatever it counts."""

    done: int
    expected: int


class RunDurations(Struct, frozen=True):
    """Milliseconds; None before the first run."""

    last: float | None = None
    mean: float | None = None
    p95: float | None = None


class Lateness(Struct, frozen=True):
    """Milliseconds between when a run was due and when it began."""

    last: float | None = None
    p95: float | None = None


class JobStatus(Struct, frozen=True, kw_only=True, tag="job"):
    """A job as of now; announced when a run begins or ends and when the job is changed."""

    topic: ClassVar[Topic] = Topic.JOB

    id: str
    name: str
    kind: str
    category: str
    priority: Priority
    state: JobState
    enabled: bool
    schedule: str
    """When it runs, in words: `every 30 s`, `0 6 * * *`, `after the close of XNYS`."""
    market: str | None = None
    """The market whose hours stretch the interval, where all its instruments share one."""
    interval_ms: int | None = None
    effective_interval_ms: int | None = None
    rate_reason: str = ""
    """Why the interval in force is not the one asked for, in words; empty where it is."""
    next_run_ms: int | None = None
    last_run_ms: int | None = None
    last_outcome: JobOutcome | None = None
    last_error: str | None = None
    obstacle: str = ""
    """Why it rests though nothing is wrong: there is nothing here for it to do, or it was not given what it needs."""
    runs: int = 0
    successes: int = 0
    failures: int = 0
    skipped: int = 0
    missed: int = 0
    duration_ms: RunDurations = RunDurations()
    lateness_ms: Lateness = Lateness()
    progress: Progress | None = None
    removable: bool = False
    """The user added it; the defaults can only be disabled."""
    instruments: tuple[str, ...] = ()
    """What it is for: instrument ids, `class:*`, or `*`; empty where it is not about instruments."""
    timeout_ms: int | None = None
    """For a whole run."""


class JobRun(Struct, frozen=True, kw_only=True, tag="job_run"):
    """How one run of a job ended."""

    topic: ClassVar[Topic] = Topic.JOB

    job: str
    started_ms: int
    ended_ms: int
    outcome: JobOutcome
    error: str | None = None
    progress: Progress | None = None
    triggered: bool = False
    """By hand, not by its schedule."""
    attempts: int = 1


class JobRemoved(Struct, frozen=True, kw_only=True, tag="job_removed"):
    """A job is no more."""

    topic: ClassVar[Topic] = Topic.JOB

    id: str
