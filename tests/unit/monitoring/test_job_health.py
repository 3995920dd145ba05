"""What jobs add to the score."""

import pytest

from rtp_tui.model.health import HealthPart
from rtp_tui.model.instrument import Priority
from rtp_tui.model.jobs import JobOutcome, JobState, JobStatus, Lateness, RunDurations
from tests.factories import NOW_MS, a_job
from tests.healthy import judge, part

WELL = a_job(id="well", last_outcome=JobOutcome.SUCCEEDED)


def judged(*jobs: JobStatus) -> HealthPart:
    return part(judge(*jobs), "jobs")


def test_jobs_that_succeed_in_time_give_all_their_points() -> None:
    jobs = judged(WELL, a_job(id="new"))
    assert (jobs.points, jobs.max, jobs.reason) == (10, 10, "all 2 jobs succeed, in time")


def test_without_a_job_that_could_run_the_part_does_not_apply() -> None:
    idle = a_job(id="off", state=JobState.DISABLED, enabled=False), a_job(id="held", state=JobState.PAUSED)
    assert "jobs" not in [one.name for one in judge(*idle).parts]


@pytest.mark.parametrize(
    ("outcome", "words"), [(JobOutcome.FAILED, "failed"), (JobOutcome.TIMED_OUT, "timed out")]
)
def test_a_job_that_failed_is_named_with_its_error(outcome: JobOutcome, words: str) -> None:
    jobs = judged(WELL, a_job(id="backup", last_outcome=outcome, last_error="no space left"))
    assert jobs.points == 5
    assert jobs.reason == (
        f"1 of 2 jobs in trouble: backup {words} (no space left); trigger it once the cause is gone"
    )


def test_the_error_of_a_run_before_the_last_does_not_count() -> None:
    assert judged(a_job(last_outcome=JobOutcome.SUCCEEDED, last_error="reset")).points == 10


def test_a_run_that_was_cancelled_is_no_failure() -> None:
    assert judged(a_job(last_outcome=JobOutcome.CANCELLED)).points == 10


def test_an_open_breaker_is_named_by_the_job_that_met_it() -> None:
    met = a_job(last_outcome=JobOutcome.FAILED, last_error="coingecko/prices: circuit open")
    assert "coingecko/prices: circuit open" in judged(met).reason


def test_a_job_whose_turn_passed_by_a_whole_interval_is_overdue() -> None:
    def overdue(by_ms: int, state: JobState = JobState.IDLE) -> float:
        job = a_job(effective_interval_ms=60_000, next_run_ms=NOW_MS - by_ms, state=state)
        return judged(job).points

    assert overdue(60_000) == 10
    assert overdue(60_001) == 0
    assert overdue(60_001, JobState.RUNNING) == 10


def test_a_run_longer_than_its_interval_is_an_overrun() -> None:
    job = a_job(effective_interval_ms=30_000, duration_ms=RunDurations(last=42_000))
    assert judged(job).reason.endswith("took 42s and is due every 30s; give it a longer interval")
    assert judged(a_job(effective_interval_ms=60_000, duration_ms=RunDurations(last=42_000))).points == 10


@pytest.mark.parametrize(
    ("interval_ms", "late_ms", "points"),
    [(30_000, 5_000, 10), (30_000, 5_001, 0), (600_000, 60_000, 10), (600_000, 60_001, 0), (None, 5_001, 0)],
)
def test_a_run_may_begin_late_by_5_seconds_or_a_tenth_of_its_interval(
    interval_ms: int | None, late_ms: float, points: float
) -> None:
    job = a_job(effective_interval_ms=interval_ms, lateness_ms=Lateness(last=late_ms))
    assert judged(job).points == points


def test_a_failure_is_told_before_lateness_and_an_important_job_before_others() -> None:
    late = a_job(id="late", lateness_ms=Lateness(last=9_000))
    low = a_job(id="low", priority=Priority.LOW, last_outcome=JobOutcome.FAILED)
    high = a_job(id="high", last_outcome=JobOutcome.FAILED, lateness_ms=Lateness(last=9_000))
    assert judged(late, low, high).reason.startswith("3 of 3 jobs in trouble: high failed")
    assert judged(WELL, late, low).reason.startswith("2 of 3 jobs in trouble: low failed")
