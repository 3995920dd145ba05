"""A link that can be spoilt: a proxy on loopback which cuts, swallows, delays and narrows what it carries."""

import asyncio
import socket
import struct
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from tests.accept.running import PATIENCE_S

_RESET = struct.pack("ii", 1, 0)
_AT_ONCE = 16_384
_SMALL_BUFFER = 16_384
_MADE_UP_S = 1.0
"""A machine that is late by no more makes a link no narrower."""


class CutLink:
    """Carries bytes to a port of this machine, in a thread of its own; its faults are set from any other.

    While it swallows, nothing is read: what a sender still had on its way is there when the link works
    again, unless the sender has given the connection up meanwhile, as with packets that get lost.
    """

    def __init__(self, port: int) -> None:
        self.url = ""
        self.delay_s = 0.0
        """One way."""
        self.bytes_per_s: float | None = None
        """Towards the client."""
        self.carried_bytes = 0
        """Towards the client."""
        self.connections = 0
        """Ever opened."""
        self._port = port
        self._listening = threading.Event()
        self._ends = asyncio.Event()
        self._flows = asyncio.Event()
        self._is_cut = False
        self._open: set[socket.socket] = set()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()))

    def cut(self) -> None:
        """Reset every connection and refuse new ones, until mended."""
        self._do(self._cut)

    def swallow(self) -> None:
        """Carry nothing and close nothing, until mended."""
        self._do(self._flows.clear)

    def mend(self) -> None:
        """Work again."""
        self._do(self._mend)

    def start(self) -> None:
        self._thread.start()
        assert self._listening.wait(PATIENCE_S)

    def end(self) -> None:
        self._do(self._ends.set)
        self._thread.join(PATIENCE_S)

    def _do(self, act: object) -> None:
        assert callable(act)
        self._loop.call_soon_threadsafe(act)

    def _cut(self) -> None:
        self._is_cut = True
        for one in self._open:
            one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            # Wakes whoever waits for it; closing is left to the one who carries.
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def _mend(self) -> None:
        self._is_cut = False
        self._flows.set()

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._flows.set()
        with socket.create_server(("127.0.0.1", 0)) as listener:
            listener.setblocking(False)
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SMALL_BUFFER)
            self.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
            self._listening.set()
            async with asyncio.TaskGroup() as group:
                accepting = group.create_task(self._accept(listener, group))
                await self._ends.wait()
                self._cut()
                self._flows.set()
                accepting.cancel()

    async def _accept(self, listener: socket.socket, group: asyncio.TaskGroup) -> None:
        while True:
            client, _ = await self._loop.sock_accept(listener)
            client.setblocking(False)
            self.connections += 1
            if self._is_cut:
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
                client.close()
            else:
                group.create_task(self._carry(client))

    async def _carry(self, client: socket.socket) -> None:
        server = socket.socket()
        server.setblocking(False)
        server.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _SMALL_BUFFER)
        self._open |= {client, server}
        try:
            await self._flows.wait()
            await self._loop.sock_connect(server, ("127.0.0.1", self._port))
            async with asyncio.TaskGroup() as group:
                group.create_task(self._copy(client, server, is_back=False))
                group.create_task(self._copy(server, client, is_back=True))
        except* OSError:
            pass
        finally:
            self._open -= {client, server}
            client.close()
            server.close()

    async def _copy(self, source: socket.socket, target: socket.socket, *, is_back: bool) -> None:
        late: deque[tuple[float, bytes]] = deque()
        async with asyncio.TaskGroup() as group:
            arrived = asyncio.Event()
            sending = group.create_task(self._send(late, arrived, target, is_back=is_back))
            while data := await self._read(source, late):
                late.append((self._loop.time() + self.delay_s, data))
                arrived.set()
            late.append((self._loop.time() + self.delay_s, b""))
            arrived.set()
            await sending

    async def _read(self, source: socket.socket, late: deque[tuple[float, bytes]]) -> bytes:
        """What arrived, left in the kernel until the link flows and what came before is not too much."""
        while True:
            await self._readable(source)
            if source.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
                # What came before a reset can still be read here, but would not have arrived over a link.
                raise ConnectionResetError
            if self._flows.is_set() and len(late) < 64:
                rate = self.bytes_per_s
                return source.recv(_AT_ONCE if rate is None else max(256, int(rate / 20)))
            await asyncio.sleep(0.01)
            await self._flows.wait()

    async def _readable(self, source: socket.socket) -> None:
        ready = asyncio.Event()
        self._loop.add_reader(source, ready.set)
        try:
            await ready.wait()
        finally:
            self._loop.remove_reader(source)

    async def _send(
        self,
        late: deque[tuple[float, bytes]],
        arrived: asyncio.Event,
        target: socket.socket,
        *,
        is_back: bool,
    ) -> None:
        free_s = 0.0
        while True:
            if not late:
                arrived.clear()
                await arrived.wait()
                free_s = self._loop.time()
            due, data = late.popleft()
            await asyncio.sleep(max(0.0, due - self._loop.time()))
            await self._flows.wait()
            if not data:
                target.shutdown(socket.SHUT_WR)
                return
            await self._loop.sock_sendall(target, data)
            if is_back:
                self.carried_bytes += len(data)
                if self.bytes_per_s is not None:
                    free_s = max(free_s, self._loop.time() - _MADE_UP_S) + len(data) / self.bytes_per_s
                    await asyncio.sleep(max(0.0, free_s - self._loop.time()))


@contextmanager
def cut_link(url: str) -> Iterator[CutLink]:
    """A link to a server while the block runs."""
    link = CutLink(int(url.rpartition(":")[2]))
    link.start()
    try:
        yield link
    finally:
        link.end()
