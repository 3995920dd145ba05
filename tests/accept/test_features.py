"""What an engine lacks where a feature is switched off."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from rtp_tui.assemble.engine import Engine, assembled
from rtp_tui.assemble.surroundings import Surroundings
from rtp_tui.clock import SystemClock
from rtp_tui.config.settings import FeatureSettings, Settings
from rtp_tui.model.commands import TriggerJob
from rtp_tui.model.errors import Unavailable
from rtp_tui.model.events import Snapshot
from rtp_tui.model.feeds import FeedState
from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.parts import PartState
from rtp_tui.server.settings import ServerSettings
from tests.accept.running import PATIENCE_S, shared_calendars
from tests.factories import BTC

pytestmark = pytest.mark.accept


@asynccontextmanager
async def running(
    folder: Path, features: FeatureSettings, *, must_serve: bool = False
) -> AsyncIterator[Engine]:
    settings = Settings(
        demo=True, data_dir=str(folder), features=features, server=ServerSettings(enabled=True, port=0)
    )
    around = Surroundings(must_serve=must_serve, shared_calendars=shared_calendars())
    async with assembled(settings, SystemClock(), around) as engine, asyncio.TaskGroup() as group:
        group.create_task(engine.supervisor.run())
        try:
            yield engine
        finally:
            engine.supervisor.stop()


async def snapshot(engine: Engine) -> Snapshot:
    """The state once every part has started."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            async with engine.api.watch() as updates:
                update = await anext(updates)
            assert isinstance(update, Snapshot)
            if update.parts and all(part.state is PartState.OK for part in update.parts):
                return update
            await asyncio.sleep(0.1)


def parts(state: Snapshot) -> set[str]:
    return {part.name for part in state.parts}


async def test_without_the_scheduler_no_job_exists_and_polled_feeds_say_so(tmp_path: Path) -> None:
    async with running(tmp_path, FeatureSettings(scheduler=False)) as engine:
        state = await snapshot(engine)
        assert "jobs" not in parts(state)
        assert state.jobs == ()
        polled = [feed for feed in state.feeds if feed.polled]
        assert [feed.state for feed in polled] == [FeedState.PAUSED] * 2
        assert all("the scheduler is switched off" in (feed.error or "") for feed in polled)
        with pytest.raises(Unavailable, match="the scheduler is switched off"):
            await engine.api.execute(TriggerJob(job="backup"))


async def price_source(engine: Engine, instrument: InstrumentId) -> str:
    """Where the price of an instrument comes from, once it has one."""
    quotes = engine.pipeline.state.market.quotes
    async with asyncio.timeout(PATIENCE_S):
        while True:
            quote = quotes.get(instrument)
            if quote is not None and quote.price is not None:
                return quote.source.partition(":")[0]
            await asyncio.sleep(0.1)


async def test_without_streaming_only_polled_feeds_run_and_price_what_they_are_not_the_first_for(
    tmp_path: Path,
) -> None:
    async with running(tmp_path, FeatureSettings(streaming=False)) as engine:
        state = await snapshot(engine)
        assert {feed.name for feed in state.feeds} == {"coingecko", "yahoo"}
        assert "gap-repair" not in [job.id for job in state.jobs]
        assert await price_source(engine, BTC) == "coingecko"


async def test_without_monitoring_and_performance_nothing_is_judged(tmp_path: Path) -> None:
    async with running(tmp_path, FeatureSettings(monitoring=False, performance=False)) as engine:
        state = await snapshot(engine)
        assert parts(state).isdisjoint({"freshness", "health", "performance"})
        assert "health-check" not in [job.id for job in state.jobs]
        assert (state.health, state.statistics) == (None, None)


async def test_without_the_server_nothing_listens_even_where_it_was_to_serve(tmp_path: Path) -> None:
    async with running(tmp_path, FeatureSettings(server=False), must_serve=True) as engine:
        assert "server" not in parts(await snapshot(engine))


async def test_without_resilience_breakers_exist_that_never_open(tmp_path: Path) -> None:
    async with running(tmp_path, FeatureSettings(resilience=False)) as engine:
        limits = [breaker.limits for breaker in (await snapshot(engine)).breakers]
        assert limits
        assert all(one is not None and one.failure_rate > 100 for one in limits)


async def test_without_adaptation_every_job_keeps_its_own_interval(tmp_path: Path) -> None:
    async with running(tmp_path, FeatureSettings(market_hours_adaptation=False)) as engine:
        jobs = (await snapshot(engine)).jobs
        assert [job.effective_interval_ms for job in jobs] == [job.interval_ms for job in jobs]


async def test_with_all_features_every_part_runs(tmp_path: Path) -> None:
    async with running(tmp_path, FeatureSettings()) as engine:
        assert parts(await snapshot(engine)) >= {"jobs", "freshness", "health", "performance", "server"}
