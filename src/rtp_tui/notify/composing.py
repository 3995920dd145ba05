"""What a notification says, and several messages as one."""

from collections.abc import Iterator, Sequence

from rtp_tui.model.alerts import Alert, Notification, NotificationKind, Severity
from rtp_tui.model.notifications import Message
from rtp_tui.text import day_time_text, safe

SEVERITIES = (Severity.INFO, Severity.WARNING, Severity.CRITICAL)
"""From the least to the most urgent."""
_LINES = 50
_WORDS = {NotificationKind.FIRED: "", NotificationKind.RESOLVED: "resolved: "}


def rank(severity: Severity) -> int:
    """How urgent; more is more."""
    return SEVERITIES.index(severity)


def message_of(notification: Notification, engine: str = "") -> Message:
    """What people are told of alerts; `engine` is whose they are, where somebody has several."""
    alerts = (notification.alert, *notification.others)
    first = notification.alert
    more = f" (and {len(alerts) - 1} more)" if len(alerts) > 1 else ""
    source = f"{engine} " if engine else ""
    severity = max((alert.severity for alert in alerts), key=rank)
    words = f"{_WORDS[notification.kind]}{first.message}{more}"
    return Message(
        key=notification.key,
        subject=safe(f"[{source}{severity.value}] {words}"),
        text="\n".join(_lines(notification.kind, alerts)),
        severity=severity,
        at_ms=notification.at_ms,
        alerts=alerts,
    )


def as_one(messages: Sequence[Message]) -> Message:
    """Several messages as the one that is sent, under the key of the first."""
    first = messages[0]
    if len(messages) == 1:
        return first
    return Message(
        key=first.key,
        subject=safe(f"{first.subject} (and {len(messages) - 1} more)"),
        text="\n\n".join(f"{one.subject}\n{one.text}" for one in messages),
        severity=max((one.severity for one in messages), key=rank),
        at_ms=first.at_ms,
        alerts=tuple(alert for one in messages for alert in one.alerts),
    )


def _lines(kind: NotificationKind, alerts: Sequence[Alert]) -> Iterator[str]:
    for alert in alerts[:_LINES]:
        subject = f" {alert.subject}" if alert.subject else ""
        yield f"{alert.message} · {alert.severity.value} · rule {alert.rule}{subject} · id {alert.id}"
        yield f"  since {day_time_text(alert.since_ms)} UTC{_end(kind, alert)}"
    if len(alerts) > _LINES:
        yield f"and {len(alerts) - _LINES} more"


def _end(kind: NotificationKind, alert: Alert) -> str:
    if kind is NotificationKind.FIRED or alert.resolved_ms is None:
        return ""
    why = f" ({alert.history[-1].why})" if alert.history and alert.history[-1].why else ""
    return f", resolved {day_time_text(alert.resolved_ms)} UTC{why}"
