"""What the two ends of the WebSocket say to each other.

A client sends operations, told apart by `op`; the server sends messages, told apart by `type`.
"""

import msgspec
from msgspec import Struct

from rtp_tui.api.wire import UNDECODABLE
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


class Operation(Struct, frozen=True, kw_only=True, tag_field="op"):
    """Anything a client asks for; `id` comes back with the answer."""

    id: OperationId = None


class Subscribe(Operation, frozen=True, kw_only=True, tag="subscribe"):
    """Follow channels from now on, or from where the reader had come."""

    channels: tuple[str, ...]
    conflate_ms: int | None = None
    batch: bool | None = None
    since: Position | None = None


class Unsubscribe(Operation, frozen=True, kw_only=True, tag="unsubscribe"):
    """Stop following channels."""

    channels: tuple[str, ...]


class Join(Operation, frozen=True, kw_only=True, tag="join"):
    """Follow rooms, which are channels by another name."""

    rooms: tuple[str, ...]


class Leave(Operation, frozen=True, kw_only=True, tag="leave"):
    """Stop following rooms."""

    rooms: tuple[str, ...]


class Ping(Operation, frozen=True, kw_only=True, tag="ping"):
    """Ask for a pong."""


class Authenticate(Operation, frozen=True, kw_only=True, tag="auth"):
    """Present a token."""

    token: str


class RefreshNow(Operation, frozen=True, kw_only=True, tag="refresh"):
    """Fetch instruments now, all of them when none is named."""

    instruments: tuple[str, ...] = ()


class Start(Operation, frozen=True, kw_only=True, tag="start"):
    """Start the pipeline."""


class Stop(Operation, frozen=True, kw_only=True, tag="stop"):
    """Stop the pipeline."""


class Restart(Operation, frozen=True, kw_only=True, tag="restart"):
    """Restart a feed, or the pipeline when none is named."""

    feed: str | None = None


class Pause(Operation, frozen=True, kw_only=True, tag="pause"):
    """Pause a feed."""

    feed: str


class Resume(Operation, frozen=True, kw_only=True, tag="resume"):
    """Resume a feed."""

    feed: str


AnyOperation = (
    Subscribe
    | Unsubscribe
    | Join
    | Leave
    | Ping
    | Authenticate
    | RefreshNow
    | Start
    | Stop
    | Restart
    | Pause
    | Resume
)


class _Head(Struct, frozen=True):
    op: object = None
    id: object = None


_head = msgspec.json.Decoder(_Head)
_operation: msgspec.json.Decoder[AnyOperation] = msgspec.json.Decoder(AnyOperation)
_OPERATIONS = frozenset(kind.__struct_config__.tag for kind in AnyOperation.__args__)


def decode_operation(text: bytes | str) -> AnyOperation:
    """What a client asks for. Raises FrameError with code bad_json, unknown_op or bad_field."""
    try:
        head = _head.decode(text)
    except msgspec.ValidationError:
        raise FrameError("bad_json", "one JSON object a message is expected") from None
    except UNDECODABLE as error:
        raise FrameError("bad_json", str(error)) from None
    own_id = head.id if isinstance(head.id, int | str) else None
    if not isinstance(head.op, str) or head.op not in _OPERATIONS:
        raise FrameError("unknown_op", f"op is one of {', '.join(sorted(map(str, _OPERATIONS)))}", own_id)
    try:
        return _operation.decode(text)
    except UNDECODABLE as error:
        raise FrameError("bad_field", str(error), own_id) from None


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


class Ack(Struct, frozen=True, kw_only=True, tag="ack"):
    """An operation was carried out; `recovered` tells that nothing was missed since `since`."""

    id: OperationId
    op: str
    channels: tuple[str, ...]
    epoch: str
    seq: int
    recovered: bool = False


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


_message: msgspec.json.Decoder[PipelineMessage] = msgspec.json.Decoder(PipelineMessage)
_type = msgspec.json.Decoder(_Type)
_MESSAGES = frozenset(kind.__struct_config__.tag for kind in PipelineMessage.__args__)


def decode_message(frame: bytes) -> PipelineMessage | None:
    """What the server says; None for a kind of message that only newer programs know.

    Raises FrameError when it is something else than this protocol, or lacks what it must have.
    """
    try:
        return _message.decode(frame)
    except UNDECODABLE as error:
        if _has_unknown_type(frame):
            return None
        raise FrameError("bad_message", str(error)) from None


def _has_unknown_type(frame: bytes) -> bool:
    try:
        return _type.decode(frame).type not in _MESSAGES
    except UNDECODABLE:
        return False
