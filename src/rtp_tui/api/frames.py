"""What a server says on its WebSocket: messages, told apart by `type`."""

from msgspec import UNSET, Raw, Struct, UnsetType

from rtp_tui.model.events import Event, Snapshot

PIPELINE = "pipeline"
HEARTBEAT_MS = 15_000

OperationId = int | str | None


class FrameError(Exception):
    """A message that cannot be understood: `code` is stable, `id` is the sender's own number of it."""

    def __init__(self, code: str, message: str, id: OperationId = None) -> None:  # noqa: A002 - the wire's word
        super().__init__(message)
        self.code = code
        self.message = message
        self.id = id


class Position(Struct, frozen=True):
    """How far a reader had come."""

    epoch: str
    seq: int


class Limits(Struct, frozen=True):
    """What a client may do."""

    max_message_bytes: int
    max_clients: int
    max_channels: int


class Welcome(Struct, frozen=True, kw_only=True, tag="welcome"):
    """The first message on a connection."""

    protocol: int = 1
    server: str
    name: str
    epoch: str
    heartbeat_ms: int = HEARTBEAT_MS
    limits: Limits
    can: tuple[str, ...] = ()
    """The queries and commands that the server knows; a server that does not say may know any."""


class Ack(Struct, frozen=True, kw_only=True, tag="ack"):
    """An operation was carried out; `recovered` tells that nothing was missed since `since`."""

    id: OperationId
    op: str
    channels: tuple[str, ...]
    epoch: str
    seq: int
    recovered: bool = False
    result: Raw | UnsetType = UNSET
    """What came of a command."""


class Refusal(Struct, frozen=True, kw_only=True, tag="error"):
    """An operation was not carried out and changed nothing."""

    id: OperationId
    code: str
    message: str


class Pong(Struct, frozen=True, kw_only=True, tag="pong"):
    """The answer to a ping."""

    id: OperationId
    ts_ms: int


class Heartbeat(Struct, frozen=True, kw_only=True, tag="heartbeat"):
    """The server is there although nothing happens."""

    ts_ms: int


class Shutdown(Struct, frozen=True, kw_only=True, tag="shutdown"):
    """The server ends; another one may answer after this time."""

    reconnect_after_ms: int


class WholeState(Struct, frozen=True, kw_only=True, tag="snapshot"):
    """The snapshot of channel `pipeline`."""

    channel: str = PIPELINE
    seq: int
    ts_ms: int
    data: Snapshot


class EventsSince(Struct, frozen=True, kw_only=True, tag="events"):
    """What happened on channel `pipeline` up to `seq`."""

    channel: str = PIPELINE
    seq: int
    data: tuple[Event, ...]


PipelineMessage = Welcome | Ack | Refusal | Pong | Heartbeat | Shutdown | WholeState | EventsSince
"""What a follower of channel `pipeline` is told."""


class _Type(Struct, frozen=True):
    type: str
