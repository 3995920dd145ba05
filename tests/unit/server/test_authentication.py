"""Tokens on HTTP and on the WebSocket, over real sockets on loopback, in front of a scripted engine."""

import logging
from pathlib import Path
from typing import Any

import pytest

from rtp_tui.clock import SystemClock
from rtp_tui.model.errors import Failed
from rtp_tui.net.http import HttpClient, HttpReply
from rtp_tui.net.settings import NetSettings
from rtp_tui.net.websocket import SocketUnreachable, connect
from rtp_tui.server.guesses import GUESSES
from rtp_tui.server.tokens import TokensUnusable
from tests.scripted_pipeline import ScriptedPipeline
from tests.serving import Serving, Talk, serving
from tests.token_files import OPERATOR, READER, STRANGER, shown, token_file
from tests.unit.server.asking import read

CLIENTS = ("httpcore", "httpx", "websockets.client")


async def status_of(running: Serving, path: str, *headers: tuple[str, str], method: str = "GET") -> HttpReply:
    async with HttpClient(NetSettings(), SystemClock(), base_url=running.url, headers=headers) as client:
        return await (client.get(path) if method == "GET" else client.post(path))


async def test_with_a_token_file_only_the_probes_answer_without_a_token(tmp_path: Path) -> None:
    path = str(token_file(tmp_path))
    async with serving(ScriptedPipeline(), token_file=path) as running:
        for place in ("/", "/livez", "/readyz"):
            assert (await status_of(running, place)).status in (200, 503)
            assert (await status_of(running, place, shown(STRANGER))).status in (200, 503)
        for place in ("/health", "/metrics", "/config", "/audit", "/nowhere"):
            reply = await status_of(running, place)
            assert (reply.status, read(reply)["code"]) == (401, "not_authenticated")
            assert reply.headers["www-authenticate"] == "Bearer"
            assert (await status_of(running, place, shown(READER))).status != 401


async def test_a_readers_command_is_refused_before_its_body_is_read(tmp_path: Path) -> None:
    engine = ScriptedPipeline()
    path = str(token_file(tmp_path))
    async with serving(engine, token_file=path) as running:
        reply = await status_of(running, "/refresh", shown(READER), method="POST")
        taken = await status_of(running, "/refresh", shown(OPERATOR), method="POST")
    assert (reply.status, read(reply)["code"]) == (403, "not_allowed")
    assert (taken.status, len(engine.asked)) == (200, 1)
    assert [(e.name, e.address, e.command, e.subject, e.outcome) for e in running.audit] == [
        ("board", "127.0.0.1", "POST", "/refresh", "not_allowed"),
        ("ops", "127.0.0.1", "refresh", "", "done"),
    ]


async def test_where_loopback_may_not_control_it_may_read() -> None:
    engine = ScriptedPipeline()
    async with serving(engine, local_control=False) as running:
        assert (await status_of(running, "/health")).status == 200
        reply = await status_of(running, "/refresh", method="POST")
        async with running.client() as client:
            error = await client.ask(op="refresh", id=1)
    assert (reply.status, read(reply)["code"]) == (403, "not_allowed")
    assert (error["code"], engine.asked) == ("not_allowed", [])


async def test_bad_tokens_are_refused_for_a_while_and_counted_on_both_interfaces(tmp_path: Path) -> None:
    path = str(token_file(tmp_path))
    async with serving(ScriptedPipeline(), token_file=path) as running:
        replies = [await status_of(running, "/health", shown(STRANGER)) for _ in range(GUESSES + 1)]
        with pytest.raises(SocketUnreachable) as caught:
            async with running.client(headers=[shown(READER)]):
                """Never gets here."""
        async with running.client() as client:
            await client.say(op="auth", token=READER)
            _, code = await client.hear_the_end()
        assert running.server.status().bad_tokens == GUESSES + 3
    assert [reply.status for reply in replies] == [401] * GUESSES + [429]
    assert 50 <= int(replies[-1].headers["retry-after"]) <= 60
    assert (caught.value.status, code) == (429, 4009)


async def test_a_websocket_with_a_bad_token_in_its_header_is_refused_before_it_opens(tmp_path: Path) -> None:
    path = str(token_file(tmp_path))
    async with serving(ScriptedPipeline(), token_file=path) as running:
        with pytest.raises(SocketUnreachable) as caught:
            async with running.client(headers=[shown(STRANGER)]):
                """Never gets here."""
        async with running.client(headers=[shown(READER)]) as client:
            assert (await client.ask(op="subscribe", channels=["log"]))["type"] == "ack"
    assert caught.value.status == 401


async def test_a_token_in_the_first_message_is_as_good(tmp_path: Path) -> None:
    engine = ScriptedPipeline()
    async with serving(engine, token_file=str(token_file(tmp_path))) as running, running.client() as client:
        assert running.server.clients() == ()
        ack = await client.ask(op="auth", id=0, token=OPERATOR)
        (status,) = running.server.clients()
        done = await client.ask(op="refresh", id=1)
    assert (ack["type"], ack["op"], ack["id"]) == ("ack", "auth", 0)
    assert (status.name, status.scope, done["type"]) == ("ops", "control", "ack")


@pytest.mark.parametrize(
    ("first", "code"),
    [
        ({"op": "auth", "id": 0, "token": STRANGER}, None),
        ({"op": "auth", "id": 0, "token": ""}, None),
        ({"op": "auth", "id": 0, "token": 7}, "bad_field"),
        ({"op": "auth", "id": 0}, "bad_field"),
        ({"op": "subscribe", "id": 0, "channels": ["*"]}, "not_authenticated"),
        ({"op": "refresh", "id": 0}, "not_authenticated"),
        ({"op": "ping", "id": 0}, "not_authenticated"),
        ({"op": "dance", "id": 0}, "unknown_op"),
    ],
)
async def test_anything_else_first_ends_the_conversation(
    first: dict[str, Any], code: str | None, tmp_path: Path
) -> None:
    engine = ScriptedPipeline()
    async with serving(engine, token_file=str(token_file(tmp_path))) as running, running.client() as client:
        await client.say(**first)
        heard, closed = await client.hear_the_end()
    assert [message["code"] for message in heard] == ([code] if code else [])
    assert (closed, engine.asked) == (4001, [])


