"""What we rely on in uvicorn, with peers that do not behave. Fails when uvicorn changes it."""

import asyncio

import pytest

from rtp_tui.model.events import InstrumentView
from rtp_tui.server import guarded_protocols
from rtp_tui.server.guarded_protocols import GuardedHTTP
from tests.factories import a_quote, an_instrument
from tests.scripted_pipeline import ScriptedPipeline, a_snapshot
from tests.serving import Serving, serving

HANDSHAKE = (
    b"GET /ws HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)


@pytest.fixture(autouse=True)
def short_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(GuardedHTTP, "receive_deadline_s", 0.2)
    monkeypatch.setattr(GuardedHTTP, "sample_every_s", 0.05)
    monkeypatch.setattr(guarded_protocols, "DROP_AFTER_S", 0.3)


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
        b"POST /refresh HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        b"Transfer-Encoding: chunked\r\n\r\n5\r\n{",
    ],
    ids=["nothing", "half a header", "half a body", "half a chunk"],
)
async def test_a_request_that_does_not_arrive_is_dropped_at_the_deadline(sent: bytes) -> None:
    async with serving(ScriptedPipeline()) as running:
        reader, writer = await open_raw(running)
        writer.write(sent)
        assert await read_to_the_end(reader) == b""
        writer.close()
        assert running.server.status().late_requests == 1


async def test_a_half_request_behind_a_whole_one_is_dropped_too() -> None:
    whole = b"GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n"
    half = (
        b"POST /refresh HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        b"Content-Length: 100\r\n\r\n{"
    )
    async with serving(ScriptedPipeline()) as running:
        reader, writer = await open_raw(running)
        writer.write(whole + half)
        assert (await read_to_the_end(reader)).count(b"HTTP/1.1") == 1
        writer.close()
        assert running.server.status().late_requests == 1


async def test_an_answer_that_is_not_read_does_not_wait_for_ever() -> None:
    views = tuple(
        InstrumentView(an_instrument(f"crypto:X{number}", name="x" * 10_000), None, None, ())
        for number in range(50)
    )
    async with serving(ScriptedPipeline(a_snapshot(instruments=views))) as running:
        _, writer = await open_raw(running)
        writer.transport.pause_reading()  # type: ignore[attr-defined]
        writer.write(b"GET /market/latest HTTP/1.1\r\nHost: localhost\r\n\r\n" * 50)
        async with asyncio.timeout(10):
            while not running.server.status().stalled_responses:  # noqa: ASYNC110 - nothing else tells
                await asyncio.sleep(0.02)
            while running.server.status().connections:  # noqa: ASYNC110 - likewise
                await asyncio.sleep(0.02)
        writer.transport.abort()


def masked(first: int, payload: bytes = b"") -> bytes:
    """A client's frame of fewer than 126 bytes, under a mask that changes nothing (RFC 6455 section 5.2)."""
    return bytes((first, 0x80 | len(payload))) + bytes(4) + payload


@pytest.mark.parametrize(
    "flood",
    [
        masked(0x89, b"ping") * 3_000,
        masked(0x8A, b"pong") * 3_000,
        masked(0x01, b"x") + masked(0x00, b"x") * 3_000,
        masked(0x01) + masked(0x00) * 3_000,
        masked(0x81, b'{"op":"ping"}') * 3_000,
    ],
    ids=["pings", "pongs", "fragments", "empty fragments", "messages"],
)
async def test_who_floods_is_told_so_and_sent_away(flood: bytes) -> None:
    async with serving(ScriptedPipeline(a_snapshot())) as running:
        reader, writer = await open_raw(running)
        writer.write(HANDSHAKE)
        await reader.readuntil(b"limits")
        writer.write(flood)
        received = await read_to_the_end(reader)
        writer.close()
        told = received.index(b'"code":"too_many_requests"')
        assert received.index(b"\x88\x13" + (4009).to_bytes(2, "big")) > told
        async with asyncio.timeout(5):
            while not running.server.status().flooding_clients:  # noqa: ASYNC110 - nothing else tells
                await asyncio.sleep(0.02)


async def test_many_fragments_of_a_large_message_are_no_flood() -> None:
    order = b'{"op":"ping","id":"whole"}'.ljust(60_000)
    parts = [order[start : start + 100] for start in range(0, len(order), 100)]
    async with serving(ScriptedPipeline(a_snapshot())) as running:
        reader, writer = await open_raw(running)
        writer.write(HANDSHAKE)
        await reader.readuntil(b"limits")
        writer.write(masked(0x01, parts[0]))
        writer.write(b"".join(masked(0x00, part) for part in parts[1:-1]) + masked(0x80, parts[-1]))
        async with asyncio.timeout(5):
            await reader.readuntil(b'"id":"whole"')
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
        writer.write(HANDSHAKE)
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
