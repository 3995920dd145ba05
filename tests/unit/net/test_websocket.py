"""The client's WebSocket against the library's own server on loopback."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from http import HTTPStatus

import pytest
from websockets.asyncio.server import ServerConnection, serve
from websockets.http11 import Request, Response

from rtp_tui.clock import SystemClock
from rtp_tui.net.settings import NetSettings
from rtp_tui.net.websocket import SocketClosed, SocketUnreachable, connect
from tests.fakes import FakeClock

Handler = Callable[[ServerConnection], Awaitable[None]]


@asynccontextmanager
async def serving(handler: Handler) -> AsyncIterator[str]:
    async with serve(handler, "127.0.0.1", 0) as server:
        yield f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}"


async def echo(socket: ServerConnection) -> None:
    async for message in socket:
        await socket.send(message)


async def test_text_arrives_as_undecoded_bytes() -> None:
    async with serving(echo) as url, connect(url, clock=SystemClock()) as socket:
        await socket.send('{"price":"§"}')
        assert await socket.receive() == '{"price":"§"}'.encode()


async def test_nothing_is_compressed_and_headers_are_sent() -> None:
    seen: list[tuple[str | None, str | None]] = []

    async def note(socket: ServerConnection) -> None:
        assert socket.request is not None
        headers = socket.request.headers
        seen.append((headers.get("Sec-WebSocket-Extensions"), headers.get("Authorization")))

    async with (
        serving(note) as url,
        connect(url, clock=SystemClock(), headers=[("Authorization", "Bearer t")]) as socket,
    ):
        with pytest.raises(SocketClosed):
            await socket.receive()
    assert seen == [(None, "Bearer t")]


async def test_the_peers_goodbye_carries_its_code_and_reason() -> None:
    async def leave(socket: ServerConnection) -> None:
        await socket.close(4008, "too slow")

    async with serving(leave) as url, connect(url, clock=SystemClock()) as socket:
        with pytest.raises(SocketClosed) as caught:
            await socket.receive()
        with pytest.raises(SocketClosed):
            await socket.send("late")
    assert (caught.value.code, caught.value.reason) == (4008, "too slow")


async def test_a_lost_connection_is_1006() -> None:
    async def vanish(socket: ServerConnection) -> None:
        socket.transport.abort()

    async with serving(vanish) as url, connect(url, clock=SystemClock()) as socket:
        with pytest.raises(SocketClosed) as caught:
            await socket.receive()
    assert caught.value.code == 1006


async def test_a_frame_over_the_limit_ends_the_connection_with_1009() -> None:
    async def flood(socket: ServerConnection) -> None:
        await socket.send("x" * 5000)
        await socket.wait_closed()

    async with serving(flood) as url, connect(url, clock=SystemClock(), max_bytes=4096) as socket:
        with pytest.raises(SocketClosed) as caught:
            await socket.receive()
    assert caught.value.code == 1009


async def test_a_refused_handshake_tells_its_status() -> None:
    def refuse(connection: ServerConnection, _request: Request) -> Response:
        return connection.respond(HTTPStatus.FORBIDDEN, "no\n")

    async with serve(echo, "127.0.0.1", 0, process_request=refuse) as server:
        url = f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        with pytest.raises(SocketUnreachable) as caught:
            async with connect(url, clock=SystemClock()):
                pass
    assert caught.value.status == 403


@pytest.mark.parametrize(
    "url", ["ws://127.0.0.1:1", "nonsense", "http://127.0.0.1:1", "ws://127.0.0.1:99999"]
)
async def test_what_cannot_be_opened_is_unreachable(url: str) -> None:
    with pytest.raises(SocketUnreachable):
        async with connect(url, clock=SystemClock()):
            pass


async def test_a_server_that_never_answers_is_given_up_at_the_deadline() -> None:
    clock = FakeClock()
    opened = asyncio.Event()

    async def hang(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        opened.set()
        await reader.read()
        writer.close()

    async def attempt(url: str) -> None:
        with pytest.raises(SocketUnreachable, match="4 s"):
            async with connect(url, clock=clock, open_timeout_s=4):
                pass

    server = await asyncio.start_server(hang, "127.0.0.1", 0)
    async with asyncio.TaskGroup() as group:
        group.create_task(attempt(f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}"))
        await opened.wait()
        await asyncio.sleep(0.02)
        await clock.advance(4.1)
    server.close()
    await server.wait_closed()


async def test_this_machine_is_never_reached_through_a_proxy() -> None:
    proxied = NetSettings(proxy="http://127.0.0.1:9")
    async with serving(echo) as url, connect(url, clock=SystemClock(), settings=proxied) as socket:
        await socket.send("direct")
        assert await socket.receive() == b"direct"
