"""Alerts of an engine without its sockets: what each rule looks at is planted in the state, by a clock that is told."""

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from functools import partial
from types import MappingProxyType

from msgspec import Struct
from msgspec.structs import replace

from rtp_tui.model.alerts import AlertMemory, AlertRule, Notification, NotificationKind
from rtp_tui.model.breakers import BreakerState
from rtp_tui.model.feeds import FeedState, FeedStatus, KeyState, KeyStatus
from rtp_tui.model.gaps import GapState
from rtp_tui.model.health import MarketSession, SessionState
from rtp_tui.model.instrument import InstrumentId, Priority
from rtp_tui.model.parts import EngineState, EngineStatus
from rtp_tui.model.portfolios import RiskMeasured
from rtp_tui.model.quality import Anomaly, AnomalyKind, AnomalyState
from rtp_tui.model.statistics import (
    CacheStatus,
    LoadStatistics,
    Percentiles,
    PipelineStatistics,
    StoreStatus,
)
from rtp_tui.monitoring.alerts.measures import Disk
from rtp_tui.monitoring.alerts.monitor import AlertMonitor, AlertWorld
from rtp_tui.monitoring.alerts.shelf import RuleShelf
from rtp_tui.pipeline import Pipeline
from rtp_tui.processing.processor import Processor
from rtp_tui.state.pipeline_state import PipelineState
from tests.factories import (
    a_bar,
    a_breaker,
    a_feed_status,
    a_gap,
    a_health_report,
    a_quote,
    an_instrument,
    feed_of,
)
from tests.fake_recorder import FakeRecorder
from tests.fakes import FakeClock
from tests.frozen_portfolios import a_risk

BTC, APPLE = InstrumentId("crypto:BTC"), InstrumentId("stocks:AAPL")
STREAM, SERVICE, HELD = "binance", "coingecko/prices", "desk"
HUNDRED_GB = 100_000_000_000
READ_EVERY_S = 1.0


class Conditions(Struct, kw_only=True):
    """How things are; a plant changes some of it."""

    stream: FeedState = FeedState.LIVE
    service: BreakerState = BreakerState.CLOSED
    prices: dict[InstrumentId, float] = {}
    priced_every_s: int = 1
    bad_frames_a_second: int = 0
    gap_s: int = 0
    health: int = 95
    volume: float = 10.0
    deviates: bool = False
    resident_bytes: int = 100_000_000
    commit_ms: float = 105.0
    disk_free: int = HUNDRED_GB // 2
    disk_total: int = HUNDRED_GB
    misses: bool = False
    key: KeyState = KeyState.USABLE
    response_ms: float = 40.0
    risk: float = 40.0


Plant = Callable[[Conditions], None]


