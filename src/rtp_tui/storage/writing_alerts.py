"""Alerts, silences, rules, deliveries and the mute as rows: written again they replace what was known."""

import sqlite3
from collections.abc import Iterable

import msgspec

from rtp_tui.model.alerts import Alert, AlertRule, RuleRemoved, Silence
from rtp_tui.model.notifications import AnyRecord, Delivery, Mute

_ALERT = (
    "INSERT INTO alerts (alert, rule, subject, is_active, changed_ms, payload) VALUES (?, ?, ?, ?, ?, ?)"
    " ON CONFLICT (alert) DO UPDATE SET is_active = excluded.is_active, changed_ms = excluded.changed_ms,"
    " payload = excluded.payload"
)
_SILENCE = (
    "INSERT INTO silences (silence, until_ms, payload) VALUES (?, ?, ?)"
    " ON CONFLICT (silence) DO UPDATE SET until_ms = excluded.until_ms, payload = excluded.payload"
)
_RULE = (
    "INSERT INTO alert_rules (rule, payload) VALUES (?, ?)"
    " ON CONFLICT (rule) DO UPDATE SET payload = excluded.payload"
)
_DELIVERY = (
    "INSERT INTO outbox (key, channel, state, changed_ms, payload) VALUES (?, ?, ?, ?, ?)"
    " ON CONFLICT (key, channel) DO UPDATE SET state = excluded.state, changed_ms = excluded.changed_ms,"
    " payload = excluded.payload"
)
_MUTE = (
    "INSERT INTO mute (id, payload) VALUES (1, ?) ON CONFLICT (id) DO UPDATE SET payload = excluded.payload"
)
_NO_RULE = "DELETE FROM alert_rules WHERE rule = ?"


def record_key(record: AnyRecord) -> tuple[str, str]:
    """What there is one record of: the newest word on it is the one that counts."""
    if isinstance(record, Mute):
        return "mute", ""
    kind = "rule" if isinstance(record, AlertRule | RuleRemoved) else type(record).__name__
    return kind, record.id


def write_alert_records(connection: sqlite3.Connection, records: Iterable[AnyRecord]) -> None:
    """Within the transaction that is open. Raises sqlite3.Error."""
    for one in records:
        match one:
            case Alert():
                row = (one.id, one.rule, one.subject, int(one.is_active), one.changed_ms, _json(one))
                connection.execute(_ALERT, row)
            case Silence():
                connection.execute(_SILENCE, (one.id, one.until_ms, _json(one)))
            case AlertRule():
                connection.execute(_RULE, (one.id, _json(one)))
            case RuleRemoved():
                connection.execute(_NO_RULE, (one.id,))
            case Delivery():
                connection.execute(
                    _DELIVERY, (one.key, one.channel, one.state.value, one.changed_ms, _json(one))
                )
            case Mute():
                connection.execute(_MUTE, (_json(one),))


def _json(record: AnyRecord) -> str:
    return msgspec.json.encode(record).decode()
