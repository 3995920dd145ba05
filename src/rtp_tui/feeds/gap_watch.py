"""Where minutes are missing, found in four ways: told by feeds, by trades' numbers, by the grid, by a pause of ours."""

from collections.abc import Awaitable, Callable, Collection, Iterable, Iterator

from msgspec import Struct

from rtp_tui.clock import Clock, asleep_s
from rtp_tui.feeds.gap_ledger import GapLedger
from rtp_tui.feeds.interruptions import Interruptions
from rtp_tui.feeds.minute_grid import MINUTE_MS, Cadence, floor_minute, missing_spans
from rtp_tui.feeds.missed import Misses
from rtp_tui.feeds.trade_numbers import TradeNumbers
from rtp_tui.model.feeds import FeedState, FeedStatus
from rtp_tui.model.gaps import Gap, GapCause
from rtp_tui.model.instrument import Instrument, InstrumentId
from rtp_tui.processing.deduplication import Jump

GRID_EVERY_S = 10.0
STARTING_S = 30.0
"""What feeds fetch of the past when they start is there by then."""
FETCHED_AT_START_MS = 60 * MINUTE_MS
"""So much of it a feed that pushes fetches by itself."""
GRID_MS = 15 * MINUTE_MS
SWEPT_MS = 24 * 60 * MINUTE_MS
SETTLED_MS = 10_000
"""A minute without a bar so long after it was over has none."""
_HEARING = (FeedState.LIVE, FeedState.POLLING)

Minutes = Callable[[InstrumentId], frozenset[int]]
StoredMinutes = Callable[[InstrumentId, int, int], Awaitable[frozenset[int]]]


class Surroundings(Struct, frozen=True, kw_only=True):
    """What is asked about the world: all of it is there already, but for stored minutes."""

    instruments: Callable[[], Collection[Instrument]]
    active_feed: Callable[[Instrument], str]
    feeds: Callable[[], Iterable[FeedStatus]]
    has_history: Callable[[str], bool]
    """Whether a provider's past can be asked for."""
    open_ms: Callable[[str, int, int], int]
    """How much of a span a market was in session; nothing where that is not known."""
    minutes: Minutes
    """The minutes in memory."""
    stored_minutes: StoredMinutes
    take_jumps: Callable[[], list[Jump]]
    lacks: Callable[[Jump], bool]
    is_contiguous: Callable[[str], bool]