class PlantedWorld:
    """An engine's alerts, with one stream and one service; every second brings a price and all measures."""

    def __init__(self, rules: tuple[AlertRule, ...] = ()) -> None:
        self.clock = FakeClock()
        self.is_so = Conditions(prices={BTC: 100.0, APPLE: 50.0})
        self.told: list[Notification] = []
        instruments = [
            an_instrument(BTC, priority=Priority.HIGH, market="24x7"),
            an_instrument(APPLE, market="24x7"),
        ]
        state = PipelineState(instruments)
        self.pipeline = Pipeline("epoch", state, Processor(instruments), FakeRecorder(), self.clock)
        self.state = state
        self._received = self._bad = self._hits = self._misses = self._seconds = 0
        world = AlertWorld(
            state=state,
            reading=partial(self.pipeline.reading, conflates=True),
            keep=self.pipeline.keep_alert,
            deliver=self.told.append,
            disk=lambda: Disk(self.is_so.disk_free, self.is_so.disk_total),
        )
        self._begin()
        self.monitor = AlertMonitor(world, RuleShelf(rules), AlertMemory(), self.clock)
        self._open = ExitStack()
        self._reader = self._open.enter_context(self.pipeline.reading(conflates=True))

    def __enter__(self) -> "PlantedWorld":
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    async def run(self, seconds: int) -> None:
        """Let so many seconds pass."""
        for _ in range(seconds):
            await self.clock.advance(READ_EVERY_S)
            self._seconds += 1
            self._measure()
            self.monitor.look(self._reader)

    def fired(self, rule: str) -> list[str]:
        """Of what somebody was told that it fired, one entry a delivery and subject."""
        return self._subjects(rule, NotificationKind.FIRED)

    def resolved(self, rule: str) -> list[str]:
        """The same of what was told to be over."""
        return self._subjects(rule, NotificationKind.RESOLVED)

    def _subjects(self, rule: str, kind: NotificationKind) -> list[str]:
        alerts = [alert for one in self.told if one.kind is kind for alert in (one.alert, *one.others)]
        return [alert.subject for alert in alerts if alert.rule == rule]

    def _begin(self) -> None:
        now_ms = self.clock.now_ms()
        self.pipeline.announce(
            EngineStatus(version="1", name="", started_ms=now_ms, state=EngineState.RUNNING)
        )
        self.pipeline.announce(MarketSession(market="24x7", session=SessionState.OPEN, timezone="UTC"))
        self._measure()

    def _measure(self) -> None:
        so, now_ms, tell = self.is_so, self.clock.now_ms(), self.pipeline.announce
        self._bad += so.bad_frames_a_second
        self._received += 100
        tell(self._stream())
        tell(a_breaker(name=SERVICE, state=so.service))
        for key, price in so.prices.items():
            if key == APPLE or self._seconds % so.priced_every_s == 0:
                tell(a_quote(instrument=key, price=price, received_ms=now_ms, source=feed_of(key)))
        if self._seconds % 60 == 0:
            tell(a_bar(instrument=BTC, open_ms=now_ms - now_ms % 60_000, volume=so.volume))
        self._tell_gap(now_ms)
        if so.deviates:
            tell(_deviation(now_ms))
        tell(replace(a_health_report(), score=so.health))
        tell(self._statistics(now_ms))
        tell(StoreStatus(at_ms=now_ms, path="", ok=True, commit_ms=Percentiles(so.commit_ms)))
        self._hits += 0 if so.misses else 20
        self._misses += 20 if so.misses else 0
        tell(RiskMeasured(a_risk(name=HELD, score=so.risk)))
        tell(CacheStatus(hits=self._hits, misses=self._misses))

    def _stream(self) -> FeedStatus:
        return a_feed_status(
            name=STREAM,
            source=STREAM,
            state=self.is_so.stream,
            instruments=(BTC, APPLE),
            expected_ms=1_000,
            bad_frames={"not_json": self._bad},
            keys=(KeyStatus(reference="env:KEY", state=self.is_so.key),),
        )

    def _statistics(self, now_ms: int) -> PipelineStatistics:
        return PipelineStatistics(
            at_ms=now_ms,
            received=self._received,
            resident_bytes=self.is_so.resident_bytes,
            load=LoadStatistics(response_ms=Percentiles(20.0, self.is_so.response_ms)),
        )

    def _tell_gap(self, now_ms: int) -> None:
        known = next(iter(self.state.quality.gaps.values()), None)
        if self.is_so.gap_s and known is None:
            length_ms = self.is_so.gap_s * 1000
            self.pipeline.announce(a_gap(instrument=BTC, from_ms=now_ms - length_ms, to_ms=now_ms))
        elif known is not None and not self.is_so.gap_s:
            self.pipeline.announce(replace(known, state=GapState.FILLED))


def _deviation(now_ms: int) -> Anomaly:
    kind, state = AnomalyKind.DEVIATION, AnomalyState.NOTED
    return Anomaly(BTC, kind, state, f"{STREAM}:BTCUSDT", now_ms, 98.5, 100.0, "-1.50 % from another")


def _sets(**changes: object) -> Plant:
    def plant(so: Conditions) -> None:
        for name, value in changes.items():
            setattr(so, name, value)

    return plant


def _moves(key: InstrumentId, by_pct: float) -> Plant:
    def plant(so: Conditions) -> None:
        so.prices = {**so.prices, key: so.prices[key] * (1 + by_pct / 100)}

    return plant


