"""A venue whose sockets do what a test says."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from rtp_tui.net.websocket import SocketClosed, SocketUnreachable


class FakeSocket:
    """Delivers what it is given; `end` makes it over."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.sent: list[str] = []
        self.is_open = True
        self._frames: asyncio.Queue[bytes | SocketClosed] = asyncio.Queue()

    def deliver(self, *frames: bytes) -> None:
        for frame in frames:
            self._frames.put_nowait(frame)

    def end(self, code: int, reason: str = "") -> None:
        self._frames.put_nowait(SocketClosed(code, reason))

    async def send(self, text: str) -> None:
        self.sent.append(text)

    async def receive(self) -> bytes:
        frame = await self._frames.get()
        if isinstance(frame, SocketClosed):
            raise frame
        return frame

    async def close(self, code: int = 1000, reason: str = "") -> None:
        self.is_open = False


class FakeVenue:
    """Hands out sockets, newest last; refuses as often as it is told to."""

    def __init__(self) -> None:
        self.sockets: list[FakeSocket] = []
        self.attempts = 0
        self.refusals: list[SocketUnreachable] = []

    @property
    def socket(self) -> FakeSocket:
        return self.sockets[-1]

    @property
    def open_sockets(self) -> int:
        return sum(socket.is_open for socket in self.sockets)

    @asynccontextmanager
    async def connect(self, url: str) -> AsyncIterator[FakeSocket]:
        self.attempts += 1
        if self.refusals:
            raise self.refusals.pop(0)
        socket = FakeSocket(url)
        self.sockets.append(socket)
        try:
            yield socket
        finally:
            socket.is_open = False
