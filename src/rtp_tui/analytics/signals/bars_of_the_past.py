"""Bars as somebody who asks page by page reads them."""

from collections.abc import Awaitable, Callable

from msgspec.structs import replace

from rtp_tui.analytics.signals.following import BARS_WANTED
from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.market import Bar
from rtp_tui.model.queries import BarPage, GetBars
from rtp_tui.processing.bar_grid import TIMEFRAMES_MS

ReadBars = Callable[[GetBars], Awaitable[BarPage]]
"""Raises Refused."""

MOST_PAGES = 400
_LOOK_BACKS = (1, 8)
"""How much longer than the bars themselves the span is that is read: markets that close have fewer bars."""


async def all_bars(read: ReadBars, query: GetBars) -> tuple[Bar, ...]:
    """The bars of a query and of the pages that follow. Raises Refused."""
    bars: list[Bar] = []
    for _ in range(MOST_PAGES):
        page = await read(query)
        bars += page.bars
        if page.next_cursor is None:
            break
        query = replace(query, cursor=page.next_cursor)
    return tuple(bars)


async def bars_before(
    read: ReadBars, instrument: InstrumentId, timeframe: str, end_ms: int
) -> tuple[Bar, ...]:
    """As many bars that began before a moment as rules want of the past, where there are as many. Raises Refused."""
    bars: tuple[Bar, ...] = ()
    for times in _LOOK_BACKS:
        start_ms = max(0, end_ms - times * BARS_WANTED * TIMEFRAMES_MS[timeframe])
        query = GetBars(instrument=instrument, timeframe=timeframe, start_ms=start_ms, end_ms=end_ms)
        bars = await all_bars(read, query)
        if len(bars) >= BARS_WANTED:
            break
    return bars[-BARS_WANTED:]
