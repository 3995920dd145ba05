"""A store that is gone with the process: for tests, and for a program that keeps no history."""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import TypeVar

import msgspec

from rtp_tui.clock import Clock
from rtp_tui.model.alerts import AlertMemory, Silence
from rtp_tui.model.documents import Document, DocumentKind
from rtp_tui.model.events import Event, Snapshot
from rtp_tui.model.filings import CompanyRecord, Disclosures
from rtp_tui.model.gaps import Gap
from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.market import Bar, Quote, Tick, TickKind
from rtp_tui.model.notifications import AnyRecord, NotificationMemory
from rtp_tui.model.queries import (
    AlertPage,
    BarPage,
    EventPage,
    FilingPage,
    GapPage,
    GetAlerts,
    GetBars,
    GetEvents,
    GetFilings,
    GetGaps,
    GetSignals,
    GetTicks,
    SignalPage,
    StoredEvent,
    TickPage,
)
from rtp_tui.model.sessions import Span
from rtp_tui.model.signals import Signal, SignalMemory
from rtp_tui.model.statistics import StoreStatus
from rtp_tui.model.tallies import Tally
from rtp_tui.storage.batch import COMMIT_SECONDS, BarKey, Batch, GapKey, TallyKey
from rtp_tui.storage.commit_record import CommitRecord, Contents
from rtp_tui.storage.contract import Remembered, StoreUnusable, TakeBars, nothing_remembered
from rtp_tui.storage.memory_alerts import MemoryAlerts
from rtp_tui.storage.memory_filings import MemoryFilings
from rtp_tui.storage.memory_signals import MemorySignals
from rtp_tui.storage.memory_ticks import tick_page
from rtp_tui.storage.pages import cursor_number, page_size
from rtp_tui.storage.reads import Reads
from rtp_tui.storage.rollups import Roll, RolledSeries
from rtp_tui.storage.trimmed import Trimmed

MadeT = TypeVar("MadeT")
TICKS_KEPT = 10_000
_BARS = 200_000
_EVENTS = 20_000
_KEYFRAMES = 360
_GAPS = 20_000
_TALLIES = 50_000


class Memory:
    """What a MemoryRecorder keeps and a MemoryHistory reads: the newest of each kind, within bounds."""

    def __init__(self) -> None:
        self.ticks: deque[Tick] = deque(maxlen=TICKS_KEPT)
        self.ticks_given_up = 0
        self.bars: dict[BarKey, Bar] = {}
        self.events: deque[tuple[int, Event, int]] = deque(maxlen=_EVENTS)
        """Each with its id and its moment."""
        self.gaps: dict[GapKey, Gap] = {}
        self.tallies: dict[TallyKey, Tally] = {}
        self.filings = MemoryFilings()
        self.documents: dict[tuple[str, str], Document] = {}
        self.alerts = MemoryAlerts()
        self.signals = MemorySignals()
        self.keyframes: deque[Snapshot] = deque(maxlen=_KEYFRAMES)
        self.quotes: dict[InstrumentId, Quote] = {}
        self.event_id = 0

    def keep(self, batch: Batch) -> None:
        """Take over a batch; of the oldest goes what no longer fits."""
        self.ticks_given_up += max(0, len(self.ticks) + len(batch.ticks) - TICKS_KEPT)
        self.ticks.extend(batch.ticks)
        self.bars.update(batch.bars)
        for event, at_ms in batch.events:
            self.event_id += 1
            self.events.append((self.event_id, event, at_ms))
        self.gaps.update(batch.gaps)
        while len(self.gaps) > _GAPS:
            del self.gaps[next(iter(self.gaps))]
        self.tallies.update(batch.tallies)
        while len(self.tallies) > _TALLIES:
            del self.tallies[next(iter(self.tallies))]
        for disclosed in batch.disclosures.values():
            self.filings.keep(disclosed)
        self.documents.update(batch.documents)
        self.alerts.keep(batch.alert_records.values())
        self.signals.keep(batch.signals.values())
        for snapshot in batch.keyframes:
            self.keyframes.append(snapshot)
            self.quotes.update(
                {view.instrument.id: view.quote for view in snapshot.instruments if view.quote}
            )
        while len(self.bars) > _BARS:
            del self.bars[next(iter(self.bars))]


