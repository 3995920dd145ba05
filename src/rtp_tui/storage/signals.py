"""Signals in a history file; runs in the threads of its connections."""

import sqlite3
from collections.abc import Iterable, Iterator

import msgspec

from rtp_tui.model.queries import GetSignals, SignalPage
from rtp_tui.model.signals import Signal, SignalMemory
from rtp_tui.storage.pages import cursor_number, page_size

MOST_RESTORED = 20_000
"""The newest, which a new run goes on from."""
_WRITE = (
    "INSERT INTO signals (signal, strategy, instrument, at_ms, is_pending, payload) VALUES (?, ?, ?, ?, ?, ?)"
    " ON CONFLICT (signal) DO UPDATE SET is_pending = excluded.is_pending, payload = excluded.payload"
)
_PAGE = (
    "SELECT id, payload FROM signals WHERE (? = 0 OR id <= ?) AND at_ms >= ? AND (? IS NULL OR at_ms < ?)"
    " AND (? IS NULL OR strategy = ?) AND (? IS NULL OR instrument = ?) ORDER BY id DESC LIMIT ?"
)
_NEWEST = "SELECT payload FROM signals ORDER BY id DESC LIMIT ?"

_signals = msgspec.json.Decoder(Signal)


def write_signals(connection: sqlite3.Connection, signals: Iterable[Signal]) -> None:
    """Within the transaction that is open: written again a signal replaces what was known. Raises sqlite3.Error."""
    for one in signals:
        payload = msgspec.json.encode(one).decode()
        row = (one.id, one.strategy, one.instrument, one.at_ms, int(one.is_pending), payload)
        connection.execute(_WRITE, row)


def signal_page(query: GetSignals, connection: sqlite3.Connection) -> SignalPage:
    """Signals, those that came last first; the cursor is the number of the next one."""
    size, first = page_size(query.limit), cursor_number(query.cursor)
    named = (query.strategy, query.strategy, query.instrument, query.instrument)
    times = (query.since_ms, query.until_ms, query.until_ms)
    rows = connection.execute(_PAGE, (first, first, *times, *named, size + 1)).fetchall()
    signals = tuple(_readable(row[1] for row in rows[:size]))
    return SignalPage(signals=signals, next_cursor=str(rows[size][0]) if len(rows) > size else None)


def signal_memory(connection: sqlite3.Connection) -> SignalMemory:
    """What the run before left."""
    newest = connection.execute(_NEWEST, (MOST_RESTORED,)).fetchall()
    return SignalMemory(signals=tuple(_readable(row[0] for row in reversed(newest))))


def delete_signals(connection: sqlite3.Connection, before_ms: int, limit: int) -> int:
    """Forget those that are older, `limit` at most; how many."""
    return connection.execute(
        "DELETE FROM signals WHERE id IN (SELECT id FROM signals WHERE at_ms < ? ORDER BY at_ms LIMIT ?)",
        (before_ms, limit),
    ).rowcount


def _readable(payloads: Iterable[str]) -> Iterator[Signal]:
    """What another version wrote unreadably is left out."""
    for payload in payloads:
        try:
            yield _signals.decode(payload)
        except msgspec.DecodeError:
            continue
