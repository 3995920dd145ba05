"""Alerts, silences and rules as rows: written again they replace what was known."""

import sqlite3
from collections.abc import Iterable

import msgspec

from rtp_tui.model.alerts import Alert, AlertRecord, AlertRule, RuleRemoved, Silence

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
_NO_RULE = "DELETE FROM alert_rules WHERE rule = ?"


def record_key(record: AlertRecord) -> tuple[str, str]:
    """What there is one record of: the newest word on it is the one that counts."""
    kind = "rule" if isinstance(record, AlertRule | RuleRemoved) else type(record).__name__
    return kind, record.id


def write_alert_records(connection: sqlite3.Connection, records: Iterable[AlertRecord]) -> None:
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


def _json(record: AlertRecord) -> str:
    return msgspec.json.encode(record).decode()
