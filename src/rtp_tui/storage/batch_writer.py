"""Writing a batch as one transaction of multi-row statements."""

import sqlite3
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from itertools import islice
from typing import TypeVar

import msgspec

from rtp_tui.model.events import Event, Snapshot
from rtp_tui.model.filings import Disclosures
from rtp_tui.model.gaps import Gap
from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.market import Bar, Tick, TickKind
from rtp_tui.model.sessions import Span
from rtp_tui.storage.batch import Batch, Unstorable
from rtp_tui.storage.documents import DOCUMENTS, document_parameters
from rtp_tui.storage.reading import minutes_of
from rtp_tui.storage.rollups import LONG_TIMEFRAMES, Roll, RolledMarks, clear_span
from rtp_tui.storage.signals import write_signals
from rtp_tui.storage.tallies import TALLIES, tally_parameters
from rtp_tui.storage.writing_alerts import write_alert_records
from rtp_tui.storage.writing_filings import (
    COMPANIES,
    FACTS,
    FILINGS,
    SHARES,
    company_parameters,
    fact_parameters,
    filing_parameters,
    oldest_first,
)

TICK_KINDS = {TickKind.TRADE.value: 0, TickKind.QUOTE.value: 1, TickKind.POLL.value: 2}

Parameters = list[str | int | float | None]
RowT = TypeVar("RowT")

_CHUNKS = (250, 50, 10, 1)
"""Rows of one statement: long ones take the interpreter least often, few sizes keep them all prepared."""

_TICKS = (
    "INSERT INTO ticks (instrument_id, feed_id, kind, event_ms, received_ms, price, size, sequence, bid, ask,"
    " stored_ms) VALUES ",
    11,
    "",
)
_BARS = (
    "INSERT INTO bars (instrument_id, timeframe, open_ms, open, high, low, close, volume, trades, closed,"
    " revision, origin, feed_id) VALUES ",
    13,
    " ON CONFLICT (instrument_id, timeframe, open_ms) DO UPDATE SET open = excluded.open, high = excluded.high,"
    " low = excluded.low, close = excluded.close, volume = excluded.volume, trades = excluded.trades,"
    " closed = excluded.closed, revision = excluded.revision, origin = excluded.origin,"
    " feed_id = excluded.feed_id",
)
_LONG_BARS = (
    _BARS[0].replace("INTO bars", "INTO long_bars").replace("feed_id)", "feed_id, missing)"),
    14,
    f"{_BARS[2]}, missing = excluded.missing",
)
_GAPS = (
    "INSERT INTO gaps (instrument_id, from_ms, to_ms, cause, state, found_ms, changed_ms, feed, filled_from,"
    " attempts, detail) VALUES ",
    11,
    " ON CONFLICT (instrument_id, from_ms) DO UPDATE SET to_ms = excluded.to_ms, cause = excluded.cause,"
    " state = excluded.state, found_ms = excluded.found_ms, changed_ms = excluded.changed_ms,"
    " feed = excluded.feed, filled_from = excluded.filled_from, attempts = excluded.attempts,"
    " detail = excluded.detail",
)
_EVENTS = ("INSERT INTO events (epoch, seq, at_ms, topic, payload) VALUES ", 5, "")


@cache
def _statement(start: str, columns: int, end: str, rows: int) -> str:
    row = f"({', '.join('?' * columns)})"
    return start + ", ".join([row] * rows) + end


class NameIds(dict[str, int]):
    """The numbers of names, found or given on first use; cleared when a transaction is undone."""

    def __init__(self, connection: sqlite3.Connection, table: str) -> None:
        super().__init__()
        self._connection = connection
        self._insert = f"INSERT OR IGNORE INTO {table} (name) VALUES (?)"  # noqa: S608 - our own table
        self._select = f"SELECT id FROM {table} WHERE name = ?"  # noqa: S608

    def __missing__(self, name: str) -> int:
        self._connection.execute(self._insert, (name,))
        self[name] = found = int(self._connection.execute(self._select, (name,)).fetchone()[0])
        return found


