"""Answers about levels and zones, made of the newest bars."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from rtp_tui.analytics.indicators.thread import IndicatorThread
from rtp_tui.analytics.levels import support_and_resistance
from rtp_tui.analytics.zones import supply_and_demand
from rtp_tui.api.bar_blocks import BarBlocks, Series
from rtp_tui.clock import Clock
from rtp_tui.model.errors import BadRequest, UnknownInstrument
from rtp_tui.model.instrument import Instrument, InstrumentId
from rtp_tui.model.levels import Levels
from rtp_tui.model.queries import GetLevels

if TYPE_CHECKING:
    from rtp_tui.analytics.indicators.columns import BarColumns
    from rtp_tui.analytics.indicators.workbench import Workbench

MOST_BARS = 2_000


class LevelAnswers:
    """Finds levels when somebody asks; nothing of it is stored."""

    def __init__(
        self,
        blocks: BarBlocks,
        thread: IndicatorThread,
        instrument_of: Callable[[InstrumentId], Instrument | None],
        clock: Clock,
    ) -> None:
        self._blocks = blocks
        self._thread = thread
        self._instrument_of = instrument_of
        self._clock = clock

    async def levels(self, query: GetLevels) -> Levels:
        """Raises UnknownInstrument, BadRequest, Failed."""
        if self._instrument_of(query.instrument) is None:
            raise UnknownInstrument(f"no instrument {query.instrument}")
        if not 1 <= query.bars <= MOST_BARS:
            raise BadRequest(f"bars: between 1 and {MOST_BARS}")
        series = Series(query.instrument, query.timeframe)
        bars = await self._blocks.before(series, self._clock.now_ms() + 1, query.bars)
        return await self._thread.work(partial(_levels, query, bars))


def _levels(query: GetLevels, parts: "Sequence[BarColumns]", bench: "Workbench") -> Levels:
    bars = bench.plain_bars(parts, query.bars)
    return Levels(
        instrument=query.instrument,
        timeframe=query.timeframe,
        bars=len(bars),
        from_ms=bars[0].open_ms if bars else None,
        to_ms=bars[-1].open_ms if bars else None,
        levels=support_and_resistance(bars),
        zones=supply_and_demand(bars),
    )
