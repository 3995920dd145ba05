"""Answers about bars longer than a minute: rolled up from minutes while somebody asks, and stored ones from before them."""

from collections.abc import Awaitable, Callable, Sequence

from msgspec.structs import replace

from rtp_tui.clock import Clock
from rtp_tui.model.errors import BadRequest
from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.market import Bar
from rtp_tui.model.queries import BarPage, GetBars
from rtp_tui.processing.bar_grid import MINUTE_MS, TIMEFRAMES_MS, BarGrid
from rtp_tui.processing.rollup import Rollup
from rtp_tui.processing.stretches import SessionsOf, sessions_around, whole_stretch_at
from rtp_tui.storage.pages import cursor_number
from rtp_tui.storage.rollups import LONG_TIMEFRAMES, RolledSeries

MINUTES_A_READ = 5_000
"""Rolling them up takes the loop for a few milliseconds."""
MOST_READS = 40
"""Of one page, which then ends before its limit and says where the next begins."""

ReadBars = Callable[[GetBars], Awaitable[BarPage]]
RolledOf = Callable[[InstrumentId], Awaitable[tuple[RolledSeries, ...]]]
"""How far an instrument's minutes are rolled up in the store; nothing of one that has none."""


async def never_rolled(_instrument: InstrumentId) -> tuple[RolledSeries, ...]:
    """Where nothing is stored but minutes."""
    return ()


class RolledBars:
    """Reads minutes, gives bars of the market's own days and hours."""

    def __init__(
        self,
        read_minutes: ReadBars,
        read_stored: ReadBars,
        sessions: SessionsOf,
        clock: Clock,
        rolled_of: RolledOf = never_rolled,
    ) -> None:
        self._rolled_of = rolled_of
        self._read_minutes = read_minutes
        self._read_stored = read_stored
        self._sessions = sessions
        self._clock = clock

    async def page(self, query: GetBars, market: str) -> BarPage:
        """Bars whose begin is asked for: stored ones up to where they are stored, then minutes rolled up. Raises BadRequest."""
        if query.timeframe not in TIMEFRAMES_MS:
            raise BadRequest(f"timeframe: one of {', '.join(TIMEFRAMES_MS)}")
        end_ms = None if query.end_ms is None else query.end_ms + TIMEFRAMES_MS[query.timeframe]
        minutes = replace(query, timeframe="1m", end_ms=end_ms, limit=MINUTES_A_READ)
        since_ms = await self._rolls_from_ms(query, market, minutes)
        if since_ms is not None and since_ms <= _asked_from_ms(query):
            rolled = await self._rolled(query, market, replace(minutes, start_ms=since_ms, cursor=None))
            return _joined((), rolled, query.limit)
        stored = await self._read_stored(_ending(query, since_ms))
        if since_ms is None or stored.next_cursor is not None or _ends_by(query, since_ms):
            return stored
        rolled = await self._rolled(query, market, replace(minutes, start_ms=since_ms, cursor=None))
        return _joined(stored.bars, rolled, query.limit)

    async def _rolls_from_ms(self, query: GetBars, market: str, minutes: GetBars) -> int | None:
        """Where bars begin that are to be made of minutes; None where there are no minutes."""
        stored_to_ms = 0
        if query.timeframe in LONG_TIMEFRAMES:
            stored_to_ms = await self._stored_to_ms(query, market)
        if stored_to_ms > _asked_from_ms(query):
            return stored_to_ms
        start = await self._read_minutes(replace(minutes, limit=1))
        return self._whole_from_ms(query, market, start.bars)

    async def _stored_to_ms(self, query: GetBars, market: str) -> int:
        """Up to where stored bars are as the minutes have them: all of those that begin earlier; 0 where none are."""
        for series in await self._rolled_of(query.instrument):
            if series.to_ms:
                around = sessions_around(self._sessions, market, series.to_ms)
                return whole_stretch_at(series.to_ms, series.minutes_from_ms, around)[0]
        return 0

    def _whole_from_ms(self, query: GetBars, market: str, first: Sequence[Bar]) -> int | None:
        """Where the first bar begins that is made of minutes, and was asked for; None where no minute is."""
        if not first:
            return None
        at_ms, asked_ms = first[0].open_ms, _asked_from_ms(query)
        span = self._grid(query.timeframe, market, at_ms, at_ms).span_at(asked_ms)
        return at_ms if span is None or span[0] == asked_ms or at_ms >= span[1] else span[1]

    async def _rolled(self, query: GetBars, market: str, minutes: GetBars) -> BarPage:
        rollup = Rollup(query.timeframe, self._clock.now_ms())
        for _ in range(MOST_READS):
            page = await self._read_minutes(minutes)
            if page.bars:
                first_ms, last_ms = page.bars[0].open_ms, page.bars[-1].open_ms
                rollup.add(page.bars, self._grid(query.timeframe, market, first_ms, last_ms))
            if page.next_cursor is None:
                return BarPage(bars=_asked(query, rollup.bars()))
            if rollup.finished > query.limit:
                break
            minutes = replace(minutes, cursor=page.next_cursor)
        return _unfinished(query, rollup.bars(), page.next_cursor)

    def _grid(self, timeframe: str, market: str, first_ms: int, last_ms: int) -> BarGrid:
        return BarGrid(TIMEFRAMES_MS[timeframe], self._sessions(market, first_ms, last_ms + MINUTE_MS))


def _ending(query: GetBars, end_ms: int | None) -> GetBars:
    """The same question about what begins earlier."""
    ends = [one for one in (query.end_ms, end_ms) if one is not None]
    return replace(query, end_ms=min(ends, default=None))


def _ends_by(query: GetBars, moment_ms: int) -> bool:
    return query.end_ms is not None and query.end_ms <= moment_ms


def _asked_from_ms(query: GetBars) -> int:
    return max(query.start_ms or 0, cursor_number(query.cursor))


def _asked(query: GetBars, bars: Sequence[Bar]) -> tuple[Bar, ...]:
    return tuple(bar for bar in bars if query.end_ms is None or bar.open_ms < query.end_ms)


def _unfinished(query: GetBars, bars: Sequence[Bar], next_minute: str | None) -> BarPage:
    """Of bars that minutes are left of the last one is not whole yet: it begins the next page."""
    if len(bars) < 2:
        return BarPage(bars=_asked(query, bars), next_cursor=next_minute)
    return BarPage(bars=_asked(query, bars[:-1]), next_cursor=str(bars[-1].open_ms))


def _joined(stored: tuple[Bar, ...], rolled: BarPage, limit: int) -> BarPage:
    until_ms = stored[-1].open_ms if stored else -1
    bars = stored + tuple(bar for bar in rolled.bars if bar.open_ms > until_ms)
    if len(bars) <= limit:
        return BarPage(bars=bars, next_cursor=rolled.next_cursor)
    return BarPage(bars=bars[:limit], next_cursor=str(bars[limit].open_ms))
