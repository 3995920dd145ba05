"""What is kept and for how long: the plan is pure, the deletes are small and run between commits."""

import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime

from msgspec import Struct

from rtp_tui.storage.contract import StorageSettings
from rtp_tui.storage.signals import delete_signals
from rtp_tui.storage.tallies import delete_tallies

TICK_BYTES = 56
"""A stored tick with its share of the page, measured over trades and quotes (52 to 58)."""
STORED_TIMEFRAMES = ("1m",)

_DENSE_MS = 2 * 3_600_000
_KEPT_MS = 24 * 3_600_000
_THINNED_TO_MS = 60_000


class Cutoffs(Struct, frozen=True):
    """Rows older than these moments may go."""

    ticks_ms: int
    bars_ms: int
    events_ms: int


def cutoffs(settings: StorageSettings, now_ms: int) -> Cutoffs:
    """Where each kind of row ends by age."""
    return Cutoffs(
        now_ms - settings.tick_retention_ms,
        now_ms - settings.bar_retention_ms,
        now_ms - settings.event_retention_ms,
    )


def surplus_ticks(stored: int, max_bytes: int) -> int:
    """How many of the oldest ticks do not fit the size."""
    return max(0, stored - max_bytes // TICK_BYTES)


def keyframes_to_drop(at_ms: Sequence[int], now_ms: int) -> tuple[int, ...]:
    """Of keyframes ascending by time: all are kept for 2 h, one a minute for 24 h, the newest always."""
    dropped = []
    minute = None
    for moment in at_ms[:-1]:
        age_ms = now_ms - moment
        if age_ms <= _DENSE_MS:
            break
        if age_ms > _KEPT_MS or moment // _THINNED_TO_MS == minute:
            dropped.append(moment)
        else:
            minute = moment // _THINNED_TO_MS
    return tuple(dropped)


def trim(connection: sqlite3.Connection, settings: StorageSettings, now_ms: int, limit: int) -> bool:
    """Delete at most `limit` rows of each kind and give pages back; returns whether more is to go.

    Runs in the thread of the writing connection. Raises sqlite3.Error, then nothing is deleted.
    """
    connection.execute("BEGIN IMMEDIATE")
    try:
        more = _delete_rows(connection, settings, now_ms, limit)
        connection.execute("COMMIT")
    except BaseException:
        # No transaction stays open, whatever ended it: the writer goes on with this connection.
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    # Each step gives back one page: execute() would take a single one, a script is stepped to its end.
    connection.executescript(f"PRAGMA incremental_vacuum({limit // 8})")
    return more


def _delete_rows(connection: sqlite3.Connection, settings: StorageSettings, now_ms: int, limit: int) -> bool:
    bounds = cutoffs(settings, now_ms)
    deleted = (
        _delete_ticks(connection, bounds.ticks_ms, settings.tick_max_bytes, limit),
        _delete_bars(connection, bounds.bars_ms, limit),
        _delete_events(connection, bounds.events_ms, limit),
        _delete_gaps(connection, bounds.events_ms, limit),
        delete_tallies(connection, bounds.events_ms, limit),
        _delete_alerts(connection, bounds.bars_ms, limit),
        delete_signals(connection, bounds.bars_ms, limit),
        _delete_deliveries(connection, bounds.events_ms, limit),
        _delete_filings(connection, bounds.bars_ms, limit),
        _delete_keyframes(connection, now_ms, limit),
    )
    return any(count >= limit for count in deleted)


def _delete_ticks(connection: sqlite3.Connection, before_ms: int, max_bytes: int, limit: int) -> int:
    first, last = connection.execute("SELECT min(id), max(id) FROM ticks").fetchone()
    if first is None:
        return 0
    surplus_end = first + surplus_ticks(last - first + 1, max_bytes)
    return connection.execute(
        "DELETE FROM ticks WHERE id < ? AND (id < ? OR stored_ms < ?)",
        (first + limit, surplus_end, before_ms),
    ).rowcount


def _delete_bars(connection: sqlite3.Connection, before_ms: int, limit: int) -> int:
    return sum(
        connection.execute(
            "DELETE FROM bars WHERE id IN (SELECT bars.id FROM instruments JOIN bars"
            " ON bars.instrument_id = instruments.id AND bars.timeframe = ? AND bars.open_ms < ? LIMIT ?)",
            (timeframe, before_ms, limit),
        ).rowcount
        for timeframe in STORED_TIMEFRAMES
    )


def _delete_events(connection: sqlite3.Connection, before_ms: int, limit: int) -> int:
    return connection.execute(
        "DELETE FROM events WHERE id IN (SELECT id FROM events WHERE at_ms < ? ORDER BY at_ms LIMIT ?)",
        (before_ms, limit),
    ).rowcount


def _delete_gaps(connection: sqlite3.Connection, before_ms: int, limit: int) -> int:
    """Those that nobody works on any more."""
    return connection.execute(
        "DELETE FROM gaps WHERE id IN (SELECT id FROM gaps WHERE changed_ms < ?"
        " AND state IN ('filled', 'unfillable') ORDER BY changed_ms LIMIT ?)",
        (before_ms, limit),
    ).rowcount


def _delete_alerts(connection: sqlite3.Connection, before_ms: int, limit: int) -> int:
    """Those that are over, as long after that as bars are kept."""
    alerts = connection.execute(
        "DELETE FROM alerts WHERE id IN (SELECT id FROM alerts WHERE changed_ms < ? AND NOT is_active"
        " ORDER BY changed_ms LIMIT ?)",
        (before_ms, limit),
    ).rowcount
    silences = connection.execute(
        "DELETE FROM silences WHERE id IN (SELECT id FROM silences WHERE until_ms < ? LIMIT ?)",
        (before_ms, limit),
    ).rowcount
    return max(alerts, silences)


def _delete_deliveries(connection: sqlite3.Connection, before_ms: int, limit: int) -> int:
    """Those that were sent or put aside, as long after that as events are kept."""
    return connection.execute(
        "DELETE FROM outbox WHERE id IN"
        " (SELECT id FROM outbox WHERE state IN ('sent', 'dead') AND changed_ms < ? LIMIT ?)",
        (before_ms, limit),
    ).rowcount


def _delete_filings(connection: sqlite3.Connection, before_ms: int, limit: int) -> int:
    """Those that are older than the bars; of facts there are few, and an old one may be the newest of its kind."""
    before = datetime.fromtimestamp(max(0, before_ms) / 1000, tz=UTC).date().isoformat()
    return connection.execute(
        "DELETE FROM filings WHERE id IN (SELECT id FROM filings WHERE filed < ? LIMIT ?)", (before, limit)
    ).rowcount


def _delete_keyframes(connection: sqlite3.Connection, now_ms: int, limit: int) -> int:
    rows = connection.execute("SELECT at_ms FROM keyframes ORDER BY at_ms").fetchall()
    dropped = keyframes_to_drop([row[0] for row in rows], now_ms)[:limit]
    for moment in dropped:
        connection.execute("DELETE FROM keyframes WHERE at_ms = ?", (moment,))
    return len(dropped)