class Planted(Struct, frozen=True, kw_only=True):
    """What makes a rule's condition true, what makes it false, and how long each takes to be measured."""

    bad: Plant
    good: Plant
    subject: str = ""
    ready_s: int = 5
    """Before that the measure does not exist."""
    fires_s: int = 5
    """Its `for` included."""
    ends_s: int = 5
    beats_s: int = 20
    """It is flapped by so many seconds one way and as many the other."""
    beside: tuple[str, ...] = ()
    """Rules that see the same."""


PLANTS: Mapping[str, Planted] = MappingProxyType(
    {
        "pipeline-down": Planted(
            bad=_sets(stream=FeedState.RECONNECTING),
            good=_sets(stream=FeedState.LIVE),
            fires_s=32,
            beside=("stream-down",),
            beats_s=40,
        ),
        "error-rate": Planted(
            bad=_sets(bad_frames_a_second=20),
            good=_sets(bad_frames_a_second=0),
            ready_s=70,
            fires_s=40,
            ends_s=70,
            beats_s=70,
        ),
        "data-old": Planted(
            bad=_sets(priced_every_s=10**9),
            good=_sets(priced_every_s=1),
            subject=BTC,
            fires_s=303,
            beats_s=310,
            beside=("update-rate",),
        ),
        "gap": Planted(bad=_sets(gap_s=180), good=_sets(gap_s=0), subject=BTC, fires_s=65, beats_s=70),
        "health-low": Planted(bad=_sets(health=40), good=_sets(health=90), fires_s=13),
        "update-rate": Planted(
            bad=_sets(priced_every_s=120),
            good=_sets(priced_every_s=1),
            subject=BTC,
            ready_s=310,
            fires_s=310,
            ends_s=20,
            beats_s=310,
        ),
        "price-move-crypto": Planted(
            bad=_moves(BTC, 2.5), good=_moves(BTC, 0.0), subject=BTC, ends_s=65, beats_s=65
        ),
        "price-move": Planted(
            bad=_moves(APPLE, 0.7), good=_moves(APPLE, 0.0), subject=APPLE, ends_s=65, beats_s=65
        ),
        "volume-surge": Planted(
            bad=_sets(volume=50.0),
            good=_sets(volume=10.0),
            subject=BTC,
            ready_s=15 * 60,
            fires_s=62,
            ends_s=62,
            beats_s=60,
        ),
        "deviation": Planted(
            bad=_sets(deviates=True), good=_sets(deviates=False), subject=BTC, ends_s=305, beats_s=310
        ),
        "stream-down": Planted(
            bad=_sets(stream=FeedState.RECONNECTING),
            good=_sets(stream=FeedState.LIVE),
            subject=STREAM,
            fires_s=13,
        ),
        "service-down": Planted(
            bad=_sets(service=BreakerState.OPEN),
            good=_sets(service=BreakerState.CLOSED),
            subject=SERVICE,
            fires_s=33,
            beats_s=40,
        ),
        "database-slow": Planted(
            bad=_sets(commit_ms=250.0), good=_sets(commit_ms=105.0), fires_s=63, beats_s=70
        ),
        "responses-slow": Planted(
            bad=_sets(response_ms=2_500.0), good=_sets(response_ms=40.0), fires_s=13, beats_s=20
        ),
        "memory": Planted(
            bad=_sets(resident_bytes=600_000_000),
            good=_sets(resident_bytes=100_000_000),
            fires_s=33,
            beats_s=40,
        ),
        "disk-full": Planted(bad=_sets(disk_free=8 * 10**9), good=_sets(disk_free=50 * 10**9)),
        "disk-out": Planted(
            bad=_sets(disk_free=9 * 10**8, disk_total=4 * 10**9),
            good=_sets(disk_free=3 * 10**9, disk_total=4 * 10**9),
        ),
        "cache-misses": Planted(
            bad=_sets(misses=True), good=_sets(misses=False), ready_s=20, fires_s=12, ends_s=12
        ),
        "secret-expired": Planted(
            bad=_sets(key=KeyState.REJECTED), good=_sets(key=KeyState.USABLE), subject=STREAM
        ),
        "risk-severe": Planted(bad=_sets(risk=80.0), good=_sets(risk=65.0), subject=HELD),
    }
)
"""By rule."""
