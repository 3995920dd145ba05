"""Tokens at a real server: every route, both interfaces, the commands, and nothing that repeats them."""

import asyncio
import json
import signal
import subprocess
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import httpx
import pytest
from starlette.routing import Route
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from rtp_tui.clock import SystemClock
from rtp_tui.model.clients import Scope
from rtp_tui.server.app import Server
from rtp_tui.server.guesses import GUESSES
from rtp_tui.server.permission import scope_needed
from rtp_tui.server.settings import ServerSettings
from tests.accept.consoles import console, wait_for_moving_prices
from tests.accept.ports import free_port
from tests.accept.running import PATIENCE_S, RTP_TUI, Running, clean_environment, served, wait_for
from tests.scripted_pipeline import ScriptedPipeline
from tests.token_files import OPERATOR, READER, STRANGER, token_file

pytestmark = pytest.mark.accept

Request = tuple[str, str]
_numbers = count()


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A demo served with a token file, saying all that it can say in its log."""
    home = tmp_path_factory.mktemp("tokens")
    tokens = token_file(home)
    with served(home, *arguments(home, tokens), "--log-level", "debug") as running:
        yield running


def arguments(home: Path, tokens: Path) -> tuple[str, ...]:
    return ("--demo", "--serve", "--port", "0", "--data-dir", str(home / "d"), "--token-file", str(tokens))


def requests() -> list[Request]:
    """Every method of every path that the application answers."""
    server = Server(
        ScriptedPipeline(), ServerSettings(), SystemClock(), version="1", on_status=lambda _status: None
    )
    routes = [route for route in server.application().routes if isinstance(route, Route)]
    return sorted((method, route.path) for route in routes for method in route.methods or ())


def sent(demo: Running, request: Request, token: str | None) -> int:
    """The status of a request whose body is refused by all who would read it; each from an address of its own."""
    method, path = request[0], request[1].replace("{", "").replace("}", "").replace(":path", "")
    number = next(_numbers)
    headers = {"Content-Type": "text/plain"} if method not in ("GET", "HEAD") else {}
    if token is not None:
        headers["Authorization"] = f"Bearer {token}"
    transport = httpx.HTTPTransport(local_address=f"127.9.{number // 200}.{number % 200 + 1}")
    with httpx.Client(transport=transport, timeout=PATIENCE_S) as client:
        body = b"x" if method not in ("GET", "HEAD") else None
        return client.request(method, demo.url + path, headers=headers, content=body).status_code


def test_every_route_wants_the_right_token(demo: Running) -> None:
    wrong = []
    found = requests()
    for request in found:
        needed = scope_needed(*request)
        statuses = [sent(demo, request, token) for token in (None, STRANGER, READER, OPERATOR)]
        if needed is Scope.NONE:
            is_right = {401, 403}.isdisjoint(statuses)
        elif needed is Scope.READ:
            is_right = statuses[:2] == [401, 401] and {401, 403}.isdisjoint(statuses[2:])
        else:
            is_right = statuses == [401, 401, 403, 415]
        if not is_right:
            wrong.append((request, needed.value, statuses))
    assert wrong == []
    assert {("GET", "/metrics"), ("GET", "/config"), ("GET", "/audit"), ("GET", "/clients")} <= set(found)
    assert {("POST", "/stop"), ("POST", "/api/command"), ("DELETE", "/clients/{id}")} <= set(found)
    assert len([request for request in found if scope_needed(*request) is Scope.NONE]) == 6


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def test_a_websocket_wants_a_token_in_its_header_or_its_first_message(demo: Running) -> None:
    async def closed_after(*messages: str, token: str | None = None) -> tuple[list[str], int]:
        heard: list[str] = []
        headers = bearer(token) if token else {}
        async with connect(demo.url.replace("http", "ws") + "/ws", additional_headers=headers) as socket:
            try:
                for message in messages:
                    await socket.send(message)
                while len(heard) < 3:
                    async with asyncio.timeout(PATIENCE_S):
                        heard.append(json.loads(await socket.recv())["type"])
            except ConnectionClosed as closed:
                return heard, closed.rcvd.code if closed.rcvd else 0
        return heard, 0

    subscribe = '{"op":"subscribe","channels":["crypto:BTC"]}'
    show = '{{"op":"auth","id":0,"token":"{}"}}'.format
    assert asyncio.run(closed_after(subscribe, token=READER)) == (["welcome", "ack", "snapshot"], 0)
    assert asyncio.run(closed_after(show(READER), subscribe)) == (["welcome", "ack", "ack"], 0)
    assert asyncio.run(closed_after(show(STRANGER))) == (["welcome"], 4001)
    assert asyncio.run(closed_after(subscribe)) == (["welcome", "error"], 4001)
    assert asyncio.run(closed_after()) == (["welcome"], 4001)
    with pytest.raises(InvalidStatus) as caught:
        asyncio.run(closed_after(token=STRANGER))
    assert caught.value.response.status_code == 401


def test_who_guesses_is_soon_not_listened_to_and_nobody_else_is_held_up(demo: Running) -> None:
    with httpx.Client(
        transport=httpx.HTTPTransport(local_address="127.8.8.8"), timeout=PATIENCE_S
    ) as guesser:
        statuses = [
            guesser.get(demo.url + "/health", headers=bearer(STRANGER)).status_code for _ in range(GUESSES)
        ]
        refused = guesser.get(demo.url + "/health", headers=bearer(STRANGER))
    assert statuses == [401] * GUESSES
    assert (refused.status_code, int(refused.headers["retry-after"]) <= 60) == (429, True)
    assert httpx.get(demo.url + "/health", headers=bearer(READER), timeout=PATIENCE_S).status_code == 200


def test_commands_are_found_in_the_audit_with_who_gave_them(demo: Running, tmp_path: Path) -> None:
    tokens = str(token_file(tmp_path))
    reader = str(token_file(below(tmp_path, "reader"), f"read {READER}\n"))
    port = demo.url.rpartition(":")[2]

    assert (
        command(
            tmp_path, "breakers", "reset", "nothing/there", "--port", port, "--token-file", tokens
        ).returncode
        == 1
    )
    assert command(tmp_path, "refresh", "crypto:BTC", "--port", port, "--token-file", tokens).returncode == 0
    assert command(tmp_path, "stop", "--port", port, "--token-file", reader).returncode == 77

    def audit() -> list[dict[str, str]]:
        entries: list[dict[str, str]] = []
        cursor = ""
        while True:
            url = f"{demo.url}/audit?limit=2{f'&cursor={cursor}' if cursor else ''}"
            page = httpx.get(url, headers=bearer(READER), timeout=PATIENCE_S).json()
            entries += page["audit"]
            cursor = page["next_cursor"]
            if not cursor:
                return entries

    wait_for(lambda: any(entry["subject"] == "/stop" for entry in audit()))
    told = [(entry["name"], entry["command"], entry["subject"], entry["outcome"]) for entry in audit()]
    assert ("ops", "control_breaker", "nothing/there", "unknown_breaker") in told
    assert ("ops", "refresh", "crypto:BTC", "done") in told
    assert ("board", "POST", "/stop", "not_allowed") in told
    assert [entry["id"] for entry in audit()] == sorted(entry["id"] for entry in audit())


def test_commands_without_the_right_token_end_with_77_and_say_why(demo: Running, tmp_path: Path) -> None:
    wrong = str(token_file(below(tmp_path, "wrong"), f"control {STRANGER}\n"))
    port = demo.url.rpartition(":")[2]

    for flags in ([], ["--token-file", wrong]):
        for words in (["status"], ["watch"], ["watch", "crypto:BTC"]):
            done = command(tmp_path, *words, "--port", port, *flags)
            assert (done.returncode, "token" in done.stderr, done.stdout) == (77, True, "")


def test_tokens_are_nowhere_but_in_their_file(demo: Running) -> None:
    everything = [demo.said.encode()]
    for path in (
        "/",
        "/config",
        "/metrics",
        "/status",
        "/stats",
        "/clients",
        "/audit",
        "/events?topic=client",
    ):
        reply = httpx.get(demo.url + path, headers=bearer(OPERATOR), timeout=PATIENCE_S)
        everything += [reply.content, str(reply.headers).encode()]
    everything += [file.read_bytes() for file in (demo.log.parent / "d").rglob("*") if file.is_file()]
    everything += [Path(f"/proc/{demo.process.pid}/{name}").read_bytes() for name in ("cmdline", "environ")]

    assert len(everything) > 15
    assert not [
        token for token in (READER, OPERATOR, STRANGER) if any(token.encode() in one for one in everything)
    ]


def test_tokens_read_again_on_sighup_take_the_place_of_the_old(tmp_path: Path) -> None:
    tokens = token_file(tmp_path)
    with served(tmp_path, *arguments(tmp_path, tokens)) as demo:

        def status(token: str) -> int:
            return httpx.get(demo.url + "/health", headers=bearer(token), timeout=PATIENCE_S).status_code

        assert (status(READER), status(STRANGER)) == (200, 401)
        tokens.write_text("nonsense\n")
        demo.process.send_signal(signal.SIGHUP)
        wait_for(lambda: "line 1" in demo.said)
        assert status(READER) == 200
        token_file(tmp_path, f"read {STRANGER}\n")
        demo.process.send_signal(signal.SIGHUP)
        wait_for(lambda: status(STRANGER) == 200)
        assert status(READER) == 401
        assert not [token for token in (READER, OPERATOR, STRANGER) if token in demo.said]


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (("--host", "0.0.0.0"), ("token_file", "insecure = true")),
        (("--host", "::"), ("token_file", "insecure = true")),
        (("--token-file", "TOKENS"), ("chmod 600",)),
    ],
)
def test_an_open_door_is_refused_at_the_start(
    flags: tuple[str, ...], said: tuple[str, ...], tmp_path: Path
) -> None:
    tokens = token_file(tmp_path)
    tokens.chmod(0o644)
    given = [str(tokens) if flag == "TOKENS" else flag for flag in flags]
    done = command(tmp_path, "--serve", "--port", "0", "--data-dir", str(tmp_path / "d"), *given)

    assert done.returncode == 78
    assert all(words in done.stderr for words in said)


def test_beyond_loopback_with_tokens_the_way_in_is_found_by_commands(tmp_path: Path) -> None:
    tokens = token_file(tmp_path)
    with served(tmp_path, *arguments(tmp_path, tokens), "--host", "0.0.0.0") as demo:
        port = demo.url.rpartition(":")[2]
        left = ("--data-dir", str(tmp_path / "d"), "--token-file", str(tokens))
        assert json.loads((tmp_path / "d" / "server.json").read_text())["url"] == f"http://127.0.0.1:{port}"
        assert command(tmp_path, "status", *left).returncode in (0, 1)
        for host, status in (("127.0.0.1", 200), ("0.0.0.0", 200), ("evil.example", 421)):
            headers = {**bearer(READER), "Host": f"{host}:{port}"}
            assert (
                httpx.get(f"http://127.0.0.1:{port}/health", headers=headers, timeout=PATIENCE_S).status_code
                == status
            )


def test_a_console_without_the_right_token_says_so_and_does_not_hammer(demo: Running, tmp_path: Path) -> None:
    wrong = str(token_file(below(tmp_path, "wrong"), f"control {STRANGER}\n"))
    right = str(token_file(tmp_path))

    def attempts() -> int:
        return demo.said.count("WEBSOCKET /ws")

    before, began_s = attempts(), time.monotonic()
    with console(tmp_path / "1", "--connect", demo.url, shows="OFFLINE") as screen:
        screen.wait_for("wants a token")
    with console(tmp_path / "2", "--connect", demo.url, "--token-file", wrong, shows="OFFLINE") as screen:
        screen.wait_for("refuses the token")
        time.sleep(5)
        assert STRANGER not in screen.text
    # A machine that is slow gives them longer to try.
    assert attempts() - before <= 4 + (time.monotonic() - began_s) / 10
    with console(tmp_path / "3", "--connect", demo.url, "--token-file", right):
        """It shows live prices."""


def test_what_is_ordered_at_the_local_console_is_in_the_audit_too(tmp_path: Path) -> None:
    port = free_port()
    flags = ("--demo", "--data-dir", str(tmp_path / "d"))
    with console(tmp_path, *flags, RTP_SERVER__ENABLED="true", RTP_SERVER__PORT=str(port)) as screen:
        wait_for_moving_prices(screen)
        screen.send("r")

        def told() -> list[tuple[str, str, str]]:
            entries = httpx.get(f"http://127.0.0.1:{port}/audit", timeout=PATIENCE_S).json()["audit"]
            return [(entry["name"], entry["address"], entry["command"]) for entry in entries]

        wait_for(lambda: ("console", "", "refresh") in told())


def below(directory: Path, name: str) -> Path:
    (directory / name).mkdir()
    return directory / name


def command(home: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    """`rtp-tui WORDS`, run to its end."""
    return subprocess.run(
        [*RTP_TUI, *words],
        env=clean_environment(home),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