class BatchWriter:
    """Writes through the one writing connection; `write` runs in that connection's thread."""

    def __init__(self, connection: sqlite3.Connection, epoch: str) -> None:
        self._connection = connection
        self._epoch = epoch
        self._instruments = NameIds(connection, "instruments")
        self._feeds = NameIds(connection, "feeds")
        self._rolled = RolledMarks(connection)

    def write(self, batch: Batch, stored_ms: int) -> None:
        """All of the batch, or nothing. Raises sqlite3.Error and Unstorable."""
        with self._transaction():
            self._write(batch, stored_ms)

    def roll_up(self, instrument: InstrumentId, span: Span, roll: Roll) -> int:
        """Store what a span's minutes come to, all or nothing; how many bars. Raises as `write` does."""
        with self._transaction():
            bars = roll(minutes_of(instrument, span, self._connection))
            instrument_id = self._instruments[instrument]
            clear_span(self._connection, instrument_id, span)
            self._insert(_LONG_BARS, bars, self._long_bar_parameters)
            self._rolled.move_on(instrument_id, span[1])
        return len(bars)

    def roll_again(self, instrument: InstrumentId, from_ms: int) -> None:
        """Let hours and days be made of the minutes again from a moment on."""
        with self._transaction():
            self._rolled.take_back({self._instruments[instrument]: from_ms})

    def _write(self, batch: Batch, stored_ms: int) -> None:
        self._insert(_TICKS, batch.ticks, lambda ticks: self._tick_parameters(ticks, stored_ms))
        self._write_bars(batch.bars.values())
        self._insert(_EVENTS, batch.events, self._event_parameters)
        self._insert(_GAPS, batch.gaps.values(), self._gap_parameters)
        self._insert(TALLIES, batch.tallies.values(), tally_parameters)
        self._insert(DOCUMENTS, batch.documents.values(), document_parameters)
        for disclosed in batch.disclosures.values():
            self._insert_disclosures(disclosed)
        write_alert_records(self._connection, batch.alert_records.values())
        write_signals(self._connection, batch.signals.values())
        for snapshot in batch.keyframes:
            self._insert_keyframe(snapshot)

    def _write_bars(self, bars: Iterable[Bar]) -> None:
        minutes = [bar for bar in bars if bar.timeframe not in LONG_TIMEFRAMES]
        longer = [bar for bar in bars if bar.timeframe in LONG_TIMEFRAMES]
        self._insert(_BARS, minutes, self._bar_parameters)
        self._insert(_LONG_BARS, longer, self._long_bar_parameters)
        oldest_ms: dict[int, int] = {}
        for bar in minutes:
            instrument_id = self._instruments[bar.instrument]
            oldest_ms[instrument_id] = min(bar.open_ms, oldest_ms.get(instrument_id, bar.open_ms))
        self._rolled.take_back(oldest_ms)

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        """All of what is done inside, or nothing. Raises sqlite3.Error and Unstorable."""
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._connection.execute("COMMIT")
        except (OverflowError, sqlite3.IntegrityError) as error:
            self._undo()
            raise Unstorable(f"a row cannot be stored: {error}") from error
        except BaseException:
            # As above: what was written by half must not be committed with the next batch.
            self._undo()
            raise

    def _undo(self) -> None:
        self._instruments.clear()
        self._feeds.clear()
        self._rolled.forget()
        if self._connection.in_transaction:
            self._connection.execute("ROLLBACK")

    def _insert(
        self,
        statement: tuple[str, int, str],
        rows: Iterable[RowT],
        parameters: Callable[[Sequence[RowT]], Parameters],
    ) -> None:
        rest = iter(rows)
        while chunk := list(islice(rest, _CHUNKS[0])):
            for size in _CHUNKS:
                while len(chunk) >= size:
                    self._connection.execute(_statement(*statement, size), parameters(chunk[:size]))
                    del chunk[:size]

    def _tick_parameters(self, ticks: Sequence[Tick], stored_ms: int) -> Parameters:
        instruments, feeds, kinds = self._instruments, self._feeds, TICK_KINDS
        parameters: Parameters = []
        for tick in ticks:
            parameters += (
                instruments[tick.instrument],
                feeds[tick.feed],
                kinds[tick.kind._value_],  # a member's own hash is computed in Python
                tick.event_ms,
                tick.received_ms,
                tick.price,
                tick.size,
                tick.sequence,
                tick.bid,
                tick.ask,
                stored_ms,
            )
        return parameters

    def _bar_parameters(self, bars: Sequence[Bar]) -> Parameters:
        parameters: Parameters = []
        for bar in bars:
            parameters += (self._instruments[bar.instrument], bar.timeframe, bar.open_ms)
            parameters += (bar.open, bar.high, bar.low, bar.close, bar.volume, bar.trades)
            parameters += (int(bar.closed), bar.revision, bar.origin.value, self._feeds[bar.source])
        return parameters

    def _long_bar_parameters(self, bars: Sequence[Bar]) -> Parameters:
        return [value for bar in bars for value in (*self._bar_parameters((bar,)), bar.missing)]

    def _gap_parameters(self, gaps: Sequence[Gap]) -> Parameters:
        parameters: Parameters = []
        for gap in gaps:
            parameters += (self._instruments[gap.instrument], gap.from_ms, gap.to_ms, gap.cause.value)
            parameters += (gap.state.value, gap.found_ms, gap.changed_ms, gap.feed, gap.filled_from)
            parameters += (gap.attempts, gap.detail)
        return parameters

    def _event_parameters(self, events: Sequence[tuple[Event, int]]) -> Parameters:
        parameters: Parameters = []
        for event, at_ms in events:
            payload = msgspec.json.encode(event.payload).decode()
            parameters += (self._epoch, event.seq, at_ms, event.payload.topic.value, payload)
        return parameters

    def _insert_disclosures(self, disclosed: Disclosures) -> None:
        cik, numbers = disclosed.company.cik, self._instruments
        self._insert(COMPANIES, (disclosed,), company_parameters)
        for instrument in disclosed.instruments:
            self._insert(SHARES, (instrument,), lambda names: [numbers[names[0]], cik])
        self._insert(FILINGS, oldest_first(disclosed.filings), filing_parameters)
        self._insert(FACTS, disclosed.facts, fact_parameters)

    def _insert_keyframe(self, snapshot: Snapshot) -> None:
        packed = zlib.compress(msgspec.json.encode(snapshot), 1)
        self._connection.execute(
            "INSERT INTO keyframes (epoch, seq, at_ms, payload) VALUES (?, ?, ?, ?)",
            (snapshot.epoch, snapshot.seq, snapshot.at_ms, packed),
        )
        for view in snapshot.instruments:
            if view.quote is not None:
                self._connection.execute(
                    "INSERT INTO quotes (instrument_id, payload) VALUES (?, ?)"
                    " ON CONFLICT (instrument_id) DO UPDATE SET payload = excluded.payload",
                    (self._instruments[view.instrument.id], msgspec.json.encode(view.quote).decode()),
                )
