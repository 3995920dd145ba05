"""The engine: every part picked, connected, and given to the supervisor in the order of the flow."""

import logging
import os
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from pathlib import Path
from random import Random

from msgspec import Struct

from rtp_tui import __version__
from rtp_tui.analytics.portfolio_desk import PortfolioDesk
from rtp_tui.api.audit import Audit, AuditedPipeline
from rtp_tui.api.contract import PipelineApi
from rtp_tui.api.handlers import Handlers
from rtp_tui.api.local import LocalPipeline
from rtp_tui.api.portfolio_orders import PortfolioOrders
from rtp_tui.assemble.alerting import add_alerting, adopt_rules, alerting, carry_out_alert_orders
from rtp_tui.assemble.assaying import Assaying, answer_quality, assaying
from rtp_tui.assemble.caching import Caching, add_caching, caching, carry_out_cache_orders, keep_past
from rtp_tui.assemble.demo import with_simulated_exchange
from rtp_tui.assemble.drills import Drills, carry_out_drills
from rtp_tui.assemble.feeds import Feeds, connected_feeds
from rtp_tui.assemble.handling import answer_queries, carry_out_orders
from rtp_tui.assemble.healing import add_healing
from rtp_tui.assemble.indicators import Indicating, add_indicating, answer_indicators, indicating
from rtp_tui.assemble.instruments import RememberedInstruments, carry_out_instruments
from rtp_tui.assemble.jobs import carry_out_jobs, scheduled_jobs
from rtp_tui.assemble.measuring import load_meter, store_status
from rtp_tui.assemble.mending import Mending, add_mending, mending
from rtp_tui.assemble.notifying import (
    Notifying,
    add_notifying,
    carry_out_notification_orders,
    deliver_by,
    notifying,
)
from rtp_tui.assemble.portfolios import add_portfolios, portfolio_desk
from rtp_tui.assemble.reporting import Reporting, reporting
from rtp_tui.assemble.rolling_up import carry_out_recomputing, rolling_up
from rtp_tui.assemble.serving import add_server, nothing
from rtp_tui.assemble.signalling import add_signalling, answer_signals, signalling
from rtp_tui.assemble.store import opened_store
from rtp_tui.assemble.surroundings import Surroundings
from rtp_tui.assemble.timekeeping import add_timekeeping, timekeeping
from rtp_tui.assemble.trading_days import add_trading_days, trading_day_of
from rtp_tui.assemble.treasury import answer_treasury, treasury_feed
from rtp_tui.assemble.watching import add_watching, guarding_policies, health_monitor
from rtp_tui.clock import Clock
from rtp_tui.config.document import fingerprint
from rtp_tui.config.settings import Settings
from rtp_tui.feeds.classify import classify
from rtp_tui.feeds.missed import Misses
from rtp_tui.feeds.treasuries import TreasuryFeed
from rtp_tui.jobs.rollups import Rollups
from rtp_tui.model.parts import EngineState, EngineStatus
from rtp_tui.monitoring.alerts.monitor import AlertMonitor
from rtp_tui.monitoring.calendar_horizon import KnownSessions
from rtp_tui.monitoring.load import Meters, new_meters
from rtp_tui.monitoring.monitor import HealthMonitor
from rtp_tui.pipeline import Pipeline
from rtp_tui.processing.day_figures import MarketDayOf
from rtp_tui.processing.processor import Processor
from rtp_tui.resilience.guards import Guards
from rtp_tui.resilience.supervisor import Supervisor
from rtp_tui.scheduling.calendars import Calendars, subprocess_build
from rtp_tui.scheduling.scheduler import Scheduler
from rtp_tui.scheduling.trading_calendar import TradingCalendar
from rtp_tui.sources.secrets import Secrets
from rtp_tui.state.pipeline_state import PipelineState
from rtp_tui.storage.contract import History

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


