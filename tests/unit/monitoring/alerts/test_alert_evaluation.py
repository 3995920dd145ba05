"""What the built-in rules see in the state, second by second."""

from collections.abc import Iterable

from msgspec.structs import replace

from rtp_tui.model.alerts import Alert
from rtp_tui.model.events import Event, Payload
from rtp_tui.model.feeds import FeedState, KeyState, KeyStatus
from rtp_tui.model.health import MarketSession, SessionState
from rtp_tui.model.instrument import Instrument, Priority
from rtp_tui.model.parts import EngineState, EngineStatus
from rtp_tui.model.portfolios import PortfolioRemoved, RiskMeasured
from rtp_tui.model.quality import Anomaly, AnomalyKind, AnomalyState
from rtp_tui.model.statistics import CacheStatus, LoadStatistics, Percentiles, PipelineStatistics, StoreStatus
from rtp_tui.monitoring.alerts.book import AlertBook
from rtp_tui.monitoring.alerts.evaluation import AlertEvaluation
from rtp_tui.monitoring.alerts.measures import Disk
from rtp_tui.monitoring.alerts.rules import BUILT_IN_RULES, Rules
from rtp_tui.state.pipeline_state import PipelineState
from tests.factories import BTC, NOW_MS, a_bar, a_feed_status, a_gap, a_health_report, a_quote, an_instrument
from tests.frozen_portfolios import a_risk

ROOMY = Disk(50_000_000_000, 100_000_000_000)


class World:
    """A healthy engine with one instrument in session, looked at once a second."""

    def __init__(self, instruments: Iterable[Instrument] = ()) -> None:
        self.state = PipelineState(tuple(instruments) or (an_instrument(priority=Priority.HIGH),))
        self.book = AlertBook()
        self.evaluation = AlertEvaluation(self.book, Rules(BUILT_IN_RULES), NOW_MS)
        self.now_ms = NOW_MS
        self.disk = ROOMY
        self.fired: dict[str, Alert] = {}
        self.price: float | None = 100.0
        self.tell(EngineStatus(version="1", name="", started_ms=NOW_MS, state=EngineState.RUNNING))
        self.tell(MarketSession(market="24x7", session=SessionState.OPEN, timezone="UTC"))
        self.tell(a_feed_status(expected_ms=1_000))
        self.tell(a_health_report())

    def tell(self, payload: Payload) -> None:
        self.state.apply(Event(self.state.seq + 1, payload))

    def run(self, seconds: int) -> set[str]:
        """The rules that fire after so many seconds."""
        for _ in range(seconds):
            self.now_ms += 1000
            if self.price is not None:
                quote = a_quote(price=self.price, received_ms=self.now_ms)
                self.tell(quote)
                self.evaluation.note_quotes((quote,), self.now_ms)
            self.evaluation.measure(self.state, self.now_ms, self.disk)
        return {alert.rule for alert in self.book.alerts if alert.is_firing}


def test_nothing_fires_while_all_is_well() -> None:
    world = World()
    assert world.run(700) == set()
    assert world.book.alerts == ()


def test_silence_is_told_by_its_age_and_its_rate() -> None:
    world = World()
    world.run(400)
    world.price = None
    assert world.run(299) == {"update-rate"}
    assert world.run(3) == {"data-old", "update-rate"}
    world.price = 100.0
    assert world.run(60) == set()


def test_a_stream_that_is_down_explains_the_silence_of_what_it_prices() -> None:
    world = World()
    world.run(400)
    world.price = None
    world.tell(a_feed_status(expected_ms=1_000, state=FeedState.RECONNECTING))
    assert world.run(12) == {"stream-down"}
    assert world.run(400) == {"stream-down", "pipeline-down"}


def test_a_market_that_is_closed_is_not_waited_for() -> None:
    world = World()
    world.run(30)
    world.tell(MarketSession(market="24x7", session=SessionState.CLOSED, timezone="UTC"))
    world.price = None
    assert world.run(900) == set()


def test_a_price_that_jumps_within_a_minute_is_told_and_one_that_drifts_is_not() -> None:
    world = World()
    world.run(120)
    world.price = 102.5
    assert world.run(1) == {"price-move-crypto"}
    assert world.run(70) == set()
    for step in range(300):
        world.price = 102.5 + step * 0.02
        assert world.run(1) == set()


def test_where_a_market_opens_the_price_of_another_day_is_no_move() -> None:
    world = World()
    world.run(60)
    world.price = None
    world.run(200)
    world.price = 120.0
    assert world.run(5) == set()


