"""What a job's runs came to, over restarts too."""

from collections import deque

from rtp_tui.model.jobs import JobOutcome, JobRun, JobStatus, Lateness, RunDurations

KEPT = 64
"""Percentiles are of so many of the newest values."""

_FAILURES = (JobOutcome.FAILED, JobOutcome.TIMED_OUT)


class Percentile:
    """The newest value and the 95th percentile of the newest 64, by nearest rank."""

    def __init__(self) -> None:
        self._values: deque[float] = deque(maxlen=KEPT)
        self.last: float | None = None
        self.p95: float | None = None

    def restore(self, last: float | None, p95: float | None) -> None:
        """Go on from an earlier run's figures, until there are new ones."""
        self.last, self.p95 = last, p95

    def add(self, value: float) -> None:
        """One more value."""
        self._values.append(value)
        ordered = sorted(self._values)
        self.last = value
        self.p95 = ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))]


class JobStatistics:
    """Counters and durations of one job; `restore` goes on from those of an earlier run of the engine."""

    def __init__(self) -> None:
        self.runs = 0
        self.successes = 0
        self.failures = 0
        self.skipped = 0
        self.missed = 0
        self.last_run_ms: int | None = None
        self.last_outcome: JobOutcome | None = None
        self.last_error: str | None = None
        self._total_ms = 0.0
        self._durations = Percentile()
        self._lateness = Percentile()

    def restore(self, status: JobStatus) -> None:
        """Take over what an earlier run of the engine counted."""
        self.runs, self.successes, self.failures = status.runs, status.successes, status.failures
        self.skipped, self.missed = status.skipped, status.missed
        self.last_run_ms = status.last_run_ms
        self.last_outcome, self.last_error = status.last_outcome, status.last_error
        self._total_ms = (status.duration_ms.mean or 0.0) * status.runs
        self._durations.restore(status.duration_ms.last, status.duration_ms.p95)
        self._lateness.restore(status.lateness_ms.last, status.lateness_ms.p95)

    def add_lateness(self, late_ms: float) -> None:
        """A run began so much later than it was due."""
        self._lateness.add(late_ms)

    def add_run(self, run: JobRun, duration_ms: float) -> None:
        """A run ended."""
        self.runs += 1
        self.successes += run.outcome is JobOutcome.SUCCEEDED
        self.failures += run.outcome in _FAILURES
        self.last_run_ms = run.started_ms
        self.last_outcome = run.outcome
        if run.error is not None:
            self.last_error = run.error
        self._total_ms += duration_ms
        self._durations.add(duration_ms)

    @property
    def durations(self) -> RunDurations:
        """Of runs, however they ended."""
        mean = self._total_ms / self.runs if self.runs else None
        return RunDurations(self._durations.last, mean, self._durations.p95)

    @property
    def lateness(self) -> Lateness:
        """Of runs by schedule."""
        return Lateness(self._lateness.last, self._lateness.p95)
