"""A console elsewhere, over a real server on loopback."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.server import ServerConnection, serve
from websockets.http11 import Request, Response

from rtp_tui.api.asking import Asking
from rtp_tui.api.remote import RemotePipeline
from rtp_tui.api.wire import encode
from rtp_tui.clock import SystemClock
from rtp_tui.model.commands import ControlFeed, Done, EndProcess, FeedAction, Refresh, TriggerJob
from rtp_tui.model.errors import (
    Failed,
    NotConnected,
    ReadOnly,
    Refused,
    TooManyRequests,
    UnknownFeed,
    Unsupported,
)
from rtp_tui.model.events import Batch, Disconnected, Snapshot
from rtp_tui.model.queries import BarPage, Explain, GetBars
from rtp_tui.net.settings import NetSettings
from tests.certificates import make_certificate
from tests.factories import BTC, a_bar, a_health_report, a_quote
from tests.scripted_pipeline import ScriptedPipeline
from tests.serving import serving


class QuickClock(SystemClock):
    """The real clock, but a pause lasts a hundredth of what it should."""

    async def sleep(self, seconds: float) -> None:
        await super().sleep(seconds / 100)


def remote(url: str) -> RemotePipeline:
    return RemotePipeline(url, QuickClock(), NetSettings())


async def next_of(updates: Any) -> Any:
    async with asyncio.timeout(5):
        return await anext(updates)


async def test_a_console_elsewhere_sees_the_snapshot_and_then_what_happens() -> None:
    engine = ScriptedPipeline()
    async with serving(engine) as running, remote(running.url).watch(conflate_ms=50) as updates:
        snapshot = await next_of(updates)
        assert isinstance(snapshot, Snapshot)
        assert (snapshot.epoch, snapshot.seq) == ("e1", 100)
        assert [view.instrument.id for view in snapshot.instruments] == ["crypto:BTC", "crypto:ETH"]
        engine.emit(a_quote(price=1.0), a_quote(price=2.0), a_health_report())
        batch = await next_of(updates)
    assert isinstance(batch, Batch)
    assert [event.seq for event in batch.events] == [102, 103]
    assert batch.events[0].payload == a_quote(price=2.0)


async def test_with_no_conflation_every_quote_arrives() -> None:
    engine = ScriptedPipeline()
    async with serving(engine) as running, remote(running.ws_url).watch(conflate_ms=0) as updates:
        await next_of(updates)
        engine.emit(a_quote(price=1.0), a_quote(price=2.0))
        batch = await next_of(updates)
    assert [event.payload.price for event in batch.events] == [1.0, 2.0]


async def test_a_lost_server_is_told_at_once_and_its_return_resumes() -> None:
    engine = ScriptedPipeline()
    async with serving(engine) as running:
        port = int(running.url.rpartition(":")[2])
        watching = remote(running.url).watch()
        updates = await watching.__aenter__()
        await next_of(updates)
        running.server.stop()
        lost = await next_of(updates)
    assert isinstance(lost, Disconnected)
    assert lost.attempt == 1
    assert lost.retry_in_ms >= 1500
    again = await next_of(updates)
    assert isinstance(again, Disconnected)
    async with serving(engine, port=port):
        update = await next_of(updates)
        while isinstance(update, Disconnected):
            update = await next_of(updates)
        assert isinstance(update, Snapshot | Batch)
        await watching.__aexit__(None, None, None)


async def test_commands_and_queries_reach_the_engine_and_their_answers_come_back() -> None:
    engine = ScriptedPipeline()
    page = BarPage(bars=(a_bar(),), next_cursor="more")
    engine.answers = {GetBars: page, ControlFeed: Done(message="paused", affected=("binance",))}
    query, command = GetBars(instrument=BTC, limit=5), ControlFeed(feed="binance", action=FeedAction.PAUSE)
    async with serving(engine) as running:
        assert await remote(running.url).query(query) == page
        assert (await remote(running.url).execute(command)).affected == ("binance",)
    assert engine.asked == [query, command]


@pytest.mark.parametrize("refusal", [UnknownFeed("no feed 'x' runs"), Failed("the disk is full")])
async def test_a_refusal_arrives_as_the_exception_that_it_was(refusal: UnknownFeed | Failed) -> None:
    engine = ScriptedPipeline()
    engine.answers = {ControlFeed: refusal}
    async with serving(engine) as running:
        with pytest.raises(type(refusal)) as caught:
            await remote(running.url).execute(ControlFeed(feed="x", action=FeedAction.PAUSE))
    assert caught.value.message == refusal.message


async def test_a_read_only_server_takes_no_commands() -> None:
    engine = ScriptedPipeline()
    async with serving(engine, read_only=True) as running:
        with pytest.raises(ReadOnly):
            await remote(running.url).execute(EndProcess())
    assert engine.asked == []


async def test_an_unreachable_server_refuses_commands_at_once() -> None:
    engine = ScriptedPipeline()
    async with serving(engine) as running:
        url = running.url
    with pytest.raises(NotConnected):
        await remote(url).execute(EndProcess())
    assert engine.asked == []


@pytest.mark.parametrize("url", ["ftp://x", "http://", "", "://"])
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="address"):
        remote(url)


TLS_HELLO = b"\x16"


@asynccontextmanager
async def saying(*answers: bytes) -> AsyncIterator[tuple[str, list[bytes]]]:
    """A server that gives each connection the next of its answers, the last one for ever; and what it was asked."""
    asked: list[bytes] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        first = await reader.read(1)
        asked.append(first if first == TLS_HELLO else first + await reader.readuntil(b"\r\n\r\n"))
        writer.write(answers[min(len(asked), len(answers)) - 1])
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", asked


def http(status: str, body: bytes = b"", *headers: str) -> bytes:
    head = "".join(f"{header}\r\n" for header in (*headers, f"Content-Length: {len(body)}"))
    return f"HTTP/1.1 {status}\r\n{head}Connection: close\r\n\r\n".encode() + body


HTML = http("200 OK", b"<html><body>Sign in to the Wi-Fi</body></html>", "Content-Type: text/html")


async def loss_of(door: RemotePipeline) -> Disconnected:
    async with door.watch() as updates:
        update = await next_of(updates)
    assert isinstance(update, Disconnected)
    return update


@pytest.mark.parametrize(
    ("answer", "words", "at_least_ms"),
    [
        (http("401 Unauthorized"), "refuses the token", 30_000),
        (http("403 Forbidden"), "does not let this console in", 30_000),
        (http("404 Not Found"), "no rtp-tui server", 30_000),
        (http("426 Upgrade Required"), "no rtp-tui server", 30_000),
        (HTML, "no rtp-tui server", 30_000),
        (http("502 Bad Gateway"), "a proxy answers", 500),
        (http("503 Service Unavailable", b"", "Retry-After: 60"), "takes nobody now", 60_000),
        (b"SSH-2.0-OpenSSH_9.2\r\n", "does not answer as a WebSocket server", 500),
        (b"", "hung up without an answer", 500),
    ],
)
async def test_an_answer_that_opens_nothing_is_named_and_not_asked_for_too_often(
    answer: bytes, words: str, at_least_ms: int
) -> None:
    async with saying(answer) as (url, _):
        lost = await loss_of(RemotePipeline(url, QuickClock(), NetSettings(), "secret"))
    assert words in lost.reason
    assert "secret" not in lost.reason
    assert at_least_ms <= lost.retry_in_ms <= at_least_ms + 10_000


async def test_a_name_without_an_address_and_an_unusable_file_of_certificates_are_named() -> None:
    lost = await loss_of(remote("http://nowhere.invalid:8080"))
    assert "nowhere.invalid: its name has no address" in lost.reason
    door = RemotePipeline("https://127.0.0.1:1", QuickClock(), NetSettings(ca_file="/nowhere/ca.pem"))
    assert "/nowhere/ca.pem" in (await loss_of(door)).reason
    with pytest.raises(NotConnected, match=r"/nowhere/ca\.pem"):
        await door.query(GetBars(instrument=BTC))


async def test_a_server_that_speaks_no_tls_is_named() -> None:
    async with saying(HTML) as (url, _):
        lost = await loss_of(remote(url.replace("http", "https")))
    assert lost.reason.startswith("127.0.0.1: ")
    assert "TLS" in lost.reason or "without an answer" in lost.reason


@pytest.mark.parametrize(
    ("answer", "refusal", "words"),
    [
        (HTML.replace(b"200 OK", b"302 Found"), Failed, "no rtp-tui server"),
        (http("502 Bad Gateway", b"<html>"), Failed, "HTTP 502"),
        (http("429 Too Many Requests", b"", "Retry-After: 7"), TooManyRequests, "again in 7 s"),
        (http("429 Too Many Requests", b"slow down"), TooManyRequests, "too many requests"),
        (HTML, Failed, "cannot be read"),
        (b"", NotConnected, "127.0.0.1"),
    ],
)
async def test_an_answer_that_is_none_of_ours_is_refused_in_words(
    answer: bytes, refusal: type[Refused], words: str
) -> None:
    async with saying(answer) as (url, asked):
        with pytest.raises(refusal, match=words):
            await remote(url).execute(EndProcess())
        assert len(asked) == 1, "an order is given once"


async def test_questions_and_orders_are_answered_beside_a_watch() -> None:
    engine = ScriptedPipeline()
    engine.answers = {GetBars: BarPage(bars=())}
    async with serving(engine) as running:
        door = remote(running.url)
        async with door.watch() as updates:
            await next_of(updates)
            for _ in range(3):
                await door.query(GetBars(instrument=BTC))
            assert (await door.execute(EndProcess())).message == "done"
    assert len(engine.asked) == 4


async def test_a_question_on_a_dead_connection_is_asked_once_more() -> None:
    page = encode(BarPage(bars=()))
    async with saying(b"", http("200 OK", page)) as (url, asked):
        asking = Asking(url, QuickClock(), NetSettings(), ())
        async with asking:
            assert await asking.query(GetBars(instrument=BTC)) == BarPage(bars=())
    assert len(asked) == 2


async def test_what_an_older_server_cannot_do_is_refused_without_asking_it() -> None:
    async with older_server(can='["get_bars"]') as (url, asked):
        door = remote(url)
        async with door.watch() as updates:
            assert isinstance(await next_of(updates), Snapshot)
            with pytest.raises(Unsupported, match=r"rtp-tui/0\.0\.9, which cannot end process; update it"):
                await door.execute(EndProcess())
            with pytest.raises(Unsupported, match="explain"):
                await door.query(Explain(instrument=BTC))
    assert asked == ["/ws"]


async def test_a_server_that_does_not_say_what_it_can_is_simply_asked() -> None:
    async with older_server(can="[]") as (url, _):
        door = remote(url)
        async with door.watch() as updates:
            await next_of(updates)
            with pytest.raises(Refused) as caught:
                await door.execute(EndProcess())
    assert type(caught.value) is not Unsupported


@asynccontextmanager
async def older_server(can: str) -> AsyncIterator[tuple[str, list[str]]]:
    """The frames of an older server, by hand; and the paths it was asked for."""
    asked: list[str] = []

    async def note(connection: ServerConnection, request: Request) -> Response | None:
        asked.append(request.path)
        return None if request.path == "/ws" else connection.respond(404, "not here")

    async def talk(connection: ServerConnection) -> None:
        limits = '{"max_message_bytes":65536,"max_clients":10,"max_channels":10}'
        await connection.send(
            f'{{"type":"welcome","server":"rtp-tui/0.0.9","name":"","epoch":"k","limits":{limits},"can":{can}}}'
        )
        await connection.recv()
        await connection.send(
            '{"type":"snapshot","channel":"pipeline","seq":1,"ts_ms":1,"data":{"epoch":"k","seq":1,"at_ms":1}}'
        )
        await connection.wait_closed()

    async with serve(talk, "127.0.0.1", 0, process_request=note) as server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", asked


async def test_while_the_engine_is_away_every_order_of_today_is_refused_at_once() -> None:
    async with serving(ScriptedPipeline()) as running:
        url = running.url
    door = remote(url)
    async with door.watch() as updates:
        assert isinstance(await next_of(updates), Disconnected)
        for command in (
            EndProcess(),
            Refresh(),
            ControlFeed(feed="x", action=FeedAction.PAUSE),
            TriggerJob(job="j"),
        ):
            with pytest.raises(NotConnected, match="not heard"):
                await door.execute(command)


@pytest.mark.parametrize("asks", [False, True])
async def test_a_certificate_that_is_not_trusted_is_named_with_what_to_do(tmp_path: Path, asks: bool) -> None:
    certificate, key = make_certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server = await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0, ssl=context)
    async with server:
        door = remote(f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}")
        if asks:
            with pytest.raises(NotConnected) as caught:
                await door.query(GetBars(instrument=BTC))
            words = caught.value.message
        else:
            words = (await loss_of(door)).reason
    assert "certificate is not trusted" in words
    assert "net.ca_file" in words
