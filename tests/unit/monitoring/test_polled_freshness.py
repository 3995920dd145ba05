"""Freshness of what is asked for at an interval: the job, the feed, its guard and the monitor together."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager, suppress
from random import Random

import pytest

from rtp_tui.feeds.classify import classify
from rtp_tui.feeds.poll import FAILURES
from rtp_tui.feeds.polling_feed import PollingFeed
from rtp_tui.jobs.poll import PollJob
from rtp_tui.model.breakers import BreakerState
from rtp_tui.model.events import Event, Payload
from rtp_tui.model.feeds import FeedState
from rtp_tui.model.health import Freshness, SessionState
from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.market import Tick, TickKind
from rtp_tui.monitoring.connection_health import judge_connections
from rtp_tui.monitoring.evidence import Evidence
from rtp_tui.monitoring.freshness import FreshnessMonitor
from rtp_tui.resilience.guards import Guards
from rtp_tui.resilience.settings import PolicySettings
from rtp_tui.scheduling.settings import JobSettings, MarketSettings
from rtp_tui.scheduling.trading_calendar import TradingCalendar
from rtp_tui.sources.contract import SourceUnavailable, Subscription
from rtp_tui.state.pipeline_state import PipelineState
from tests.factories import NOW_MS, a_job, a_quote, an_instrument
from tests.fakes import FakeClock, settle

AAPL = InstrumentId("stocks:AAPL")
JOB = JobSettings(id="stock-prices", kind="poll", instruments=("stocks:*",), interval_ms=60_000)
NEVER_OPEN = MarketSettings(weekdays=())


class StockSource:
    """One price whenever it is asked, or no answer at all."""

    name = "stub"
    cadence_ms = 10_000
    batch_limit = 1

    def __init__(self, clock: FakeClock) -> None:
        self.is_down = False
        self._clock = clock

    async def latest(self, subscriptions: Sequence[Subscription]) -> Iterable[Tick]:
        if self.is_down:
            raise SourceUnavailable("HTTP 503")
        now_ms = self._clock.now_ms()
        return [
            Tick(
                kind=TickKind.POLL,
                instrument=AAPL,
                feed="stub:AAPL",
                event_ms=now_ms,
                received_ms=now_ms,
                price=5.0,
            )
        ]

    def raw(self, instrument: InstrumentId) -> bytes | None:
        return None


class Polled:
    """An instrument that a job asks for, and the state that all of it is told to."""

    def __init__(self, market: MarketSettings | None = None) -> None:
        self.clock = FakeClock(NOW_MS)
        name = "24x7" if market is None else "mine"
        self.state = PipelineState([an_instrument(AAPL, feeds=("stub:AAPL",), market=name)])
        self.source = StockSource(self.clock)
        policy = PolicySettings(minimum_calls=1, max_attempts=1, open_ms=3_600_000)
        guards = Guards(self.clock, self.apply, classify, Random(1), {"polled": policy})
        self.feed = PollingFeed(
            "stub",
            self.source,
            [Subscription(AAPL, "AAPL")],
            guards.get("stub/prices", "polled"),
            clock=self.clock,
            accept=self._accept,
            announce=self.apply,
        )
        self.job = PollJob(
            {"stub": self.feed}, self.state.market.instruments.values, self.state.job.jobs.values
        )
        self.apply(a_job(id=JOB.id, kind="poll", instruments=("stocks:*",), interval_ms=60_000))
        calendar = TradingCalendar({} if market is None else {"mine": market})
        self.monitor = FreshnessMonitor(self.state, calendar, self.clock, self.apply)

    def apply(self, payload: Payload) -> None:
        self.state.apply(Event(self.state.seq + 1, payload))

    def _accept(self, tick: Tick) -> None:
        self.apply(a_quote(instrument=AAPL, received_ms=tick.received_ms, source=tick.feed))

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(self.feed.run()), group.create_task(self.monitor.run())]
            await settle()
            yield
            for task in tasks:
                task.cancel()

    async def ask(self) -> None:
        """Run the job; what it raises is its scheduler's business."""
        with suppress(*FAILURES):
            await self.job.run(JOB, lambda progress: None)

    async def ages(self, *seconds: float) -> list[Freshness]:
        """The verdicts after these silences."""
        verdicts, waited = [], 0.0
        for silence in seconds:
            await self.clock.advance(silence - waited)
            waited = silence
            verdicts.append(self.state.quality.freshness[AAPL].freshness)
        return verdicts

    @property
    def reason(self) -> str:
        return self.state.quality.freshness[AAPL].reason


async def test_what_is_polled_every_60_s_is_live_fresh_aging_and_stale_by_that_interval() -> None:
    polled = Polled()
    async with polled.running():
        await polled.ask()
        assert polled.state.feed.feeds["stub"].expected_ms == 60_000
        ages = await polled.ages(1, 60, 62, 120, 122, 300, 302)
        assert ages == [
            Freshness.LIVE,
            Freshness.LIVE,
            Freshness.FRESH,
            Freshness.FRESH,
            Freshness.AGING,
            Freshness.AGING,
            Freshness.STALE,
        ]
        assert polled.reason == "silent for over 300 s, expected every 60 s"


async def test_polls_that_come_in_time_keep_it_live() -> None:
    polled = Polled()
    async with polled.running():
        for _ in range(5):
            await polled.ask()
            assert await polled.ages(1, 59) == [Freshness.LIVE, Freshness.LIVE]


async def test_it_is_stale_while_its_breaker_is_open_and_the_reason_names_the_breaker() -> None:
    polled = Polled()
    async with polled.running():
        await polled.ask()
        polled.source.is_down = True
        await polled.ask()
        assert polled.state.breaker.breakers["stub/prices"].state is BreakerState.OPEN
        assert await polled.ages(2) == [Freshness.STALE]
        assert polled.reason == "no connection: stub: HTTP 503"
        await polled.ask()
        assert await polled.ages(2) == [Freshness.STALE]
        assert polled.reason == "no connection: stub: stub/prices: circuit open"


@pytest.mark.parametrize("is_down", [False, True])
async def test_in_a_closed_market_nothing_is_stale_however_seldom_it_is_asked(is_down: bool) -> None:
    polled = Polled(NEVER_OPEN)
    async with polled.running():
        await polled.ask()
        polled.source.is_down = is_down
        for _ in range(3):
            assert await polled.ages(2, 180) == [Freshness.CLOSED, Freshness.CLOSED]
            await polled.ask()
        assert polled.state.quality.sessions["mine"].session is not SessionState.OPEN
        assert polled.state.feed.feeds["stub"].expected_ms == 60_000


async def test_a_feed_that_is_polled_is_connected_until_every_poll_fails() -> None:
    polled = Polled()

    def share() -> float | None:
        judged = judge_connections(Evidence(polled.state, NOW_MS, (AAPL,)))
        return None if judged is None else judged.share

    async with polled.running():
        await polled.ask()
        assert (polled.state.feed.feeds["stub"].state, share()) == (FeedState.POLLING, 1.0)
        polled.source.is_down = True
        await polled.ask()
        assert (polled.state.feed.feeds["stub"].state, share()) == (FeedState.RECONNECTING, 0.0)
