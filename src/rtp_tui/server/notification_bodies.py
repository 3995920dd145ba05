"""Channels, dead letters and the mute as other programs read and write them."""

from msgspec import Struct

from rtp_tui.model.alerts import Severity
from rtp_tui.model.commands import MuteNotifications
from rtp_tui.model.notifications import ChannelState, ChannelStatus, Delivery, Mute


class ChannelBody(Struct, frozen=True, kw_only=True):
    """A channel; counts are since the start, `waiting` and `dead` are of now."""

    name: str
    kind: str
    state: ChannelState
    severity: Severity
    sent: int
    failed: int
    waiting: int
    dead: int
    muted: int
    given_up: int
    last_sent_ms: int | None
    last_error: str
    next_attempt_ms: int | None


class MuteBody(Struct, frozen=True, kw_only=True):
    """Until when no alert is sent; a moment of the past means that nothing is muted."""

    until_ms: int
    at_ms: int
    who: str
    why: str


class LetterBody(Struct, frozen=True, kw_only=True):
    """A message that could not be sent."""

    key: str
    channel: str
    subject: str
    messages: int
    attempts: int
    error: str
    created_ms: int
    changed_ms: int


class NewMute(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Quiet until a moment, or for so long from now."""

    until_ms: int | None = None
    for_ms: int | None = None
    why: str = ""


def channel_body(status: ChannelStatus) -> ChannelBody:
    """A channel as it is sent."""
    return ChannelBody(**{name: getattr(status, name) for name in ChannelBody.__struct_fields__})


def mute_body(mute: Mute) -> MuteBody:
    """A mute as it is sent."""
    return MuteBody(**{name: getattr(mute, name) for name in MuteBody.__struct_fields__})


def letter_body(letter: Delivery) -> LetterBody:
    """A dead letter as it is sent."""
    return LetterBody(
        key=letter.key,
        channel=letter.channel,
        subject=letter.messages[0].subject,
        messages=len(letter.messages),
        attempts=letter.attempts,
        error=letter.error,
        created_ms=letter.created_ms,
        changed_ms=letter.changed_ms,
    )


def command_to_mute(wanted: NewMute, now_ms: int) -> MuteNotifications:
    """The order to be quiet; without an end it is one that is over."""
    lasting_ms = 0 if wanted.for_ms is None else wanted.for_ms
    until_ms = now_ms + lasting_ms if wanted.until_ms is None else wanted.until_ms
    return MuteNotifications(until_ms=until_ms, why=wanted.why)
