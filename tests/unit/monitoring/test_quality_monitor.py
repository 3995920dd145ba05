"""What is counted of prices and minutes, and what is announced."""

from collections.abc import Callable, Mapping

from rtp_tui.model.events import Event, Payload
from rtp_tui.model.feeds import FeedState
from rtp_tui.model.health import Freshness
from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.market import Bar, BarOrigin
from rtp_tui.model.quality import Anomaly, AnomalyKind
from rtp_tui.monitoring.quality import HOUR_MS, QualityCounts
from rtp_tui.monitoring.quality_ledger import QualityLedger
from rtp_tui.monitoring.quality_monitor import QualityMonitor, Watched
from rtp_tui.state.pipeline_state import PipelineState
from tests.factories import BTC, NOW_MS, a_bar, a_feed_status, a_quote, a_verdict, an_instrument
from tests.fakes import FakeClock

MINUTE_MS = 60_000
START_MS = NOW_MS // HOUR_MS * HOUR_MS + 10 * MINUTE_MS
OTHER = "other:BTCUSDT"


class World:
    """An instrument that can be told to be anyhow, and the monitor that watches it."""

    def __init__(self) -> None:
        instrument = an_instrument("crypto:BTC", feeds=("binance:BTCUSDT", OTHER))
        self.clock = FakeClock(START_MS)
        self.state = PipelineState([instrument])
        self.bars: list[Bar] = []
        self.counts = {"observed": 0, "quarantined": 0, "verified": 0, "differing": 0}
        self.rejected: dict[str, int] = {}
        self.aside: dict[str, tuple[float, int]] = {}
        self.told: list[Anomaly] = []
        self.ledger = QualityLedger()
        self.monitor = QualityMonitor(self.watched(), self.ledger, self.clock, self.told.append)
        self.tell(a_feed_status(name="binance", state=FeedState.LIVE, expected_ms=1_000))
        self.tell(a_verdict(freshness=Freshness.LIVE))

    def watched(self) -> Watched:
        return Watched(
            state=self.state,
            bars=lambda _instrument: self.bars,
            observed=self.count_of("observed"),
            rejected=self.rejected_of,
            quarantined=self.count_of("quarantined"),
            verified=lambda _instrument: (self.counts["verified"], self.counts["differing"]),
            aside_prices=lambda _instrument: self.aside,
            open_ms=lambda _market, start_ms, end_ms: end_ms - start_ms,
        )

    def count_of(self, name: str) -> Callable[[InstrumentId], int]:
        return lambda _instrument: self.counts[name]

    def rejected_of(self, _feed: str) -> Mapping[str, int]:
        return self.rejected

    def tell(self, payload: Payload) -> None:
        self.state.apply(Event(self.state.seq + 1, payload))

    def price(self, price: float, latency_ms: int = 40) -> None:
        now_ms = self.clock.now_ms()
        self.tell(a_quote(price=price, event_ms=now_ms - latency_ms, received_ms=now_ms))

    async def minutes(self, count: int, *, missing: int = 0) -> None:
        """Let minutes pass, each with a bar but for the last few, and judge."""
        await self.monitor.judge()
        begun_ms = self.clock.now_ms() // MINUTE_MS * MINUTE_MS
        self.bars += [a_bar(open_ms=begun_ms + n * MINUTE_MS) for n in range(count - missing)]
        self.clock.step(0)
        await self.clock.advance(count * 60 + 15)
        self.price(101.0)
        await self.monitor.judge()

    @property
    def counted(self) -> QualityCounts:
        return self.ledger.at(BTC, self.clock.now_ms())


async def test_minutes_without_a_bar_are_missed_until_they_are_filled() -> None:
    world = World()
    await world.minutes(5, missing=3)
    assert (world.counted.bars_due, world.counted.bars_there) == (5, 2)
    assert world.ledger.at("binance", world.clock.now_ms()).bars_there == 2

    filled = START_MS // MINUTE_MS * MINUTE_MS
    world.bars = [a_bar(open_ms=filled + n * MINUTE_MS) for n in range(5)]
    await world.monitor.judge()
    assert (world.counted.bars_due, world.counted.bars_there) == (5, 5)


async def test_a_polled_feed_may_be_late_and_one_that_says_nothing_for_long_misses_minutes() -> None:
    world = World()
    world.tell(a_feed_status(name="binance", state=FeedState.POLLING, expected_ms=1_000, polled=True))
    await world.minutes(15, missing=15)
    assert (world.counted.bars_due, world.counted.bars_there) == (15, 15)

    await world.minutes(20, missing=20)
    assert (world.counted.bars_due, world.counted.bars_there) == (35, 0)


async def test_a_polled_feed_that_died_in_an_hour_and_comes_back_in_the_next_missed_the_minutes_between() -> (
    None
):
    world = World()
    world.tell(a_feed_status(name="binance", state=FeedState.POLLING, expected_ms=1_000, polled=True))
    died_ms = world.clock.now_ms()
    await world.minutes(20)
    await world.minutes(60, missing=59)
    before = world.ledger.at(BTC, died_ms)
    assert (before.bars_due, before.bars_there) == (50, 21)
    assert world.counted.bars_there == 0


async def test_looks_count_how_fresh_prices_are_and_each_price_once_how_long_it_took() -> None:
    world = World()
    world.price(100.0)
    world.monitor.look()
    world.monitor.look()
    world.tell(a_verdict(freshness=Freshness.STALE))
    world.monitor.look()
    world.tell(a_verdict(freshness=Freshness.CLOSED))
    world.monitor.look()
    assert (world.counted.looks, world.counted.fresh) == (3, 2)
    assert sum(world.counted.latency.values()) == 1


async def test_counters_are_taken_by_what_they_grew_and_sources_are_counted_by_their_frames() -> None:
    world = World()
    world.counts.update(observed=90, quarantined=2, verified=5, differing=1)
    world.rejected["crossed"] = 10
    world.tell(a_feed_status(name="binance", frames=200, bad_frames={"not_json": 4}, expected_ms=1_000))
    await world.monitor.judge()
    await world.monitor.judge()
    one, source = world.counted, world.ledger.at("binance", world.clock.now_ms())
    assert (one.observed, one.rejected, one.verified, one.differing) == (100, {"crossed": 10}, 5, 1)
    assert one.anomalies == {"outlier": 2}
    assert (source.observed, source.rejected) == (200, {"crossed": 10, "not_json": 4})


async def test_another_feed_that_says_something_else_is_told_of_once_until_it_comes_near_again() -> None:
    world = World()
    for other in (100.0, 97.0, 97.5, 100.0, 96.0):
        world.price(100.0)
        world.aside[OTHER] = other, world.clock.now_ms()
        await world.monitor.judge()
        await world.clock.advance(60)
    assert [(one.kind, one.expected) for one in world.told] == [
        (AnomalyKind.DEVIATION, 97.0),
        (AnomalyKind.DEVIATION, 96.0),
    ]
    assert (world.counted.compared, world.counted.deviating) == (5, 3)


async def test_what_was_backfilled_stands_out_for_nobody() -> None:
    world = World()
    calm = [a_bar(open_ms=START_MS - n * MINUTE_MS, close=100.0 + n % 2 / 100) for n in range(40, 1, -1)]
    world.bars = [*calm, a_bar(open_ms=START_MS - MINUTE_MS, close=150.0, origin=BarOrigin.BACKFILL)]
    await world.monitor.judge()
    assert world.told == []

    world.bars = [*calm, a_bar(open_ms=START_MS, close=150.0)]
    await world.monitor.judge()
    assert AnomalyKind.PRICE_SPIKE in {one.kind for one in world.told}
