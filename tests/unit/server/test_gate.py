"""The limits, as those who meet them are told."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from rtp_tui.clock import SystemClock
from rtp_tui.model.errors import Failed
from rtp_tui.net.http import HttpClient
from rtp_tui.net.settings import NetSettings
from rtp_tui.net.websocket import connect
from rtp_tui.server.limits import Allowance, Bounds
from rtp_tui.server.tls import TlsUnusable
from tests.certificates import make_certificate
from tests.scripted_pipeline import ScriptedPipeline, a_snapshot
from tests.serving import Serving, Talk, serving
from tests.unit.server.asking import read

FAR = (("X-Forwarded-For", "203.0.113.9"),)
OTHER = (("X-Forwarded-For", "203.0.113.10"),)
BEHIND_A_PROXY: dict[str, Any] = {"trusted_proxies": ("127.0.0.1",), "insecure": True}


def client_of(running: Serving, headers: tuple[tuple[str, str], ...] = ()) -> HttpClient:
    return HttpClient(NetSettings(), SystemClock(), base_url=running.url, headers=headers)


async def test_requests_that_come_too_fast_are_told_when_to_come_again() -> None:
    bounds = Bounds(requests=Allowance(0.1, 2))
    async with serving(ScriptedPipeline(), bounds=bounds, **BEHIND_A_PROXY) as running:
        async with client_of(running, FAR) as far, client_of(running, OTHER) as other:
            replies = [await far.get("/livez") for _ in range(3)]
            assert [reply.status for reply in replies] == [200, 200, 429]
            assert replies[2].headers["content-type"] == "application/problem+json"
            assert read(replies[2])["code"] == "too_many_requests"
            assert 8 <= int(replies[2].headers["retry-after"]) <= 10
            assert (await other.get("/livez")).status == 200

        assert running.server.status().refused_requests == 1


async def test_a_websocket_beyond_those_of_an_address_is_closed_with_4013() -> None:
    settings = {**BEHIND_A_PROXY, "max_clients_per_address": 1}
    async with serving(ScriptedPipeline(a_snapshot()), **settings) as running:
        async with running.client(headers=FAR), running.client(headers=OTHER):
            assert await closed_with(running, FAR) == 4013
        assert running.server.status().refused_clients == 1
        async with running.client(headers=FAR) as again:
            assert (await again.ask(op="ping", id=1))["type"] == "pong"


async def closed_with(running: Serving, headers: tuple[tuple[str, str], ...]) -> int:
    """The code with which a WebSocket ends that is not welcomed."""
    async with connect(running.ws_url, clock=SystemClock(), headers=headers) as socket:
        _, code = await Talk(socket).hear_the_end()
        return code


async def test_connections_beyond_the_bound_are_reset_and_counted() -> None:
    bounds = Bounds(connections=2, local_connections=2)
    async with serving(ScriptedPipeline(), bounds=bounds) as running:
        host, _, port = running.url.removeprefix("http://").partition(":")
        held = [await asyncio.open_connection(host, int(port)) for _ in range(2)]
        async with asyncio.timeout(5):
            while running.server.status().connections < 2:  # noqa: ASYNC110 - nothing else tells
                await asyncio.sleep(0.01)
        assert await is_reset(host, int(port))
        for _, writer in held:
            writer.close()
        async with asyncio.timeout(5):
            while running.server.status().connections:  # noqa: ASYNC110 - likewise
                await asyncio.sleep(0.01)
        async with client_of(running) as client:
            assert read(await client.get("/stats"))["refused"]["connections"] == 1
            metrics = (await client.get("/metrics")).body.decode()
        assert 'rtp_refused_total{what="connections"} 1.0' in metrics


async def is_reset(host: str, port: int) -> bool:
    try:
        reader, writer = await asyncio.open_connection(host, port)
        writer.close()
        return await reader.read() == b""
    except ConnectionResetError:
        return True


async def test_tls_is_spoken_to_both_interfaces_and_a_changed_certificate_shown(tmp_path: Path) -> None:
    certificate, key = make_certificate(tmp_path, "first")
    token_file = tmp_path / "tokens"
    token_file.write_text(f"read {'r' * 40} reader\n")
    token_file.chmod(0o600)
    net = NetSettings(ca_file=str(certificate))
    headers = (("Authorization", f"Bearer {'r' * 40}"),)
    files = {"tls_certificate": str(certificate), "tls_key": str(key), "token_file": str(token_file)}
    async with serving(ScriptedPipeline(a_snapshot()), **files) as running:
        assert running.url.startswith("https://127.0.0.1:")
        async with (
            running.client(settings=net, headers=headers) as early,
            HttpClient(net, SystemClock(), base_url=running.url) as client,
        ):
            assert (await client.get("/livez")).status == 200
            make_certificate(tmp_path, "second")
            for name in ("second.pem", "second.key"):
                (tmp_path / name).replace(tmp_path / name.replace("second", "first"))
            running.server.reread()
            async with running.client(settings=net, headers=headers) as late:
                assert (await late.ask(op="ping", id=1))["type"] == "pong"
            assert (await early.ask(op="ping", id=2))["type"] == "pong"


async def test_tokens_and_certificate_are_both_read_again_though_one_is_broken(tmp_path: Path) -> None:
    certificate, key = make_certificate(tmp_path, "first")
    token_file = tmp_path / "tokens"
    token_file.write_text(f"read {'r' * 40} reader\n")
    token_file.chmod(0o600)
    files = {"tls_certificate": str(certificate), "tls_key": str(key), "token_file": str(token_file)}
    async with serving(ScriptedPipeline(a_snapshot()), **files) as running:
        key.write_text("no key")
        token_file.write_text(f"read {'s' * 40} another\n")
        with pytest.raises(Failed, match=r"first\.key"):
            running.server.reread()
        headers = (("Authorization", f"Bearer {'s' * 40}"),)
        async with running.client(settings=NetSettings(ca_file=str(certificate)), headers=headers) as client:
            assert (await client.ask(op="ping", id=1))["type"] == "pong"


def test_a_certificate_that_cannot_be_used_is_refused_before_the_port_is_taken(tmp_path: Path) -> None:
    missing = str(tmp_path / "missing.pem")
    running = Serving(ScriptedPipeline(), tls_certificate=missing, tls_key=missing)

    with pytest.raises(TlsUnusable, match=r"missing\.pem"):
        running.server.open()
