"""The state as Prometheus reads it."""

import re
from collections.abc import Callable, Iterable

import pytest
from prometheus_client.core import Metric
from prometheus_client.openmetrics.parser import text_string_to_metric_families as openmetrics_families
from prometheus_client.parser import text_string_to_metric_families

from rtp_tui.model.breakers import BreakerState, BreakerStatus
from rtp_tui.model.events import InstrumentView
from rtp_tui.model.jobs import JobStatus, Lateness, RunDurations
from rtp_tui.model.statistics import ServerStatus
from rtp_tui.server.job_metrics import JOBS_TOLD_APART
from rtp_tui.server.metrics import metrics_text
from rtp_tui.state.pipeline_state import PipelineState
from tests.factories import NOW_MS, a_breaker, a_feed_status, a_job, an_instrument
from tests.scripted_pipeline import ScriptedPipeline, a_snapshot
from tests.unit.server.asking import asking


def lines(*, jobs: tuple[JobStatus, ...] = (), breakers: tuple[BreakerStatus, ...] = ()) -> list[str]:
    state = PipelineState.of(a_snapshot(jobs=jobs, breakers=breakers))
    return metrics_text(state, ServerStatus(at_ms=NOW_MS), "1.2.3").decode().splitlines()


def test_a_breaker_is_in_exactly_one_state_and_its_calls_are_counted() -> None:
    told = lines(
        breakers=(a_breaker(state=BreakerState.OPEN, failure_rate=62.5, calls=8, not_permitted=3, retries=2),)
    )

    assert [line for line in told if line.startswith("rtp_breaker_state{") and line.endswith(" 1.0")] == [
        'rtp_breaker_state{breaker="coingecko/prices",state="open"} 1.0'
    ]
    assert 'rtp_breaker_window_calls{breaker="coingecko/prices"} 8.0' in told
    assert 'rtp_breaker_failure_ratio{breaker="coingecko/prices"} 0.625' in told
    assert 'rtp_breaker_not_permitted_calls_total{breaker="coingecko/prices"} 3.0' in told
    assert 'rtp_breaker_retries_total{breaker="coingecko/prices"} 2.0' in told


def test_reconnections_of_a_feed_and_those_tried_early_are_counted() -> None:
    state = PipelineState.of(a_snapshot(feeds=(a_feed_status(reconnects=5, early_tries=2),)))
    told = metrics_text(state, ServerStatus(at_ms=NOW_MS), "1.2.3").decode().splitlines()

    assert 'rtp_source_reconnects_total{source="binance"} 5.0' in told
    assert 'rtp_source_early_tries_total{source="binance"} 2.0' in told


def test_a_breaker_without_enough_calls_has_no_failure_ratio() -> None:
    assert not [
        line for line in lines(breakers=(a_breaker(),)) if line.startswith("rtp_breaker_failure_ratio{")
    ]


def test_runs_are_counted_by_outcome_and_measured_in_seconds() -> None:
    job = a_job(
        successes=5,
        failures=4,
        skipped=3,
        missed=2,
        last_run_ms=NOW_MS,
        duration_ms=RunDurations(last=1500.0, mean=1000.0),
        lateness_ms=Lateness(p95=250.0),
    )
    told = lines(jobs=(job,))

    for outcome, count in (("succeeded", 5), ("failed", 4), ("skipped", 3), ("missed", 2)):
        assert f'rtp_job_runs_total{{job="crypto-prices",outcome="{outcome}"}} {count}.0' in told
    assert 'rtp_job_duration_seconds{job="crypto-prices",statistic="last"} 1.5' in told
    assert 'rtp_job_lateness_p95_seconds{job="crypto-prices"} 0.25' in told
    assert not [line for line in told if 'statistic="p95"' in line]


def test_thousands_of_jobs_are_not_thousands_of_series_and_none_is_lost() -> None:
    told = lines(jobs=tuple(a_job(id=f"job-{n}", successes=1) for n in range(2_000)))
    runs = [line for line in told if line.startswith("rtp_job_runs_total{")]

    assert len(runs) == 4 * (JOBS_TOLD_APART + 1)
    assert f'rtp_job_runs_total{{job="other",outcome="succeeded"}} {2_000 - JOBS_TOLD_APART}.0' in told


@pytest.mark.parametrize(
    ("accept", "parse"),
    [("text/plain", text_string_to_metric_families), ("application/openmetrics-text", openmetrics_families)],
)
async def test_both_forms_are_read_by_parsers_and_keep_the_rules_of_names(
    accept: str, parse: Callable[[str], Iterable[Metric]]
) -> None:
    job = a_job(successes=5, duration_ms=RunDurations(last=1500.0), lateness_ms=Lateness(p95=250.0))
    engine = ScriptedPipeline(a_snapshot(jobs=(job,), breakers=(a_breaker(),)))
    async with asking(engine, (("Accept", accept),)) as client:
        reply = await client.get("/metrics")
    assert reply.headers["content-type"].startswith(accept)
    families = list(parse(reply.body.decode()))
    assert len(families) > 15
    for family in families:
        assert family.documentation, family.name
        assert re.fullmatch(r"rtp_[a-z0-9_]+", family.name)
        assert not family.name.endswith(("_ms", "_count", "_sum", "_total_total")), family.name
        assert all(sample.name.endswith("_total") == (family.type == "counter") for sample in family.samples)


def test_hundreds_of_instruments_are_not_hundreds_of_series() -> None:
    def series(count: int) -> int:
        views = tuple(InstrumentView(an_instrument(f"crypto:C{n}"), None, None, ()) for n in range(count))
        state = PipelineState.of(a_snapshot(instruments=views))
        return len(metrics_text(state, ServerStatus(at_ms=NOW_MS), "1").splitlines())

    assert series(500) == series(1)
