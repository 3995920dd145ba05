"""Messages to followers of channels, as bytes that many connections share."""

from msgspec import UNSET, Raw, Struct, UnsetType

_SHORT, _MEDIUM = 126, 65_536
_TEXT = 0x81
MESSAGES_PER_ARRAY = 500


class ChannelMessage(Struct, frozen=True, kw_only=True):
    """Something new on a channel, or all of it."""

    type: str
    channel: str
    seq: int
    prev: int | UnsetType = UNSET
    """The channel's previous number, told to those who get every change."""
    ts_ms: int
    data: Raw


class Gap(Struct, frozen=True, kw_only=True, tag="gap", rename={"from_": "from"}):
    """Messages of a channel that were not sent."""

    channel: str
    from_: int
    to: int
    reason: str = "slow_client"


class Message(Struct, frozen=True, gc=False):
    """A message that many may read, encoded and framed once."""

    channel: str
    seq: int
    frame: bytes

    @property
    def body(self) -> bytes:
        """The message without its frame."""
        size = len(self.frame)
        return self.frame[2 if size < _SHORT + 2 else 4 if size < _MEDIUM + 4 else 10 :]


def message_of(channel: str, seq: int, body: bytes) -> Message:
    """A message ready to be written to whoever follows its channel."""
    return Message(channel, seq, text_frame(body))


def joined(messages: list[Message], *, batch: bool) -> bytes:
    """Messages as bytes for a connection; those who asked for no arrays share the frames themselves."""
    if batch:
        return framed([message.body for message in messages], batch=True)
    return b"".join([message.frame for message in messages])


def text_frame(payload: bytes) -> bytes:
    """One unfragmented, unmasked text frame (RFC 6455 section 5.2)."""
    size = len(payload)
    if size < _SHORT:
        return bytes((_TEXT, size)) + payload
    if size < _MEDIUM:
        return bytes((_TEXT, 126)) + size.to_bytes(2, "big") + payload
    return bytes((_TEXT, 127)) + size.to_bytes(8, "big") + payload


def framed(messages: list[bytes], *, batch: bool) -> bytes:
    """Messages as frames: one each, or arrays of them for those who asked for that."""
    if not batch or len(messages) == 1:
        return b"".join(map(text_frame, messages))
    arrays = (
        messages[start : start + MESSAGES_PER_ARRAY] for start in range(0, len(messages), MESSAGES_PER_ARRAY)
    )
    return b"".join(text_frame(b"[" + b",".join(array) + b"]") for array in arrays)
