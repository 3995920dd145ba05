"""A connection whose peer reads when it is told to."""

from typing import Any

import msgspec

from rtp_tui.model.clients import Scope
from rtp_tui.server.caller import Caller
from rtp_tui.server.client import Client


class FakeWire:
    """Takes the server's frames apart; the peer's backlog is set by the test."""

    def __init__(self) -> None:
        self.frames: list[Any] = []
        self.writes: list[bytes] = []
        self.backlog = 0
        self.closed: int | None = None

    def write(self, frames: bytes) -> None:
        self.writes.append(frames)
        while frames:
            size, start = frames[1], 2
            if size == 126:
                size, start = int.from_bytes(frames[2:4], "big"), 4
            elif size == 127:
                size, start = int.from_bytes(frames[2:10], "big"), 10
            assert frames[0] == 0x81
            self.frames.append(msgspec.json.decode(frames[start : start + size]))
            frames = frames[start + size :]

    @property
    def is_unread(self) -> bool:
        return self.backlog > 0

    def buffered(self) -> int:
        return self.backlog

    def close(self, code: int, reason: str) -> None:
        self.closed = code

    def take(self) -> list[Any]:
        """What was written since last asked, arrays taken apart."""
        taken, self.frames = self.frames, []
        return [m for frame in taken for m in (frame if isinstance(frame, list) else [frame])]


CALLER = Caller(address="127.0.0.1", scope=Scope.CONTROL)


def a_client(wire: FakeWire, id: int = 1, caller: Caller = CALLER) -> Client:  # noqa: A002 - as the client names it
    """A follower on loopback who may do everything."""
    return Client(id, wire, caller, connected_ms=0)
