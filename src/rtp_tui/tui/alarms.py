"""Alerts that began to fire and of which the person at the console has not been told yet."""

from msgspec import Struct

from rtp_tui.model.alerts import Alert, AlertState, Severity

GATHERED_FOR_S = 0.5
"""What begins to fire together is told together."""
TOLD_EVERY_S = 5.0
"""A storm of alerts is a toast every five seconds, never a screen full of them."""
NAMED = 3
_KEPT = 100
_SEVERITIES = tuple(Severity)


class Toast(Struct, frozen=True):
    """What to say, and how loudly."""

    words: str
    severity: Severity


class Alarms:
    """Gathers what fires and says when to tell; told the time."""

    def __init__(self) -> None:
        self.is_muted = False
        """Nothing is told; what fires is still shown by the panes."""
        self._untold: dict[str, Alert] = {}
        self._beyond = 0
        """Those that were too many to be kept."""
        self._since: float | None = None
        self._told_at = float("-inf")

    def turn_mute(self) -> None:
        """Tell nothing from now on, or go on telling; what fired meanwhile is not told late."""
        self.is_muted = not self.is_muted
        self._forget()

    def note(self, alert: Alert, before: Alert | None, now: float) -> None:
        """Remember an alert that begins to fire."""
        if alert.state is not AlertState.FIRING:
            if alert.state is not AlertState.PENDING:
                self._untold.pop(alert.id, None)
            return
        if self.is_muted or (before is not None and before.is_firing):
            return
        if len(self._untold) >= _KEPT:
            self._beyond += 1
            return
        self._untold[alert.id] = alert
        self._since = now if self._since is None else self._since

    def due(self, now: float) -> Toast | None:
        """What to tell now, which then counts as told."""
        if self._since is None or now - self._since < GATHERED_FOR_S or now - self._told_at < TOLD_EVERY_S:
            return None
        alerts, beyond = list(self._untold.values()), self._beyond
        self._forget()
        if not alerts:
            return None
        self._told_at = now
        return toast_of(alerts, beyond)

    def _forget(self) -> None:
        self._untold.clear()
        self._since, self._beyond = None, 0


def toast_of(alerts: list[Alert], beyond: int = 0) -> Toast:
    """One alert in its own words; of several how many there are, and the gravest by name."""
    gravest = sorted(alerts, key=lambda alert: -_SEVERITIES.index(alert.severity))
    severity = gravest[0].severity
    if len(alerts) == 1 and not beyond:
        return Toast(f"{severity.value}: {alerts[0].message}", severity)
    names = [f"{alert.rule} {alert.subject}".strip() for alert in gravest[:NAMED]]
    more = len(alerts) + beyond - len(names)
    words = f"{len(alerts) + beyond} alerts fire: {', '.join(names)}" + (f" and {more} more" if more else "")
    return Toast(words, severity)