def test_volume_is_held_against_the_minutes_before() -> None:
    world = World()
    for minute in range(12):
        volume = 10.0 if minute < 11 else 31.0
        world.evaluation.note_bar(a_bar(open_ms=NOW_MS + (minute - 11) * 60_000, volume=volume))
        assert world.run(1) == ({"volume-surge"} if minute == 11 else set())


def test_a_price_away_from_what_another_feed_says_is_told_for_a_while() -> None:
    world = World()
    world.run(5)
    kind, state = AnomalyKind.DEVIATION, AnomalyState.NOTED
    anomaly = Anomaly(BTC, kind, state, "binance:BTCUSDT", world.now_ms, 98.5, 100.0, "-1.50 % from another")
    world.evaluation.note_anomaly(anomaly, world.now_ms)
    assert world.run(1) == {"deviation"}
    assert world.run(301) == set()


def test_gaps_health_and_stopping_are_told() -> None:
    world = World()
    world.run(20)
    world.tell(a_gap(instrument=BTC, from_ms=NOW_MS - 180_000, to_ms=NOW_MS))
    world.tell(replace(a_health_report(), score=40))
    assert world.run(12) == {"health-low"}
    assert world.run(50) == {"gap", "health-low"}
    engine = world.state.part.engine
    assert engine is not None
    world.tell(replace(engine, state=EngineState.STOPPED))
    assert world.run(32) == {"gap", "health-low", "pipeline-down"}


def test_the_engine_s_own_measures_are_told() -> None:
    world = World()
    world.tell(PipelineStatistics(at_ms=NOW_MS, received=1000))
    world.tell(CacheStatus(hits=0, misses=0))
    world.run(2)
    world.disk = Disk(500_000_000, 100_000_000_000)
    world.tell(
        PipelineStatistics(
            at_ms=NOW_MS,
            received=2000,
            rejected={"crossed": 100},
            resident_bytes=600_000_000,
            load=LoadStatistics(response_ms=Percentiles(10, 2_500, 4_000)),
        )
    )
    world.tell(StoreStatus(at_ms=NOW_MS, path="", ok=True, commit_ms=Percentiles(250, 300, 400)))
    world.tell(CacheStatus(hits=40, misses=61))
    world.tell(
        a_feed_status(expected_ms=1_000, keys=(KeyStatus(reference="env:KEY", state=KeyState.REJECTED),))
    )
    assert world.run(45) == {
        "error-rate",
        "memory",
        "disk-full",
        "disk-out",
        "cache-misses",
        "secret-expired",
        "responses-slow",
    }
    assert "database-slow" in world.run(20)


def test_gaps_that_touch_are_one_however_they_were_found() -> None:
    world = World()
    world.run(20)
    for begin_s in (240, 120):
        from_ms = NOW_MS - begin_s * 1000
        world.tell(a_gap(instrument=BTC, from_ms=from_ms, to_ms=from_ms + 120_000))
    assert world.run(62) == {"gap"}


def test_a_quote_that_changed_without_an_observation_is_no_update() -> None:
    world = World()
    world.run(400)
    world.price = None
    for _ in range(20):
        world.run(20)
        quote = a_quote(price=100.0, received_ms=NOW_MS, vwap=99.0)
        world.evaluation.note_quotes((quote,), world.now_ms)
    assert "update-rate" in world.run(1)


def test_updates_are_counted_from_when_a_stream_came_back() -> None:
    world = World()
    world.run(400)
    world.price = None
    world.tell(a_feed_status(expected_ms=1_000, state=FeedState.RECONNECTING))
    world.run(330)
    world.price = 100.0
    world.tell(a_feed_status(expected_ms=1_000))
    assert [world.run(1) - {"stream-down", "pipeline-down"} for _ in range(60)] == [set()] * 60
    world.price = None
    assert "update-rate" in world.run(300)


def test_a_severe_risk_is_told_until_the_score_is_well_below_it() -> None:
    world = World()
    for score, fires in ((74.9, False), (75.0, True), (71.0, True), (69.9, False)):
        world.tell(RiskMeasured(a_risk(score=score)))
        assert ("risk-severe" in world.run(1)) is fires, score


def test_the_risk_of_a_portfolio_that_is_gone_is_not_told_any_more() -> None:
    world = World()
    world.tell(RiskMeasured(a_risk(score=90.0)))
    assert world.run(1) == {"risk-severe"}
    world.tell(PortfolioRemoved("desk"))
    assert world.run(700) == set()
