"""The socket that is listened on."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.types import Receive, Scope, Send

from rtp_tui.server.limits import Refusals
from rtp_tui.server.listening import Listener, listen
from rtp_tui.server.settings import ServerSettings
from tests.fakes import FakeClock


class Listening:
    """A listener whose application answers nothing; time passes when told."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.is_asked = asyncio.Event()
        self.is_given_up = asyncio.Event()
        self.port = 0
        self.has_begun = asyncio.Event()
        self.listener = Listener(self.hear, self.has_begun.set, lambda: None, self.clock, refusals=Refusals())

    async def hear(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.is_asked.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            self.is_given_up.set()
            raise


@asynccontextmanager
async def listening() -> AsyncIterator[Listening]:
    """Until it is told to end."""
    it = Listening()
    async with asyncio.timeout(10), asyncio.TaskGroup() as group:
        with listen(ServerSettings(port=0)) as port:
            it.port = port.getsockname()[1]
            serving = group.create_task(it.listener.serve([port]))
            await it.has_begun.wait()
            yield it
            await serving


async def test_where_nobody_is_connected_it_ends_at_once() -> None:
    async with listening() as it:
        began = it.clock.monotonic()
        it.listener.end()
    assert it.clock.monotonic() == began


async def test_an_idle_connection_does_not_hold_up_the_end() -> None:
    async with listening() as it:
        reader, writer = await asyncio.open_connection("127.0.0.1", it.port)
        it.listener.end()
        assert await reader.read() == b""
        await it.clock.advance(0.1)
    writer.close()


async def test_what_is_not_answered_in_time_is_given_up() -> None:
    async with listening() as it:
        _, writer = await asyncio.open_connection("127.0.0.1", it.port)
        writer.write(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        await it.is_asked.wait()
        it.listener.end()
        await it.clock.advance(2.5)
        assert not it.is_given_up.is_set()
        await it.clock.advance(1)
        await it.is_given_up.wait()
    writer.close()


async def test_what_is_written_to_a_connection_is_sent_at_once_however_small() -> None:
    """Otherwise the body of an answer waits for its head to be acknowledged, 40 ms on Linux."""
    accepted: asyncio.Queue[bool] = asyncio.Queue()

    async def look(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = writer.get_extra_info("socket")
        await accepted.put(bool(connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)))
        writer.close()

    with listen(ServerSettings(port=0)) as listener:
        server = await asyncio.start_server(look, sock=listener)
        async with server:
            _, writer = await asyncio.open_connection(*listener.getsockname())
            async with asyncio.timeout(5):
                assert await accepted.get()
            writer.close()
            await writer.wait_closed()