async def test_a_client_that_was_let_in_can_show_another_token_and_a_bad_one_ends_it(tmp_path: Path) -> None:
    engine, path = ScriptedPipeline(), str(token_file(tmp_path))
    async with serving(engine, token_file=path) as running, running.client(headers=[shown(READER)]) as client:
        refused = await client.ask(op="refresh", id=1)
        await client.ask(op="auth", id=2, token=OPERATOR)
        taken = await client.ask(op="refresh", id=3)
        await client.say(op="auth", id=4, token=STRANGER)
        _, closed = await client.hear_the_end()
    assert (refused["code"], taken["type"], closed) == ("not_allowed", "ack", 4001)


async def test_a_reader_that_goes_on_ordering_is_sent_away(tmp_path: Path) -> None:
    engine, path = ScriptedPipeline(), str(token_file(tmp_path))
    async with serving(engine, token_file=path) as running, running.client(headers=[shown(READER)]) as client:
        for number in range(3):
            await client.say(op="refresh", id=number)
        heard, closed = await client.hear_the_end()
    assert [message["code"] for message in heard] == ["not_allowed"] * 3
    assert (closed, engine.asked) == (4003, [])


async def test_where_no_token_is_needed_one_in_a_message_is_taken_as_it_is() -> None:
    async with serving(ScriptedPipeline()) as running, running.client() as client:
        assert (await client.ask(op="auth", id=0, token="anything"))["type"] == "ack"
        assert (await client.ask(op="refresh", id=1))["type"] == "ack"


async def test_what_a_proxy_hands_on_gets_no_websocket_where_there_is_no_token_file() -> None:
    async with serving(ScriptedPipeline()) as running:
        with pytest.raises(SocketUnreachable) as caught:
            async with running.client(headers=[("X-Forwarded-For", "192.0.2.1")]):
                """Never gets here."""
    assert caught.value.status == 401


async def test_tokens_are_read_again_and_those_who_lost_theirs_are_sent_away(tmp_path: Path) -> None:
    path = str(token_file(tmp_path))
    async with (
        serving(ScriptedPipeline(), token_file=path) as running,
        running.client(headers=[shown(READER)]) as reader,
        running.client(headers=[shown(OPERATOR)]) as operator,
    ):
        token_file(tmp_path, "nonsense\n")
        with pytest.raises(Failed, match="line 1"):
            running.server.reread()
        assert (await reader.ask(op="ping"))["type"] == "pong"
        token_file(tmp_path, f"control {OPERATOR} ops\n")
        running.server.reread()
        _, closed = await reader.hear_the_end()
        assert (await operator.ask(op="ping"))["type"] == "pong"
        assert (await status_of(running, "/health", shown(READER))).status == 401
    assert closed == 4001


async def test_a_bad_token_file_is_refused_at_the_start(tmp_path: Path) -> None:
    with pytest.raises(TokensUnusable, match="line 1"):
        Serving(ScriptedPipeline(), token_file=str(token_file(tmp_path, "nonsense\n"))).server.open()


async def test_a_server_that_lets_everybody_in_says_so(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, "rtp_tui.server"):
        async with serving(ScriptedPipeline(), host="0.0.0.0", insecure=True) as running:
            port = running.url.rpartition(":")[2]
            async with HttpClient(
                NetSettings(), SystemClock(), base_url=f"http://127.0.0.1:{port}"
            ) as client:
                reply = await client.get("/health")
            assert running.server.status().open_to_all
    assert reply.status == 200
    assert "without a token" in caplog.text


async def test_beyond_loopback_a_token_file_is_enough(tmp_path: Path) -> None:
    for host in ("0.0.0.0", "::"):
        path = str(token_file(tmp_path))
        async with serving(ScriptedPipeline(), host=host, token_file=path) as running:
            port = running.url.rpartition(":")[2]
            base = f"http://127.0.0.1:{port}"
            async with HttpClient(
                NetSettings(), SystemClock(), base_url=base, headers=(shown(READER),)
            ) as client:
                assert (await client.get("/health")).status == 200
            assert not running.server.status().open_to_all


async def test_no_token_is_repeated_in_an_answer_or_in_the_log(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    said: list[str] = []
    path = str(token_file(tmp_path))
    with caplog.at_level(logging.DEBUG, "rtp_tui"):
        async with serving(ScriptedPipeline(), token_file=path, config=lambda: {"path": path}) as running:
            for token in (READER, OPERATOR, STRANGER):
                for place in ("/", "/config", "/health", "/metrics", "/clients", "/nowhere"):
                    reply = await status_of(running, place, shown(token))
                    said += [reply.body.decode(), *reply.headers.values()]
                async with connect(running.ws_url, clock=SystemClock()) as socket:
                    talk = Talk(socket)
                    await talk.say(op="auth", token=token)
                    said += [str(await talk.hear())]
                    await talk.say(op="auth", token=token, id=[token])
                    said += map(
                        str, (await talk.hear_the_end())[0] if token == STRANGER else [await talk.hear()]
                    )
    logged = [record.getMessage() for record in caplog.records if not record.name.startswith(CLIENTS)]
    everything = "\n".join((*said, *logged))
    assert not [token for token in (READER, OPERATOR, STRANGER) if token in everything]
