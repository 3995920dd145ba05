"""Which parts the score adds up from, and what each of them judges."""

import pytest
from msgspec.structs import fields

from rtp_tui.model.feeds import FeedState
from rtp_tui.model.health import Freshness, HealthReport, MarketSession, SessionState
from rtp_tui.model.parts import PartState, PartStatus
from rtp_tui.model.statistics import Percentiles, PipelineStatistics
from rtp_tui.monitoring.health import PARTS, judge_health
from rtp_tui.monitoring.profiles import profile_of
from rtp_tui.monitoring.settings import HealthSettings, HealthWeights, ProfileName
from tests.factories import NOW_MS, a_bar, a_feed_status, a_job, a_verdict
from tests.healthy import KEYS, a_state, judge, part

EQUITIES = profile_of(HealthSettings(profile="equities"))
SIGNALS = profile_of(HealthSettings(profile="signals"))
RUNNING = PartStatus(name="store", state=PartState.OK, since_ms=NOW_MS)
BARS = [
    a_bar(instrument=key, open_ms=NOW_MS // 60_000 * 60_000 + minute * 60_000)
    for key in KEYS
    for minute in range(2)
]


def weights(report: HealthReport) -> dict[str, float]:
    return {one.name: one.max for one in report.parts}


def test_the_default_profile_has_its_weights_and_its_name() -> None:
    report = judge(a_job())
    assert report.profile == "rtp"
    assert weights(report) == {
        "freshness": 35,
        "completeness": 20,
        "error rate": 15,
        "connections": 15,
        "jobs": 10,
        "resources": 5,
    }


def test_the_profile_of_equities_has_its_weights() -> None:
    report = judge(RUNNING, profile=EQUITIES)
    assert (report.profile, report.score) == ("equities", 100)
    assert weights(report) == {
        "running": 30,
        "market hours": 20,
        "error rate": 25,
        "freshness": 15,
        "performance": 10,
    }


def test_the_profile_of_signals_is_scaled_up_where_no_strategy_runs() -> None:
    report = judge(RUNNING, *BARS, profile=SIGNALS)
    assert (report.profile, report.score) == ("signals", 100)
    expected = {"running": 30, "data flowing": 25, "websocket": 20, "bars ready": 10, "low errors": 5}
    assert weights(report) == {
        name: pytest.approx(points / 0.9, abs=0.01) for name, points in expected.items()
    }


def test_weights_replace_those_of_the_profile_and_nought_leaves_a_part_out() -> None:
    settings = HealthSettings(weights=HealthWeights(freshness=70, resources=0, running=10))
    profile = profile_of(settings)
    assert dict(profile.weights) == {
        "freshness": 70,
        "completeness": 20,
        "error rate": 15,
        "connections": 15,
        "jobs": 10,
        "running": 10,
    }
    report = judge(RUNNING, a_job(), profile=profile)
    assert weights(report)["freshness"] == 50


def test_a_profile_of_ones_own_has_no_parts_but_those_named() -> None:
    profile = profile_of(HealthSettings(profile="own", weights=HealthWeights(jobs=1, error_rate=3)))
    report = judge(a_job(), profile=profile, error_pct=5)
    assert weights(report) == {"error rate": 75, "jobs": 25}
    assert (report.profile, report.score) == ("own", 25)


@pytest.mark.parametrize("name", ["rtp", "equities", "signals"])
def test_the_points_of_a_built_in_profile_make_a_hundred(name: ProfileName) -> None:
    assert sum(points for _, points in profile_of(HealthSettings(profile=name)).weights) == 100


def test_every_weight_belongs_to_a_part_that_is_judged() -> None:
    assert {field.name.replace("_", " ") for field in fields(HealthWeights)} == set(PARTS)


def test_a_part_of_the_engine_that_does_not_run_is_named() -> None:
    failed = PartStatus(name="feed okx", state=PartState.FAILED, since_ms=NOW_MS, detail="KeyError")
    running = part(judge(RUNNING, failed, profile=EQUITIES), "running")
    assert running.points == 15
    assert running.reason == "1 of 2 parts do not run: feed okx (KeyError); look at the log"


def test_an_open_market_without_a_fresh_price_is_not_served() -> None:
    state = a_state(
        RUNNING,
        *(a_verdict(instrument=key, freshness=Freshness.AGING) for key in KEYS[1::2]),
        markets=("24x7", "XNYS"),
    )
    hours = part(judge_health(state, NOW_MS, 0.0, profile=EQUITIES), "market hours")
    assert hours.points == 10
    assert hours.reason == "no fresh price from 1 of 2 open markets: XNYS; refresh"


def test_market_hours_do_not_count_while_all_markets_are_closed() -> None:
    closed = MarketSession(market="24x7", session=SessionState.CLOSED, timezone="UTC")
    assert "market hours" not in weights(judge(RUNNING, closed, profile=EQUITIES))


@pytest.mark.parametrize(("lag_ms", "points"), [(0, 10), (50, 10), (150, 5), (250, 0), (9_000, 0)])
def test_performance_falls_as_the_loop_lags(lag_ms: float, points: float) -> None:
    lagging = PipelineStatistics(at_ms=NOW_MS, loop_lag_ms=Percentiles(p99=lag_ms))
    performance = part(judge(RUNNING, lagging, profile=EQUITIES), "performance")
    assert performance.points == points
    assert performance.reason.startswith(f"the loop lags {lag_ms} ms")


def test_data_flows_from_an_aging_instrument_and_not_from_a_stale_one() -> None:
    aging = a_verdict(instrument=KEYS[0], freshness=Freshness.AGING)
    stale = a_verdict(instrument=KEYS[1], freshness=Freshness.STALE)
    flowing = part(judge(RUNNING, aging, stale, profile=SIGNALS), "data flowing")
    assert flowing.points == pytest.approx(flowing.max * 0.9, abs=0.02)
    assert flowing.reason == "1 of 10 give no data: crypto:C1; restart their feed"


def test_only_streams_count_for_the_websocket() -> None:
    polled = a_feed_status(name="yahoo", state=FeedState.RECONNECTING, polled=True)
    assert part(judge(polled, profile=SIGNALS), "websocket").reason == "all 1 feeds are connected"
    lost = a_feed_status(name="okx", state=FeedState.RECONNECTING, error="reset")
    websocket = part(judge(polled, lost, profile=SIGNALS), "websocket")
    assert websocket.points == pytest.approx(websocket.max / 2, abs=0.02)


def test_bars_are_ready_from_the_second_closed_minute_on() -> None:
    ready = part(judge(RUNNING, *BARS[:-1], profile=SIGNALS), "bars ready")
    assert ready.points == pytest.approx(ready.max * 0.9, abs=0.02)
    assert ready.reason == "1 of 10 have fewer than 2 closed bars yet: crypto:C9"
