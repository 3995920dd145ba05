"""The packets between a Textual app without a terminal and whoever shows it: a letter, a length, a payload.

As in Textual's `web_driver.py` and in textual-serve: `D` carries what a terminal would, `M` a JSON object.
"""

import asyncio

import msgspec
from msgspec import Struct

PRELUDE = b"__GANGLION__\n"
"""What an app says before its first packet."""
MOST_LINES_BEFORE = 10
MOST_BYTES = 8_000_000
_HEAD_BYTES = 5


class BrokenTalk(Exception):
    """What came is no packet, or longer than any should be."""


class Data(Struct, frozen=True):
    """Bytes for the terminal."""

    payload: bytes


class Meta(Struct, frozen=True):
    """Word beside the picture; of those that exist a console says `exit` only."""

    type: str = ""


Packet = Data | Meta


def input_packet(text: str) -> bytes:
    """What somebody typed."""
    return _packet(b"D", text.encode("utf-8", "replace"))


def resize_packet(width: int, height: int) -> bytes:
    """The window has another size."""
    return _packet(b"M", msgspec.json.encode({"type": "resize", "width": width, "height": height}))


def word_packet(word: str) -> bytes:
    """`quit`, `focus` or `blur`."""
    return _packet(b"M", msgspec.json.encode({"type": word}))


async def read_prelude(reader: asyncio.StreamReader) -> bool:
    """Whether an app announces itself; False where it ends or talks of other things."""
    for _ in range(MOST_LINES_BEFORE):
        line = await reader.readline()
        if not line or line == PRELUDE:
            return bool(line)
    return False


async def read_packet(reader: asyncio.StreamReader) -> Packet | None:
    """The next packet; None at the end. Raises BrokenTalk."""
    try:
        head = await reader.readexactly(_HEAD_BYTES)
        size = int.from_bytes(head[1:], "big")
        if size > MOST_BYTES:
            raise BrokenTalk(f"a packet of {size} bytes")
        payload = await reader.readexactly(size)
    except asyncio.IncompleteReadError:
        return None
    if head[:1] == b"D":
        return Data(payload)
    return _meta(payload) if head[:1] == b"M" else Meta()


def _meta(payload: bytes) -> Meta:
    try:
        return msgspec.json.decode(payload, type=Meta)
    except msgspec.DecodeError as error:
        raise BrokenTalk(str(error)) from None


def _packet(kind: bytes, payload: bytes) -> bytes:
    return b"%s%s%s" % (kind, len(payload).to_bytes(4, "big"), payload)
