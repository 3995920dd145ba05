"""What is wrong with an engine, judged from what it answers."""

from typing import Any

import pytest
from msgspec.structs import replace

from rtp_tui.cli.verification import Check, Disk, Found, Level, verified, worst
from rtp_tui.model.breakers import BreakerState
from rtp_tui.model.feeds import FeedState
from rtp_tui.model.health import Freshness, HealthPart, HealthStatus
from rtp_tui.model.jobs import JobOutcome, JobState, Lateness
from rtp_tui.model.parts import EngineState, PartState, PartStatus
from rtp_tui.model.statistics import ServerStatus, StoreStatus
from rtp_tui.server.bodies import health_body, quote_body
from rtp_tui.server.breaker_bodies import breaker_body
from rtp_tui.server.job_bodies import job_body
from rtp_tui.server.overview import StatsBody, stats_body, status_body
from rtp_tui.state.pipeline_state import PipelineState
from tests.factories import (
    BTC,
    NOW_MS,
    a_breaker,
    a_feed_status,
    a_health_report,
    a_job,
    a_quote,
    a_verdict,
    an_instrument,
)
from tests.scripted_pipeline import an_engine

STORE = StoreStatus(at_ms=NOW_MS, path="/var/history.db", ok=True, committed_seq=5, pending=3, commits=9)
HORIZON = "sessions of NSE are known until 2026-12-31 only: upgrade exchange-calendars"


def a_state(**changes: Any) -> PipelineState:
    """An engine that is well, but for what a test changes in its slices."""
    state = PipelineState((an_instrument(),))
    state.part.engine = changes.get("engine", an_engine())
    state.part.parts = {part.name: part for part in changes.get("parts", ())}
    state.feed.feeds = {feed.name: feed for feed in changes.get("feeds", (a_feed_status(),))}
    state.market.quotes[BTC] = a_quote()
    state.quality.freshness[BTC] = a_verdict(freshness=changes.get("freshness", Freshness.LIVE))
    state.quality.health = changes.get("health", a_health_report())
    state.measurements.store = changes.get("store", replace(STORE, committed_seq=6))
    return state


def counters(store: StoreStatus | None) -> StatsBody:
    state = PipelineState()
    state.measurements.store = store
    return stats_body(state, ServerStatus(at_ms=NOW_MS), NOW_MS)


def found(**changes: Any) -> Found:
    state = a_state(**changes)
    return Found(
        url="http://box:1",
        own_version=changes.get("own_version", "1.2.3"),
        health=health_body(state, "1.2.3", NOW_MS),
        status=status_body(state, ServerStatus(at_ms=NOW_MS), NOW_MS),
        earlier=counters(changes.get("earlier", STORE)),
        stats=counters(state.measurements.store),
        quotes=tuple(quote_body(state, one) for one in state.market.instruments.values()),
        jobs=tuple(map(job_body, changes.get("jobs", (a_job(),)))),
        breakers=tuple(breaker_body(one, NOW_MS) for one in changes.get("breakers", (a_breaker(),))),
        disk=changes.get("disk", Disk(free_bytes=10**11, total_bytes=2 * 10**11)),
    )


def faults(**changes: Any) -> list[Check]:
    """The checks that are not well."""
    return [check for check in verified(found(**changes)) if check.level is not Level.OK]


def test_an_engine_that_is_well_passes_every_check() -> None:
    checks = verified(found())

    assert faults() == []
    assert worst(checks) is Level.OK
    assert [check.name for check in checks] == [
        "reachable",
        "version",
        "health",
        "pipeline",
        "feed binance",
        "breakers",
        "prices",
        "store",
        "disk",
        "loop",
        "clock",
        "gaps",
        "bars",
        "jobs",
    ]


