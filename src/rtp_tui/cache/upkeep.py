"""What must be forgotten when something happened: told every event, says which history changed."""

from collections.abc import Iterable

from rtp_tui.cache.cache import Cache
from rtp_tui.clock import Clock
from rtp_tui.model.events import Event
from rtp_tui.model.feeds import FeedState, FeedStatus
from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.market import Bar, BarsBackfilled
from rtp_tui.model.statistics import PipelineStatistics

MEMORY_LIMIT_BYTES = 500_000_000
"""A process that holds more is told of as an alert; the cache gives up what it can before."""
LATE_MS = 90_000
"""A minute's bar that comes so long after the minute began changes the past."""

_FLOWING = (FeedState.LIVE, FeedState.POLLING)


class CacheUpkeep:
    """Forgets the history of instruments that was revised, what a feed's gap may have touched, and in need of memory
    what is hardly worth its place."""

    def __init__(self, cache: Cache, clock: Clock) -> None:
        self._cache = cache
        self._clock = clock
        self._changed_seq: dict[InstrumentId, int] = {}
        self._feeds: dict[str, FeedState] = {}
        self._is_short_of_memory = False

    def note(self, events: Iterable[Event]) -> None:
        """Take what happened, in order."""
        prefixes: set[str] = set()
        for event in events:
            prefixes.update(self._outdated(event))
        if prefixes:
            self._cache.invalidate_below(prefixes)

    def forget_all(self) -> None:
        """Some of what happened was missed."""
        self._cache.clear()

    def changed_seq(self, instrument: InstrumentId) -> int:
        """The number of the event that last changed stored bars of an instrument; 0 when none did."""
        return self._changed_seq.get(instrument, 0)

    def _outdated(self, event: Event) -> Iterable[str]:
        """How the keys begin that an event makes worthless."""
        payload = event.payload
        if isinstance(payload, BarsBackfilled) or (isinstance(payload, Bar) and self._is_late(payload)):
            yield self._changed(payload.instrument, event.seq)
        elif isinstance(payload, FeedStatus):
            if self._came_back(payload):
                yield f"{payload.name}:"
                for instrument in payload.instruments:
                    yield self._changed(instrument, event.seq)
        elif isinstance(payload, PipelineStatistics):
            self._mind_memory(payload.resident_bytes)

    def _changed(self, instrument: InstrumentId, seq: int) -> str:
        self._changed_seq[instrument] = seq
        return history_prefix(instrument)

    def _is_late(self, bar: Bar) -> bool:
        return bar.revision > 0 or bar.open_ms + LATE_MS <= self._clock.now_ms()

    def _came_back(self, feed: FeedStatus) -> bool:
        before = self._feeds.get(feed.name)
        self._feeds[feed.name] = feed.state
        return before not in (None, *_FLOWING) and feed.state in _FLOWING

    def _mind_memory(self, resident_bytes: int) -> None:
        is_short = resident_bytes > MEMORY_LIMIT_BYTES
        if is_short and not self._is_short_of_memory:
            self._cache.optimize()
        self._is_short_of_memory = is_short


def history_prefix(instrument: InstrumentId) -> str:
    """How the keys of an instrument's stored bars begin."""
    return f"history:bars:{instrument}:"
