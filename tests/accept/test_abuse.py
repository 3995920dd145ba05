"""The table of abuse against a real server: what each attack gets, while somebody who behaves is served on."""

import asyncio
import json
import socket
import struct
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack, suppress
from pathlib import Path

import httpx
import pytest
from websockets.asyncio.client import connect

from tests.accept.raw_clients import (
    Witness,
    asking,
    close_code,
    frame,
    handshaken,
    opened,
    status_of,
    until_closed,
    websocket_url,
)
from tests.accept.running import PATIENCE_S, Running, served, slowness, wait_for

pytestmark = pytest.mark.accept

MOST_WORK_S = 1.0
"""Of the server, between updates of the one who behaves."""
GONE_WITHIN_S = 40.0
"""The deadline of ten seconds, and time to be seen on a machine that is slow."""
HEAD = b"GET /livez HTTP/1.1\r\nHost: localhost\r\n"
POST = b"POST /refresh HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    home = tmp_path_factory.mktemp("abuse")
    config = home / "config.toml"
    config.write_text(f"[server]\nport = 0\naccess_log = '{home}/access.log'\n")
    arguments = ("--demo", "--serve", "--config", str(config), "--data-dir", str(home / "d"))
    with served(home, *arguments) as running:
        wait_for(lambda: running.get("/health").json()["score"])
        yield running
        assert running.end() == 0
        assert "Traceback" not in running.said
        assert "\x1b" not in running.said + (home / "access.log").read_text(errors="replace")


@pytest.fixture(scope="module")
def following(demo: Running) -> Iterator[Witness]:
    witness = Witness(demo)
    yield witness
    witness.end()


@pytest.fixture(autouse=True)
def others_are_served_on(demo: Running, following: Witness) -> Iterator[None]:
    """Around every attack: updates keep coming to the one who behaves, and nothing stays behind."""
    wait_for(lambda: following.updates)
    following.longest_s = 0.0
    yield
    before = following.updates
    wait_for(lambda: following.updates > before + 5)
    print(f"the server worked {following.longest_s * 1000:.0f} ms between two updates")
    assert following.longest_s < MOST_WORK_S * slowness()
    wait_for(lambda: demo.get("/status").json()["clients"] == 1)
    assert {part["restarts"] for part in demo.get("/status").json()["parts"]} == {0}


def refused(demo: Running, what: str) -> int:
    return int(demo.get("/stats").json()["refused"][what])


# S6: frames


@pytest.mark.parametrize(
    ("frames", "code"),
    [
        (frame(1, b'{"op":"ping"}', masked=False), 1002),
        (frame(0x41, b"x"), 1002),
        (frame(0x21, b"x"), 1002),
        (frame(0x11, b"x"), 1002),
        (frame(3, b"x"), 1002),
        (frame(15, b"x"), 1002),
        (frame(9, b"p" * 126), 1002),
        (frame(9, b"p", is_last=False), 1002),
        (frame(8, b"", is_last=False), 1002),
        (frame(1, b"\xc3\x28"), 1007),
        (frame(1, b"\xc3", is_last=False) + frame(0, b"\x28"), 1007),
        (frame(1, b"x" * 65_535, is_last=False) + frame(0, b"xx"), 1009),
        (frame(1, b"x" * 100, is_last=False) + frame(0, b"x" * 100, is_last=False) * 700, 1009),
    ],
)
def test_a_malformed_frame_ends_with_exactly_its_code(demo: Running, frames: bytes, code: int) -> None:
    connection = handshaken(demo)
    connection.sendall(frames)

    assert close_code(until_closed(connection)) == code


def test_malformed_frames_in_slices_of_a_byte_end_with_the_same_codes(demo: Running) -> None:
    for whole, code in (
        (frame(0x41, b"x"), 1002),
        (frame(1, b"\xc3\x28"), 1007),
        (frame(9, b"p" * 126), 1002),
    ):
        connection = handshaken(demo)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with suppress(OSError):
            for byte in whole:
                connection.sendall(bytes([byte]))
        assert close_code(until_closed(connection)) == code


