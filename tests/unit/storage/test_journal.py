"""Which events are worth keeping."""

from typing import Any

import pytest

from rtp_tui.model.breakers import BreakerState
from rtp_tui.model.clients import ClientList
from rtp_tui.model.events import Payload
from rtp_tui.model.feeds import FeedState
from rtp_tui.model.jobs import JobOutcome, JobState
from rtp_tui.model.market import BarsBackfilled, SignificantChange
from rtp_tui.model.parts import PartState, PartStatus
from rtp_tui.model.statistics import LogLine, PipelineStatistics, ServerStatus, StoreStatus
from rtp_tui.storage.journal import SAMPLE_MS, Journal
from tests.factories import (
    BTC,
    NOW_MS,
    a_bar,
    a_breaker,
    a_feed_status,
    a_health_report,
    a_job,
    a_quote,
    a_run,
    a_verdict,
)


def a_store(**changes: Any) -> StoreStatus:
    return StoreStatus(**{"at_ms": NOW_MS, "path": "history.db", "ok": True, **changes})


def a_server(**changes: Any) -> ServerStatus:
    return ServerStatus(**{"at_ms": NOW_MS, "clients": 2, **changes})


@pytest.mark.parametrize(
    "payload",
    [
        a_quote(),
        a_bar(),
        BarsBackfilled(BTC, "1m", 1, 0, 0, ()),
        SignificantChange(BTC, 1.0, 2.0, -50.0, NOW_MS),
        ClientList(at_ms=NOW_MS, total=1),
    ],
)
def test_market_events_and_lists_of_clients_are_never_kept(payload: Payload) -> None:
    assert not Journal().keeps(payload, NOW_MS)


@pytest.mark.parametrize(
    "payload",
    [
        a_verdict(),
        a_health_report(),
        PartStatus(name="store", state=PartState.OK, since_ms=NOW_MS),
        LogLine(at_ms=NOW_MS, level="info", source="feeds", message="said"),
        a_run(),
    ],
)
def test_what_is_announced_because_it_happened_is_always_kept(payload: Payload) -> None:
    journal = Journal()

    assert [journal.keeps(payload, NOW_MS) for _ in range(3)] == [True] * 3


@pytest.mark.parametrize(
    ("first", "same"),
    [
        (a_feed_status(), a_feed_status(frames=10, rate=2.5)),
        (a_store(), a_store(pending=5, commits=8)),
        (a_server(), a_server(sent=900)),
        (PipelineStatistics(at_ms=NOW_MS), PipelineStatistics(at_ms=NOW_MS, received=7)),
    ],
)
def test_measurements_that_only_went_on_are_kept_once_a_minute(first: Payload, same: Payload) -> None:
    journal = Journal()

    kept = [journal.keeps(first, NOW_MS)]
    kept += [journal.keeps(same, NOW_MS + at) for at in (1, SAMPLE_MS - 1, SAMPLE_MS, SAMPLE_MS + 1)]

    assert kept == [True, False, False, True, False]


@pytest.mark.parametrize(
    ("first", "same"),
    [
        (a_job(), a_job(runs=8, successes=8, last_run_ms=NOW_MS, next_run_ms=NOW_MS + 1)),
        (a_job(), a_job(state=JobState.RUNNING)),
        (a_breaker(), a_breaker(calls=9, failure_rate=3.0, not_permitted=4, since_ms=NOW_MS)),
    ],
)
def test_jobs_and_breakers_of_which_only_counters_and_times_changed_are_not_kept(
    first: Payload, same: Payload
) -> None:
    journal = Journal()

    assert journal.keeps(first, NOW_MS)
    assert not any(journal.keeps(one, NOW_MS + SAMPLE_MS * n) for n, one in enumerate((same, first, same)))


@pytest.mark.parametrize(
    ("first", "news"),
    [
        (a_job(), a_job(state=JobState.PAUSED)),
        (a_job(), a_job(last_outcome=JobOutcome.FAILED, last_error="refused")),
        (a_job(last_error="refused"), a_job(last_error="timed out")),
        (a_breaker(), a_breaker(state=BreakerState.OPEN)),
        (a_breaker(), a_breaker(last_error="refused")),
        (a_feed_status(), a_feed_status(state=FeedState.RECONNECTING)),
        (a_feed_status(), a_feed_status(error="refused")),
        (a_store(), a_store(ok=False)),
        (a_server(), a_server(clients=3)),
    ],
)
def test_news_is_kept_at_once(first: Payload, news: Payload) -> None:
    journal = Journal()

    assert journal.keeps(first, NOW_MS)
    assert journal.keeps(news, NOW_MS + 1)
    assert not journal.keeps(news, NOW_MS + 2)


def test_each_feed_is_sampled_for_itself() -> None:
    journal = Journal()

    assert journal.keeps(a_feed_status(name="one"), NOW_MS)
    assert journal.keeps(a_feed_status(name="two"), NOW_MS)


def test_a_clock_that_was_set_back_does_not_stop_the_samples() -> None:
    journal = Journal()
    journal.keeps(a_feed_status(), NOW_MS)

    assert journal.keeps(a_feed_status(), NOW_MS - 3_600_000)
    assert not journal.keeps(a_feed_status(), NOW_MS - 3_600_000 + 1)
