"""Kinds of jobs and what runs them."""

import logging
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from pathlib import Path
from typing import NoReturn

from rtp_tui.analytics.indicators.rounds import IndicatorRounds
from rtp_tui.api.handlers import Handlers
from rtp_tui.assemble.feeds import Feeds
from rtp_tui.assemble.ground import Ground
from rtp_tui.assemble.remembering import ChangesFile
from rtp_tui.assemble.reporting import at_the_desk
from rtp_tui.cache.warming import Warmer
from rtp_tui.clock import Clock
from rtp_tui.config.settings import Settings
from rtp_tui.feeds.classify import classify
from rtp_tui.feeds.filings import FilingsFeed
from rtp_tui.feeds.treasuries import TreasuryFeed
from rtp_tui.jobs.backup import BackupJob
from rtp_tui.jobs.cleanup import CleanupJob
from rtp_tui.jobs.filings import FilingsJob
from rtp_tui.jobs.health import HealthJob
from rtp_tui.jobs.indicators import IndicatorsJob
from rtp_tui.jobs.poll import PollJob
from rtp_tui.jobs.repair import RepairJob
from rtp_tui.jobs.report import ReportJob
from rtp_tui.jobs.treasury import TreasuryJob
from rtp_tui.jobs.warmup import WarmupJob
from rtp_tui.model.commands import ControlJob, RemoveJob, SaveJob, TriggerJob
from rtp_tui.model.errors import Unavailable
from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.jobs import JobStatus
from rtp_tui.model.statistics import LogLine
from rtp_tui.monitoring.monitor import HealthMonitor
from rtp_tui.pipeline import Pipeline
from rtp_tui.processing.change_detection import DEFAULT_THRESHOLDS_PCT
from rtp_tui.resilience.outcome import NotPermitted, Verdict
from rtp_tui.scheduling.adaptive_rate import SteadyPaces
from rtp_tui.scheduling.dispatcher import Runner
from rtp_tui.scheduling.scheduler import Scheduler
from rtp_tui.scheduling.settings import JobSettings
from rtp_tui.scheduling.volatility import Volatility
from rtp_tui.storage.backup import remove_partial
from rtp_tui.storage.contract import History, StoreUnusable

_log = logging.getLogger(__name__)

SWITCHED_OFF = "no job runs: the scheduler is switched off (features.scheduler)"

LONGEST_WAIT_S = 30.0
"""A run does not wait longer for a provider that asks for patience: what it said is then what the job tells."""


