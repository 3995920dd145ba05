"""Understanding a server of another version: what it says that we do not know is passed over and counted.

Fields that we do not know are ignored by the decoder, fields that it does not send have defaults. Kinds
of events and members of a snapshot that cannot be read at all are left out, each kind told once.
"""

from collections.abc import Iterator
from typing import get_args, get_origin

import msgspec
from msgspec import Raw, Struct

from rtp_tui.api.frames import EventsSince, FrameError, PipelineMessage, WholeState
from rtp_tui.api.wire import UNDECODABLE
from rtp_tui.model.events import Event, Snapshot

MOST_KINDS = 100
_UNNAMED = "unknown"
_KIND_LETTERS = 40


class _Type(Struct, frozen=True):
    type: str


class _RawEvents(Struct, frozen=True):
    seq: int
    data: tuple[Raw, ...]


class _RawEvent(Struct, frozen=True):
    seq: int
    payload: Raw


class _RawState(Struct, frozen=True):
    seq: int
    ts_ms: int
    data: dict[str, Raw]


_message: msgspec.json.Decoder[PipelineMessage] = msgspec.json.Decoder(PipelineMessage)
_event = msgspec.json.Decoder(Event)
_type = msgspec.json.Decoder(_Type)
_raw_event = msgspec.json.Decoder(_RawEvent)
_raw_events = msgspec.json.Decoder(_RawEvents)
_raw_state = msgspec.json.Decoder(_RawState)
_MESSAGES = frozenset(kind.__struct_config__.tag for kind in get_args(PipelineMessage))


class Reader:
    """Reads messages, and remembers the kinds of things that it could not."""

    def __init__(self) -> None:
        self.passed_over = 0
        """How many events and members of snapshots were left out."""
        self.kinds: set[str] = set()
        """Their kinds, at most 100 of them."""

    def read(self, frame: bytes) -> PipelineMessage | None:
        """What the server says; None for a kind of message that only newer programs know.

        Raises FrameError when it is something else than this protocol, or lacks what it must have.
        """
        try:
            return _message.decode(frame)
        except UNDECODABLE as error:
            return self._read_what_can_be(frame, str(error))

    def _read_what_can_be(self, frame: bytes, fault: str) -> PipelineMessage | None:
        try:
            kind = _type.decode(frame).type
            if kind == "events":
                return self._events(_raw_events.decode(frame))
            if kind == "snapshot":
                return self._state(_raw_state.decode(frame))
        except UNDECODABLE as error:
            raise FrameError("bad_message", str(error)) from None
        if kind in _MESSAGES:
            raise FrameError("bad_message", fault)
        return None

    def _events(self, raw: _RawEvents) -> EventsSince:
        return EventsSince(seq=raw.seq, data=tuple(self._readable(raw.data)))

    def _readable(self, events: tuple[Raw, ...]) -> Iterator[Event]:
        for event in events:
            try:
                yield _event.decode(event)
            except UNDECODABLE:
                self._pass_over(_kind_of(_raw_event.decode(event).payload))

    def _state(self, raw: _RawState) -> WholeState:
        members = {
            field.encode_name: self._member(field, raw.data[field.encode_name])
            for field in msgspec.structs.fields(Snapshot)
            if field.encode_name in raw.data
        }
        readable = {name: value for name, value in members.items() if value is not msgspec.NODEFAULT}
        return WholeState(seq=raw.seq, ts_ms=raw.ts_ms, data=msgspec.convert(readable, Snapshot))

    def _member(self, field: msgspec.structs.FieldInfo, raw: Raw) -> object:
        """A field of the snapshot; of a list whatever can be read, NODEFAULT for a value that cannot."""
        if get_origin(field.type) is not tuple:
            return self._value(field.type, raw, field.name, msgspec.NODEFAULT)
        of_each = get_args(field.type)[0]
        each = (self._value(of_each, one, field.name, None) for one in _list_of(raw))
        return tuple(one for one in each if one is not None)

    def _value(self, kind: object, raw: Raw, name: str, otherwise: object) -> object:
        try:
            return msgspec.json.decode(raw, type=kind)
        except UNDECODABLE:
            self._pass_over(name)
            return otherwise

    def _pass_over(self, kind: str) -> None:
        self.passed_over += 1
        if len(self.kinds) < MOST_KINDS:
            self.kinds.add(kind)


def _list_of(raw: Raw) -> list[Raw]:
    return msgspec.json.decode(raw, type=list[Raw])


def _kind_of(payload: Raw) -> str:
    try:
        return _type.decode(payload).type[:_KIND_LETTERS]
    except UNDECODABLE:
        return _UNNAMED