class GapWatch:
    """Fills the ledger; `look` is called about once a second and gives the gaps that changed."""

    def __init__(self, around: Surroundings, ledger: GapLedger, misses: Misses, clock: Clock) -> None:
        self._around = around
        self._ledger = ledger
        self._misses = misses
        self._clock = clock
        self._numbers = TradeNumbers(around.is_contiguous, around.lacks)
        self._interruptions = Interruptions()
        self._grid_due_s = clock.monotonic() + STARTING_S

    def look(self) -> list[Gap]:
        """What was found since the last look."""
        now_ms, now_s = self._clock.now_ms(), self._clock.monotonic()
        self._note_feeds(now_ms)
        found = [*self._paused(now_ms), *self._told(), *self._skipped(now_ms)]
        if now_s >= self._grid_due_s:
            self._grid_due_s = now_s + GRID_EVERY_S
            for instrument in self._around.instruments():
                known = self._around.minutes(instrument.id)
                found += self._off_grid(instrument, floor_minute(now_ms - GRID_MS), known)
        return found

    async def sweep(self) -> list[Gap]:
        """Hold the last day of what is stored against the grid."""
        found: list[Gap] = []
        start_ms = floor_minute(self._clock.now_ms() - SWEPT_MS)
        for instrument in tuple(self._around.instruments()):
            if not self._has_grid(instrument):
                continue
            stored = await self._around.stored_minutes(instrument.id, start_ms, self._clock.now_ms())
            found += self._off_grid(instrument, start_ms, stored | self._around.minutes(instrument.id))
        return found

    def resume(self, began_ms: int) -> list[Gap]:
        """Note from when to when no process ran: from the newest bar of an earlier run to the start of this one."""
        found: list[Gap] = []
        ended = {
            instrument: max(minutes)
            for instrument in self._around.instruments()
            if (minutes := [m for m in self._around.minutes(instrument.id) if m < floor_minute(began_ms)])
        }
        if ended:
            self._interruptions.note_pause(max(ended.values()), began_ms)
        for instrument, last_ms in ended.items():
            is_polled = self._cadence(self._around.active_feed(instrument)).is_polled
            if is_polled or began_ms - last_ms > FETCHED_AT_START_MS:
                since_ms = max(last_ms, began_ms - SWEPT_MS)
                found += self._find(instrument, since_ms, began_ms, GapCause.CLOCK)
        return found

    def _note_feeds(self, now_ms: int) -> None:
        for feed in self._around.feeds():
            self._interruptions.note_feed(feed.name, now_ms, is_up=feed.state in _HEARING)

    def _paused(self, now_ms: int) -> Iterator[Gap]:
        pause = self._interruptions.look(now_ms, self._clock.monotonic() + asleep_s())
        if pause is not None:
            start_ms = max(pause[0], now_ms - SWEPT_MS)
            for instrument in self._around.instruments():
                if self._has_grid(instrument) and self._around.minutes(instrument.id):
                    yield from self._find(instrument, start_ms, pause[1], GapCause.CLOCK)

    def _told(self) -> Iterator[Gap]:
        """What feeds missed, where they are the ones that price it."""
        known = {instrument.id: instrument for instrument in self._around.instruments()}
        for miss in self._misses.take():
            self._numbers.note_cut(miss)
            instrument = known.get(miss.instrument)
            if instrument is not None and miss.feed in ("", self._around.active_feed(instrument)):
                since_ms = max(miss.since_ms, miss.until_ms - SWEPT_MS)
                yield from self._find(instrument, since_ms, miss.until_ms, GapCause.DISCONNECT)

    def _skipped(self, now_ms: int) -> Iterator[Gap]:
        self._numbers.note(self._around.take_jumps())
        due = self._numbers.due(now_ms)
        known = {instrument.id: instrument for instrument in self._around.instruments()} if due else {}
        for jump in due:
            if jump.instrument in known:
                yield from self._find(
                    known[jump.instrument],
                    jump.before_ms,
                    max(jump.before_ms, jump.after_ms),
                    GapCause.SOURCE,
                )

    def _off_grid(self, instrument: Instrument, start_ms: int, known: frozenset[int]) -> Iterator[Gap]:
        if not known or not self._has_grid(instrument):
            return
        now_ms = self._clock.now_ms()
        since_ms = max(start_ms, min(known))
        until_ms = floor_minute(now_ms - SETTLED_MS)
        explained = self._ledger.explained(instrument.id, now_ms)
        feed = self._around.active_feed(instrument)
        spans = missing_spans(
            since_ms, until_ms, known | explained, self._open_ms(instrument), self._cadence(feed)
        )
        for from_ms, to_ms in spans:
            cause = self._interruptions.cause(feed.partition(":")[0], from_ms, to_ms)
            yield from self._ledger.find(
                instrument.id, (from_ms, to_ms), cause, feed, now_ms, self._clock.monotonic()
            )

    def _find(self, instrument: Instrument, from_ms: int, to_ms: int, cause: GapCause) -> list[Gap]:
        """A gap where the market was in session and somebody's history may tell."""
        start_ms, end_ms = floor_minute(from_ms), floor_minute(to_ms) + MINUTE_MS
        if not self._is_repairable(instrument) or not self._open_ms(instrument)(start_ms, end_ms):
            return []
        feed = self._around.active_feed(instrument)
        now_ms, now_s = self._clock.now_ms(), self._clock.monotonic()
        return self._ledger.find(instrument.id, (start_ms, end_ms), cause, feed, now_ms, now_s)

    def _open_ms(self, instrument: Instrument) -> Callable[[int, int], int]:
        return lambda start_ms, end_ms: self._around.open_ms(instrument.market, start_ms, end_ms)

    def _cadence(self, feed: str) -> Cadence:
        provider = feed.partition(":")[0]
        for status in self._around.feeds():
            if status.name == provider:
                return Cadence(status.expected_ms, status.polled)
        return _UNKNOWN

    def _has_grid(self, instrument: Instrument) -> bool:
        return (
            self._is_repairable(instrument) and self._cadence(self._around.active_feed(instrument)).has_grid
        )

    def _is_repairable(self, instrument: Instrument) -> bool:
        return any(self._around.has_history(feed.partition(":")[0]) for feed in instrument.feeds)


_UNKNOWN = Cadence(MINUTE_MS * 60)
