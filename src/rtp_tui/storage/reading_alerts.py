"""Alerts as the history has them; runs in a reader's thread."""

import sqlite3
from collections.abc import Iterable, Iterator
from typing import TypeVar

import msgspec

from rtp_tui.model.alerts import Alert, AlertMemory, AlertRule, Silence
from rtp_tui.model.notifications import Delivery, Mute, NotificationMemory
from rtp_tui.model.queries import AlertPage, GetAlerts
from rtp_tui.storage.pages import cursor_number, page_size

RESTORED_ALERTS = 100
"""The newest resolved ones that a new run is told of."""
_ALERTS = (
    "SELECT id, payload FROM alerts WHERE (? = 0 OR id <= ?) AND changed_ms >= ? AND (? = 0 OR is_active)"
    " AND (? IS NULL OR rule = ?) AND (? IS NULL OR subject = ?) ORDER BY id DESC LIMIT ?"
)
_LEFT = (
    "SELECT payload FROM alerts WHERE is_active OR id IN"
    " (SELECT id FROM alerts WHERE NOT is_active ORDER BY id DESC LIMIT ?) ORDER BY id"
)
RESTORED_WAITING = 20_000
RESTORED_DEAD = 2_000
RESTORED_SENT = 1_000
_DELIVERIES = (
    "SELECT payload FROM"
    " (SELECT * FROM (SELECT id, payload FROM outbox WHERE state = 'waiting' ORDER BY changed_ms DESC LIMIT ?)"
    " UNION ALL"
    " SELECT * FROM (SELECT id, payload FROM outbox WHERE state = 'dead' ORDER BY changed_ms DESC LIMIT ?)"
    " UNION ALL"
    " SELECT * FROM (SELECT id, payload FROM outbox WHERE state = 'sent' ORDER BY changed_ms DESC LIMIT ?))"
    " ORDER BY id"
)

StructT = TypeVar("StructT")
_alerts = msgspec.json.Decoder(Alert)
_silences = msgspec.json.Decoder(Silence)
_deliveries = msgspec.json.Decoder(Delivery)
_mutes = msgspec.json.Decoder(Mute)
_rules = msgspec.json.Decoder(AlertRule)


def alert_page(query: GetAlerts, connection: sqlite3.Connection) -> AlertPage:
    """Alerts, the newest first; the cursor is the number of the next one."""
    size, first = page_size(query.limit), cursor_number(query.cursor)
    named = (query.rule, query.rule, query.subject, query.subject)
    rows = connection.execute(
        _ALERTS, (first, first, query.since_ms, int(query.only_active), *named, size + 1)
    ).fetchall()
    alerts = tuple(_readable(_alerts, (row[1] for row in rows[:size])))
    return AlertPage(alerts=alerts, next_cursor=str(rows[size][0]) if len(rows) > size else None)


def silences(since_ms: int, connection: sqlite3.Connection) -> tuple[Silence, ...]:
    """Silences that are not over by a moment."""
    rows = connection.execute("SELECT payload FROM silences WHERE until_ms > ? ORDER BY id", (since_ms,))
    return tuple(_readable(_silences, (row[0] for row in rows)))


def alert_memory(now_ms: int, connection: sqlite3.Connection) -> AlertMemory:
    """What the run before left."""
    left = connection.execute(_LEFT, (RESTORED_ALERTS,))
    rules = connection.execute("SELECT payload FROM alert_rules ORDER BY id")
    return AlertMemory(
        alerts=tuple(_readable(_alerts, (row[0] for row in left))),
        silences=silences(now_ms, connection),
        rules=tuple(_readable(_rules, (row[0] for row in rules))),
    )


def notification_memory(connection: sqlite3.Connection) -> NotificationMemory:
    """What waits, in the order in which it came, and the newest that were put aside or sent."""
    rows = connection.execute(_DELIVERIES, (RESTORED_WAITING, RESTORED_DEAD, RESTORED_SENT))
    deliveries = tuple(_readable(_deliveries, (row[0] for row in rows)))
    mutes = tuple(_readable(_mutes, (row[0] for row in connection.execute("SELECT payload FROM mute"))))
    return NotificationMemory(deliveries=deliveries, mute=mutes[0] if mutes else None)


def _readable(decoder: "msgspec.json.Decoder[StructT]", payloads: Iterable[str]) -> Iterator[StructT]:
    """What another version wrote unreadably is left out."""
    for payload in payloads:
        try:
            yield decoder.decode(payload)
        except msgspec.DecodeError:
            continue