class Rooms(Struct, frozen=True, kw_only=True):
    """The engine's parts, connected and not yet running."""

    pipeline: Pipeline
    history: History
    cached: Caching
    guards: Guards
    feeds: Feeds
    calendar: TradingCalendar
    calendars: Calendars
    health: HealthMonitor
    indicated: Indicating
    scheduler: Scheduler
    mending: Mending
    reporting: Reporting
    assaying: Assaying
    rollups: Rollups
    meters: Meters
    portfolios: PortfolioDesk
    treasuries: TreasuryFeed
    alerts: AlertMonitor | None
    """None where they are switched off."""
    notifying: Notifying | None
    """As above."""


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
        settings = remembered.applied_to(settings)
        rooms = await _connected(settings, clock, around, stack)
        drills = None if demo is None else Drills(demo.exchange, rooms.pipeline.announce, clock)
        supervisor = Supervisor(clock, rooms.pipeline.announce, record_failure=_log_failure)
        handlers = _handlers(settings, rooms, supervisor, clock, around)
        carry_out_drills(handlers, drills)
        carry_out_alert_orders(handlers, rooms.alerts, rooms.pipeline, rooms.history, clock)
        carry_out_notification_orders(handlers, rooms.notifying, clock)
        subscribe = carry_out_instruments(
            handlers, settings, rooms.pipeline, rooms.feeds, rooms.scheduler, supervisor, remembered
        )
        api = LocalPipeline(rooms.pipeline, handlers, clock)
        _add_parts(supervisor, settings, rooms, clock)
        add_portfolios(
            supervisor,
            handlers,
            api,
            PortfolioOrders(rooms.portfolios, rooms.pipeline.state, subscribe),
            rooms.portfolios,
            settings,
            rooms.pipeline,
            rooms.history,
            clock,
        )
        add_trading_days(supervisor, rooms.pipeline, api, clock)
        signals = signalling(settings, rooms.pipeline, rooms.history, rooms.calendar, api.query, clock)
        answer_signals(handlers, signals)
        add_signalling(supervisor, signals)
        if drills is not None:
            supervisor.add("drills", drills.run)
        reread = add_server(supervisor, handlers, api, settings, clock, rooms.pipeline, around, rooms.meters)
        console = AuditedPipeline(api, Audit(rooms.pipeline.announce, clock))
        yield Engine(
            api=api,
            console=console,
            pipeline=rooms.pipeline,
            supervisor=supervisor,
            reread=reread,
            adopt=partial(adopt_rules, rooms.alerts),
        )


async def _connected(settings: Settings, clock: Clock, around: Surroundings, stack: AsyncExitStack) -> Rooms:
    """The parts in the order of the flow; what they hold open is let go of with the stack."""
    calendar = TradingCalendar(settings.markets)
    pipeline, history = await _restored_pipeline(settings, trading_day_of(calendar), clock, stack)
    guards = Guards(clock, pipeline.announce, classify, Random(), guarding_policies(settings))
    misses, meters = Misses(), new_meters()
    feeds = await connected_feeds(
        settings,
        pipeline,
        calendar,
        guards,
        clock,
        Secrets(os.environ).reveal,
        stack,
        around.recording,
        misses.note,
        meters.sources,
    )
    cached = caching(settings, pipeline, history, clock)
    feeds = keep_past(feeds, cached, clock)
    mended = await mending(pipeline, history, feeds, calendar, misses, clock)

    def markets() -> frozenset[str]:
        priced = pipeline.state.market.instruments.values()
        return frozenset({*(instrument.market for instrument in priced), *scheduler.closes()})

    def known_sessions() -> KnownSessions:
        return KnownSessions(calendar.horizons(markets()), calendars.failure)

    assayed = await assaying(pipeline, history, mended.verification, calendar, clock, stack)
    told = await notifying(settings, pipeline, history, guards, clock, stack)
    reports = reporting(settings, pipeline.state, history, calendar, clock, assayed.not_kept_yet)
    health = health_monitor(settings, pipeline, known_sessions, clock)
    indicated = indicating(pipeline, history, clock)
    treasuries = await treasury_feed(feeds, pipeline, history, clock)
    scheduler = await scheduled_jobs(
        settings,
        pipeline,
        history,
        feeds,
        calendar,
        health,
        clock,
        around.configuration,
        cached.warmer,
        mended.repair.sweep,
        indicated.rounds,
        reports.job(settings, None if told is None else told.notifier.send),
        treasuries,
    )
    calendars = _calendars(settings, calendar, markets, around.shared_calendars, clock)
    calendars.load()
    return Rooms(
        pipeline=pipeline,
        history=history,
        cached=cached,
        guards=guards,
        feeds=feeds,
        calendar=calendar,
        calendars=calendars,
        health=health,
        indicated=indicated,
        scheduler=scheduler,
        mending=mended,
        reporting=reports,
        rollups=rolling_up(settings, pipeline, history, calendar, clock),
        assaying=assayed,
        meters=meters,
        alerts=await alerting(settings, pipeline, history, clock, deliver_by(told)),
        notifying=told,
        portfolios=await portfolio_desk(pipeline, history, clock),
        treasuries=treasuries,
    )


