"""The engine's parts, picked and connected in the order of the flow; none of them runs yet."""

import os
from contextlib import AsyncExitStack
from random import Random

from msgspec import Struct

from rtp_tui.analytics.portfolio_desk import PortfolioDesk
from rtp_tui.assemble.alerting import alerting
from rtp_tui.assemble.assaying import Assaying, assaying
from rtp_tui.assemble.caching import Caching, caching, keep_past
from rtp_tui.assemble.exchanges import calendars, known_sessions
from rtp_tui.assemble.feeds import Feeds, connected_feeds
from rtp_tui.assemble.ground import Ground
from rtp_tui.assemble.indicators import Indicating, indicating
from rtp_tui.assemble.jobs import scheduled_jobs
from rtp_tui.assemble.mending import Mending, mending
from rtp_tui.assemble.notifying import Notifying, deliver_by, notifying
from rtp_tui.assemble.portfolios import portfolio_desk
from rtp_tui.assemble.reporting import Reporting, reporting
from rtp_tui.assemble.rolling_up import rolling_up
from rtp_tui.assemble.surroundings import Surroundings
from rtp_tui.assemble.treasury import treasury_feed
from rtp_tui.assemble.watching import guarding_policies, health_monitor
from rtp_tui.feeds.classify import classify
from rtp_tui.feeds.missed import Misses
from rtp_tui.feeds.treasuries import TreasuryFeed
from rtp_tui.jobs.rollups import Rollups
from rtp_tui.monitoring.alerts.monitor import AlertMonitor
from rtp_tui.monitoring.calendar_horizon import KnownSessions
from rtp_tui.monitoring.load import Meters, new_meters
from rtp_tui.monitoring.monitor import HealthMonitor
from rtp_tui.resilience.guards import Guards
from rtp_tui.scheduling.calendars import Calendars
from rtp_tui.scheduling.scheduler import Scheduler
from rtp_tui.sources.secrets import Secrets


class Rooms(Struct, frozen=True, kw_only=True):
    """All of them."""

    ground: Ground
    cached: Caching
    guards: Guards
    feeds: Feeds
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


async def connected(ground: Ground, around: Surroundings, stack: AsyncExitStack) -> Rooms:
    """The parts in the order of the flow; what they hold open is let go of with the stack."""
    settings, pipeline, clock = ground.settings, ground.pipeline, ground.clock
    guards = Guards(clock, pipeline.announce, classify, Random(), guarding_policies(settings))
    misses, meters = Misses(), new_meters()
    feeds = await connected_feeds(
        ground, guards, Secrets(os.environ).reveal, stack, around.recording, misses.note, meters.sources
    )
    cached = caching(ground)
    feeds = keep_past(feeds, cached, clock)
    mended = await mending(ground, feeds, misses)

    def sessions() -> KnownSessions:
        return known_sessions(ground, scheduler.closes(), exchanges.failure)

    assayed = await assaying(ground, mended.verification, stack)
    told = await notifying(ground, guards, stack)
    reports = reporting(ground, assayed.not_kept_yet)
    health = health_monitor(ground, sessions)
    indicated = indicating(ground)
    treasuries = await treasury_feed(feeds, ground)
    scheduler = await scheduled_jobs(
        ground,
        feeds,
        health,
        around.configuration,
        cached.warmer,
        mended.repair.sweep,
        indicated.rounds,
        reports.job(settings, None if told is None else told.notifier.send),
        treasuries,
    )
    exchanges = calendars(ground, scheduler.closes, around.shared_calendars)
    exchanges.load()
    return Rooms(
        ground=ground,
        cached=cached,
        guards=guards,
        feeds=feeds,
        calendars=exchanges,
        health=health,
        indicated=indicated,
        scheduler=scheduler,
        mending=mended,
        reporting=reports,
        rollups=rolling_up(ground),
        assaying=assayed,
        meters=meters,
        alerts=await alerting(ground, deliver_by(told)),
        notifying=told,
        portfolios=await portfolio_desk(ground),
        treasuries=treasuries,
    )
