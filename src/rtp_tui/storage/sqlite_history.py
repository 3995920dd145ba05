"""Reading what is durable."""

import asyncio
import sqlite3
import threading
import zlib
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import NamedTuple, TypeVar

import msgspec

from rtp_tui.clock import Clock, SystemClock
from rtp_tui.model.alerts import AlertMemory, Silence
from rtp_tui.model.documents import Document, DocumentKind
from rtp_tui.model.errors import BadRequest
from rtp_tui.model.events import Event, Snapshot
from rtp_tui.model.filings import CompanyRecord
from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.market import Bar, Quote, Tick
from rtp_tui.model.notifications import NotificationMemory
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
    TickPage,
)
from rtp_tui.model.sessions import Span
from rtp_tui.model.signals import SignalMemory
from rtp_tui.model.tallies import Tally
from rtp_tui.storage import reading, reading_alerts, reading_filings, reading_gaps, reading_ticks
from rtp_tui.storage.backup import back_up
from rtp_tui.storage.connection import WorkingConnection
from rtp_tui.storage.contract import StoreUnusable
from rtp_tui.storage.documents import read_documents
from rtp_tui.storage.opening import file_identity, in_words, is_damaged, open_reader
from rtp_tui.storage.reads import Reads
from rtp_tui.storage.rollups import RolledSeries, rolled_series
from rtp_tui.storage.signals import signal_memory, signal_page
from rtp_tui.storage.tallies import read_tallies

ResultT = TypeVar("ResultT")

_NO_ROW = (ValueError, KeyError, TypeError, msgspec.DecodeError, zlib.error)
"""What comes of a row that SQLite finds in order and that nobody wrote so."""

_STEPS_BETWEEN_LOOKS = 50_000
"""Of SQLite's machine, some milliseconds: how soon it ends what nobody waits for."""


class _Reader(NamedTuple):
    connection: WorkingConnection
    file: tuple[int, int] | None