# S7: requests


DAWDLING = (
    (b"", b""),
    (b"G", b""),
    (HEAD, b""),
    (HEAD, b"X-A: b\r\n"),
    (POST + b"Content-Length: 1000\r\n\r\n{", b""),
    (POST + b"Content-Length: 1000\r\n\r\n{", b" "),
    (POST + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n"),
    (HEAD + b"\r\n" + POST + b"Content-Length: 1000\r\n\r\n{", b" "),
)
"""How a request begins, and what is sent of it every half second."""


def test_requests_that_dawdle_end_within_ten_seconds(demo: Running) -> None:
    late = refused(demo, "late_requests")
    began = time.monotonic()
    held = [(opened(demo), *dawdling) for dawdling in DAWDLING * 10]
    for connection, beginning, _ in held:
        connection.sendall(beginning)
    while held and time.monotonic() - began < GONE_WITHIN_S:
        assert demo.get("/livez").status_code == 200
        held = [one for one in held if not is_over(one[0], one[2])]
        time.sleep(0.5)
    assert [beginning for _, beginning, _ in held] == []
    assert refused(demo, "late_requests") >= late + 80


def is_over(connection: socket.socket, trickle: bytes) -> bool:
    """Send a little more, read what there is; whether the server has ended the connection."""
    connection.settimeout(0.01)
    try:
        connection.sendall(trickle)
        while True:
            if not connection.recv(4096):
                break
    except TimeoutError:
        return False
    except OSError:
        pass
    connection.close()
    return True


def test_a_kept_connection_that_asks_nothing_more_ends(demo: Running) -> None:
    connection = opened(demo)
    connection.sendall(HEAD + b"\r\n")
    began = time.monotonic()
    answer = until_closed(connection)

    assert status_of(answer) == 200
    assert time.monotonic() - began < GONE_WITHIN_S


CL, TE = b"Content-Length: 5\r\n", b"Transfer-Encoding: chunked\r\n"
HIDDEN = b"0\r\n\r\nPOST /stop HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n"


@pytest.mark.parametrize(
    "request_bytes",
    [
        POST + CL + TE + b"\r\n" + HIDDEN,
        POST + TE + CL + b"\r\n" + HIDDEN,
        POST + CL + b"Content-Length: 6\r\n\r\n" + HIDDEN,
        POST + b"Content-Length: 5, 6\r\n\r\n" + HIDDEN,
        POST + b"Content-Length: +5\r\n\r\n" + HIDDEN,
        POST + b"Content-Length : 5\r\n\r\n" + HIDDEN,
        POST + b"Transfer-Encoding : chunked\r\n" + CL + b"\r\n" + HIDDEN,
        POST + b"Transfer-Encoding: xchunked\r\n\r\n" + HIDDEN,
        POST + b"Transfer-Encoding: chunked, identity\r\n\r\n" + HIDDEN,
        POST + TE + TE + b"\r\n" + HIDDEN,
        POST + b"X: a\rTransfer-Encoding: chunked\r\n" + CL + b"\r\n" + HIDDEN,
        b"POST /refresh HTTP/1.0\r\nHost: localhost\r\nContent-Type: application/json\r\n" + CL + TE + b"\r\n" + HIDDEN,
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00",
        b"GET http://evil.example/livez HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET http://localhost/livez HTTP/1.1\r\nHost: evil.example\r\n\r\n",
        b"CONNECT localhost:22 HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"OPTIONS * HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
        b"GET /livez HTTP/1.0\r\n\r\n",
        b"GET /livez HTTP/3.7\r\nHost: localhost\r\n\r\n",
        HEAD + b"X: " + b"x" * 71_680 + b"\r\n\r\n",
        HEAD + b"X: x\r\n" * 10_000 + b"\r\n",
        b"GET /" + b"x" * 71_680 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(200),
        b"SSH-2.0-OpenSSH_9.7\r\n\r\n",
        b"\xff\x00\x1b[2J" * 1_000,
    ],
    ids=lambda sent: repr(sent[:60]),
)  # fmt: skip
def test_an_ambiguous_request_gets_one_refusal_and_the_connection_ends(
    demo: Running, request_bytes: bytes
) -> None:
    connection = opened(demo)
    began = time.monotonic()
    with suppress(OSError):
        connection.sendall(request_bytes)
    answer = until_closed(connection)

    assert answer.count(b"HTTP/1.1 ") <= 1
    assert status_of(answer) in (0, 400, 414, 421, 431, 505), answer[:300]
    assert time.monotonic() - began < GONE_WITHIN_S
    assert demo.get("/status").json()["pipeline"]["state"] == "running"


def test_http_1_0_is_answered_once(demo: Running) -> None:
    answer = asking(demo, "GET /livez HTTP/1.0", "Host: localhost")

    assert status_of(answer) == 200


@pytest.mark.parametrize(
    "path", ["/..%2f..%2fetc%2fpasswd", "/%2e%2e%2f%2e%2e%2fetc/passwd", "/data/..%5c..%5cx", "/docs/..%2f..%2fetc/passwd"]
)  # fmt: skip
def test_a_path_that_climbs_is_unknown(demo: Running, path: str) -> None:
    answer = asking(demo, f"GET {path} HTTP/1.1", "Host: localhost", "Connection: close")

    assert status_of(answer) == 404
    assert b"root:" not in answer


def test_answers_that_nobody_reads_are_given_up(demo: Running) -> None:
    stalled = refused(demo, "stalled_responses")
    deaf = [opened(demo, receive_bytes=4096) for _ in range(5)]
    for connection in deaf:
        with suppress(OSError):
            connection.settimeout(5)
            connection.sendall((b"GET /openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n") * 300)
    wait_for(lambda: refused(demo, "stalled_responses") >= stalled + 5)
    for connection in deaf:
        connection.close()


# L5: floods


def flood(demo: Running, frames: bytes, times: int) -> bytes:
    """Send as fast as the server takes it until it ends the conversation; what it said."""
    connection = handshaken(demo)
    connection.setblocking(False)
    received = bytearray()
    ends_s = time.monotonic() + PATIENCE_S
    while time.monotonic() < ends_s:
        try:
            if times > 0:
                times -= connection.send(frames) > 0
        except BlockingIOError:
            pass
        except OSError:
            break
        try:
            part = connection.recv(1 << 20)
            if not part:
                break
            received += part
        except BlockingIOError:
            time.sleep(0.001)
        except OSError:
            break
    connection.close()
    return bytes(received)


@pytest.mark.parametrize(
    "frames",
    [
        frame(1, b'{"op":"subscribe","channels":["crypto:BTC"]}') * 50,
        frame(1, json.dumps({"op": "subscribe", "channels": ["crypto:BTC"] * 900}).encode()),
        frame(1, b'{"op":"ping","id":1}') * 100,
        frame(9, b"p" * 125) * 100,
        frame(10, b"p" * 125) * 100,
        frame(1, b"{", is_last=False) + frame(0, b" ", is_last=False) * 5_000,
        frame(1, b"", is_last=False) + frame(0, b"", is_last=False) * 5_000,
    ],
    ids=["subscribe", "subscribe to 900 channels", "ping", "ping frames", "pong frames", "1-byte fragments",
         "empty fragments"],
)  # fmt: skip
def test_a_flood_is_answered_by_an_error_and_then_4009(demo: Running, frames: bytes) -> None:
    floods = refused(demo, "flooding_clients")
    received = flood(demo, frames, 200)

    assert b'"code":"too_many_requests"' in received
    assert close_code(received) == 4009
    wait_for(lambda: refused(demo, "flooding_clients") == floods + 1)


def test_two_hundred_who_come_and_go_every_second_leave_nothing_behind(demo: Running) -> None:
    descriptors = len(list(Path(f"/proc/{demo.process.pid}/fd").iterdir()))
    ends_s = time.monotonic() + 4
    count = 0
    while (time.monotonic() < ends_s or count <= 200) and count < 800:
        connection = handshaken(demo) if count % 4 == 0 else opened(demo)
        if count % 2:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.close()
        count += 1
        time.sleep(0.002)
    wait_for(lambda: len(list(Path(f"/proc/{demo.process.pid}/fd").iterdir())) <= descriptors + 5)


def test_hundreds_who_return_at_once_are_all_welcomed(demo: Running) -> None:
    async def come_back() -> float:
        began = time.monotonic()
        async with connect(websocket_url(demo.url), open_timeout=PATIENCE_S) as client:
            await client.recv()
            return time.monotonic() - began

    async def storm() -> list[float]:
        return await asyncio.gather(*[come_back() for _ in range(300)])

    took_s = sorted(asyncio.run(storm()))
    print(f"the slowest of 300 was welcomed after {took_s[-1] * 1000:.0f} ms")
    assert len(took_s) == 300


def test_hundreds_of_idle_connections_are_let_go_of(demo: Running) -> None:
    began = time.monotonic()
    idle = [opened(demo) for _ in range(400)]
    for connection in idle:
        until_closed(connection)
    assert time.monotonic() - began < GONE_WITHIN_S


def test_requests_without_end_hold_nobody_up(demo: Running) -> None:
    async def ask_on(count: int) -> int:
        async with httpx.AsyncClient(timeout=PATIENCE_S) as client:
            return sum(
                [(await client.get(demo.url + "/market/latest")).status_code < 500 for _ in range(count)]
            )

    async def ask() -> list[int]:
        return await asyncio.gather(*[ask_on(60) for _ in range(10)])

    assert asyncio.run(ask()) == [60] * 10


# Other machines, as a proxy on this one tells of them


@pytest.fixture
def behind_a_proxy(tmp_path: Path) -> Iterator[Running]:
    config = tmp_path / "config.toml"
    config.write_text(
        "[server]\nport = 0\ninsecure = true\ntrusted_proxies = ['127.0.0.0/8']\nmax_clients_per_address = 3\n"
    )
    arguments = ("--demo", "--serve", "--config", str(config), "--data-dir", str(tmp_path / "d"))
    with served(tmp_path, *arguments) as running:
        yield running
        assert "Traceback" not in running.said


def test_a_site_that_asks_too_much_is_told_to_wait_and_others_are_not(behind_a_proxy: Running) -> None:
    url, site = behind_a_proxy.url + "/livez", ("2001:db8::7", "2001:db8::8")
    began = time.monotonic()
    with httpx.Client(timeout=PATIENCE_S) as client:
        replies = [client.get(url, headers={"X-Forwarded-For": site[number % 2]}) for number in range(600)]
        took_s = time.monotonic() - began
        other = client.get(url, headers={"X-Forwarded-For": "2001:db8:1::7"})
    late = [reply for reply in replies if reply.status_code == 429]
    assert 600 - len(late) <= 201 + 50 * took_s
    assert other.status_code == 200
    for reply in late[:1]:
        assert reply.headers["content-type"] == "application/problem+json"
        assert int(reply.headers["retry-after"]) >= 1


def test_an_address_has_so_many_websockets_and_the_next_is_closed_with_4013(behind_a_proxy: Running) -> None:
    url = websocket_url(behind_a_proxy.url)

    async def all_of_them() -> tuple[list[int | None], str]:
        async with AsyncExitStack() as stack, asyncio.timeout(PATIENCE_S):
            headers = [{"X-Forwarded-For": address} for address in ["203.0.113.9"] * 5 + ["203.0.113.10"]]
            clients = [
                await stack.enter_async_context(connect(url, additional_headers=one)) for one in headers
            ]
            *several, other = clients
            closing = [asyncio.create_task(client.wait_closed()) for client in several]
            while sum(one.done() for one in closing) < 2:
                await asyncio.wait(closing, timeout=0.1)
            welcome = json.loads(await other.recv())
            for one in closing:
                one.cancel()
            return [client.close_code for client in several], welcome["type"]

    several, heard_by_another = asyncio.run(all_of_them())
    assert sorted(several, key=str) == [4013, 4013, None, None, None]
    assert heard_by_another == "welcome"
