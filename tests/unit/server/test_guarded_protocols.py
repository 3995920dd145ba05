"""What we rely on in uvicorn, with peers that do not behave. Fails when uvicorn changes it."""

import asyncio

import pytest

from rtp_tui.server.guarded_protocols import GuardedHTTP
from tests.factories import a_quote
from tests.scripted_pipeline import ScriptedPipeline, a_snapshot
from tests.serving import Serving, serving


@pytest.fixture(autouse=True)
def short_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(GuardedHTTP, "receive_deadline_s", 0.2)


async def open_raw(running: Serving) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    host, _, port = running.url.removeprefix("http://").partition(":")
    return await asyncio.open_connection(host, int(port))


async def read_to_the_end(reader: asyncio.StreamReader) -> bytes:
    try:
        async with asyncio.timeout(2):
            return await reader.read()
    except ConnectionResetError:
        return b""


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"GET /health HTTP/1.1\r\nHost: loc",
        b"POST /refresh HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        b"Content-Length: 100\r\n\r\n{",
    ],
    ids=["nothing", "half a header", "half a body"],
)
async def test_a_request_that_does_not_arrive_is_dropped_at_the_deadline(sent: bytes) -> None:
    async with serving(ScriptedPipeline()) as running:
        reader, writer = await open_raw(running)
        writer.write(sent)
        assert await read_to_the_end(reader) == b""
        writer.close()


async def test_a_kept_connection_is_served_again_and_dropped_in_the_middle_of_the_next_request() -> None:
    request = b"GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n"
    async with serving(ScriptedPipeline()) as running:
        reader, writer = await open_raw(running)
        for _ in range(2):
            writer.write(request)
            assert await reader.readuntil(b"}") != b""
        await asyncio.sleep(0.3)
        writer.write(request)
        assert b"200 OK" in await reader.readuntil(b"}")
        writer.write(request[:20])
        assert await read_to_the_end(reader) == b""
        writer.close()


async def test_garbage_is_a_bad_request() -> None:
    async with serving(ScriptedPipeline()) as running:
        reader, writer = await open_raw(running)
        writer.write(b"\x16\x03\x01hello\r\n\r\n")
        assert b"400 Bad Request" in await read_to_the_end(reader)
        writer.close()


async def test_a_peer_that_stopped_reading_does_not_hold_up_the_end() -> None:
    engine = ScriptedPipeline(a_snapshot())
    loop = asyncio.get_running_loop()
    async with serving(engine) as running:
        reader, writer = await open_raw(running)
        writer.write(
            b"GET /ws HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        )
        await reader.readuntil(b"limits")
        writer.transport.pause_reading()  # type: ignore[attr-defined]
        (client,) = running.server._hub.clients.values()
        while client.wire.buffered() < 300_000:
            client.wire.write(b"\x81\x7e\xff\xff" + b"x" * 65_535)
            await asyncio.sleep(0)
        engine.emit(a_quote(price=1.0))
        began = loop.time()
    assert loop.time() - began < 2.5
    writer.transport.abort()