class SqliteHistory:
    """Answers from the file through at most `readers` read-only connections; raises StoreUnusable.

    `doubt` is called when the file seems damaged.
    """

    def __init__(
        self,
        path: Path,
        readers: int = 3,
        *,
        doubt: Callable[[], None] = lambda: None,
        clock: Clock | None = None,
    ) -> None:
        self.reads = Reads()
        self._clock = clock or SystemClock()
        self._doubt = doubt
        self._path = path
        self._readers = readers
        self._slots = asyncio.Semaphore(readers)
        self._idle: list[_Reader] = []

    async def bars(self, query: GetBars) -> BarPage:
        """Stored bars, ascending. Raises BadRequest for a cursor that is none."""
        return await self._read(partial(reading.bar_page, query))

    async def bar_spans(self, instruments: Iterable[InstrumentId]) -> Mapping[InstrumentId, Span]:
        """When the first and the last stored bar begins of each that has some, over all timeframes."""
        return await self._read(partial(reading.bar_spans, tuple(instruments)))

    async def newest_bars(self, instrument: InstrumentId, timeframe: str, count: int) -> tuple[Bar, ...]:
        """The newest `count` bars, ascending."""
        return await self._read(partial(reading.newest_bars, instrument, timeframe, count))

    async def rolled(self, instrument: InstrumentId | None = None) -> tuple[RolledSeries, ...]:
        """How far the minutes of an instrument, or of all that have some, are rolled up."""
        return await self._read(partial(rolled_series, instrument))

    async def newest_quotes(self) -> tuple[Quote, ...]:
        """The last known quote of each instrument, marked `stored`."""
        return await self._read(reading.newest_quotes)

    async def events(self, query: GetEvents) -> EventPage:
        """Stored events, ascending. Raises BadRequest for a cursor that is none."""
        return await self._read(partial(reading.event_page, query))

    async def keyframe_before(self, at_ms: int) -> Snapshot | None:
        """The newest keyframe at or before a moment."""
        return await self._read(partial(reading.keyframe_before, at_ms))

    async def oldest_keyframe_ms(self) -> int | None:
        """From when on the state of a moment can be rebuilt; None while it cannot be."""
        return await self._read(reading.oldest_keyframe_ms)

    async def state_events(self, after_seq: int, epoch: str, until_ms: int) -> tuple[Event, ...]:
        """The stored events of an epoch after a sequence number, up to a moment."""
        return await self._read(partial(reading.state_events, after_seq, epoch, until_ms))

    async def gaps(self, query: GetGaps) -> GapPage:
        """Stored gaps in the order in which they were first stored. Raises BadRequest for a cursor that is none."""
        return await self._read(partial(reading_gaps.gap_page, query))

    async def tallies(
        self, span_ms: int, since_ms: int, until_ms: int | None = None, limit: int | None = None
    ) -> tuple[Tally, ...]:
        """Stored counts of spans of this length that began since, and before a moment, ascending; the first so many."""
        return await self._read(partial(read_tallies, span_ms, since_ms, until_ms, limit))

    async def alerts(self, query: GetAlerts) -> AlertPage:
        """Stored alerts, those that fired last first. Raises BadRequest for a cursor that is none."""
        return await self._read(partial(reading_alerts.alert_page, query))

    async def silences(self, since_ms: int) -> tuple[Silence, ...]:
        """Stored silences that are not over by a moment."""
        return await self._read(partial(reading_alerts.silences, since_ms))

    async def alert_memory(self, now_ms: int) -> AlertMemory:
        """What the alerts of a new run go on from."""
        return await self._read(partial(reading_alerts.alert_memory, now_ms))

    async def documents(self, kind: DocumentKind) -> tuple[Document, ...]:
        """Stored documents of a kind that were not removed, by name."""
        return await self._read(partial(read_documents, kind))

    async def signals(self, query: GetSignals) -> SignalPage:
        """Stored signals, the newest first. Raises BadRequest for a cursor that is none."""
        return await self._read(partial(signal_page, query))

    async def signal_memory(self) -> SignalMemory:
        """What the signals of a new run go on from."""
        return await self._read(signal_memory)

    async def notification_memory(self) -> NotificationMemory:
        """What the notifications of a new run go on from."""
        return await self._read(reading_alerts.notification_memory)

    async def filings(self, query: GetFilings) -> FilingPage:
        """Stored filings of an instrument's company, the newest first. Raises BadRequest for a cursor that is none."""
        return await self._read(partial(reading_filings.filing_page, query))

    async def company_record(self, instrument: InstrumentId) -> CompanyRecord | None:
        """The company that an instrument is a share of, where one is known."""
        return await self._read(partial(reading_filings.company_record, instrument))

    async def ticks(self, query: GetTicks) -> TickPage:
        """Stored ticks of one instrument, as stored. Raises BadRequest for a cursor that is none."""
        return await self._read(partial(reading_ticks.tick_page, query))

    async def bar_minutes(self, instrument: InstrumentId, start_ms: int, end_ms: int) -> tuple[int, ...]:
        """When the minutes of `[start_ms, end_ms)` began that there are bars of, ascending."""
        return await self._read(partial(reading.bar_minutes, instrument, start_ms, end_ms))

    async def instruments(self) -> tuple[InstrumentId, ...]:
        """Everything that anything was ever stored of, by name."""
        return await self._read(reading.instruments)

    async def trades(self, start_ms: int, end_ms: int, limit: int) -> tuple[Tick, ...]:
        """At most `limit` stored trades of `[start_ms, end_ms)`, in the order in which they were stored."""
        return await self._read(partial(reading_ticks.trades, start_ms, end_ms, limit))

    async def made_of_trades(
        self, start_ms: int, end_ms: int, make: Callable[[Iterable[Tick]], ResultT]
    ) -> ResultT:
        """What a function makes of all such trades, in a reader's thread."""
        return await self._read(partial(reading_ticks.made_of_trades, start_ms, end_ms, make))

    def trades_since_ms(self) -> int | None:
        """Rows are given up by their age, after hours."""
        return None

    async def back_up(self, target: Path) -> int:
        """Write a copy of everything to a file that does not exist yet; its size."""
        try:
            return await self._read(partial(back_up, target))
        except OSError as error:
            raise StoreUnusable(f"{target}: {error.strerror}") from error

    async def close(self) -> None:
        """Let go of the readers, each when it has answered."""
        for _ in range(self._readers):
            await self._slots.acquire()
        try:
            while self._idle:
                await self._idle.pop().connection.close()
        finally:
            for _ in range(self._readers):
                self._slots.release()

    async def _read(self, work: Callable[[sqlite3.Connection], ResultT]) -> ResultT:
        self.reads.waited += self._slots.locked()
        began_s = self._clock.monotonic()
        async with self._slots:
            try:
                reader = await self._reader()
                answer = await self._answer(reader, work)
            except sqlite3.Error as error:
                if is_damaged(error):
                    self._doubt()
                raise StoreUnusable(in_words(error, self._path)) from error
            except (OverflowError, UnicodeEncodeError) as error:
                raise BadRequest(f"the question cannot be put to the store: {error}") from error
            except _NO_ROW as error:
                raise StoreUnusable(in_words(error, self._path)) from error
            self.reads.note((self._clock.monotonic() - began_s) * 1000)
            return answer

    async def _reader(self) -> _Reader:
        """An idle reader of the file that is there now, or a new one."""
        identity = file_identity(self._path)
        while self._idle:
            reader = self._idle.pop()
            if reader.file == identity:
                return reader
            await reader.connection.close()
        return _Reader(await WorkingConnection.opened(partial(open_reader, self._path)), identity)

    async def _answer(self, reader: _Reader, work: Callable[[sqlite3.Connection], ResultT]) -> ResultT:
        is_given_up = threading.Event()
        try:
            return await reader.connection.submit(partial(_until, is_given_up, work))
        except asyncio.CancelledError:
            is_given_up.set()
            raise
        finally:
            self._idle.append(reader)


def _until(
    is_given_up: threading.Event,
    work: Callable[[sqlite3.Connection], ResultT],
    connection: sqlite3.Connection,
) -> ResultT:
    """Work, of which no statement goes on once it is given up; `interrupt` ends only those that have begun."""
    connection.set_progress_handler(is_given_up.is_set, _STEPS_BETWEEN_LOOKS)
    return work(connection)
