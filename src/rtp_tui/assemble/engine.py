"""The engine: every part picked, connected, and given to the supervisor in the order of the flow."""

import logging
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial

from msgspec import Struct

from rtp_tui.api.audit import Audit, AuditedPipeline
from rtp_tui.api.contract import PipelineApi
from rtp_tui.api.handlers import Handlers
from rtp_tui.api.local import LocalPipeline
from rtp_tui.api.portfolio_orders import PortfolioOrders
from rtp_tui.assemble.alerting import add_alerting, adopt_rules, carry_out_alert_orders
from rtp_tui.assemble.assaying import answer_quality
from rtp_tui.assemble.caching import add_caching, carry_out_cache_orders
from rtp_tui.assemble.demo import with_simulated_exchange
from rtp_tui.assemble.drills import Drills, carry_out_drills
from rtp_tui.assemble.ground import Ground
from rtp_tui.assemble.handling import answer_queries, carry_out_orders
from rtp_tui.assemble.healing import add_healing
from rtp_tui.assemble.indicators import add_indicating, answer_indicators
from rtp_tui.assemble.instruments import RememberedInstruments, carry_out_instruments
from rtp_tui.assemble.jobs import carry_out_jobs
from rtp_tui.assemble.measuring import load_meter, store_status
from rtp_tui.assemble.mending import add_mending
from rtp_tui.assemble.notifying import (
    add_notifying,
    carry_out_notification_orders,
)
from rtp_tui.assemble.portfolios import add_portfolios
from rtp_tui.assemble.restoring import restored
from rtp_tui.assemble.rolling_up import carry_out_recomputing
from rtp_tui.assemble.rooms import Rooms, connected
from rtp_tui.assemble.serving import add_server, nothing
from rtp_tui.assemble.signalling import add_signalling, answer_signals, signalling
from rtp_tui.assemble.surroundings import Surroundings
from rtp_tui.assemble.timekeeping import add_timekeeping, timekeeping
from rtp_tui.assemble.trading_days import add_trading_days
from rtp_tui.assemble.treasury import answer_treasury
from rtp_tui.assemble.watching import add_watching
from rtp_tui.clock import Clock
from rtp_tui.config.settings import Settings
from rtp_tui.pipeline import Pipeline
from rtp_tui.resilience.supervisor import Supervisor

_log = logging.getLogger(__name__)


def goes_on(_settings: Settings) -> None:
    """Nothing of an engine's settings changes while it runs."""


class Engine(Struct, frozen=True, kw_only=True):
    """A connected engine: its door, what flows through it, and what runs it."""

    api: LocalPipeline
    console: PipelineApi
    """The door for the console of this process, whose commands are written down as its own."""
    pipeline: Pipeline
    supervisor: Supervisor
    reread: Callable[[], None] = nothing
    """Reads tokens and certificate again; raises when they cannot be used, and goes on with the old."""
    adopt: Callable[[Settings], None] = goes_on
    """Goes by those of other settings that can change under a running engine."""


