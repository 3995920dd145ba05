"""When health is judged and announced."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from rtp_tui.model.events import Event, Payload
from rtp_tui.model.feeds import FeedState
from rtp_tui.model.health import Freshness, HealthReport, MarketSession, SessionState
from rtp_tui.model.parts import EngineState, EngineStatus
from rtp_tui.model.statistics import PipelineStatistics
from rtp_tui.monitoring.calendar_horizon import KnownSessions
from rtp_tui.monitoring.monitor import HealthMonitor
from rtp_tui.monitoring.profiles import profile_of
from rtp_tui.monitoring.settings import HealthSettings, HealthWeights
from rtp_tui.scheduling.trading_calendar import Horizon
from rtp_tui.state.pipeline_state import PipelineState
from tests.factories import NOW_MS, a_feed_status, a_quote, a_verdict, an_instrument
from tests.fakes import FakeClock, settle


class Watched:
    """A health monitor of one healthy instrument, and what it announced."""

    def __init__(self) -> None:
        self.clock = FakeClock(NOW_MS)
        self.state = PipelineState([an_instrument()])
        self.reports: list[HealthReport] = []
        self.monitor = HealthMonitor(self.state, self.clock, self.reports.append)
        self.apply(EngineStatus(version="0", name="n", started_ms=0, state=EngineState.RUNNING))
        self.apply(MarketSession(market="24x7", session=SessionState.OPEN, timezone="UTC"))
        for payload in (a_quote(), a_verdict(), a_feed_status()):
            self.apply(payload)

    def apply(self, payload: Payload) -> None:
        self.state.apply(Event(self.state.seq + 1, payload))

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        async with asyncio.TaskGroup() as group:
            task = group.create_task(self.monitor.run())
            await settle()
            yield
            task.cancel()


async def test_health_is_announced_at_once_and_then_every_30_seconds() -> None:
    watched = Watched()
    async with watched.running():
        assert [report.score for report in watched.reports] == [100]
        await watched.clock.advance(100)
        assert len(watched.reports) == 4


async def test_a_change_is_announced_within_2_seconds_at_first_and_5_later() -> None:
    watched = Watched()
    async with watched.running():
        watched.apply(a_verdict(freshness=Freshness.STALE))
        await watched.clock.advance(2)
        assert [report.score for report in watched.reports] == [100, 49]
        await watched.clock.advance(40)
        watched.apply(a_verdict())
        await watched.clock.advance(5)
        assert watched.reports[-1].score == 100


async def test_a_feeds_change_is_judged_within_a_second() -> None:
    watched = Watched()
    async with watched.running():
        await watched.clock.advance(60.1)
        watched.apply(a_feed_status(state=FeedState.RECONNECTING, error="reset"))
        await watched.clock.advance(1)
        assert "binance (reset)" in watched.reports[-1].reason


async def test_errors_count_as_a_rate_and_not_as_a_total() -> None:
    watched = Watched()
    watched.apply(PipelineStatistics(at_ms=NOW_MS, received=1000, rejected={"not_finite": 1000}))
    async with watched.running():
        watched.apply(PipelineStatistics(at_ms=NOW_MS, received=2000, rejected={"not_finite": 1030}))
        await watched.clock.advance(3)
        errors = next(part for part in watched.reports[-1].parts if part.name == "error rate")
        assert errors.reason == "3.0 % of what came in was rejected or unreadable"


async def test_it_judges_by_its_profile_and_by_what_is_known_of_calendars_at_that_moment() -> None:
    watched = Watched()
    known = [KnownSessions((Horizon("NSE", "XBOM", NOW_MS + 10**12),))]
    watched.monitor = HealthMonitor(
        watched.state,
        watched.clock,
        watched.reports.append,
        profile=profile_of(HealthSettings(profile="own", weights=HealthWeights(resources=1))),
        known_sessions=lambda: known[0],
    )
    async with watched.running():
        assert (watched.reports[-1].profile, watched.reports[-1].score) == ("own", 100)
        known[0] = KnownSessions((Horizon("NSE", "XBOM", NOW_MS + 1),))
        await watched.clock.advance(5)
        assert watched.reports[-1].reason.startswith("resources: sessions of NSE are known until")
