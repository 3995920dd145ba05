"""The part of the health score that is about jobs: do they succeed, in time."""

from rtp_tui.model.instrument import Priority
from rtp_tui.model.jobs import JobOutcome, JobState, JobStatus
from rtp_tui.monitoring.evidence import Evidence, Judged
from rtp_tui.text import age_text

SHORTEST_LATE_MS = 5_000
LATE_SHARE = 0.1
"""A run may begin late by so much of its interval, if that is longer."""
SHORTEST_OVERDUE_MS = 30_000


def judge_jobs(evidence: Evidence) -> Judged | None:
    """Part `jobs`: enabled ones whose last run succeeded, in time. What never ran yet has not failed."""
    jobs = [one for one in evidence.state.job.jobs.values() if one.state in (JobState.IDLE, JobState.RUNNING)]
    if not jobs:
        return None
    jobs.sort(key=lambda job: _RANKS.index(job.priority))
    faults = [(job.id, words) for fault in _FAULTS for job in jobs if (words := fault(job, evidence))]
    if not faults:
        return Judged(1.0, f"all {len(jobs)} jobs succeed, in time")
    count = len({job for job, _ in faults})
    worst, words = faults[0]
    return Judged(1 - count / len(jobs), f"{count} of {len(jobs)} jobs in trouble: {worst} {words}")


def _failure(job: JobStatus, _evidence: Evidence) -> str:
    if job.last_outcome not in _FAILURES:
        return ""
    error = job.last_error or "no reason given"
    return f"{_FAILURES[job.last_outcome]} ({error}); trigger it once the cause is gone"


def _overdue(job: JobStatus, evidence: Evidence) -> str:
    patience_ms = max(SHORTEST_OVERDUE_MS, job.effective_interval_ms or 0)
    if job.state is not JobState.IDLE or job.next_run_ms is None:
        return ""
    if evidence.now_ms - max(job.next_run_ms, evidence.clock_set_ms) <= patience_ms:
        return ""
    return f"did not begin within {age_text(patience_ms)} of its turn; trigger it"


def _overrun(job: JobStatus, _evidence: Evidence) -> str:
    took_ms, interval_ms = job.duration_ms.last, job.effective_interval_ms
    if took_ms is None or interval_ms is None or took_ms <= interval_ms:
        return ""
    return f"took {age_text(took_ms)} and is due every {age_text(interval_ms)}; give it a longer interval"


def _late(job: JobStatus, _evidence: Evidence) -> str:
    late_ms = job.lateness_ms.last
    if late_ms is None or late_ms <= max(SHORTEST_LATE_MS, LATE_SHARE * (job.effective_interval_ms or 0)):
        return ""
    return f"began {age_text(late_ms)} late; fewer jobs at once would help"


_RANKS = tuple(Priority)
_FAILURES = {JobOutcome.FAILED: "failed", JobOutcome.TIMED_OUT: "timed out"}
_FAULTS = (_failure, _overdue, _overrun, _late)
"""The worst first; each says what is wrong with a job, or nothing."""
