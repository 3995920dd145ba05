"""Trades as the history has them; runs in a reader's thread."""

import sqlite3

from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.market import Tick, TickKind
from rtp_tui.storage.batch_writer import TICK_KINDS

EARLY_MS, LATE_MS = 60_000, 300_000
"""How long before a trade's own time, by a venue's clock ahead of ours, and after it, its row may have been stored."""

_TRADES = (
    "SELECT i.name, f.name, t.event_ms, t.received_ms, t.price, t.size, t.sequence FROM ticks t"
    " JOIN instruments i ON i.id = t.instrument_id JOIN feeds f ON f.id = t.feed_id"
    " WHERE t.id >= ? AND t.id < ? AND t.kind = ? AND t.event_ms >= ? AND t.event_ms < ? ORDER BY t.id LIMIT ?"
)


def trades(start_ms: int, end_ms: int, limit: int, connection: sqlite3.Connection) -> tuple[Tick, ...]:
    """Trades of a span by event time, in the order in which they were stored."""
    first, end = _id_stored_at(start_ms - EARLY_MS, connection), _id_stored_at(end_ms + LATE_MS, connection)
    kind = TICK_KINDS[TickKind.TRADE.value]
    rows = connection.execute(_TRADES, (first, end, kind, start_ms, end_ms, limit))
    return tuple(Tick(TickKind.TRADE, InstrumentId(row[0]), *row[1:]) for row in rows)


def _id_stored_at(at_ms: int, connection: sqlite3.Connection) -> int:
    """The first row that was stored at a moment or later; ids grow with time, so it is found by halving."""
    low, high = connection.execute("SELECT ifnull(min(id), 0), ifnull(max(id), -1) + 1 FROM ticks").fetchone()
    while low < high:
        middle = (low + high) // 2
        row = connection.execute(
            "SELECT id, stored_ms FROM ticks WHERE id >= ? LIMIT 1", (middle,)
        ).fetchone()
        if row is not None and row[1] < at_ms:
            low = int(row[0]) + 1
        else:
            high = middle
    return int(low)
