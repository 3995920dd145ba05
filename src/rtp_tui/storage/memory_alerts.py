"""Alerts of a store that is gone with the process."""

from collections.abc import Iterable

from rtp_tui.model.alerts import Alert, AlertMemory, AlertRule, RuleRemoved, Silence
from rtp_tui.model.notifications import AnyRecord, Delivery, Mute, NotificationMemory
from rtp_tui.model.queries import AlertPage, GetAlerts
from rtp_tui.storage.pages import cursor_number, page_size

_ALERTS = 20_000
_SILENCES = 2_000
_DELIVERIES = 5_000


class MemoryAlerts:
    """The newest word on each, within bounds."""

    def __init__(self) -> None:
        self._alerts: dict[str, Alert] = {}
        self._silences: dict[str, Silence] = {}
        self._rules: dict[str, AlertRule] = {}
        self._deliveries: dict[str, Delivery] = {}
        self._mute: Mute | None = None

    def keep(self, records: Iterable[AnyRecord]) -> None:
        """Take records over; of the oldest goes what no longer fits."""
        for one in records:
            match one:
                case Alert():
                    self._alerts[one.id] = one
                case Silence():
                    self._silences[one.id] = one
                case AlertRule():
                    self._rules[one.id] = one
                case RuleRemoved():
                    self._rules.pop(one.id, None)
                case Delivery():
                    self._deliveries[one.id] = one
                case Mute():
                    self._mute = one
        for _ in range(len(self._alerts) - _ALERTS):
            del self._alerts[next(iter(self._alerts))]
        for _ in range(len(self._silences) - _SILENCES):
            del self._silences[next(iter(self._silences))]
        for _ in range(len(self._deliveries) - _DELIVERIES):
            del self._deliveries[next(iter(self._deliveries))]

    def page(self, query: GetAlerts) -> AlertPage:
        """Alerts, the newest first. Raises BadRequest for a cursor that is none."""
        size, first = page_size(query.limit), cursor_number(query.cursor)
        found = [
            (number, alert)
            for number, alert in enumerate(self._alerts.values(), 1)
            if first in (0, number) or number < first
            if alert.changed_ms >= query.since_ms
            and (alert.is_active or not query.only_active)
            and query.rule in (None, alert.rule)
            and query.subject in (None, alert.subject)
        ][::-1]
        return AlertPage(
            alerts=tuple(alert for _, alert in found[:size]),
            next_cursor=str(found[size][0]) if len(found) > size else None,
        )

    def silences(self, since_ms: int) -> tuple[Silence, ...]:
        """Silences that are not over by a moment."""
        return tuple(one for one in self._silences.values() if one.until_ms > since_ms)

    def memory(self, now_ms: int) -> AlertMemory:
        """What there is to go on from."""
        return AlertMemory(
            alerts=tuple(self._alerts.values()),
            silences=self.silences(now_ms),
            rules=tuple(self._rules.values()),
        )

    def notifications(self) -> NotificationMemory:
        """What the notifications of a new run go on from."""
        return NotificationMemory(deliveries=tuple(self._deliveries.values()), mute=self._mute)
