"""Those who follow a server, and what those with a name were allowed to do."""

from enum import StrEnum
from typing import ClassVar

from msgspec import Struct

from rtp_tui.model.topics import Topic

LISTED_CLIENTS = 100
"""How many followers an event names; the rest are counted."""


class Scope(StrEnum):
    """What a token allows; control includes reading."""

    NONE = "none"
    READ = "read"
    CONTROL = "control"

    @property
    def may_read(self) -> bool:
        """Whether it allows to read."""
        return self is not Scope.NONE

    @property
    def may_control(self) -> bool:
        """Whether it allows to give commands."""
        return self is Scope.CONTROL


class ClientStatus(Struct, frozen=True, kw_only=True):
    """One follower on a WebSocket."""

    id: int
    address: str
    name: str = ""
    """Of its token; empty where it needed none."""
    scope: Scope = Scope.READ
    connected_ms: int = 0
    channels: int = 0
    """How many it follows."""
    conflate_ms: int = 100
    sent: int = 0
    sent_bytes: int = 0
    rate: float = 0.0
    """Messages a second, lately."""
    buffered_bytes: int = 0
    """Written and not yet taken by the peer."""
    gaps: int = 0
    """How often it was left out and got a `gap`, because it did not read."""
    is_behind: bool = False


class ClientList(Struct, frozen=True, kw_only=True, tag="clients"):
    """Who follows the server now: those in trouble first, then those who were sent most."""

    topic: ClassVar[Topic] = Topic.CLIENT

    at_ms: int
    total: int
    clients: tuple[ClientStatus, ...] = ()
    """At most `LISTED_CLIENTS`."""


class AuditEntry(Struct, frozen=True, kw_only=True, tag="audit"):
    """A command that somebody gave, and what came of it."""

    topic: ClassVar[Topic] = Topic.CLIENT

    at_ms: int
    name: str
    """Of the token; `console` for the one in the engine's process; empty where none was needed."""
    address: str
    command: str
    """The command's type, `trigger_job`."""
    subject: str = ""
    """What it was about: a job, a feed, an instrument."""
    outcome: str = "done"
    """`done`, or the code of the refusal."""
    message: str = ""
