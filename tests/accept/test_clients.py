"""Who follows a real server: listed, one sent away, the others not disturbed."""

import json
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import httpx
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from tests.accept.running import PATIENCE_S, RTP_TUI, Running, clean_environment, served, wait_for

pytestmark = pytest.mark.accept

CHANNELS = (["crypto:BTC"], ["crypto:*", "jobs"], ["pipeline"])


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    home = tmp_path_factory.mktemp("engine")
    with served(home, "--demo", "--serve", "--port", "0", "--data-dir", str(home / "d")) as running:
        wait_for(lambda: running.get("/health").json()["score"] is not None, PATIENCE_S)
        yield running


@pytest.fixture
def three(engine: Running) -> Iterator[list[ClientConnection]]:
    """Three clients, each with its acknowledgement heard, and nobody else."""
    wait_for(lambda: not listed(engine), PATIENCE_S)
    with ExitStack() as stack:
        clients = []
        for channels in CHANNELS:
            client = stack.enter_context(
                connect(engine.url.replace("http", "ws") + "/ws", max_size=None, close_timeout=1)
            )
            client.send(json.dumps({"op": "subscribe", "id": 1, "channels": channels, "conflate_ms": 200}))
            wait_for(lambda client=client: kind(client) == "ack", PATIENCE_S)  # type: ignore[misc]
            clients.append(client)
        yield clients


def kind(client: ClientConnection) -> str:
    return str(json.loads(client.recv(PATIENCE_S))["type"])


def listed(engine: Running) -> list[dict[str, object]]:
    clients: list[dict[str, object]] = engine.get("/clients").json()["clients"]
    return clients


def ordered(engine: Running, *arguments: str) -> subprocess.CompletedProcess[str]:
    home = engine.log.parent
    return subprocess.run(
        [*RTP_TUI, "clients", *arguments, "--data-dir", str(home / "d")],
        env=clean_environment(home), capture_output=True, text=True, timeout=PATIENCE_S, check=False,
    )  # fmt: skip


def code_heard_by(client: ClientConnection) -> int:
    with suppress(ConnectionClosed):
        while True:
            client.recv(PATIENCE_S)
    assert client.protocol.close_code is not None
    return client.protocol.close_code


def test_everybody_is_listed_and_one_sent_away_while_the_others_go_on(
    engine: Running, three: list[ClientConnection]
) -> None:
    found = listed(engine)
    assert [(one["channels"], one["conflate_ms"], one["behind"]) for one in found] == [
        (1, 200, False),
        (2, 200, False),
        (1, 200, False),
    ]
    assert {one["address"] for one in found} == {"127.0.0.1"}

    answer = httpx.delete(f"{engine.url}/clients/{found[1]['id']}", timeout=PATIENCE_S)

    assert answer.status_code == 200
    assert code_heard_by(three[1]) == 4003
    assert [one["id"] for one in listed(engine)] == [found[0]["id"], found[2]["id"]]
    for client, message in ((three[0], "price_update"), (three[2], "events")):
        wait_for(lambda client=client, message=message: kind(client) == message, PATIENCE_S)  # type: ignore[misc]


def test_the_list_reaches_those_who_follow_the_engine(engine: Running, three: list[ClientConnection]) -> None:
    def list_heard() -> object:
        message = json.loads(three[2].recv(PATIENCE_S))
        events = message["data"] if message["type"] == "events" else ()
        lists = [event["payload"] for event in events if event["payload"]["type"] == "clients"]
        return lists and lists[-1]["total"] == 3 and all(one["rate"] > 0 for one in lists[-1]["clients"])

    wait_for(list_heard, PATIENCE_S)


def test_commands_list_clients_and_send_one_away(engine: Running, three: list[ClientConnection]) -> None:
    shown = ordered(engine)
    number = shown.stdout.splitlines()[1].split()[0]
    assert (shown.returncode, len(shown.stdout.splitlines())) == (0, 4)

    gone = ordered(engine, "disconnect", number)

    assert (gone.returncode, gone.stdout) == (0, f"client {number} disconnected\n")
    assert code_heard_by(three[0]) == 4003
    again = ordered(engine, "disconnect", number)
    assert (again.returncode, again.stdout) == (1, "")
    assert f"no client {number} is connected" in again.stderr


def test_a_client_sends_another_away_and_itself(engine: Running, three: list[ClientConnection]) -> None:
    ids = [one["id"] for one in listed(engine)]
    three[0].send(json.dumps({"op": "disconnect_client", "id": 2, "client": ids[1]}))
    assert code_heard_by(three[1]) == 4003
    wait_for(lambda: kind(three[0]) == "ack", PATIENCE_S)
    three[0].send(json.dumps({"op": "disconnect_client", "id": 3, "client": ids[0]}))
    assert code_heard_by(three[0]) == 4003


def test_lists_of_clients_fill_no_history(engine: Running, three: list[ClientConnection]) -> None:
    stored = engine.get("/events?topic=client&limit=10000").json()["events"]
    assert stored
    assert {event["payload"]["type"] for event in stored} <= {"server", "audit"}


def test_where_no_engine_answers_the_command_says_so(tmp_path: Path) -> None:
    ended = subprocess.run(
        [*RTP_TUI, "clients", "--port", "1", "--data-dir", str(tmp_path)],
        env=clean_environment(tmp_path), capture_output=True, text=True, timeout=PATIENCE_S, check=False,
    )  # fmt: skip
    assert ended.returncode == 69
