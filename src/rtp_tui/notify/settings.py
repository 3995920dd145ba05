"""Settings of the channels and of what goes to them."""

from typing import Literal, get_args

from msgspec import Struct

from rtp_tui.model.alerts import Severity

ChannelKind = Literal["email", "slack", "webhook", "apprise", "log"]
Security = Literal["starttls", "ssl", "none"]


class ChannelSettings(Struct, frozen=True, kw_only=True):
    """One channel; which keys count depends on its kind. Secrets are references."""

    kind: ChannelKind | None = None
    """None: the kind that the channel's own name is."""
    enabled: bool = True
    severity: Severity = Severity.INFO
    """Alerts below it do not go there."""
    tells_resolved: bool = True
    """Also tells that an alert is over."""
    timeout_ms: int = 10_000
    """For one attempt."""
    url: str = ""
    """Where Slack's incoming webhook, the webhook or Apprise's service is; a reference, or a webhook's plain URL."""
    secret: str = ""
    """A reference to the key that webhooks are signed with; empty: they are not."""
    host: str = ""
    """Of the mail server; empty: `smtp.` and the domain of the user name."""
    port: int = 0
    """0: 587 with STARTTLS, 465 with SSL, 25 without either."""
    security: Security = "starttls"
    username: str = ""
    """A reference; empty: no login."""
    password: str = ""
    """A reference."""
    sender: str = ""
    """Empty: the user name."""
    recipients: tuple[str, ...] = ()


class NotificationSettings(Struct, frozen=True, kw_only=True):
    """What holds for all channels."""

    group_within_ms: int = 5_000
    """The first message of a channel goes at once; what follows so soon goes together."""
    max_attempts: int = 10
    max_age_ms: int = 86_400_000
    """What could not be sent by then is put aside, as after the last attempt."""
    heartbeat_url: str = ""
    """Asked every 30 s, so that somebody elsewhere notices when this process is dead; a reference, or a plain URL."""


CHANNEL_KINDS: tuple[ChannelKind, ...] = get_args(ChannelKind)
_WITH_URL = ("slack", "webhook", "apprise")
_SECRET_URL = ("slack", "apprise")


def kind_of(name: str, channel: ChannelSettings) -> ChannelKind:
    """The kind of a channel. Raises ValueError where neither it nor its name says so."""
    for kind in CHANNEL_KINDS:
        if kind == (channel.kind or name):
            return kind
    raise ValueError(f'kind is missing: "{name}" is not one of {", ".join(CHANNEL_KINDS)}')


def lacks(kind: ChannelKind, channel: ChannelSettings) -> str:
    """What a channel of this kind needs and has not; empty where it can work."""
    if kind in _WITH_URL and not channel.url:
        return "url is missing"
    if kind == "email" and not channel.recipients:
        return "recipients are missing"
    if kind == "email" and not (channel.username or (channel.sender and channel.host)):
        return "username is missing, or sender and host"
    return ""


def needs_reference(kind: ChannelKind) -> bool:
    """Whether its URL is a secret, which has no place in a configuration."""
    return kind in _SECRET_URL
