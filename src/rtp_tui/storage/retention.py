"""What is kept and for how long: the plan is pure, the deletes are small and run between commits."""

import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime

from msgspec import Struct

from rtp_tui.storage.contract import StorageSettings
from rtp_tui.storage.rollups import delete_long_bars, delete_minutes, delete_surplus_minutes
from rtp_tui.storage.signals import delete_signals
from rtp_tui.storage.tallies import delete_tallies
from rtp_tui.storage.trimmed import Trimmed

TICK_BYTES = 56
"""A stored tick with its share of the page, measured over trades and quotes (52 to 58)."""
BAR_BYTES = 100
"""A stored minute with its share of the pages and of its index, measured over ten instruments."""
EVENT_BYTES = 75
"""What an event takes beside its payload: the row, and its share of two indexes."""
MOST_ROWS = {
    "gaps": 200_000,
    "tallies": 1_000_000,
    "alerts": 200_000,
    "silences": 20_000,
    "signals": 500_000,
    "outbox": 200_000,
    "filings": 500_000,
    "facts": 10_000_000,
}
"""Of tables whose rows are few and small: as many as ten years of a busy desk bring; the oldest go first."""
BY_NAME = (
    "instruments",
    "feeds",
    "quotes",
    "companies",
    "shares",
    "alert_rules",
    "documents",
    "mute",
    "rolled",
)
"""Tables that have a row for each thing with a name: they are bounded by what is configured or known."""

REPORTED_MS = 15 * 86_400_000
"""What reports are made of stays so long at least: a week that ended has its Monday until the next one ended."""

_DENSE_MS = 2 * 3_600_000
_KEPT_MS = 24 * 3_600_000
_THINNED_TO_MS = 60_000
_SAMPLED_EVENTS = 1_000
_JOB_RUN = '{"type":"job_run"'


class Cutoffs(Struct, frozen=True):
    """Rows older than these moments may go."""

    ticks_ms: int
    bars_ms: int
    hours_ms: int
    days_ms: int
    events_ms: int
    reported_ms: int
    """Of gaps, counts and runs of jobs."""


