"""Telling people: messages, what became of each on its channel, and how channels stand."""

from enum import StrEnum
from typing import ClassVar

from msgspec import Struct

from rtp_tui.model.alerts import Alert, AlertRecord, Severity
from rtp_tui.model.topics import Topic


class Message(Struct, frozen=True, kw_only=True):
    """What people are told, whatever carries it."""

    key: str
    """The same however often it has to be sent: whoever gets it twice can tell."""
    subject: str
    """One line."""
    text: str
    html: str = ""
    """The same for who can show it; empty: the text alone."""
    severity: Severity = Severity.INFO
    at_ms: int = 0
    alerts: tuple[Alert, ...] = ()
    """What it is about, for programs."""


class DeliveryState(StrEnum):
    """What became of a delivery."""

    WAITING = "waiting"
    SENT = "sent"
    DEAD = "dead"
    """It cannot be sent, or was tried too often or for too long; it can be put back by hand."""


class Delivery(Struct, frozen=True, kw_only=True):
    """A message on its way through one channel; there is one of each key and channel."""

    key: str
    channel: str
    messages: tuple[Message, ...]
    """Several that came shortly after each other are sent as one."""
    created_ms: int
    due_ms: int
    """Not sent before; until then others may join it."""
    state: DeliveryState = DeliveryState.WAITING
    attempts: int = 0
    changed_ms: int = 0
    error: str = ""
    """Why the newest attempt failed."""

    @property
    def id(self) -> str:
        """What there is one of."""
        return f"{self.channel}\n{self.key}"


class ChannelState(StrEnum):
    """How a channel stands."""

    READY = "ready"
    FAILING = "failing"
    """Its newest attempt failed; it is tried again."""
    UNUSABLE = "unusable"
    """Its configuration lacks something, or what it needs is not installed."""


class ChannelStatus(Struct, frozen=True, kw_only=True, tag="channel"):
    """A channel as of a moment; announced whenever something became of a message on it."""

    topic: ClassVar[Topic] = Topic.ALERT

    name: str
    kind: str
    state: ChannelState = ChannelState.READY
    severity: Severity = Severity.INFO
    """Alerts below it do not go there."""
    sent: int = 0
    """Since the start, as all that is counted here."""
    failed: int = 0
    """Attempts that failed."""
    waiting: int = 0
    """Now."""
    dead: int = 0
    """Now: what can be put back."""
    muted: int = 0
    """Notifications that were not sent because of a mute."""
    given_up: int = 0
    """Those among the dead that gave way to newer ones, and dead ones that are not kept any more."""
    last_sent_ms: int | None = None
    last_error: str = ""
    """Of the newest attempt; empty where that one worked."""
    next_attempt_ms: int | None = None
    """When what waits is tried again."""


class ChannelTest(Struct, frozen=True, kw_only=True):
    """What came of a test message."""

    channel: str
    ok: bool
    error: str = ""
    took_ms: int = 0


class Mute(Struct, frozen=True, kw_only=True, tag="mute"):
    """No alert is sent to any channel until a moment; one in the past ends it."""

    topic: ClassVar[Topic] = Topic.ALERT

    until_ms: int
    at_ms: int
    who: str = ""
    why: str = ""


class NotificationMemory(Struct, frozen=True, kw_only=True):
    """What an earlier run left: what waits and what was put aside, the newest that were sent, and the mute."""

    deliveries: tuple[Delivery, ...] = ()
    mute: Mute | None = None


AnyRecord = AlertRecord | Delivery | Mute
"""What the store keeps of alerts and of how people are told."""
