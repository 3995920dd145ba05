"""Jobs and breakers as Prometheus reads them."""

from collections import Counter
from collections.abc import Iterator, Mapping

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from rtp_tui.model.breakers import BreakerState, BreakerStatus
from rtp_tui.model.jobs import JobStatus

JOBS_TOLD_APART = 200
"""Users may add thousands of jobs; those beyond this many are counted together."""
THE_REST = "other"

_OUTCOMES = {"succeeded": "successes", "failed": "failures", "skipped": "skipped", "missed": "missed"}


def job_metrics(jobs: Mapping[str, JobStatus]) -> Iterator[Metric]:
    """How the runs of each job ended, and how long they took."""
    told_apart = set(list(jobs)[:JOBS_TOLD_APART])
    runs: Counter[tuple[str, str]] = Counter()
    for job in jobs.values():
        name = job.id if job.id in told_apart else THE_REST
        runs.update({(name, outcome): getattr(job, count) for outcome, count in _OUTCOMES.items()})
    family = CounterMetricFamily("rtp_job_runs", "Runs by how they ended.", labels=["job", "outcome"])
    for labels, count in runs.items():
        family.add_metric(labels, count)
    yield family
    yield from _measured([jobs[name] for name in jobs if name in told_apart])


def _measured(jobs: list[JobStatus]) -> Iterator[Metric]:
    took = GaugeMetricFamily("rtp_job_duration_seconds", "How long runs take.", labels=["job", "statistic"])
    late = GaugeMetricFamily("rtp_job_lateness_p95_seconds", "How late runs begin.", labels=["job"])
    last = GaugeMetricFamily("rtp_job_last_run_timestamp_seconds", "When it last ran.", labels=["job"])
    for job in jobs:
        for statistic in ("last", "mean", "p95"):
            ms = getattr(job.duration_ms, statistic)
            if ms is not None:
                took.add_metric([job.id, statistic], ms / 1000)
        if job.lateness_ms.p95 is not None:
            late.add_metric([job.id], job.lateness_ms.p95 / 1000)
        if job.last_run_ms is not None:
            last.add_metric([job.id], job.last_run_ms / 1000)
    yield from (took, late, last)


def breaker_metrics(breakers: Mapping[str, BreakerStatus]) -> Iterator[Metric]:
    """Each breaker's state, its window, and the calls that it did not let through or made again."""
    state = GaugeMetricFamily("rtp_breaker_state", "1 for the state it is in.", labels=["breaker", "state"])
    calls = GaugeMetricFamily("rtp_breaker_window_calls", "Calls in the window.", labels=["breaker"])
    failures = GaugeMetricFamily(
        "rtp_breaker_failure_ratio", "Share of failed calls in the window.", labels=["breaker"]
    )
    refused = CounterMetricFamily(
        "rtp_breaker_not_permitted_calls", "Calls refused while open.", labels=["breaker"]
    )
    full = CounterMetricFamily(
        "rtp_breaker_rejected_full_calls", "Calls without a place.", labels=["breaker"]
    )
    retries = CounterMetricFamily("rtp_breaker_retries", "Attempts after the first.", labels=["breaker"])
    denied = CounterMetricFamily(
        "rtp_breaker_retries_denied", "Attempts that the budget did not allow.", labels=["breaker"]
    )
    took = GaugeMetricFamily(
        "rtp_breaker_response_seconds", "How long calls take.", labels=["breaker", "quantile"]
    )
    for name, breaker in breakers.items():
        for one in BreakerState:
            state.add_metric([name, one], breaker.state == one)
        calls.add_metric([name], breaker.calls)
        if breaker.failure_rate is not None:
            failures.add_metric([name], breaker.failure_rate / 100)
        refused.add_metric([name], breaker.not_permitted)
        full.add_metric([name], breaker.rejected_full)
        retries.add_metric([name], breaker.retries)
        denied.add_metric([name], breaker.retries_denied)
        for quantile in ("p50", "p95", "p99"):
            took.add_metric([name, quantile], getattr(breaker.response_ms, quantile) / 1000)
    yield from (state, calls, failures, refused, full, retries, denied, took)
