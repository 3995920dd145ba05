"""The listening socket: who is turned away, and that leaving is noticed whatever the way."""

import asyncio
import resource
import socket
import ssl
from pathlib import Path

import pytest

from rtp_tui.server.addresses import TrustedProxies
from rtp_tui.server.door import (
    ACCEPTED_AT_ONCE,
    FILES_FOR_OTHERS,
    Door,
    allow_most_files,
    files_for_connections,
)
from rtp_tui.server.limits import Bounds, Limits
from rtp_tui.server.tls import Certificate
from tests.certificates import make_certificate
from tests.fakes import FakeClock


def a_door(most: int) -> tuple[Door, Limits]:
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    bounds = Bounds(connections=most, local_connections=most)
    limits = Limits(bounds, FakeClock(), TrustedProxies(()))
    return Door(listener, limits), limits


class Greeter(asyncio.Protocol):
    """Greets, and closes when the peer does."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.WriteTransport)
        transport.write(b"hello")


async def gone(limits: Limits) -> None:
    async with asyncio.timeout(5):
        while limits.connections:  # noqa: ASYNC110 - nothing else tells
            await asyncio.sleep(0.01)


async def knock(door: Door) -> None:
    """Come in, be greeted and go. Raises ConnectionResetError."""
    reader, writer = await asyncio.open_connection(*door.getsockname())
    try:
        assert await reader.readexactly(5) == b"hello"
    finally:
        writer.close()


async def test_those_beyond_the_bound_are_reset_and_there_is_room_again_when_one_goes() -> None:
    door, limits = a_door(1)
    async with await asyncio.get_running_loop().create_server(Greeter, sock=door):
        first, its_writer = await asyncio.open_connection(*door.getsockname())
        assert await first.readexactly(5) == b"hello"
        with pytest.raises(ConnectionResetError):
            await knock(door)
        assert (limits.connections, limits.refusals.connections) == (1, 1)

        its_writer.close()
        await gone(limits)
        await knock(door)
        await gone(limits)


async def test_a_handshake_that_fails_or_never_comes_gives_its_place_back(tmp_path: Path) -> None:
    context = Certificate(*map(str, make_certificate(tmp_path))).context()
    door, limits = a_door(10)
    server = await asyncio.get_running_loop().create_server(
        Greeter, sock=door, ssl=context, ssl_handshake_timeout=0.2
    )
    async with server:
        silent, silent_writer = await asyncio.open_connection(*door.getsockname())
        talking, talking_writer = await asyncio.open_connection(*door.getsockname())
        talking_writer.write(b"GET / HTTP/1.1\r\n\r\n")
        distrusting = ssl.create_default_context()
        with pytest.raises(ssl.SSLError):
            await asyncio.open_connection(*door.getsockname(), ssl=distrusting)
        async with asyncio.timeout(5):
            assert await silent.read() == b""
            await talking.read()
        await gone(limits)
        silent_writer.close()
        talking_writer.close()


def test_as_many_files_may_be_open_as_the_system_lets_us() -> None:
    allow_most_files()

    assert 0 < files_for_connections() == resource.getrlimit(resource.RLIMIT_NOFILE)[0] - FILES_FOR_OTHERS


async def test_a_crowd_is_let_in_a_part_at_a_time() -> None:
    door, limits = a_door(1_000)
    door.listen(1_000)
    door.setblocking(False)
    crowd = [socket.create_connection(door.getsockname()) for _ in range(ACCEPTED_AT_ONCE + 1)]
    inside = [door.accept()[0] for _ in range(ACCEPTED_AT_ONCE)]
    with pytest.raises(BlockingIOError):
        door.accept()
    assert len(inside) == limits.connections == ACCEPTED_AT_ONCE
    inside.append(door.accept()[0])

    for connection in (*inside, *crowd, door):
        connection.close()
    assert limits.connections == 0
