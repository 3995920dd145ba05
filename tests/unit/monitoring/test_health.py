"""The health score, its parts and their reasons."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtp_tui.model.events import Event, Payload
from rtp_tui.model.feeds import FeedState
from rtp_tui.model.health import (
    Freshness,
    HealthBand,
    HealthStatus,
    MarketSession,
    SessionState,
)
from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.parts import EngineState, PartState, PartStatus
from rtp_tui.model.statistics import Percentiles, PipelineStatistics, StoreStatus
from rtp_tui.monitoring.health import band_of, judge_health, status_of
from rtp_tui.state.pipeline_state import PipelineState
from tests.factories import NOW_MS, a_feed_status, a_quote, a_verdict
from tests.healthy import KEYS, a_state, an_engine, judge, part


def stale(*keys: InstrumentId, reason: str = "no connection: reset") -> list[Payload]:
    return [
        a_verdict(instrument=key, freshness=Freshness.STALE, reason=reason, connected=False) for key in keys
    ]


def test_a_pipeline_without_a_fault_scores_100() -> None:
    report = judge()
    assert (report.score, report.status, report.band) == (100, HealthStatus.HEALTHY, HealthBand.EXCELLENT)
    assert report.reason == "all is well"
    assert [one.name for one in report.parts] == [
        "freshness",
        "completeness",
        "error rate",
        "connections",
        "resources",
    ]


def test_stale_instruments_are_named_with_their_reason_and_cost_their_share() -> None:
    report = judge(*stale(*KEYS[:2]))
    assert report.score == 92
    assert report.reason == "freshness: 2 of 10 stale: crypto:C0, crypto:C1 (no connection: reset)"


def test_what_is_silent_on_a_working_connection_says_what_to_do() -> None:
    report = judge(a_verdict(instrument=KEYS[0], freshness=Freshness.STALE, reason="silent for over 25 s"))
    assert report.reason.endswith("(silent for over 25 s); refresh them, or restart their feed")


def test_many_stale_instruments_are_counted_beyond_three() -> None:
    assert "crypto:C0, crypto:C1, crypto:C2 and 2 more" in judge(*stale(*KEYS[:5])).reason


def test_an_aging_instrument_costs_half() -> None:
    aging = [a_verdict(instrument=key, freshness=Freshness.AGING) for key in KEYS[:2]]
    freshness = part(judge(*aging), "freshness")
    assert freshness.points == pytest.approx(freshness.max * 0.9, abs=0.02)


def test_an_instrument_only_known_from_the_store_is_not_complete() -> None:
    report = judge(a_quote(instrument=KEYS[3], stored=True))
    assert part(report, "completeness").reason == "1 of 10 not heard in this run: crypto:C3"


@pytest.mark.parametrize(("error_pct", "share"), [(0, 1), (1, 1), (3, 0.5), (5, 0), (80, 0)])
def test_the_error_rate_counts_linearly_between_its_bounds(error_pct: float, share: float) -> None:
    errors = part(judge(error_pct=error_pct), "error rate")
    assert errors.points == pytest.approx(errors.max * share, abs=0.02)


def test_a_lost_connection_is_named() -> None:
    report = judge(a_feed_status(name="kraken", state=FeedState.RECONNECTING, error="timed out"))
    assert part(report, "connections").reason == "1 of 2 feeds not connected: kraken (timed out)"


def test_a_feed_that_was_paused_is_not_a_lost_connection() -> None:
    assert judge(a_feed_status(name="kraken", state=FeedState.PAUSED)).score == 100


def test_a_failing_store_a_full_buffer_and_a_slow_loop_are_told_apart() -> None:
    report = judge(
        StoreStatus(at_ms=NOW_MS, path="h.db", ok=False, detail="disk full", dropped=7),
        PipelineStatistics(at_ms=NOW_MS, loop_lag_ms=Percentiles(p99=80.0)),
    )
    resources = part(report, "resources")
    assert resources.points == 0
    for words in ("the store fails: disk full", "7 rows dropped", "the loop lags 80 ms"):
        assert words in resources.reason


def test_what_is_wrong_with_calendars_is_a_fault_of_the_resources() -> None:
    fault = "sessions of NSE are known until 2026-12-31 only: upgrade exchange-calendars"
    resources = part(judge(calendar_faults=(fault,)), "resources")
    assert resources.reason == fault
    assert resources.points == pytest.approx(resources.max * 0.75, abs=0.02)
    assert part(judge(calendar_faults=()), "resources").points == resources.max


def test_parts_that_do_not_apply_are_scaled_away() -> None:
    report = judge(error_pct=None)
    assert "error rate" not in [one.name for one in report.parts]
    assert report.score == 100


def test_instruments_out_of_session_count_for_nothing() -> None:
    state = a_state(*stale(*KEYS[1::2]), markets=("24x7", "XNYS"))
    state.apply(Event(99, MarketSession(market="XNYS", session=SessionState.CLOSED, timezone="UTC")))
    assert judge_health(state, NOW_MS, 0.0).score == 100


def test_no_fresh_price_in_an_open_session_caps_the_score() -> None:
    aging = [a_verdict(instrument=key, freshness=Freshness.AGING) for key in KEYS]
    report = judge(*aging)
    assert (report.score, report.status) == (49, HealthStatus.CRITICAL)
    assert report.reason.startswith("no fresh price in an open session")


@pytest.mark.parametrize("engine_state", [EngineState.STOPPED, EngineState.DRAINING])
def test_a_stopped_pipeline_has_no_score(engine_state: EngineState) -> None:
    report = judge(an_engine(state=engine_state))
    assert (report.status, report.score, report.parts) == (HealthStatus.STOPPED, None, ())


def test_a_pipeline_whose_parts_are_all_starting_has_no_score() -> None:
    starting = PartStatus(name="store", state=PartState.STARTING, since_ms=NOW_MS)
    assert judge(starting).status is HealthStatus.STARTING
    begun = PartStatus(name="feeds", state=PartState.OK, since_ms=NOW_MS)
    assert judge(starting, begun).status is HealthStatus.HEALTHY


@pytest.mark.parametrize(
    ("uptime_ms", "status"), [(14_999, HealthStatus.STARTING), (15_000, HealthStatus.CRITICAL)]
)
def test_feeds_have_15_seconds_to_be_heard(uptime_ms: int, status: HealthStatus) -> None:
    unheard = [a_quote(instrument=key, stored=True) for key in KEYS]
    unknown = [a_verdict(instrument=key, freshness=Freshness.UNKNOWN) for key in KEYS]
    assert judge(an_engine(started_ms=NOW_MS - uptime_ms), *unheard, *unknown).status is status


def test_an_empty_state_is_starting() -> None:
    assert judge_health(PipelineState(), NOW_MS).status is HealthStatus.STARTING


@pytest.mark.parametrize(
    ("score", "status", "band"),
    [
        (100, "healthy", "excellent"),
        (85, "healthy", "excellent"),
        (84, "healthy", "good"),
        (70, "healthy", "good"),
        (69, "degraded", "degraded"),
        (50, "degraded", "degraded"),
        (49, "critical", "critical"),
        (0, "critical", "critical"),
    ],
)
def test_status_and_band_follow_the_score(score: int, status: str, band: str) -> None:
    assert (status_of(score), band_of(score)) == (status, band)


states = st.lists(
    st.one_of(
        st.builds(
            lambda key, freshness: a_verdict(instrument=key, freshness=freshness),
            st.sampled_from(KEYS),
            st.sampled_from(list(Freshness)),
        ),
        st.builds(
            lambda key, stored: a_quote(instrument=key, stored=stored), st.sampled_from(KEYS), st.booleans()
        ),
        st.builds(
            lambda name, state: a_feed_status(name=name, state=state),
            st.sampled_from("abc"),
            st.sampled_from(list(FeedState)),
        ),
        st.builds(
            lambda market, session: MarketSession(market=market, session=session, timezone="UTC"),
            st.sampled_from(["24x7", "XNYS"]),
            st.sampled_from(list(SessionState)),
        ),
        st.builds(
            lambda ok, dropped: StoreStatus(at_ms=0, path="", ok=ok, dropped=dropped),
            st.booleans(),
            st.integers(0, 3),
        ),
    ),
    max_size=40,
).map(lambda payloads: a_state(*payloads, markets=("24x7", "XNYS")))
rates = st.none() | st.floats(0, 100)


@given(states, rates)
def test_the_score_is_the_sum_of_its_parts_or_capped(state: PipelineState, error_pct: float | None) -> None:
    report = judge_health(state, NOW_MS, error_pct)
    assert report.score is not None
    assert 0 <= report.score <= 100
    assert sum(one.max for one in report.parts) == pytest.approx(100, abs=0.05)
    assert all(0 <= one.points <= one.max for one in report.parts)
    total = sum(one.points for one in report.parts)
    assert report.score == pytest.approx(total, abs=0.55) or report.score == 49 < total


@given(states, rates, st.sampled_from(KEYS))
def test_an_instrument_that_goes_stale_never_raises_the_score(
    state: PipelineState, error_pct: float | None, key: InstrumentId
) -> None:
    before = judge_health(state, NOW_MS, error_pct).score
    state.apply(Event(999, a_verdict(instrument=key, freshness=Freshness.STALE)))
    after = judge_health(state, NOW_MS, error_pct).score
    assert before is not None
    assert after is not None
    assert after <= before


def test_late_prices_that_lack_a_connection_are_told_by_the_connection() -> None:
    lost = a_feed_status(state=FeedState.RECONNECTING, error="closed with 1006")
    late = [a_verdict(instrument=key, freshness=Freshness.STALE, connected=False) for key in KEYS[:4]]
    report = judge(lost, a_feed_status(name="okx"), *late)
    assert report.reason == "connections: 1 of 2 feeds not connected: binance (closed with 1006)"


def test_late_prices_of_a_feed_that_is_connected_are_told_as_such() -> None:
    lost = a_feed_status(name="okx", state=FeedState.RECONNECTING)
    late = [a_verdict(instrument=key, freshness=Freshness.STALE, connected=True) for key in KEYS[:4]]
    assert judge(lost, a_feed_status(), *late).reason.startswith("freshness: 4 of 10 stale")
