"""What people are to be told, those of one rule together: the first at once, the next after a while as one."""

from typing import NamedTuple

from rtp_tui.model.alerts import Alert, Notification, NotificationKind, Severity

TOGETHER_MS = 10_000
"""After one notification of a rule the next of its kind waits so long, for others to join it."""
LONGEST_MS = 300_000
"""It waits twice as long after each that had others waiting behind it, up to this; what is critical does not."""


class _Told(NamedTuple):
    """When a rule was told of, and how long the next of it waits."""

    at_ms: int
    wait_ms: int

    def is_over(self, now_ms: int) -> bool:
        return now_ms - self.at_ms >= self.wait_ms


class Notices:
    """Alerts that wait to be told, by rule; told the time."""

    def __init__(self) -> None:
        self._waiting: dict[tuple[str, NotificationKind], dict[str, Alert]] = {}
        self._told: dict[tuple[str, NotificationKind], _Told] = {}

    def add(self, kind: NotificationKind, alert: Alert) -> None:
        """Have an alert told."""
        self._waiting.setdefault((alert.rule, kind), {})[alert.id] = alert

    def forget(self, alert: str) -> bool:
        """Tell nobody that an alert fired; whether it was still to be told."""
        waited = [
            one.pop(alert, None) for (_, kind), one in self._waiting.items() if kind is NotificationKind.FIRED
        ]
        return any(waited)

    def follow_clock(self, set_by_ms: int) -> None:
        """The clock was set by so much."""
        self._told = {key: _Told(told.at_ms + set_by_ms, told.wait_ms) for key, told in self._told.items()}

    def take(self, now_ms: int) -> tuple[Notification, ...]:
        """All that is due."""
        due = [key for key in self._waiting if key not in self._told or self._told[key].is_over(now_ms)]
        self._told = {key: told for key, told in self._told.items() if key in due or not told.is_over(now_ms)}
        taken = []
        for key in due:
            alerts = tuple(self._waiting.pop(key).values())
            if alerts:
                self._told[key] = _Told(now_ms, self._wait_ms(key, alerts))
                taken.append(_notification(key[1], alerts, now_ms))
        return tuple(taken)

    def _wait_ms(self, key: tuple[str, NotificationKind], alerts: tuple[Alert, ...]) -> int:
        """Longer where these had to wait themselves: there are many."""
        before = self._told.get(key)
        is_critical = any(alert.severity is Severity.CRITICAL for alert in alerts)
        return TOGETHER_MS if before is None or is_critical else min(LONGEST_MS, 2 * before.wait_ms)


def _notification(kind: NotificationKind, alerts: tuple[Alert, ...], now_ms: int) -> Notification:
    first, *others = alerts
    return Notification(
        key=f"{kind.value}-{first.id}", kind=kind, at_ms=now_ms, alert=first, others=tuple(others)
    )
