"""How good the data is: who counts it, who keeps the counts, who tells."""

from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from functools import partial

from msgspec import Struct

from rtp_tui.api.handlers import Handlers
from rtp_tui.api.quality import QualityAnswers
from rtp_tui.assemble.ground import Ground
from rtp_tui.clock import Clock
from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.market import RejectReason
from rtp_tui.model.queries import GetQuality
from rtp_tui.model.tallies import Tally
from rtp_tui.monitoring.quality import HOUR_MS
from rtp_tui.monitoring.quality_ledger import HOURS_KEPT, QualityLedger
from rtp_tui.monitoring.quality_monitor import QualityMonitor, Watched
from rtp_tui.monitoring.rolling_day import MINUTE_MS, RollingDay
from rtp_tui.monitoring.uptime import Uptime
from rtp_tui.monitoring.verification import BarVerification
from rtp_tui.pipeline import Pipeline
from rtp_tui.resilience.supervisor import Supervisor
from rtp_tui.state.pipeline_state import PipelineState
from rtp_tui.storage.contract import StoreUnusable

KEEP_EVERY_S = 60.0


class Assaying(Struct, frozen=True):
    """Counts of hours and of minutes, and the part that counts."""

    ledger: QualityLedger
    day: RollingDay
    uptime: Uptime
    monitor: QualityMonitor

    def not_kept_yet(self) -> tuple[Tally, ...]:
        """What was counted since it was handed over last."""
        return (*self.day.changed(), *self.ledger.changed())

    def keep(self, pipeline: Pipeline) -> None:
        """Hand what was counted to the recorder."""
        for tally in (*self.day.take_changed(), *self.ledger.take_changed()):
            pipeline.recorder.add_tally(tally)


async def assaying(ground: Ground, verification: BarVerification, stack: AsyncExitStack) -> Assaying:
    """What goes on with the counts of an earlier run; what is counted last is kept with the stack's end."""
    pipeline, history, clock = ground.pipeline, ground.history, ground.clock
    ledger, day, now_ms = QualityLedger(), RollingDay(), clock.now_ms()
    since_ms = now_ms - HOURS_KEPT * HOUR_MS
    try:
        ledger.restore(one for one in await history.tallies(HOUR_MS, since_ms) if one.start_ms <= now_ms)
        day.restore(one for one in await history.tallies(MINUTE_MS, since_ms) if one.start_ms <= now_ms)
    except StoreUnusable:
        # The history says so itself; counting begins anew.
        ledger, day = QualityLedger(), RollingDay()
    state = pipeline.state

    def markets() -> frozenset[str]:
        return frozenset(instrument.market for instrument in state.market.instruments.values())

    counts, processor = verification.counts, pipeline.processor

    def verified(instrument: InstrumentId) -> tuple[int, int]:
        return counts.verified_of.get(instrument, 0), counts.differing_of.get(instrument, 0)

    watched = Watched(
        state=state,
        bars=pipeline.bars_in_memory,
        observed=processor.observed,
        rejected=lambda feed: processor.rejected_of.get(feed, {}),
        quarantined=processor.quarantined_of.__getitem__,
        verified=verified,
        aside_prices=processor.aside_prices,
        open_ms=ground.open_ms,
    )
    monitor = QualityMonitor(watched, ledger, clock, pipeline.announce)
    made = Assaying(ledger, day, Uptime(day, markets, ground.open_ms), monitor)
    stack.callback(partial(made.keep, pipeline))
    return made


def add_assaying(supervisor: Supervisor, made: Assaying, ground: Ground) -> None:
    """Give the supervisor the parts."""
    supervisor.add("quality", made.monitor.run, after=("freshness",))
    supervisor.add("tallies", partial(_keep, made, ground.pipeline, ground.clock), after=("store",))


def answer_quality(handlers: Handlers, made: Assaying, ground: Ground) -> None:
    """Hand questions about quality to what was counted."""
    answers = QualityAnswers(
        ground.pipeline.state,
        ground.history,
        made.ledger,
        ground.settings.targets,
        made.uptime.pct,
        ground.clock,
    )
    handlers.answer(GetQuality, answers.quality)


class DayCounts:
    """What a day counts beside what processing does; counts since the start of this run."""

    def __init__(self, state: PipelineState, signals: Callable[[], int] = lambda: 0) -> None:
        """`signals` tells how many were given since this run began."""
        self._state = state
        self._signals = signals
        self._runs_before: int | None = None

    def __call__(self) -> Mapping[str, int]:
        feeds, jobs = self._state.feed.feeds.values(), self._state.job.jobs.values()
        runs = sum(job.runs for job in jobs)
        if self._runs_before is None:
            # Jobs remember the runs of earlier days.
            self._runs_before = runs
        bad_frames = sum(sum(feed.bad_frames.values()) for feed in feeds)
        statistics = self._state.measurements.statistics
        rejected = {} if statistics is None else statistics.rejected
        faults = sum(rejected.values()) - rejected.get(RejectReason.DUPLICATE, 0)
        return {
            "errors": faults + bad_frames,
            "reconnects": sum(feed.reconnects for feed in feeds),
            "triggers": max(0, runs - self._runs_before),
            "signals": self._signals(),
        }


async def _keep(made: Assaying, pipeline: Pipeline, clock: Clock) -> None:
    while True:
        await clock.sleep(KEEP_EVERY_S)
        made.keep(pipeline)
