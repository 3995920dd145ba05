"""Trades as the history has them; runs in a reader's thread."""

import sqlite3
from collections.abc import Callable, Generator, Iterable
from contextlib import closing
from typing import TypeVar

from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.market import Tick, TickKind
from rtp_tui.model.queries import GetTicks, TickPage
from rtp_tui.storage.batch_writer import TICK_KINDS
from rtp_tui.storage.pages import cursor_number, page_size

EARLY_MS, LATE_MS = 60_000, 300_000
"""How long before a trade's own time, by a venue's clock ahead of ours, and after it, its row may have been stored."""

_ALL = -1
"""A limit that is none."""
MadeT = TypeVar("MadeT")

_TRADES = (
    "SELECT i.name, f.name, t.event_ms, t.received_ms, t.price, t.size, t.sequence FROM ticks t"
    " JOIN instruments i ON i.id = t.instrument_id JOIN feeds f ON f.id = t.feed_id"
    " WHERE t.id >= ? AND t.id < ? AND t.kind = ? AND t.event_ms >= ? AND t.event_ms < ? ORDER BY t.id LIMIT ?"
)

_TICKS = (
    "SELECT t.id, t.kind, f.name, t.event_ms, t.received_ms, t.price, t.size, t.sequence, t.bid, t.ask"
    " FROM ticks t CROSS JOIN feeds f ON f.id = t.feed_id WHERE t.id >= ? AND t.id < ?"
    " AND t.instrument_id = (SELECT id FROM instruments WHERE name = ?)"
    " AND ifnull(t.event_ms, t.received_ms) >= ? AND ifnull(t.event_ms, t.received_ms) < ? ORDER BY t.id LIMIT ?"
)
# CROSS: ticks are read in the order of their numbers, so that reading ends with the page.
_LOOKED_AT = 500_000
"""Rows of one page: ticks have no index but their number, and who asks waits for an answer."""
_LATEST_MS = 86_400_000
"""Prices that are asked for may be told so long after their moment."""
_END_OF_TIME_MS = 2**62
_KINDS = {number: TickKind(name) for name, number in TICK_KINDS.items()}


def trades(start_ms: int, end_ms: int, limit: int, connection: sqlite3.Connection) -> tuple[Tick, ...]:
    """Trades of a span by event time, in the order in which they were stored; they share the names they have."""
    return tuple(_trades(start_ms, end_ms, limit, connection))


def made_of_trades(
    start_ms: int, end_ms: int, make: Callable[[Iterable[Tick]], MadeT], connection: sqlite3.Connection
) -> MadeT:
    """What a function makes of all trades of a span, each read when it is asked for."""
    with closing(_trades(start_ms, end_ms, _ALL, connection)) as read:
        return make(read)


def _trades(
    start_ms: int, end_ms: int, limit: int, connection: sqlite3.Connection
) -> Generator[Tick, None, None]:
    first, end = _id_stored_at(start_ms - EARLY_MS, connection), _id_stored_at(end_ms + LATE_MS, connection)
    kind = TICK_KINDS[TickKind.TRADE.value]
    names: dict[str, str] = {}
    shared = names.setdefault
    for row in connection.execute(_TRADES, (first, end, kind, start_ms, end_ms, limit)):
        yield Tick(TickKind.TRADE, InstrumentId(shared(row[0], row[0])), shared(row[1], row[1]), *row[2:])


def tick_page(query: GetTicks, connection: sqlite3.Connection) -> TickPage:
    """Ticks of one instrument; the cursor is the number of the next row to look at."""
    size = page_size(query.limit)
    start_ms = 0 if query.start_ms is None else query.start_ms
    end_ms = _END_OF_TIME_MS if query.end_ms is None else query.end_ms
    first = cursor_number(query.cursor) or _id_stored_at(start_ms - EARLY_MS, connection)
    end = _id_stored_at(min(end_ms + _LATEST_MS, _END_OF_TIME_MS), connection)
    until = min(end, first + _LOOKED_AT)
    found = connection.execute(
        _TICKS, (first, until, query.instrument, start_ms, end_ms, size + 1)
    ).fetchall()
    ticks = tuple(_tick(query.instrument, *row[1:]) for row in found[:size])
    following = found[size][0] if len(found) > size else until
    return TickPage(ticks=ticks, next_cursor=str(following) if following < end else None)


def _tick(
    instrument: InstrumentId,
    kind: int,
    feed: str,
    event_ms: int | None,
    received_ms: int,
    *rest: *tuple[float | None, float | None, int | None, float | None, float | None],
) -> Tick:
    return Tick(_KINDS[kind], instrument, feed, event_ms, received_ms, *rest)


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
