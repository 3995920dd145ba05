"""Links that fail without a word, in real time: a server that vanishes, a client that stops reading."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from rtp_tui.api.link import SILENCE_S
from rtp_tui.api.remote import RemotePipeline
from rtp_tui.clock import SystemClock
from rtp_tui.model.events import Batch, Disconnected, Snapshot
from rtp_tui.net.settings import NetSettings
from tests.accept.running import PATIENCE_S
from tests.factories import a_quote
from tests.scripted_pipeline import ScriptedPipeline
from tests.serving import serving

pytestmark = pytest.mark.accept

UPGRADE = (
    b"GET /ws HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)


class Proxy:
    """Carries bytes both ways until it becomes a black hole, which swallows them and closes nothing."""

    def __init__(self, port: int) -> None:
        self._port = port
        self.is_open = asyncio.Event()
        self.is_open.set()

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection("127.0.0.1", self._port)
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._copy(reader, back))
                group.create_task(self._copy(there, writer))
        finally:
            back.close()
            writer.close()

    async def _copy(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65_536):
            await self.is_open.wait()
            writer.write(data)
        writer.close()


@asynccontextmanager
async def proxied(url: str) -> AsyncIterator[tuple[str, Proxy]]:
    proxy = Proxy(int(url.rpartition(":")[2]))
    server = await asyncio.start_server(proxy.carry, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", proxy
    finally:
        server.close()


async def test_a_server_that_vanishes_is_missed_within_five_seconds_and_found_again() -> None:
    engine = ScriptedPipeline()
    async with serving(engine) as running, proxied(running.url) as (url, proxy):
        remote = RemotePipeline(url, SystemClock(), NetSettings())
        async with remote.watch() as updates, asyncio.timeout(PATIENCE_S):
            assert isinstance(await anext(updates), Snapshot)
            proxy.is_open.clear()
            assert isinstance(await anext(updates), Disconnected)
            assert SILENCE_S < 5
            engine.emit(a_quote(price=1.0))
            proxy.is_open.set()
            update = await anext(updates)
            while isinstance(update, Disconnected):
                update = await anext(updates)
        assert isinstance(update, Batch)
        assert [event.seq for event in update.events] == [101]


async def test_a_client_that_stops_reading_is_ended_and_the_others_notice_nothing() -> None:
    engine = ScriptedPipeline()
    async with serving(engine) as running, running.client() as other:
        host, _, port = running.url.removeprefix("http://").partition(":")
        reader, writer = await asyncio.open_connection(host, int(port), limit=4096)
        writer.write(UPGRADE)
        await reader.readuntil(b"limits")
        order = b'{"op":"subscribe","channels":["*"],"conflate_ms":0}'
        writer.write(bytes((0x81, 0x80 | len(order))) + bytes(4) + order)
        await other.ask(op="subscribe", channels=["crypto:BTC"])
        async with asyncio.timeout(PATIENCE_S):
            while running.server.status().dropped_clients == 0:
                engine.emit(*(a_quote(price=float(price)) for price in range(1, 500)))
                engine.emit(a_quote(price=7.0))
                while (await other.hear()).get("data", {}).get("price") != 7.0:
                    pass
        assert running.server.status().clients == 1
        writer.transport.abort()
