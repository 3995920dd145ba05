"""Indicators and levels: the thread they are computed in, what is worked out each minute, and who answers."""

from collections.abc import Sequence
from functools import partial

from msgspec import Struct

from rtp_tui.analytics.indicators.presets import MOST_BARS
from rtp_tui.analytics.indicators.rounds import IndicatorRounds
from rtp_tui.analytics.indicators.thread import IndicatorThread
from rtp_tui.api.answers import Answers
from rtp_tui.api.bar_blocks import BarBlocks
from rtp_tui.api.handlers import Handlers
from rtp_tui.api.indicators import IndicatorAnswers
from rtp_tui.api.levels import LevelAnswers
from rtp_tui.assemble.caching import Caching
from rtp_tui.assemble.ground import Ground
from rtp_tui.cache.history_pages import SETTLED_MS
from rtp_tui.clock import Clock
from rtp_tui.model.errors import Failed
from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.market import Bar
from rtp_tui.model.queries import (
    GetBars,
    GetIndicatorCatalogue,
    GetIndicators,
    GetLevels,
    GetNewestIndicators,
)
from rtp_tui.pipeline import Pipeline
from rtp_tui.resilience.supervisor import Supervisor
from rtp_tui.storage.contract import History, StoreUnusable


class Indicating(Struct, frozen=True):
    """The thread, and what goes round in it each minute."""

    thread: IndicatorThread
    rounds: IndicatorRounds


def indicating(ground: Ground) -> Indicating:
    """Connected and not yet running; nothing heavy is loaded."""
    pipeline, history, clock = ground.pipeline, ground.history, ground.clock
    thread = IndicatorThread(clock)
    instruments = pipeline.state.market.instruments.values
    return Indicating(
        thread, IndicatorRounds(thread, partial(_newest_closed, pipeline, history), instruments, clock)
    )


def add_indicating(supervisor: Supervisor, indicated: Indicating, pipeline: Pipeline) -> None:
    """Add the thread's part, and the one that lets the newest bars into it."""
    supervisor.add("indicators", indicated.thread.run)
    supervisor.add(
        "indicator bars",
        partial(indicated.rounds.run, partial(pipeline.reading, conflates=True)),
        after=("store", "indicators"),
    )


def answer_indicators(handlers: Handlers, indicated: Indicating, ground: Ground, cached: Caching) -> None:
    """Hand queries about indicators and levels to what computes them."""
    pipeline, history, clock = ground.pipeline, ground.history, ground.clock
    # Columns are kept instead of pages of bars, not beside them.
    bars = Answers(
        pipeline, history, lambda _instrument, _feed: None, clock, sessions=ground.calendar.sessions
    ).bars
    earliest = partial(_earliest_ms, pipeline, history)
    settled = partial(_is_settled, pipeline, cached, clock)
    blocks = BarBlocks(bars, earliest, indicated.thread, clock, cached.cache, settled)
    instrument_of = pipeline.state.market.instruments.get
    answers = IndicatorAnswers(
        blocks, indicated.thread, lambda: indicated.rounds.newest, instrument_of, clock
    )
    handlers.answer(GetIndicatorCatalogue, answers.catalogue)
    handlers.answer(GetIndicators, answers.indicators)
    handlers.answer(GetNewestIndicators, answers.newest)
    handlers.answer(GetLevels, LevelAnswers(blocks, indicated.thread, instrument_of, clock).levels)


def _is_settled(
    pipeline: Pipeline, cached: Caching, clock: Clock, instrument: InstrumentId, end_ms: int
) -> bool:
    """Nothing is added to such bars; what changes them is known before it can be read."""
    has_ended = end_ms + SETTLED_MS <= clock.now_ms()
    upkeep = cached.upkeep
    return has_ended and upkeep is not None and upkeep.changed_seq(instrument) <= pipeline.committed_seq


async def _newest_closed(pipeline: Pipeline, history: History, instrument: InstrumentId) -> Sequence[Bar]:
    """The newest closed minutes, ascending; those in memory are newer than the last commit.

    Where the store cannot be read, those in memory alone.
    """
    try:
        stored = await history.newest_bars(instrument, "1m", MOST_BARS)
    except StoreUnusable:
        stored = ()
    bars = {bar.open_ms: bar for bar in (*stored, *pipeline.bars_in_memory(instrument)) if bar.closed}
    return [bars[open_ms] for open_ms in sorted(bars)][-MOST_BARS:]


async def _earliest_ms(
    pipeline: Pipeline, history: History, instrument: InstrumentId, timeframe: str
) -> int | None:
    """When the first bar begins that is stored of a timeframe, or of its minutes; None where nothing is. Raises Failed."""
    found = [bar.open_ms for bar in pipeline.bars_in_memory(instrument)[:1]]
    for one in {timeframe, "1m"}:
        try:
            page = await history.bars(GetBars(instrument=instrument, timeframe=one, limit=1))
        except StoreUnusable as error:
            raise Failed(str(error)) from error
        found += [bar.open_ms for bar in page.bars]
    return min(found, default=None)