def cutoffs(settings: StorageSettings, now_ms: int) -> Cutoffs:
    """Where each kind of row ends by age."""
    return Cutoffs(
        now_ms - settings.tick_retention_ms,
        now_ms - settings.bar_retention_ms,
        now_ms - settings.hour_retention_ms,
        now_ms - settings.day_retention_ms,
        now_ms - settings.event_retention_ms,
        now_ms - max(REPORTED_MS, settings.event_retention_ms),
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


def keyframes_beyond(sizes: Sequence[tuple[int, int]], max_bytes: int) -> tuple[int, ...]:
    """Of keyframes ascending by time, each with its bytes: the oldest that do not fit, but never the newest."""
    over_bytes = sum(size for _, size in sizes) - max_bytes
    dropped = []
    for moment, size in sizes[:-1]:
        if over_bytes <= 0:
            break
        dropped.append(moment)
        over_bytes -= size
    return tuple(dropped)


def trim(connection: sqlite3.Connection, settings: StorageSettings, now_ms: int, limit: int) -> Trimmed:
    """Delete at most `limit` rows of each kind and give pages back; says what went, and whether more is to go.

    Runs in the thread of the writing connection. Raises sqlite3.Error, then nothing is deleted.
    """
    connection.execute("BEGIN IMMEDIATE")
    try:
        trimmed = _delete_rows(connection, settings, now_ms, limit)
        connection.execute("COMMIT")
    except BaseException:
        # No transaction stays open, whatever ended it: the writer goes on with this connection.
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    # Each step gives back one page: execute() would take a single one, a script is stepped to its end.
    connection.executescript(f"PRAGMA incremental_vacuum({limit // 8})")
    return trimmed


def _delete_rows(
    connection: sqlite3.Connection, settings: StorageSettings, now_ms: int, limit: int
) -> Trimmed:
    bounds = cutoffs(settings, now_ms)
    alerts, silences = _delete_alerts(connection, bounds.bars_ms, limit)
    deleted = {
        "ticks": _delete_ticks(connection, bounds.ticks_ms, settings.tick_max_bytes, limit),
        "bars": _delete_bars(connection, bounds.bars_ms, settings.bar_max_bytes, limit),
        "hours": delete_long_bars(connection, "1h", bounds.hours_ms, limit),
        "days": delete_long_bars(connection, "1d", bounds.days_ms, limit),
        "events": _delete_events(connection, bounds, settings.event_max_bytes, limit),
        "gaps": _delete_gaps(connection, bounds.reported_ms, limit),
        "tallies": delete_tallies(connection, bounds.reported_ms, limit),
        "alerts": alerts,
        "silences": silences,
        "signals": delete_signals(connection, bounds.bars_ms, limit),
        "outbox": _delete_deliveries(connection, bounds.events_ms, limit),
        "filings": _delete_filings(connection, bounds.bars_ms, limit),
        "keyframes": _delete_keyframes(connection, settings.keyframe_max_bytes, now_ms, limit),
    }
    for table, most in MOST_ROWS.items():
        deleted[table] = deleted.get(table, 0) + _delete_beyond(connection, table, most, limit)
    return Trimmed(
        {table: count for table, count in deleted.items() if count},
        any(count >= limit for count in deleted.values()),
    )


def _delete_beyond(connection: sqlite3.Connection, table: str, most: int, limit: int) -> int:
    """Those stored first above a number; ids have no holes worth counting."""
    first, last = connection.execute(f"SELECT min(id), max(id) FROM {table}").fetchone()  # noqa: S608 - our own table
    if first is None or last - first < most:
        return 0
    return connection.execute(
        f"DELETE FROM {table} WHERE id < ?",  # noqa: S608 - likewise
        (min(first + limit, last - most + 1),),
    ).rowcount


def _delete_ticks(connection: sqlite3.Connection, before_ms: int, max_bytes: int, limit: int) -> int:
    first, last = connection.execute("SELECT min(id), max(id) FROM ticks").fetchone()
    if first is None:
        return 0
    surplus_end = first + surplus_ticks(last - first + 1, max_bytes)
    return connection.execute(
        "DELETE FROM ticks WHERE id < ? AND (id < ? OR stored_ms < ?)",
        (first + limit, surplus_end, before_ms),
    ).rowcount


def _delete_bars(connection: sqlite3.Connection, before_ms: int, max_bytes: int, limit: int) -> int:
    """Minutes that are rolled up, by age and by size; others wait until they are."""
    deleted = delete_minutes(connection, before_ms, limit)
    first, last = connection.execute("SELECT min(id), max(id) FROM bars").fetchone()
    if first is None:
        return deleted
    surplus = last - first + 1 - max_bytes // BAR_BYTES
    return max(deleted, delete_surplus_minutes(connection, surplus, limit - deleted))


def _delete_events(connection: sqlite3.Connection, bounds: Cutoffs, max_bytes: int, limit: int) -> int:
    old = connection.execute(
        "DELETE FROM events WHERE id IN (SELECT id FROM events WHERE at_ms < ?"
        " AND (at_ms < ? OR substr(payload, 1, ?) <> ?) ORDER BY at_ms LIMIT ?)",
        (bounds.events_ms, bounds.reported_ms, len(_JOB_RUN), _JOB_RUN, limit),
    ).rowcount
    (first,) = connection.execute("SELECT min(id) FROM events").fetchone()
    if first is None:
        return old
    (mean_bytes,) = connection.execute(
        "SELECT avg(length(payload)) FROM (SELECT payload FROM events ORDER BY id DESC LIMIT ?)",
        (_SAMPLED_EVENTS,),
    ).fetchone()
    most = int(max_bytes / (mean_bytes + EVENT_BYTES))
    return max(old, _delete_beyond(connection, "events", most, limit - old))


def _delete_gaps(connection: sqlite3.Connection, before_ms: int, limit: int) -> int:
    """Those that nobody works on any more."""
    return connection.execute(
        "DELETE FROM gaps WHERE id IN (SELECT id FROM gaps WHERE changed_ms < ?"
        " AND state IN ('filled', 'unfillable') ORDER BY changed_ms LIMIT ?)",
        (before_ms, limit),
    ).rowcount


def _delete_alerts(connection: sqlite3.Connection, before_ms: int, limit: int) -> tuple[int, int]:
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
    return alerts, silences


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


def _delete_keyframes(connection: sqlite3.Connection, max_bytes: int, now_ms: int, limit: int) -> int:
    rows = connection.execute("SELECT at_ms, length(payload) FROM keyframes ORDER BY at_ms").fetchall()
    dropped = set(keyframes_to_drop([at_ms for at_ms, _ in rows], now_ms))
    left = [row for row in rows if row[0] not in dropped]
    dropped.update(keyframes_beyond(left, max_bytes))
    connection.executemany(
        "DELETE FROM keyframes WHERE at_ms = ?", [(moment,) for moment in sorted(dropped)[:limit]]
    )
    return min(len(dropped), limit)
