"""Alerts: those that are active, the newest that were resolved, silences, channels and the mute."""

from rtp_tui.model.alerts import Alert, Silence
from rtp_tui.model.events import Event
from rtp_tui.model.notifications import ChannelStatus, Mute

KEPT_RESOLVED = 100
KEPT_SILENCES = 200


class AlertSlice:
    """The newest word on each alert and silence, by id."""

    def __init__(self) -> None:
        self.active: dict[str, Alert] = {}
        """Pending ones among them."""
        self.resolved: dict[str, Alert] = {}
        """Of those that fired, in the order in which they were resolved."""
        self.silences: dict[str, Silence] = {}
        self.channels: dict[str, ChannelStatus] = {}
        """Where people are told of alerts, by name."""
        self.mute: Mute | None = None
        """The newest; it holds until its moment."""

    @property
    def firing(self) -> int:
        """How many fire that nobody has acknowledged or silenced."""
        return sum(one.state == "firing" for one in self.active.values())

    def apply(self, event: Event) -> None:
        payload = event.payload
        if isinstance(payload, Alert):
            self.note(payload)
        elif isinstance(payload, Silence):
            self.silences[payload.id] = payload
            _give_up_oldest(self.silences, KEPT_SILENCES)
        elif isinstance(payload, ChannelStatus):
            self.channels[payload.name] = payload
        elif isinstance(payload, Mute):
            self.mute = payload

    def note(self, alert: Alert) -> None:
        """Take the newest word on an alert."""
        if alert.is_active:
            self.active[alert.id] = alert
            return
        self.active.pop(alert.id, None)
        if alert.fired_ms is not None:
            self.resolved[alert.id] = alert
            _give_up_oldest(self.resolved, KEPT_RESOLVED)


def _give_up_oldest(known: dict[str, Alert] | dict[str, Silence], most: int) -> None:
    while len(known) > most:
        del known[next(iter(known))]