class MemoryRecorder:
    """A Recorder without a file; `problem` says why there is none, where one was wanted."""

    def __init__(self, memory: Memory, clock: Clock, problem: str = "") -> None:
        self._memory = memory
        self._clock = clock
        self._problem = problem
        self._record = CommitRecord()
        self._waiting = Batch()
        self._take_bars: TakeBars = tuple
        self._closing = asyncio.Event()

    async def open(self) -> None:
        """Nothing to open."""

    def add_tick(self, seq: int, tick: Tick) -> None:
        """Buffer a tick; when there are too many the oldest is given up and counted."""
        self._note(seq)
        self._waiting.ticks.append(tick)
        self._record.dropped += self._waiting.give_up_ticks(TICKS_KEPT)

    def add_event(self, event: Event, at_ms: int) -> None:
        """Buffer an event that is no market event."""
        self._note(event.seq)
        self._waiting.events.append((event, at_ms))

    def add_gap(self, gap: Gap) -> None:
        """Buffer what became of missing minutes, in the place of what was known of them."""
        self._waiting.add_gap(gap)

    def add_tally(self, tally: Tally) -> None:
        """Buffer counts of a span, in the place of what was known of it."""
        self._waiting.add_tally(tally)

    def add_disclosures(self, disclosed: Disclosures) -> None:
        """Buffer what a company filed; what is known of it already is replaced."""
        self._waiting.add_disclosures(disclosed)

    def add_document(self, document: Document) -> None:
        """Buffer a document, in the place of what was known under its name."""
        self._waiting.add_document(document)

    def add_alert_record(self, record: AnyRecord) -> None:
        """Buffer an alert, a silence or a rule, in the place of what was known of it."""
        self._waiting.add_alert_record(record)

    def add_signal(self, signal: Signal) -> None:
        """Buffer a signal, in the place of what was known of it."""
        self._waiting.add_signal(signal)

    def add_keyframe(self, snapshot: Snapshot) -> None:
        """Buffer the whole state at a moment."""
        self._waiting.keyframes.append(snapshot)

    async def run(
        self,
        take_bars: TakeBars,
        committed: Callable[[int], None],
        remembered: Callable[[], Remembered] = nothing_remembered,
    ) -> None:
        """Keep what came, as often as a file would be written, until `close`."""
        self._take_bars = take_bars
        while not self._closing.is_set():
            if self._keep():
                committed(self._record.seq)
            await self._pause()

    async def trim(self) -> Trimmed:
        """Nothing to delete: what is kept is bounded as it comes."""
        return Trimmed()

    async def roll_up(self, instrument: InstrumentId, span: Span, roll: Roll) -> int:
        """Nothing outlives the minutes here: whoever asks gets longer bars made of them."""
        return 0

    async def roll_again(self, instrument: InstrumentId, from_ms: int) -> None:
        """Nothing is rolled up."""

    def status(self) -> StoreStatus:
        """What is kept; not `ok` where a file was wanted."""
        record = self._record
        return StoreStatus(
            at_ms=self._clock.now_ms(),
            path="memory",
            ok=not self._problem,
            detail=self._problem or "history is kept in memory only",
            committed_seq=record.seq,
            pending=len(self._waiting),
            dropped=record.dropped,
            rows_committed=record.rows,
            ticks_stored=record.contents.ticks,
            bars_stored=record.contents.bars,
            commits=record.commits,
            commit_ms=record.latency(),
        )

    async def close(self) -> None:
        """Keep what is pending."""
        self._closing.set()
        self._keep()

    def _note(self, seq: int) -> None:
        self._waiting.seq = seq
        if self._waiting.since is None:
            self._waiting.since = self._clock.monotonic()

    def _keep(self) -> bool:
        self._waiting.take(self._take_bars())
        batch, self._waiting = self._waiting, Batch(self._waiting.seq)
        if not batch:
            return False
        self._memory.keep(batch)
        contents = Contents(len(self._memory.ticks), len(self._memory.bars))
        self._record.succeeded(batch, contents, self._clock.monotonic())
        return True

    async def _pause(self) -> None:
        try:
            async with self._clock.timeout(COMMIT_SECONDS):
                await self._closing.wait()
        except TimeoutError:
            pass


