"""Programs that others wrote follow a real server as their manuals say: websockets, ws for Node, Node's own, curl."""

import asyncio
import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from websockets.asyncio.client import connect as connect_async
from websockets.exceptions import InvalidStatus
from websockets.sync.client import ClientConnection, connect

from tests.accept.running import PATIENCE_S, Running, served, wait_for
from tests.token_files import OPERATOR, READER, STRANGER, shown, token_file

pytestmark = pytest.mark.accept

SCRIPT = Path(__file__).with_name("three_prices.js")
NODE, NPM, CURL = shutil.which("node"), shutil.which("npm"), shutil.which("curl")
Message = dict[str, object]


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A demo that everybody of this machine may ask."""
    with served(tmp_path_factory.mktemp("open"), "--demo", "--serve", "--port", "0") as running:
        wait_for(lambda: running.get("/market/latest/crypto:BTC").status_code == 200, PATIENCE_S)
        yield running


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A demo that wants to see tokens."""
    home = tmp_path_factory.mktemp("guarded")
    with served(home, "--demo", "--serve", "--port", "0", "--token-file", str(token_file(home))) as running:
        yield running


def socket_of(running: Running) -> str:
    return running.url.replace("http", "ws") + "/ws"


# --- Python's websockets


def subscribe(client: ClientConnection, *channels: str, **options: object) -> None:
    client.send(json.dumps({"op": "subscribe", "id": 1, "channels": channels, **options}))


def heard(client: ClientConnection) -> Message:
    message: Message = json.loads(client.recv(PATIENCE_S))
    return message


def next_of(client: ClientConnection, *kinds: str) -> Message:
    return wait_for(lambda: one if (one := heard(client))["type"] in kinds else None, PATIENCE_S) or {}


def prices(client: ClientConnection, count: int) -> list[Message]:
    return [next_of(client, "price_update") for _ in range(count)]


def number(message: Message, field: str = "seq") -> int:
    value = message[field]
    assert isinstance(value, int)
    return value


def test_websockets_subscribes_and_hears_each_change_after_the_state(engine: Running) -> None:
    with connect(socket_of(engine), close_timeout=1) as client:
        welcome = heard(client)
        subscribe(client, "crypto:BTC", conflate_ms=0)
        ack, snapshot = heard(client), heard(client)
        updates = prices(client, 5)

    assert (welcome["type"], welcome["protocol"], ack["type"], ack["id"]) == ("welcome", 1, "ack", 1)
    assert (snapshot["type"], snapshot["channel"]) == ("snapshot", "crypto:BTC")
    assert [number(one, "prev") for one in updates] == [number(one) for one in (snapshot, *updates[:-1])], (
        "each names the one before"
    )
    assert {one["channel"] for one in updates} == {"crypto:BTC"}


def test_websockets_is_an_iterator_of_messages_and_leaves_when_it_likes(engine: Running) -> None:
    async def three() -> list[float]:
        found: list[float] = []
        async with asyncio.timeout(PATIENCE_S), connect_async(socket_of(engine), close_timeout=1) as client:
            await client.send(json.dumps({"op": "subscribe", "id": 1, "channels": ["crypto:*"]}))
            async for text in client:
                message = json.loads(text)
                if message["type"] == "price_update":
                    found.append(message["data"]["price"])
                if len(found) == 3:
                    break
        return found

    assert all(price > 0 for price in asyncio.run(three()))


def test_who_wants_the_newest_now_and_then_gets_less_and_nothing_older(engine: Running) -> None:
    with (
        connect(socket_of(engine), close_timeout=1) as every_change,
        connect(socket_of(engine), close_timeout=1) as now_and_then,
    ):
        subscribe(every_change, "crypto:BTC", conflate_ms=0)
        subscribe(now_and_then, "crypto:BTC", conflate_ms=3_000)
        next_of(now_and_then, "ack")
        seldom = [number(one) for one in prices(now_and_then, 2)]
        often = [number(one) for one in prices_until(every_change, seldom[-1])]

    assert seldom == sorted(set(seldom))
    assert sum(seldom[0] < seq <= seldom[1] for seq in often) >= 3, "several changes became one"


def prices_until(client: ClientConnection, seq: int) -> list[Message]:
    found = prices(client, 1)
    while number(found[-1]) < seq:
        found += prices(client, 1)
    return found


