"""Pages of stored bars that cannot grow any more, kept at hand until something of the past changes."""

from collections.abc import Awaitable, Callable
from functools import partial

from rtp_tui.cache.cache import Cache
from rtp_tui.cache.upkeep import CacheUpkeep, history_prefix
from rtp_tui.clock import Clock
from rtp_tui.model.queries import BarPage, GetBars

SETTLED_MS = 120_000
"""A minute so long past has been closed and committed; later than `LATE_MS`, so that no bar comes unseen between."""

ReadBars = Callable[[GetBars], Awaitable[BarPage]]


class HistoryPages:
    """Reads through the cache where the asked range has ended and all changes to it are stored."""

    def __init__(
        self,
        read: ReadBars,
        cache: Cache,
        upkeep: CacheUpkeep,
        committed_seq: Callable[[], int],
        clock: Clock,
    ) -> None:
        self._read = read
        self._cache = cache
        self._upkeep = upkeep
        self._committed_seq = committed_seq
        self._clock = clock

    async def bars(self, query: GetBars) -> BarPage:
        """The stored bars. Raises what reading raises."""
        if not self._is_settled(query):
            return await self._read(query)
        page = await self._cache.get_or_set(_key(query), partial(self._read, query))
        return page.value

    def _is_settled(self, query: GetBars) -> bool:
        """Nothing is added to such a page; what changes it is known before it can be read."""
        if query.end_ms is None or query.timeframe != "1m":
            return False
        has_ended = query.end_ms + SETTLED_MS <= self._clock.now_ms()
        return has_ended and self._upkeep.changed_seq(query.instrument) <= self._committed_seq()


def _key(query: GetBars) -> str:
    asked = (query.timeframe, query.start_ms, query.end_ms, query.limit, query.cursor)
    return history_prefix(query.instrument) + ":".join(map(str, asked))