@asynccontextmanager
async def assembled(
    settings: Settings,
    clock: Clock,
    around: Surroundings = Surroundings(),  # noqa: B008 - frozen
) -> AsyncIterator[Engine]:
    """An engine ready to run: its store open and restored, its simulated exchange listening in a demo.

    Raises StoreUnusable where storage is strict; where it must serve PortInUse and NotLoopback too.
    """
    async with AsyncExitStack() as stack:
        demo = None
        if settings.demo:
            demo = await stack.enter_async_context(with_simulated_exchange(settings, clock))
            settings = demo.settings
        remembered = RememberedInstruments(settings)
        remembered.read()
        settings = remembered.applied_to(settings)
        ground = await restored(settings, clock, stack)
        rooms, pipeline = await connected(ground, around, stack), ground.pipeline
        drills = None if demo is None else Drills(demo.exchange, pipeline.announce, clock)
        supervisor = Supervisor(clock, pipeline.announce, record_failure=_log_failure)
        handlers = _handlers(rooms, supervisor, around)
        carry_out_drills(handlers, drills)
        subscribe = carry_out_instruments(
            handlers, ground, rooms.feeds, rooms.scheduler, supervisor, remembered
        )
        api = LocalPipeline(pipeline, handlers, clock)
        _add_parts(supervisor, rooms)
        orders = PortfolioOrders(rooms.portfolios, pipeline.state, subscribe)
        add_portfolios(supervisor, handlers, api, orders, rooms.portfolios, ground)
        add_trading_days(supervisor, pipeline, api, clock)
        signals = signalling(ground, api.query)
        answer_signals(handlers, signals)
        add_signalling(supervisor, signals)
        if drills is not None:
            supervisor.add("drills", drills.run)
        reread = add_server(supervisor, handlers, api, ground, around, rooms.meters)
        console = AuditedPipeline(api, Audit(pipeline.announce, clock))
        yield Engine(
            api=api,
            console=console,
            pipeline=pipeline,
            supervisor=supervisor,
            reread=reread,
            adopt=partial(adopt_rules, rooms.alerts),
        )


def _handlers(rooms: Rooms, supervisor: Supervisor, around: Surroundings) -> Handlers:
    """Everybody who answers or carries out, but for the server."""
    handlers, ground = Handlers(), rooms.ground
    rooms.reporting.answer(handlers)
    answers = answer_queries(handlers, ground, rooms.cached.read_bars, rooms.feeds)
    carry_out_recomputing(handlers, ground, answers, rooms.rollups)
    carry_out_orders(handlers, ground.pipeline, rooms.feeds, rooms.guards, supervisor.stop, around.reload)
    answer_indicators(handlers, rooms.indicated, ground, rooms.cached)
    answer_treasury(handlers, rooms.treasuries, ground)
    answer_quality(handlers, rooms.assaying, ground)
    carry_out_jobs(handlers, ground.settings, rooms.scheduler)
    carry_out_cache_orders(handlers, rooms.cached)
    carry_out_alert_orders(handlers, rooms.alerts, ground)
    carry_out_notification_orders(handlers, rooms.notifying, ground.clock)
    return handlers


def _add_parts(supervisor: Supervisor, rooms: Rooms) -> None:
    """Give the supervisor what runs; it starts in this order and stops in the reverse."""
    add, ground, pipeline, clock = supervisor.add, rooms.ground, rooms.ground.pipeline, rooms.ground.clock
    kept = timekeeping(rooms.feeds, pipeline, clock)
    add_timekeeping(supervisor, kept)
    add("store", pipeline.write, stop_within_s=5.0)
    add("bars", pipeline.close_bars, after=("store",))
    add("keyframes", pipeline.keep_keyframes, after=("store",))
    add("rollups", rooms.rollups.run, after=("store",))
    add("calendars", rooms.calendars.run)
    add("guards", rooms.guards.run)
    for name, feed in rooms.feeds.all().items():
        add(f"feed {name}", feed.run, after=("store", "bars"))
    add_healing(supervisor, rooms.feeds, ground, rooms.mending.misses.note)
    add_mending(supervisor, rooms.mending, rooms.feeds)
    if ground.settings.features.scheduler:
        add("jobs", rooms.scheduler.run, after=("store", "guards"))
    add_caching(supervisor, rooms.cached, ground)
    add("store status", partial(_report_store, ground), after=("store",))
    add_indicating(supervisor, rooms.indicated, pipeline)
    add_notifying(supervisor, rooms.notifying)
    add_alerting(supervisor, rooms.alerts)
    add_watching(
        supervisor,
        ground,
        rooms.health,
        rooms.mending.statistics,
        kept.statistics,
        rooms.assaying,
        load_meter(rooms.meters, pipeline, rooms.guards, clock).read,
    )


async def _report_store(ground: Ground) -> None:
    while True:
        ground.pipeline.announce(store_status(ground.pipeline, ground.history))
        await ground.clock.sleep(1.0)


def _log_failure(part: str, error: Exception) -> None:
    _log.error("part %s failed", part, exc_info=error)