class MemoryHistory:
    """A History of what a MemoryRecorder of the same memory kept."""

    def __init__(self, memory: Memory) -> None:
        self.reads = Reads()
        self._memory = memory

    async def bars(self, query: GetBars) -> BarPage:
        """Kept bars, ascending. Raises BadRequest for a cursor that is none."""
        size = page_size(query.limit)
        start_ms = max(query.start_ms or 0, cursor_number(query.cursor))
        bars = [
            bar
            for bar in self._series(query.instrument, query.timeframe)
            if bar.open_ms >= start_ms and (query.end_ms is None or bar.open_ms < query.end_ms)
        ]
        return BarPage(
            bars=tuple(bars[:size]), next_cursor=str(bars[size].open_ms) if len(bars) > size else None
        )

    async def bar_spans(self, instruments: Iterable[InstrumentId]) -> Mapping[InstrumentId, Span]:
        """When the first and the last kept bar begins of each that has some, over all timeframes."""
        wanted, spans = set(instruments), dict[InstrumentId, Span]()
        for bar in self._memory.bars.values():
            if bar.instrument in wanted:
                first_ms, last_ms = spans.get(bar.instrument, (bar.open_ms, bar.open_ms))
                spans[bar.instrument] = min(first_ms, bar.open_ms), max(last_ms, bar.open_ms)
        return spans

    async def newest_bars(self, instrument: InstrumentId, timeframe: str, count: int) -> tuple[Bar, ...]:
        """The newest `count` bars, ascending."""
        return tuple(self._series(instrument, timeframe)[-count:]) if count > 0 else ()

    async def rolled(self, instrument: InstrumentId | None = None) -> tuple[RolledSeries, ...]:
        """Nothing is rolled up."""
        return ()

    async def newest_quotes(self) -> tuple[Quote, ...]:
        """The last known quote of each instrument, marked `stored`."""
        return tuple(msgspec.structs.replace(quote, stored=True) for quote in self._memory.quotes.values())

    async def events(self, query: GetEvents) -> EventPage:
        """Kept events, ascending. Raises BadRequest for a cursor that is none."""
        size, first = page_size(query.limit), cursor_number(query.cursor)
        found = [
            _stored(number, event, at_ms)
            for number, event, at_ms in self._memory.events
            if number >= first
            and at_ms >= query.since_ms
            and query.topic in (None, event.payload.topic)
            and query.kind in (None, event.payload.__struct_config__.tag)
        ]
        return EventPage(
            events=tuple(found[:size]), next_cursor=str(found[size].id) if len(found) > size else None
        )

    async def keyframe_before(self, at_ms: int) -> Snapshot | None:
        """The newest keyframe at or before a moment."""
        found = [keyframe for keyframe in self._memory.keyframes if keyframe.at_ms <= at_ms]
        return max(found, key=lambda keyframe: keyframe.at_ms, default=None)

    async def oldest_keyframe_ms(self) -> int | None:
        """From when on the state of a moment can be rebuilt; None while it cannot be."""
        return min((keyframe.at_ms for keyframe in self._memory.keyframes), default=None)

    async def state_events(self, after_seq: int, epoch: str, until_ms: int) -> tuple[Event, ...]:
        """The kept events after a sequence number, up to a moment; a memory has one epoch."""
        return tuple(
            event for _, event, at_ms in self._memory.events if event.seq > after_seq and at_ms <= until_ms
        )

    async def gaps(self, query: GetGaps) -> GapPage:
        """Kept gaps in the order in which they came first. Raises BadRequest for a cursor that is none."""
        size, first = page_size(query.limit), cursor_number(query.cursor)
        found = [
            (number, gap)
            for number, gap in enumerate(self._memory.gaps.values(), 1)
            if number >= first
            and gap.changed_ms >= query.since_ms
            and query.instrument in (None, gap.instrument)
            and (gap.is_pending or not query.only_pending)
        ]
        return GapPage(
            gaps=tuple(gap for _, gap in found[:size]),
            next_cursor=str(found[size][0]) if len(found) > size else None,
        )

    async def tallies(
        self, span_ms: int, since_ms: int, until_ms: int | None = None, limit: int | None = None
    ) -> tuple[Tally, ...]:
        """Kept counts of spans of this length that began since, and before a moment, ascending; the first so many."""
        kept = sorted(self._memory.tallies.items())
        found = (
            tally
            for key, tally in kept
            if key[0] == span_ms and key[1] >= since_ms and (until_ms is None or key[1] < until_ms)
        )
        return tuple(islice(found, limit))

    async def alerts(self, query: GetAlerts) -> AlertPage:
        """Kept alerts, those that fired last first. Raises BadRequest for a cursor that is none."""
        return self._memory.alerts.page(query)

    async def silences(self, since_ms: int) -> tuple[Silence, ...]:
        """Kept silences that are not over by a moment."""
        return self._memory.alerts.silences(since_ms)

    async def alert_memory(self, now_ms: int) -> AlertMemory:
        """What the alerts of a new run go on from."""
        return self._memory.alerts.memory(now_ms)

    async def documents(self, kind: DocumentKind) -> tuple[Document, ...]:
        """Kept documents of a kind that were not removed, by name."""
        kept = sorted(self._memory.documents.items())
        return tuple(one for _, one in kept if one.kind is kind and one.payload is not None)

    async def signals(self, query: GetSignals) -> SignalPage:
        """Kept signals, the newest first. Raises BadRequest for a cursor that is none."""
        return self._memory.signals.page(query)

    async def signal_memory(self) -> SignalMemory:
        """What the signals of a new run go on from."""
        return self._memory.signals.memory()

    async def notification_memory(self) -> NotificationMemory:
        """What the notifications of a new run go on from."""
        return self._memory.alerts.notifications()

    async def filings(self, query: GetFilings) -> FilingPage:
        """Kept filings of an instrument's company, the newest first. Raises BadRequest for a cursor that is none."""
        return self._memory.filings.page(query)

    async def company_record(self, instrument: InstrumentId) -> CompanyRecord | None:
        """The company that an instrument is a share of, where one is known."""
        return self._memory.filings.record(instrument)

    async def ticks(self, query: GetTicks) -> TickPage:
        """Kept ticks of one instrument, as they came. Raises BadRequest for a cursor that is none."""
        return tick_page(query, self._memory.ticks, self._memory.ticks_given_up)

    async def bar_minutes(self, instrument: InstrumentId, start_ms: int, end_ms: int) -> tuple[int, ...]:
        """When the minutes of `[start_ms, end_ms)` began that there are bars of, ascending."""
        minutes = (bar.open_ms for bar in self._series(instrument, "1m"))
        return tuple(minute for minute in minutes if start_ms <= minute < end_ms)

    async def instruments(self) -> tuple[InstrumentId, ...]:
        """Everything that a tick or a bar is kept of, by name."""
        bars = {key[0] for key in self._memory.bars}
        return tuple(sorted(bars | {tick.instrument for tick in self._memory.ticks}))

    async def trades(self, start_ms: int, end_ms: int, limit: int) -> tuple[Tick, ...]:
        """Kept trades of `[start_ms, end_ms)`, as they came."""
        return tuple(islice(self._trades(start_ms, end_ms), limit))

    async def made_of_trades(
        self, start_ms: int, end_ms: int, make: Callable[[Iterable[Tick]], MadeT]
    ) -> MadeT:
        """What a function makes of them, at once: there are 10,000 ticks at most."""
        return make(self._trades(start_ms, end_ms))

    def trades_since_ms(self) -> int | None:
        """When the oldest tick that is kept was received, once others had to go."""
        memory = self._memory
        return memory.ticks[0].received_ms if memory.ticks_given_up and memory.ticks else None

    async def back_up(self, target: Path) -> int:
        """There is no file to copy."""
        raise StoreUnusable(f"{target}: history is kept in memory only; there is nothing to back up")

    async def close(self) -> None:
        """Nothing to let go of."""

    def _trades(self, start_ms: int, end_ms: int) -> Iterator[Tick]:
        return (
            tick
            for tick in self._memory.ticks
            if tick.kind is TickKind.TRADE
            and tick.event_ms is not None
            and start_ms <= tick.event_ms < end_ms
        )

    def _series(self, instrument: InstrumentId, timeframe: str) -> list[Bar]:
        bars = [bar for key, bar in self._memory.bars.items() if key[0] == instrument and key[1] == timeframe]
        return sorted(bars, key=lambda bar: bar.open_ms)


def _stored(number: int, event: Event, at_ms: int) -> StoredEvent:
    payload = msgspec.json.encode(event.payload).decode()
    return StoredEvent(id=number, at_ms=at_ms, topic=event.payload.topic.value, payload=payload)
