"""What people are to be told, those of one rule together: the first at once, the next after a while as one."""

from rtp_tui.model.alerts import Alert, Notification, NotificationKind

TOGETHER_MS = 10_000
"""After one notification of a rule the next of its kind waits so long, for others to join it."""


class Notices:
    """Alerts that wait to be told, by rule; told the time."""

    def __init__(self) -> None:
        self._waiting: dict[tuple[str, NotificationKind], dict[str, Alert]] = {}
        self._told_ms: dict[tuple[str, NotificationKind], int] = {}

    def add(self, kind: NotificationKind, alert: Alert) -> None:
        """Have an alert told."""
        self._waiting.setdefault((alert.rule, kind), {})[alert.id] = alert

    def forget(self, alert: str) -> bool:
        """Tell nobody that an alert fired; whether it was still to be told."""
        waited = [
            one.pop(alert, None) for (_, kind), one in self._waiting.items() if kind is NotificationKind.FIRED
        ]
        return any(waited)

    def take(self, now_ms: int) -> tuple[Notification, ...]:
        """All that is due."""
        due = [key for key in self._waiting if now_ms - self._told_ms.get(key, 0) >= TOGETHER_MS]
        taken = []
        for key in due:
            alerts = tuple(self._waiting.pop(key).values())
            if alerts:
                self._told_ms[key] = now_ms
                taken.append(_notification(key[1], alerts, now_ms))
        self._told_ms = {key: at for key, at in self._told_ms.items() if now_ms - at < TOGETHER_MS}
        return tuple(taken)


def _notification(kind: NotificationKind, alerts: tuple[Alert, ...], now_ms: int) -> Notification:
    first, *others = alerts
    return Notification(
        key=f"{kind.value}-{first.id}", kind=kind, at_ms=now_ms, alert=first, others=tuple(others)
    )