async def scheduled_jobs(
    ground: Ground,
    feeds: Feeds,
    health: HealthMonitor,
    configuration: Path | None,
    warmer: Warmer | None = None,
    sweep: Callable[[], Awaitable[int]] | None = None,
    rounds: IndicatorRounds | None = None,
    reports: ReportJob | None = None,
    treasuries: TreasuryFeed | None = None,
) -> Scheduler:
    """A scheduler that knows the kinds that can run, with the statistics of the run before."""
    settings, pipeline, history = ground.settings, ground.pipeline, ground.history
    calendar, clock = ground.calendar, ground.clock
    folder = Path(settings.data_dir)
    changes = ChangesFile(folder / "jobs.json", tuple[JobSettings, ...], ())
    market = pipeline.state.market
    remove_partial(folder / "backups")
    runners: dict[str, Runner] = {
        "cleanup": CleanupJob(pipeline.recorder, partial(_tell, pipeline, clock)).run,
        "backup": BackupJob(history, folder / "backups", configuration, clock).run,
    }
    if warmer is not None:
        runners["warmup"] = WarmupJob(warmer).run
    if settings.features.monitoring:
        runners["health"] = HealthJob(health).run
    if reports is not None:
        runners["report"] = reports.run
    if feeds.polling:
        runners["poll"] = PollJob(
            feeds.polling, market.instruments.values, pipeline.state.job.jobs.values
        ).run
    if sweep is not None and feeds.streaming:
        runners["repair"] = RepairJob(sweep).run
    obstacles: dict[str, Callable[[], str]] = {}
    if rounds is not None:
        runners["indicators"], obstacles["indicators"] = IndicatorsJob(rounds).run, rounds.obstacle
    if feeds.filings is not None:
        filings_feed = FilingsFeed(
            feeds.filings, history.company_record, pipeline.recorder.add_disclosures, clock
        )
        filings = FilingsJob(filings_feed, market.instruments.values)
        runners["filings"], obstacles["filings"] = filings.run, filings.obstacle
    if treasuries is not None:

        def is_by_hand(job: str) -> bool:
            return scheduler.is_by_hand(job)

        treasury = TreasuryJob(treasuries, market.instruments.values, is_by_hand)
        runners["treasury"], obstacles["treasury"] = treasury.run, treasury.obstacle
    scheduler = Scheduler(
        clock,
        calendar if settings.features.market_hours_adaptation else SteadyPaces(calendar),
        pipeline.announce,
        runners,
        jobs=at_the_desk(settings),
        changes=changes.read(),
        instruments=market.instruments.values,
        obstacles=obstacles,
        remember=changes.write,
        is_retryable=_may_pass,
        volatility=_volatility(pipeline, feeds) if settings.features.market_hours_adaptation else None,
    )
    scheduler.restore(await _earlier(history, clock))
    if settings.features.scheduler:
        # Before any runs: whoever asks as soon as the server listens is told of each.
        for status in scheduler.statuses():
            pipeline.announce(status)
    return scheduler


async def _earlier(history: History, clock: Clock) -> Sequence[JobStatus]:
    """The jobs of the run before; none where the store cannot be read."""
    try:
        keyframe = await history.keyframe_before(clock.now_ms())
    except StoreUnusable as error:
        _log.warning("jobs' statistics of earlier runs are not known: %s", error)
        return ()
    return () if keyframe is None else keyframe.jobs


def carry_out_jobs(handlers: Handlers, settings: Settings, scheduler: Scheduler) -> None:
    """Hand orders about jobs to the scheduler, or refuse them where it is switched off."""
    if settings.features.scheduler:
        handlers.carry_out(TriggerJob, scheduler.trigger)
        handlers.carry_out(ControlJob, scheduler.control)
        handlers.carry_out(SaveJob, scheduler.save)
        handlers.carry_out(RemoveJob, scheduler.remove)
    else:
        for kind in (TriggerJob, ControlJob, SaveJob, RemoveJob):
            handlers.carry_out(kind, _refuse)


async def _refuse(command: object) -> NoReturn:
    raise Unavailable(SWITCHED_OFF)


def _volatility(pipeline: Pipeline, feeds: Feeds) -> Volatility:
    """What is asked for faster while its price moves: instruments that a feed prices which has to be asked."""
    quotes, cadences_ms = pipeline.state.market.quotes, feeds.cadences_ms

    def price_of(instrument: InstrumentId) -> float | None:
        quote = quotes.get(instrument)
        return None if quote is None else quote.price

    def cadence_ms_of(instrument: InstrumentId) -> int | None:
        quote = quotes.get(instrument)
        return None if quote is None else cadences_ms.get(quote.source.partition(":")[0])

    return Volatility(price_of, cadence_ms_of, DEFAULT_THRESHOLDS_PCT)


def _tell(pipeline: Pipeline, clock: Clock, words: str) -> None:
    pipeline.announce(LogLine(at_ms=clock.now_ms(), level="info", source="cleanup", message=words))


def _may_pass(error: Exception) -> bool:
    """Whether another attempt of a job may help; what a guard refused has been tried often enough already."""
    if isinstance(error, NotPermitted):
        return False
    outcome = classify(error)
    is_soon = (outcome.retry_after_s or 0.0) <= LONGEST_WAIT_S
    return is_soon and outcome.verdict is not Verdict.DENIED