@pytest.mark.parametrize(
    ("changes", "name", "level", "detail"),
    [
        ({"own_version": "1.3.0"}, "version", Level.WARNING, "1.2.3"),
        ({"health": None}, "health", Level.WARNING, "starting"),
        (
            {"health": a_health_report(status=HealthStatus.CRITICAL, score=12, reason="connections: none")},
            "health",
            Level.FAILURE,
            "critical 12: connections: none",
        ),
        (
            {"health": a_health_report(parts=(HealthPart("resources", 3.75, 5, f"7 rows lost; {HORIZON}"),))},
            "calendar",
            Level.WARNING,
            HORIZON,
        ),
        ({"engine": an_engine(state=EngineState.STOPPED)}, "pipeline", Level.FAILURE, "stopped"),
        ({"engine": None}, "pipeline", Level.WARNING, "not announced"),
        (
            {"parts": (PartStatus(name="store", state=PartState.FAILED, since_ms=0, detail="a bug"),)},
            "part store",
            Level.FAILURE,
            "a bug",
        ),
        (
            {"feeds": (a_feed_status(state=FeedState.RECONNECTING, error="connection refused"),)},
            "feed binance",
            Level.FAILURE,
            "reconnecting: connection refused",
        ),
        ({"feeds": (a_feed_status(state=FeedState.PAUSED),)}, "feed binance", Level.WARNING, "paused"),
        ({"feeds": ()}, "feed binance", Level.FAILURE, "stopped"),
        (
            {
                "breakers": (
                    a_breaker(state=BreakerState.OPEN, next_probe_ms=NOW_MS + 12_000, last_error="HTTP 503"),
                )
            },
            "breaker coingecko/prices",
            Level.FAILURE,
            "open, next probe in 12s: HTTP 503",
        ),
        (
            {"breakers": (a_breaker(state=BreakerState.FORCED_CLOSED),)},
            "breaker coingecko/prices",
            Level.WARNING,
            "forced closed",
        ),
        ({"freshness": Freshness.STALE}, "prices", Level.FAILURE, "1 stale (crypto:BTC)"),
        ({"freshness": Freshness.UNKNOWN}, "prices", Level.FAILURE, "1 unknown (crypto:BTC)"),
        ({"store": None}, "store", Level.WARNING, "nothing is told"),
        ({"store": replace(STORE, ok=False, detail="disk full")}, "store", Level.FAILURE, "disk full"),
        ({"store": STORE}, "store", Level.FAILURE, "3 rows wait, none is committed"),
        (
            {"store": replace(STORE, committed_seq=6, dropped=4)},
            "store",
            Level.WARNING,
            "4 rows were given up",
        ),
        ({"disk": Disk(5 * 10**8, 10**9)}, "disk", Level.WARNING, "500.0MB free, 50%"),
        ({"disk": Disk(5 * 10**9, 10**11)}, "disk", Level.WARNING, "5.0GB free, 5%"),
        ({"disk": Disk(10**7, 10**9)}, "disk", Level.FAILURE, "10.0MB free"),
        (
            {"jobs": (a_job(last_outcome=JobOutcome.FAILED, last_error="HTTP 503"),)},
            "job crypto-prices",
            Level.FAILURE,
            "failed: HTTP 503",
        ),
        (
            {"jobs": (a_job(last_outcome=JobOutcome.TIMED_OUT, successes=3),)},
            "job crypto-prices",
            Level.WARNING,
            "timed out: no reason given",
        ),
        (
            {"jobs": (a_job(schedule="never", enabled=False, last_error="cron: 'bad' has 1 field"),)},
            "job crypto-prices",
            Level.FAILURE,
            "cannot run: cron: 'bad' has 1 field",
        ),
        ({"jobs": (a_job(state=JobState.PAUSED),)}, "job crypto-prices", Level.WARNING, "paused"),
        ({"jobs": (a_job(next_run_ms=NOW_MS - 40_000),)}, "job crypto-prices", Level.WARNING, "40s late"),
        (
            {"jobs": (a_job(lateness_ms=Lateness(p95=9_000.0)),)},
            "job crypto-prices",
            Level.WARNING,
            "9.0s late",
        ),
    ],
)
def test_each_fault_is_found_alone_and_says_what_to_do(
    changes: dict[str, Any], name: str, level: Level, detail: str
) -> None:
    (fault,) = faults(**changes)

    assert (fault.name, fault.level) == (name, level)
    assert detail in fault.detail
    assert fault.advice


@pytest.mark.parametrize(
    "changes",
    [
        {"jobs": (a_job(state=JobState.DISABLED, enabled=False, last_outcome=JobOutcome.FAILED),)},
        {"jobs": (a_job(state=JobState.RUNNING, next_run_ms=NOW_MS - 40_000),)},
        {"jobs": (a_job(last_outcome=JobOutcome.SKIPPED),)},
        {"freshness": Freshness.CLOSED},
        {"freshness": Freshness.AGING},
        {"store": replace(STORE, pending=0)},
        {"earlier": None},
        {"disk": None},
        {"jobs": (), "breakers": ()},
        {"feeds": (a_feed_status(state=FeedState.POLLING),)},
    ],
)
def test_what_is_as_it_should_be_is_no_fault(changes: dict[str, Any]) -> None:
    assert faults(**changes) == []


def test_some_stale_prices_are_a_warning_and_only_the_first_are_named() -> None:
    quote = found().quotes[0]
    stale = tuple(replace(quote, id=f"stocks:S{n}", freshness=Freshness.STALE) for n in range(70))

    (fault,) = (c for c in verified(replace(found(), quotes=(quote, *stale))) if c.level is not Level.OK)

    assert fault.level is Level.WARNING
    assert fault.detail == "70 stale (stocks:S0, stocks:S1, stocks:S2, stocks:S3, stocks:S4 and 65 more)"


def with_another_feed(**changes: Any) -> list[Check]:
    """The checks that are not well where a second feed could price the instrument."""
    well = found()
    other = replace(well.status.feeds[0], **{"role": "standby", "connection": "okx", **changes})
    status = replace(well.status, feeds=(*well.status.feeds, other))
    return [check for check in verified(replace(well, status=status)) if check.level is not Level.OK]


def test_a_standby_that_is_down_is_a_warning_and_one_that_is_not_used_is_none() -> None:
    (fault,) = with_another_feed(state="reconnecting", error="refused")

    assert (fault.name, fault.level, fault.detail) == ("feed okx", Level.WARNING, "reconnecting: refused")
    assert with_another_feed(state="polling") == []
    assert with_another_feed(state="stopped", connection=None, source="okx") == []


def test_a_connection_that_prices_something_is_judged_by_that() -> None:
    (fault,) = with_another_feed(state="reconnecting", role="active")

    assert (fault.name, fault.level) == ("feed okx", Level.FAILURE)


def test_the_worst_check_is_the_verdict() -> None:
    checks = [Check("a", Level.WARNING, ""), Check("b", Level.FAILURE, ""), Check("c", Level.OK, "")]

    assert worst(checks) is Level.FAILURE
    assert worst(checks[:1]) is Level.WARNING
