"""HTTP against small servers on loopback that answer exactly what a test needs."""

import asyncio
import gzip
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from ssl import PROTOCOL_TLS_CLIENT, PROTOCOL_TLS_SERVER, SSLContext

import pytest

from rtp_tui import __version__
from rtp_tui.clock import SystemClock
from rtp_tui.net.http import HttpClient, HttpTimeout, HttpTooBig, HttpUnreachable
from rtp_tui.net.settings import NetSettings
from rtp_tui.net.trust import Trust
from tests.certificates import make_certificate
from tests.fakes import FakeClock


class Answering:
    """A server that answers every request with the same bytes and remembers what it was asked."""

    def __init__(self, answer: bytes) -> None:
        self.answer = answer
        self.requests: list[bytes] = []
        self.asked = asyncio.Event()

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            self.requests.append(head)
            self.asked.set()
            writer.write(self.answer)
            await writer.drain()
            if not self.answer:
                await reader.read()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def answering(answer: bytes, tls: SSLContext | None = None) -> AsyncIterator[tuple[str, Answering]]:
    handler = Answering(answer)
    server = await asyncio.start_server(handler.handle, "127.0.0.1", 0, ssl=tls)
    port = server.sockets[0].getsockname()[1]
    try:
        yield f"http{'s' * (tls is not None)}://127.0.0.1:{port}", handler
    finally:
        server.close()
        await server.wait_closed()


def reply(body: bytes, status: str = "200 OK", *headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


async def test_an_answer_has_status_lower_case_headers_and_body() -> None:
    async with (
        answering(reply(b"{}", "418 Teapot", "X-Mbx-Used-Weight: 7")) as (url, handler),
        HttpClient(NetSettings(), SystemClock(), base_url=url) as client,
    ):
        answer = await client.get("/api", {"symbol": "BTCUSDT", "limit": 5})
    assert (answer.status, answer.body, answer.headers["x-mbx-used-weight"]) == (418, b"{}", "7")
    assert handler.requests[0].startswith(b"GET /api?symbol=BTCUSDT&limit=5 HTTP/1.1")
    assert f"user-agent: rtp-tui/{__version__}".encode() in handler.requests[0].lower()


async def test_a_posted_body_is_json_and_an_empty_post_has_no_type() -> None:
    async with (
        answering(reply(b"")) as (url, handler),
        HttpClient(NetSettings(), SystemClock(), base_url=url) as client,
    ):
        await client.post("/with", b"{}")
        await client.post("/without")
    assert b"content-type: application/json" in handler.requests[0].lower()
    assert b"content-type" not in handler.requests[1].lower()


async def test_the_deadline_covers_the_whole_exchange() -> None:
    clock = FakeClock()
    async with (
        answering(b"") as (url, handler),
        HttpClient(NetSettings(), clock, base_url=url, timeout_s=3) as client,
        asyncio.TaskGroup() as group,
    ):
        asking = group.create_task(expect(HttpTimeout, client))
        await handler.asked.wait()
        await clock.advance(2.9)
        assert not asking.done()
        await clock.advance(0.2)
        assert "3 s" in str(await asking)


async def expect(kind: type[Exception], client: HttpClient, path: str = "/") -> Exception:
    with pytest.raises(kind) as caught:
        await client.get(path)
    return caught.value


async def test_an_answer_that_unpacks_too_large_is_given_up() -> None:
    packed = gzip.compress(b"0" * 100_000)
    async with (
        answering(reply(packed, "200 OK", "Content-Encoding: gzip")) as (url, _),
        HttpClient(NetSettings(), SystemClock(), base_url=url, max_bytes=50_000) as client,
    ):
        await expect(HttpTooBig, client)


async def test_a_closed_port_is_unreachable_and_the_message_holds_no_secret() -> None:
    server = await asyncio.start_server(lambda _r, w: w.close(), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    server.close()
    await server.wait_closed()
    async with HttpClient(NetSettings(), SystemClock(), base_url=f"http://127.0.0.1:{port}") as client:
        error = await expect(HttpUnreachable, client, "/x?apikey=SECRET")
    assert "SECRET" not in str(error)
    assert "127.0.0.1" in str(error)


async def test_an_answer_that_is_not_http_is_unreachable() -> None:
    async with (
        answering(b"<html>hello") as (url, _),
        HttpClient(NetSettings(), SystemClock(), base_url=url) as client,
    ):
        await expect(HttpUnreachable, client)


async def test_redirects_stay_within_the_host() -> None:
    async with answering(reply(b"here")) as (target, _):
        elsewhere = target.replace("127.0.0.1", "localhost")
        for location, ends_well in ((f"{target}/moved", True), (f"{elsewhere}/moved", False)):
            moved = reply(b"", "302 Found", f"Location: {location}")
            async with (
                answering(moved) as (url, _),
                HttpClient(NetSettings(), SystemClock(), base_url=url) as client,
            ):
                if ends_well:
                    assert (await client.get("/")).body == b"here"
                else:
                    await expect(HttpUnreachable, client)


async def test_a_redirect_from_tls_to_plain_http_is_not_followed(tmp_path: Path) -> None:
    certificate, key = make_certificate(tmp_path)
    tls = SSLContext(PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate, key)
    async with (
        answering(reply(b"here")) as (target, handler),
        answering(reply(b"", "302 Found", f"Location: {target}/moved"), tls) as (url, _),
        HttpClient(NetSettings(ca_file=str(certificate)), SystemClock(), base_url=url) as client,
    ):
        await expect(HttpUnreachable, client)
    assert handler.requests == []


async def test_certificates_are_read_once_for_all_that_share_their_trust(tmp_path: Path) -> None:
    certificate, key = make_certificate(tmp_path)
    tls = SSLContext(PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate, key)
    settings, clock = NetSettings(ca_file=str(certificate)), SystemClock()
    trust = Trust(settings)
    read: list[NetSettings] = []

    def certificates(settings: NetSettings) -> SSLContext:
        read.append(settings)
        return SSLContext(PROTOCOL_TLS_CLIENT)

    async with answering(reply(b"secretly"), tls) as (url, _):
        contexts = []
        for _ in range(2):
            async with HttpClient(settings, clock, base_url=url, trust=trust) as client:
                assert (await client.get("/")).body == b"secretly"
            contexts.append(trust.context(certificates))
    assert contexts[0] is contexts[1]
    assert read == []
    own = Trust(NetSettings())
    assert own.context(certificates) is own.context(certificates)
    assert len(read) == 1

    os.utime(certificate, ns=(1, 1))
    assert trust.context(certificates) is not contexts[0]
    certificate.unlink()
    with pytest.raises(OSError, match=r"net\.ca_file"):
        trust.context(certificates)


async def test_this_machine_is_never_reached_through_a_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    async with answering(reply(b"direct")) as (url, _):
        for proxy in ("env", "http://127.0.0.1:9"):
            async with HttpClient(NetSettings(proxy=proxy), SystemClock(), base_url=url) as client:
                assert (await client.get("/")).body == b"direct"