def test_who_asks_for_batches_gets_several_messages_in_a_frame(engine: Running) -> None:
    with connect(socket_of(engine)) as client:
        subscribe(client, "*", conflate_ms=500, batch=True)

        def several() -> list[Message]:
            frame = json.loads(client.recv(PATIENCE_S))
            updates = (
                [one for one in frame if one["type"] == "price_update"] if isinstance(frame, list) else []
            )
            return updates if len(updates) > 1 else []

        batch = wait_for(several, PATIENCE_S)
    assert len({one["channel"] for one in batch}) == len(batch), "the newest of each instrument"


def test_who_comes_back_gets_exactly_what_was_missed(engine: Running) -> None:
    with connect(socket_of(engine)) as client:
        epoch = heard(client)["epoch"]
        subscribe(client, "feeds", conflate_ms=0)
        last = number(next_of(client, "feed_update"))
    with connect(socket_of(engine)) as meanwhile:
        subscribe(meanwhile, "feeds", conflate_ms=0)
        next_of(meanwhile, "feed_update")
    with connect(socket_of(engine)) as client:
        subscribe(client, "feeds", conflate_ms=0, since={"epoch": epoch, "seq": last})
        ack, missed = next_of(client, "ack"), [heard(client) for _ in range(3)]

    assert ack["recovered"] is True
    assert [number(one, "prev") for one in missed] == [last, *(number(one) for one in missed[:-1])]


def test_who_comes_back_gets_the_newest_price_or_the_state_where_each_was_wanted(engine: Running) -> None:
    with connect(socket_of(engine)) as client:
        epoch = heard(client)["epoch"]
        subscribe(client, "crypto:BTC")
        last = number(prices(client, 1)[-1])
        prices(client, 1)

    def back(conflate_ms: int) -> tuple[object, str, int]:
        with connect(socket_of(engine)) as client:
            since = {"epoch": epoch, "seq": last}
            subscribe(client, "crypto:BTC", conflate_ms=conflate_ms, since=since)
            ack, first = next_of(client, "ack"), heard(client)
            return ack["recovered"], str(first["type"]), number(first)

    assert (newest := back(100))[:2] == (True, "price_update")
    assert (state := back(0))[:2] == (False, "snapshot"), "not each price between is kept"
    assert last < newest[2] <= state[2]


def test_who_comes_back_to_another_run_gets_the_state_anew(engine: Running) -> None:
    with connect(socket_of(engine)) as client:
        subscribe(client, "crypto:BTC", since={"epoch": "other", "seq": 5})
        assert next_of(client, "ack")["recovered"] is False
        assert heard(client)["type"] == "snapshot"


def test_websockets_shows_a_token_in_its_header(guarded: Running) -> None:
    with connect(socket_of(guarded), additional_headers=[shown(READER)]) as client:
        subscribe(client, "crypto:BTC")
        next_of(client, "price_update")
    with pytest.raises(InvalidStatus) as refused:
        connect(socket_of(guarded), additional_headers=[shown(STRANGER)]).__enter__()
    assert refused.value.response.status_code == 401


