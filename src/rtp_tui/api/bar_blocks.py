"""Bars as columns for those who compute with them: read in blocks, of which the past ones are kept at hand."""

from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from rtp_tui.analytics.indicators.thread import IndicatorThread
from rtp_tui.cache.cache import Cache
from rtp_tui.cache.upkeep import history_prefix
from rtp_tui.clock import Clock
from rtp_tui.model.errors import BadRequest
from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.queries import BarPage, GetBars
from rtp_tui.processing.bar_grid import TIMEFRAMES_MS

if TYPE_CHECKING:
    from rtp_tui.analytics.indicators.columns import BarColumns

BLOCK_BARS = 1_024
"""So many bars follow each other in a block where none is missing."""
LONGEST_STEP_BLOCKS = 64
"""One looks back for bars by so many blocks at a time at most."""

ReadBars = Callable[[GetBars], Awaitable[BarPage]]
Earliest = Callable[[InstrumentId, str], Awaitable[int | None]]
"""When the first stored bar of an instrument begins that makes one of a timeframe; None where there is none."""
IsSettled = Callable[[InstrumentId, int], bool]
"""Whether an instrument's bars up to a moment do not change without the cache being told."""


class Series(Struct, frozen=True):
    """Whose bars, and which."""

    instrument: InstrumentId
    timeframe: str

    @property
    def bar_ms(self) -> int:
        """How long a bar is. Raises BadRequest for a timeframe that there is not."""
        length_ms = TIMEFRAMES_MS.get(self.timeframe)
        if length_ms is None:
            raise BadRequest(f"timeframe: one of {', '.join(TIMEFRAMES_MS)}")
        return length_ms


class BarBlocks:
    """Reads bars through the door's own answer, so that every timeframe is known here."""

    def __init__(
        self,
        read: ReadBars,
        earliest: Earliest,
        thread: IndicatorThread,
        clock: Clock,
        cache: Cache | None = None,
        is_settled: IsSettled = lambda instrument, end_ms: False,
    ) -> None:
        self._read = read
        self._earliest = earliest
        self._thread = thread
        self._clock = clock
        self._cache = cache
        self._is_settled = is_settled

    async def before(self, series: Series, end_ms: int, count: int) -> Sequence["BarColumns"]:
        """At least the `count` newest bars that begin before a moment, or all that there are; in blocks, ascending.

        Markets pause, so that one looks back twice as far each time that too few are found.
        """
        earliest_ms = await self._earliest_ms(series)
        found: deque[BarColumns] = deque()
        step_ms, held = count * series.bar_ms, 0
        while held < count and end_ms > earliest_ms:
            start_ms = max(earliest_ms, end_ms - step_ms)
            blocks = [block async for block in self._blocks(series, start_ms, end_ms)]
            found.extendleft(reversed(blocks))
            held += sum(map(len, blocks))
            end_ms, step_ms = start_ms, min(2 * step_ms, LONGEST_STEP_BLOCKS * BLOCK_BARS * series.bar_ms)
        return tuple(found)

    async def since(self, series: Series, start_ms: int, end_ms: int, count: int) -> Sequence["BarColumns"]:
        """At least the first `count` bars that begin in `[start_ms, end_ms)`, or all that do; in blocks, ascending."""
        found: list[BarColumns] = []
        held = 0
        start_ms = max(start_ms, await self._earliest_ms(series))
        async for block in self._blocks(series, start_ms, end_ms):
            found.append(block)
            held += len(block)
            if held >= count:
                break
        return found

    async def _earliest_ms(self, series: Series) -> int:
        earliest_ms = await self._earliest(series.instrument, series.timeframe)
        return self._clock.now_ms() if earliest_ms is None else earliest_ms - series.bar_ms

    async def _blocks(self, series: Series, start_ms: int, end_ms: int) -> AsyncIterator["BarColumns"]:
        block_ms = BLOCK_BARS * series.bar_ms
        for begin_ms in range(start_ms // block_ms * block_ms, end_ms, block_ms):
            until_ms = min(end_ms, begin_ms + block_ms)
            yield await self._block(series, begin_ms, max(start_ms, begin_ms), until_ms)

    async def _block(self, series: Series, begin_ms: int, start_ms: int, end_ms: int) -> "BarColumns":
        """One block's share of a span; a block that has ended is read and kept whole."""
        whole_ms = begin_ms + BLOCK_BARS * series.bar_ms
        if self._cache is None or not self._is_settled(series.instrument, whole_ms + series.bar_ms):
            return await self._columns(series, start_ms, end_ms)
        key = f"{history_prefix(series.instrument)}columns:{series.timeframe}:{begin_ms}"
        load = partial(self._columns, series, begin_ms, whole_ms)
        block = (await self._cache.get_or_set(key, load, is_final=True)).value
        return block.between(start_ms, end_ms)

    async def _columns(self, series: Series, start_ms: int, end_ms: int) -> "BarColumns":
        """The closed bars that begin in a span; the one that still forms is none yet."""
        query = GetBars(
            instrument=series.instrument,
            timeframe=series.timeframe,
            start_ms=start_ms,
            end_ms=end_ms,
            limit=BLOCK_BARS + 1,
        )
        page = await self._read(query)
        bars = [bar for bar in page.bars if bar.closed]
        while page.next_cursor is not None:
            page = await self._read(replace(query, cursor=page.next_cursor))
            bars += (bar for bar in page.bars if bar.closed)
        return await self._thread.work(lambda bench: bench.columns_of(bars))
