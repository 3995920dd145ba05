"""Missing minutes and wrong bars: who finds them, who repairs them."""

from functools import partial

from msgspec import Struct
from msgspec.structs import replace

from rtp_tui.assemble.feeds import Feeds
from rtp_tui.assemble.ground import Ground
from rtp_tui.feeds.gap_repair import GapRepair
from rtp_tui.feeds.gap_watch import SWEPT_MS, Surroundings
from rtp_tui.feeds.missed import Misses
from rtp_tui.model.instrument import Instrument, InstrumentId
from rtp_tui.model.market import Bar
from rtp_tui.model.queries import GetGaps
from rtp_tui.model.statistics import RepairStatistics
from rtp_tui.monitoring.verification import BarVerification
from rtp_tui.pipeline import Pipeline
from rtp_tui.resilience.supervisor import Supervisor
from rtp_tui.storage.contract import History

_PAGE = 10_000


class Mending(Struct, frozen=True):
    """Both, and what feeds missed."""

    misses: Misses
    repair: GapRepair
    verification: BarVerification

    def statistics(self) -> RepairStatistics:
        """What both count."""
        counts = self.verification.counts
        return replace(
            self.repair.statistics(),
            bars_verified=counts.verified,
            bars_differing=counts.differing,
            bars_unverified=counts.unverified,
        )


async def mending(ground: Ground, feeds: Feeds, misses: Misses) -> Mending:
    """What goes on with the gaps that an earlier run left pending."""
    pipeline, history, clock = ground.pipeline, ground.history, ground.clock
    repair = GapRepair(
        _surroundings(ground, feeds),
        feeds.archives,
        misses,
        partial(pipeline.keep_backfill, from_standby=True),
        pipeline.keep_gap,
        clock,
    )
    since_ms = clock.now_ms() - SWEPT_MS
    left = await history.gaps(GetGaps(only_pending=True, limit=_PAGE))
    ended = await history.gaps(GetGaps(since_ms=since_ms, limit=_PAGE))
    repair.restore([*left.gaps, *(gap for gap in ended.gaps if not gap.is_pending)])
    for gap in left.gaps:
        pipeline.announce(gap)
    verification = BarVerification(
        history.made_of_trades,
        partial(_bars_of, pipeline),
        lambda: pipeline.recorder.status().dropped,
        partial(_revise, pipeline),
        clock,
        history.trades_since_ms,
    )
    return Mending(misses, repair, verification)


def add_mending(supervisor: Supervisor, made: Mending, feeds: Feeds) -> None:
    """Give the supervisor the parts."""
    supervisor.add("gaps", made.repair.run, after=("store", *(f"feed {name}" for name in feeds.all())))
    supervisor.add("verification", made.verification.run, after=("store",))


def _surroundings(ground: Ground, feeds: Feeds) -> Surroundings:
    state, processor = ground.pipeline.state, ground.pipeline.processor

    def active_feed(instrument: Instrument) -> str:
        active = state.feed.active.get(instrument.id)
        return instrument.feeds[0] if active is None else active.feed

    return Surroundings(
        instruments=lambda: tuple(state.market.instruments.values()),
        active_feed=active_feed,
        feeds=lambda: tuple(state.feed.feeds.values()),
        has_history=feeds.archives.__contains__,
        open_ms=ground.open_ms,
        minutes=processor.minutes,
        stored_minutes=partial(_stored_minutes, ground.history),
        take_jumps=processor.take_jumps,
        lacks=processor.lacks,
        is_contiguous=lambda feed: feed.partition(":")[0] in feeds.contiguous,
    )


async def _stored_minutes(
    history: History, instrument: InstrumentId, start_ms: int, end_ms: int
) -> frozenset[int]:
    return frozenset(await history.bar_minutes(instrument, start_ms, end_ms))


def _bars_of(pipeline: Pipeline, open_ms: int) -> list[Bar]:
    """The bars of one minute, of all instruments that have one."""
    return [
        bar
        for instrument in pipeline.state.market.instruments
        for bar in pipeline.bars_in_memory(instrument)
        if bar.open_ms == open_ms
    ]


def _revise(pipeline: Pipeline, bar: Bar) -> None:
    revised = pipeline.processor.revise(bar)
    if revised is not None:
        pipeline.announce(revised)