# --- Node


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment in which Node finds `ws`, got from the registry; or a skip that says why there is none."""
    if NODE is None or NPM is None:
        pytest.skip("node or npm is not installed")
    folder = tmp_path_factory.mktemp("node")
    try:
        got = subprocess.run(
            [
                NPM, "install", "--prefix", str(folder), "--no-audit", "--no-fund", "--ignore-scripts",
                "--fetch-retries=0", "--fetch-timeout=20000", "ws@8",
            ],
            capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        pytest.skip("npm did not get ws within 120 s")
    if got.returncode != 0:
        pytest.skip(f"npm could not get ws: {got.stderr[-200:]}")
    return {"NODE_PATH": str(folder / "node_modules")}


def node(*arguments: str, environment: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    assert NODE is not None
    return subprocess.run(
        [NODE, *arguments],
        env=environment or {},
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )


def assert_three_prices(ran: subprocess.CompletedProcess[str]) -> None:
    assert ran.returncode == 0, ran.stderr
    lines = [line.split() for line in ran.stdout.splitlines()]
    assert [name for name, _ in lines] == ["crypto:BTC"] * 3
    assert all(float(price) > 0 for _, price in lines)


def test_ws_for_node_follows_an_instrument(engine: Running, package: dict[str, str]) -> None:
    assert_three_prices(node(str(SCRIPT), socket_of(engine), "ws", environment=package))


def test_ws_for_node_shows_a_token_in_its_first_message(guarded: Running, package: dict[str, str]) -> None:
    assert_three_prices(node(str(SCRIPT), socket_of(guarded), "ws", READER, environment=package))
    assert node(str(SCRIPT), socket_of(guarded), "ws", STRANGER, environment=package).returncode == 1


def test_nodes_own_websocket_follows_an_instrument(engine: Running) -> None:
    if NODE is None:
        pytest.skip("node is not installed")
    has_it = "process.exit(typeof WebSocket === 'function' ? 0 : 1)"
    ways = [way for way in ([], ["--experimental-websocket"]) if node(*way, "-e", has_it).returncode == 0]
    if not ways:
        pytest.skip("this version of node has no WebSocket of its own")
    assert_three_prices(node(*ways[0], str(SCRIPT), socket_of(engine), "built-in"))


# --- curl

with_curl = pytest.mark.skipif(CURL is None, reason="curl is not installed")


def curl(*arguments: str) -> tuple[int, dict[str, str], str]:
    """Ask with curl: the status, the headers and the body."""
    assert CURL is not None
    ran = subprocess.run(
        [CURL, "--silent", "--show-error", "--include", "--max-time", str(PATIENCE_S), *arguments],
        capture_output=True, text=True, timeout=PATIENCE_S, check=True,
    )  # fmt: skip
    head, _, body = ran.stdout.replace("\r\n", "\n").partition("\n\n")
    status, *lines = head.splitlines()
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
    return int(status.split()[1]), headers, body


@with_curl
def test_curl_gets_a_quote_once_while_it_does_not_change(engine: Running, tmp_path: Path) -> None:
    kept = str(tmp_path / "etag")
    url = f"{engine.url}/market/latest/crypto:BTC"

    def unchanged() -> bool:
        status, headers, body = curl("--etag-save", kept, url)
        assert (status, json.loads(body)["id"]) == (200, "crypto:BTC")
        assert headers["content-type"] == "application/json"
        status, _, body = curl("--etag-compare", kept, url)
        assert status == 200 or body == ""
        return status == 304

    wait_for(unchanged, PATIENCE_S)


@with_curl
def test_curl_gets_the_description_once(engine: Running, tmp_path: Path) -> None:
    kept = str(tmp_path / "etag")
    first = curl("--etag-save", kept, f"{engine.url}/openapi.json")
    again = curl("--etag-compare", kept, f"{engine.url}/openapi.json")

    assert (first[0], json.loads(first[2])["openapi"][:2]) == (200, "3.")
    assert (again[0], again[2]) == (304, "")


@with_curl
def test_curl_is_told_what_is_wrong_as_a_problem(engine: Running) -> None:
    status, headers, body = curl(f"{engine.url}/market/latest/crypto:NOPE")

    assert (status, headers["content-type"]) == (404, "application/problem+json")
    assert (json.loads(body)["status"], json.loads(body)["code"]) == (404, "unknown_instrument")


@with_curl
def test_curl_asks_for_the_head_alone(engine: Running) -> None:
    status, headers, body = curl("--head", f"{engine.url}/market/latest/crypto:BTC")

    assert (status, body) == (200, "")
    assert int(headers["content-length"]) > 0
    assert headers["etag"]


@with_curl
def test_curl_that_takes_compressed_answers_gets_plain_ones(engine: Running) -> None:
    status, headers, body = curl("--compressed", f"{engine.url}/health")

    assert (status, "content-encoding" in headers) == (200, False)
    assert "score" in json.loads(body)


@with_curl
def test_curl_shows_a_token_or_is_turned_away(guarded: Running) -> None:
    def told(path: str, *arguments: str) -> tuple[int, str]:
        status, _, body = curl(*arguments, guarded.url + path)
        return status, json.loads(body).get("code", "")

    assert told("/health") == (401, "not_authenticated")
    assert told("/health", "--header", ": ".join(shown(STRANGER))) == (401, "not_authenticated")
    assert told("/health", "--oauth2-bearer", READER) == (200, "")
    assert told("/refresh", "--oauth2-bearer", READER, "--request", "POST") == (403, "not_allowed")
    assert told("/refresh", "--oauth2-bearer", OPERATOR, "--request", "POST")[0] in (200, 202)