async def _restored_pipeline(
    settings: Settings, day_of: MarketDayOf, clock: Clock, stack: AsyncExitStack
) -> tuple[Pipeline, History]:
    """A pipeline that goes on where an earlier run left off, and what that run remembered."""
    epoch = _base36(clock.now_ms())
    store = await opened_store(settings, epoch, clock, stack)
    state = PipelineState(settings.instruments)
    processor = Processor(settings.instruments, day_of=day_of)
    pipeline = Pipeline(epoch, state, processor, store.recorder, clock)
    await pipeline.restore(store.history)
    # The last thing remembered is how everything stood at the end.
    stack.callback(lambda: store.recorder.add_keyframe(pipeline.snapshot()))
    pipeline.announce(_status(settings, clock))
    return pipeline, store.history


def _handlers(
    settings: Settings, rooms: Rooms, supervisor: Supervisor, clock: Clock, around: Surroundings
) -> Handlers:
    """Everybody who answers or carries out, but for the server."""
    handlers = Handlers()
    rooms.reporting.answer(handlers)
    answers = answer_queries(
        handlers,
        rooms.pipeline,
        rooms.history,
        rooms.cached.read_bars,
        rooms.feeds,
        rooms.calendar.sessions,
        trading_day_of(rooms.calendar),
        clock,
    )
    carry_out_recomputing(handlers, rooms.pipeline, rooms.history, answers, rooms.rollups, clock)
    carry_out_orders(handlers, rooms.pipeline, rooms.feeds, rooms.guards, supervisor.stop, around.reload)
    answer_indicators(
        handlers,
        rooms.indicated,
        rooms.pipeline,
        rooms.history,
        rooms.cached,
        rooms.calendar.sessions,
        clock,
    )
    answer_treasury(handlers, rooms.treasuries, rooms.pipeline, rooms.history, clock)
    answer_quality(handlers, rooms.assaying, settings, rooms.pipeline, rooms.history, clock)
    carry_out_jobs(handlers, settings, rooms.scheduler)
    carry_out_cache_orders(handlers, rooms.cached)
    return handlers


def _add_parts(supervisor: Supervisor, settings: Settings, rooms: Rooms, clock: Clock) -> None:
    """Give the supervisor what runs; it starts in this order and stops in the reverse."""
    add, pipeline = supervisor.add, rooms.pipeline
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
    add_healing(
        supervisor,
        rooms.feeds,
        pipeline,
        rooms.calendar,
        clock,
        rooms.mending.misses.note,
        adapts=settings.features.market_hours_adaptation,
    )
    add_mending(supervisor, rooms.mending, rooms.feeds)
    if settings.features.scheduler:
        add("jobs", rooms.scheduler.run, after=("store", "guards"))
    add_caching(supervisor, rooms.cached, pipeline, clock)
    add("store status", partial(_report_store, pipeline, rooms.history, clock), after=("store",))
    add_indicating(supervisor, rooms.indicated, pipeline)
    add_notifying(supervisor, rooms.notifying)
    add_alerting(supervisor, rooms.alerts)
    add_watching(
        supervisor,
        settings,
        pipeline,
        rooms.calendar,
        rooms.health,
        clock,
        rooms.mending.statistics,
        kept.statistics,
        rooms.assaying,
        load_meter(rooms.meters, pipeline, rooms.guards, clock).read,
    )


def _status(settings: Settings, clock: Clock) -> EngineStatus:
    return EngineStatus(
        version=__version__,
        name=settings.server.name,
        environment=settings.server.environment,
        started_ms=clock.now_ms(),
        state=EngineState.RUNNING,
        demo=settings.demo,
        configuration=fingerprint(settings),
    )


def _calendars(
    settings: Settings,
    calendar: TradingCalendar,
    markets: Callable[[], frozenset[str]],
    shared: Path | None,
    clock: Clock,
) -> Calendars:
    """The part that keeps exchanges' sessions known, for the markets that instruments and jobs name."""

    def names() -> frozenset[str]:
        return calendar.exchanges(markets())

    return Calendars(
        Path(settings.data_dir) / "calendars.json",
        names,
        subprocess_build(clock),
        calendar.use,
        clock,
        shared,
        shares=not settings.demo,
    )


async def _report_store(pipeline: Pipeline, history: History, clock: Clock) -> None:
    while True:
        pipeline.announce(store_status(pipeline, history))
        await clock.sleep(1.0)


def _log_failure(part: str, error: Exception) -> None:
    _log.error("part %s failed", part, exc_info=error)


def _base36(number: int) -> str:
    digits = "0123456789abcdefghijklmnopqrstuvwxyz"
    text = ""
    while number:
        number, rest = divmod(number, 36)
        text = digits[rest] + text
    return text or "0"
