"""Clients that send what no client should: each gets its answer or its close code, and nobody else notices."""

import asyncio
import json
import socket
import struct
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from tests.accept.raw_clients import (
    UPGRADE,
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

PROBLEM = "application/problem+json"
MOST_WORK_S = 1.0
"""Of the server, between two updates of the one who behaves, or for one answer."""
SECRET_PLACES = ("root:", "[sources", "SQLite format")


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    home = tmp_path_factory.mktemp("demo")
    with served(home, "--demo", "--serve", "--port", "0", "--data-dir", str(home / "d")) as running:
        wait_for(lambda: running.get("/health").json()["score"])
        wait_for(lambda: running.get("/stats").json()["resident_bytes"])
        yield running
        assert running.end() == 0
        assert "Traceback" not in running.said
        assert "failed" not in running.said
        assert "\x1b" not in running.said


@pytest.fixture(scope="module")
def following(demo: Running) -> Iterator[Witness]:
    witness = Witness(demo)
    yield witness
    witness.end()


@pytest.fixture(autouse=True)
def nobody_else_notices(demo: Running, following: Witness) -> Iterator[None]:
    """Around every test: updates go on, the server answers at once, and no part was restarted."""
    wait_for(lambda: following.updates)
    following.longest_s = 0.0
    yield
    before = following.updates
    wait_for(lambda: following.updates > before + 5)
    assert demo.get("/livez").status_code == 200
    status = demo.get("/status").json()
    assert {part["restarts"] for part in status["parts"]} == {0}
    assert demo.process.poll() is None


# WebSocket clients


def said_to(demo: Running, *messages: str | bytes) -> list[dict[str, Any]]:
    """The answers to messages, one each, the welcome left out."""

    async def converse() -> list[dict[str, Any]]:
        async with asyncio.timeout(PATIENCE_S), connect(websocket_url(demo.url)) as client:
            assert json.loads(await client.recv())["type"] == "welcome"
            answers = []
            for message in messages:
                await client.send(message)
                answers.append(json.loads(await client.recv()))
            await client.send('{"op":"ping","id":"still here"}')
            while json.loads(await client.recv()).get("id") != "still here":
                pass
            return answers

    return asyncio.run(converse())


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ("not json", "bad_json"),
        ("", "bad_json"),
        ("\x00", "bad_json"),
        ("null", "bad_json"),
        ("[]", "bad_json"),
        ('"subscribe"', "bad_json"),
        ("[" * 60_000, "bad_json"),
        ('{"op":' * 10_000, "bad_json"),
        ('{"op":"ping","id":NaN}', "bad_json"),
        ('{"op":"ping","id":"\\ud800"}', "bad_json"),
        ('{"op":"ping"', "bad_json"),
        (b"\xff\xfe\x00binary", "bad_json"),
        (b'{"op":"ping","id":1}', "bad_json"),
        ("{}", "unknown_op"),
        ('{"op":null}', "unknown_op"),
        ('{"op":5}', "unknown_op"),
        ('{"op":"SUBSCRIBE","channels":["*"]}', "unknown_op"),
        ('{"op":"__class__"}', "unknown_op"),
        ('{"op":"\\u001b[2J"}', "unknown_op"),
        ('{"op":"destroy","job":"crypto-prices"}', "unknown_op"),
        ('{"op":"subscribe"}', "bad_field"),
        ('{"op":"subscribe","channels":"*"}', "bad_field"),
        ('{"op":"subscribe","channels":[1]}', "bad_field"),
        ('{"op":"subscribe","channels":[null]}', "bad_field"),
        ('{"op":"subscribe","channels":["*"],"conflate_ms":-1}', "bad_field"),
        ('{"op":"subscribe","channels":["*"],"conflate_ms":1e999}', "bad_field"),
        ('{"op":"subscribe","channels":["*"],"conflate_ms":99999999999999999999999}', "bad_field"),
        ('{"op":"subscribe","channels":["*"],"conflate_ms":"fast"}', "bad_field"),
        ('{"op":"subscribe","channels":["*"],"batch":1}', "bad_field"),
        ('{"op":"subscribe","channels":["*"],"since":{"seq":1}}', "bad_field"),
        ('{"op":"subscribe","channels":["*"],"since":"yesterday"}', "bad_field"),
        ('{"op":"subscribe","channels":[' + ",".join(['"*"'] * 10_000) + "]}", "bad_field"),
        ('{"op":"ping","id":1.5}', "bad_field"),
        ('{"op":"ping","id":[]}', "bad_field"),
        ('{"op":"restart","feed":7}', "bad_field"),
        ('{"op":"auth"}', "bad_field"),
        ('{"op":"subscribe","channels":["crypto:NOPE"]}', "unknown_channel"),
        ('{"op":"subscribe","channels":[""]}', "unknown_channel"),
        ('{"op":"subscribe","channels":["crypto:BTC","nope"]}', "unknown_channel"),
        ('{"op":"subscribe","channels":["CRYPTO:*"]}', "unknown_channel"),
        ('{"op":"subscribe","channels":["\'; DROP TABLE ticks;--"]}', "unknown_channel"),
        ('{"op":"subscribe","channels":["\\u001b]0;x\\u0007"]}', "unknown_channel"),
        ('{"op":"subscribe","channels":["' + "x" * 60_000 + '"]}', "unknown_channel"),
        ('{"op":"join","rooms":["nowhere"]}', "unknown_channel"),
        ('{"op":"refresh","instruments":["crypto:NOPE"]}', "unknown_instrument"),
        ('{"op":"pause","feed":"nope"}', "unknown_feed"),
        ('{"op":"pause","feed":"../../etc/passwd"}', "unknown_feed"),
    ],
)
def test_what_cannot_be_carried_out_is_answered_by_an_error_and_the_client_stays(
    demo: Running, message: str | bytes, code: str
) -> None:
    (answer,) = said_to(demo, message)

    assert (answer["type"], answer["code"]) == ("error", code)
    assert len(answer["message"]) < 500


@pytest.mark.parametrize(
    "message",
    [
        '{"op":"subscribe","id":99999999999999999999999,"channels":["health"]}',
        '{"op":"subscribe","id":1,"channels":["health"],"since":{"epoch":"x","seq":99999999999999999999999}}',
        '{"op":"subscribe","id":1,"channels":["health"],"since":{"epoch":"","seq":-1}}',
        '{"op":"unsubscribe","id":1,"channels":["nope","\\u0000"]}',
        '{"op":"subscribe","id":1,"channels":[]}',
        '{"op":"auth","id":1,"token":"wrong"}',
        '{"op":"unsubscribe","id":"\\u001b[2J\\u202e","channels":[]}',
    ],
)
def test_what_is_merely_strange_is_carried_out(demo: Running, message: str) -> None:
    (answer,) = said_to(demo, message)[:1]

    assert answer["type"] == "ack"
    assert answer["id"] == json.loads(message)["id"]


def close_of(demo: Running, messages: Sequence[str | bytes]) -> int:
    """The code with which the server ends a conversation."""

    async def converse() -> int:
        async with asyncio.timeout(PATIENCE_S), connect(websocket_url(demo.url)) as client:
            with suppress(ConnectionClosed):
                for message in messages:
                    await client.send(message)
                while True:
                    await client.recv()
            return client.close_code or 0

    return asyncio.run(converse())


def test_a_message_of_more_than_64_kib_ends_with_1009(demo: Running) -> None:
    assert close_of(demo, ["x" * 65_537]) == 1009
    assert close_of(demo, [b"x" * 2_000_000]) == 1009
    assert (
        close_of(demo, ['{"op":"subscribe","channels":[' + ",".join(['"crypto:BTC"'] * 10_000) + "]}"])
        == 1009
    )


def test_three_malformed_messages_end_with_1008(demo: Running) -> None:
    assert close_of(demo, ["{", "}", '{"op":"ping","id":{}}']) == 1008
    assert close_of(demo, [b"\x00", b"\x01", b"\x02"]) == 1008


@pytest.mark.parametrize("reads", [True, False])
def test_a_flood_of_requests_is_ended_costs_little_and_holds_nobody_up(
    demo: Running, following: Witness, reads: bool
) -> None:
    before = demo.get("/stats").json()["resident_bytes"]
    order = frame(1, b'{"op":"subscribe","channels":["pipeline","*"]}')
    flooding = handshaken(demo, receive_bytes=None if reads else 4096)
    flooding.sendall(order * 1_500)
    received = until_closed(flooding) if reads else b""
    wait_for(lambda: demo.get("/status").json()["clients"] == 1)

    assert following.longest_s < MOST_WORK_S * slowness()
    assert demo.get("/stats").json()["resident_bytes"] - before < 40_000_000
    if reads:
        assert close_code(received) in (4008, 4009)
    flooding.close()


def test_a_flood_of_pings_holds_nobody_up(demo: Running, following: Witness) -> None:
    flooding = handshaken(demo, receive_bytes=4096)
    flooding.settimeout(1)
    before = demo.get("/stats").json()["resident_bytes"]
    with suppress(OSError):
        for _ in range(200):
            flooding.sendall(frame(9, b"p" * 125) * 500)
    flooding.close()

    wait_for(lambda: demo.get("/status").json()["clients"] == 1)
    assert following.longest_s < MOST_WORK_S * slowness()
    assert demo.get("/stats").json()["resident_bytes"] - before < 40_000_000


def test_a_client_that_never_reads_is_dropped_and_the_others_get_everything(
    demo: Running, following: Witness
) -> None:
    dropped = demo.get("/stats").json()["websocket"]["dropped_clients"]
    deaf = handshaken(demo, receive_bytes=4096)
    deaf.sendall(frame(1, b'{"op":"subscribe","channels":["*","pipeline"],"conflate_ms":0}'))
    wait_for(lambda: demo.get("/stats").json()["websocket"]["dropped_clients"] == dropped + 1)
    deaf.close()

    assert following.longest_s < MOST_WORK_S * slowness()


@pytest.mark.parametrize("path", ["/", "/ws/", "/nope", "/status", "/../ws", "/ws%00"])
def test_only_one_path_speaks_websocket(demo: Running, path: str) -> None:
    answer = asking(demo, f"GET {path} HTTP/1.1", *UPGRADE)

    assert status_of(answer) in (403, 404, 307, 400), answer[:200]


# Frames that the protocol forbids


@pytest.mark.parametrize(
    ("frames", "code"),
    [
        (frame(1, b'{"op":"ping"}', masked=False), 1002),
        (frame(0x41, b"reserved bit"), 1002),
        (frame(3, b"reserved opcode"), 1002),
        (frame(11, b"reserved control"), 1002),
        (frame(9, b"p" * 126), 1002),
        (frame(9, b"", is_last=False), 1002),
        (frame(0, b"continues nothing"), 1002),
        (frame(1, b"a", is_last=False) + frame(1, b"b"), 1002),
        (frame(8, b"\x03"), 1002),
        (frame(8, struct.pack("!H", 1005)), 1002),
        (frame(1, b"\xff\xfe"), 1007),
        (frame(1, b"\xed\xa0\x80"), 1007),
        (b"\x81\xff" + struct.pack("!Q", 2**62) + b"mask", 1009),
        (b"\x81\xff" + struct.pack("!Q", 2**63) + b"mask", 1009),
        (frame(1, b"x" * 40_000, is_last=False) + frame(0, b"x" * 40_000), 1009),
        (b"GET / HTTP/1.1\r\n\r\n", 1002),
    ],
)
def test_a_frame_that_the_protocol_forbids_ends_with_its_code(
    demo: Running, frames: bytes, code: int
) -> None:
    connection = handshaken(demo)
    connection.sendall(frames)

    assert close_code(until_closed(connection)) == code


def test_a_message_in_slices_of_a_byte_is_understood(demo: Running) -> None:
    connection = handshaken(demo)
    for byte in frame(1, b'{"op":"ping","id":"sliced"}'):
        connection.sendall(bytes([byte]))
    received = b""
    while b"sliced" not in received:
        received += connection.recv(4096)
    connection.close()


# HTTP clients


def code_of(answer: bytes) -> str:
    head, _, body = answer.partition(b"\r\n\r\n")
    assert PROBLEM.encode() in head, answer[:300]
    return str(json.loads(body)["code"])


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.evil", "127.0.0.1.evil:80", "0.0.0.0", "[::2]", "", "a b", "["]
)
def test_a_foreign_host_is_refused_over_http_and_websocket(demo: Running, host: str) -> None:
    answers = [
        asking(demo, "GET /status HTTP/1.1", f"Host: {host}", "Connection: close"),
        asking(demo, "GET /ws HTTP/1.1", f"Host: {host}", *UPGRADE[1:]),
    ]
    for answer in answers:
        assert status_of(answer) in (400, 421), answer[:200]
        if status_of(answer) == 421:
            assert code_of(answer) == "bad_host"


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "null", "http://localhost.evil", "file://", "http://[", "javascript:1"]
)
def test_a_foreign_origin_is_refused_over_http_and_websocket(demo: Running, origin: str) -> None:
    reply = httpx.post(demo.url + "/stop", headers={"Origin": origin}, timeout=PATIENCE_S)
    assert (reply.status_code, reply.json()["code"]) == (403, "bad_origin")

    async def knock() -> int:
        with pytest.raises(InvalidStatus) as refused:
            async with connect(websocket_url(demo.url), additional_headers={"Origin": origin}):
                pass
        return refused.value.response.status_code

    assert asyncio.run(knock()) == 403
    assert demo.get("/status").json()["pipeline"]["state"] == "running"


@pytest.mark.parametrize(
    "request_lines",
    [
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",),
        (b"\x00" * 4096,),
        (bytes(range(256)) * 16,),
        (b"\xff" * 100_000,),
        (b"GET\r\n\r\n",),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",),
        (b"GET / HTTP/1.1\r\n\r\n",),
        (b"GET / HTTP/1.1\r\nHost: localhost\r\nHost: evil\r\n\r\n",),
        (b"GET / HTTP/1.1\r\nHost: localhost\r\nX: a\x00b\r\n\r\n",),
        (b"GET / HTTP/1.1\r\nHost: localhost\r\n folded\r\n\r\n",),
        (b"GET /\x1b[2J HTTP/1.1\r\nHost: localhost\r\n\r\n",),
        (b"POST /refresh HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",),
        (b"POST /refresh HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx",),
        (b"POST /refresh HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: nonsense\r\n\r\n",),
        (b"POST /refresh HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n",),
        (
            b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
            + b"X: "
            + b"x" * 70_000
            + b"\r\n\r\n",
        ),
        (b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" + b"X: x\r\n" * 10_000 + b"\r\n",),
        (b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",),
        (b"CONNECT evil.example:443 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",),
    ],
)
def test_what_is_no_request_is_refused_at_once(demo: Running, request_lines: tuple[bytes, ...]) -> None:
    connection = opened(demo)
    try:
        for line in request_lines:
            connection.sendall(line)
        connection.shutdown(socket.SHUT_WR)
    except OSError:
        pass
    answer = until_closed(connection)

    assert status_of(answer) in (0, 400, 404, 405, 413, 414, 421, 431, 505), answer[:200]


def test_smuggled_requests_are_not_answered(demo: Running) -> None:
    hidden = b"0\r\n\r\nPOST /stop HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n"
    answer = asking(
        demo,
        "POST /refresh HTTP/1.1",
        "Host: localhost",
        "Content-Type: application/json",
        f"Content-Length: {len(hidden)}",
        "Transfer-Encoding: chunked",
        body=hidden,
    )

    assert (answer.count(b"HTTP/1.1"), status_of(answer), code_of(answer)) == (1, 400, "ambiguous_length")
    assert demo.get("/status").json()["pipeline"]["state"] == "running"


def test_half_open_requests_end_within_seconds_and_hold_nobody_up(demo: Running) -> None:
    beginnings = (b"", b"G", b"GET / HTTP/1.1\r\nHost: localh", b"POST /refresh HTTP/1.1\r\nHost: localhost\r\n"
                  b"Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{")  # fmt: skip
    held = [opened(demo) for _ in range(40)]
    for number, connection in enumerate(held):
        connection.sendall(beginnings[number % len(beginnings)])
    worked_s = demo.cpu_s
    assert demo.get("/livez").status_code == 200
    assert demo.cpu_s - worked_s < MOST_WORK_S * slowness()
    for connection in held:
        until_closed(connection)


@pytest.mark.parametrize(
    ("request_line", "status", "code"),
    [
        ("GET /data/crypto:BTC?limit=-1", 400, "bad_request"),
        ("GET /data/crypto:BTC?limit=0", 400, "bad_request"),
        ("GET /data/crypto:BTC?timeframe=9999w", 400, "bad_request"),
        ("GET /data/crypto:BTC?limit=1e9", 400, "bad_request"),
        ("GET /data/crypto:BTC?limit=1000000000", 400, "bad_request"),
        ("GET /data/crypto:BTC?limit=NaN", 400, "bad_request"),
        ("GET /data/crypto:BTC?start=abc", 400, "bad_request"),
        ("GET /data/crypto:BTC?start=99999999999999999999", 400, "bad_request"),
        ("GET /data/crypto:BTC?end=0000-00-00", 400, "bad_request"),
        ("GET /data/crypto:BTC?end=2024-13-45T99:99:99Z", 400, "bad_request"),
        ("GET /data/crypto:BTC?timeframe=7q", 400, "bad_request"),
        ("GET /data/crypto:BTC?timeframe=", 400, "bad_request"),
        ("GET /data/crypto:BTC?timeframe=-1m", 400, "bad_request"),
        ("GET /data/crypto:BTC?cursor='%3B%20DROP%20TABLE%20bars%3B--", 400, "bad_request"),
        ("GET /data/crypto:BTC?cursor=-1", 400, "bad_request"),
        ("GET /data/crypto:BTC?cursor=99999999999999999999999", 400, "bad_request"),
        ("GET /data/crypto:NOPE", 404, "unknown_instrument"),
        ("GET /data/'%20OR%201=1--", 404, "unknown_instrument"),
        ("GET /data/%00%1b[2J", 404, "unknown_instrument"),
        ("GET /data/%ff%fe", 404, "unknown_instrument"),
        ("GET /data/" + "x" * 10_000, 404, "unknown_instrument"),
        ("GET /market/latest?symbols=BTC,NOPE", 404, "unknown_instrument"),
        ("GET /market/status/nowhere", 404, "not_found"),
        ("GET /events?since=abc", 400, "bad_request"),
        ("GET /events?limit=1e9", 400, "bad_request"),
        ("GET /events?cursor=x", 400, "bad_request"),
        ("GET /events?topic='%3B--&limit=1", 400, "bad_request"),
        ("GET /status?%00=%ff&&&==", 400, "bad_request"),
        ("GET /nope", 404, "not_found"),
        ("GET /../../etc/passwd", 404, "not_found"),
        ("GET /..%2f..%2f..%2fetc/passwd", 404, "not_found"),
        ("GET /data/..%2f..%2f..%2fetc%2fpasswd", 404, "not_found"),
        ("GET /data/../../history.db", 404, "not_found"),
        ("GET //etc/passwd", 404, "not_found"),
        ("GET /%2e%2e/%2e%2e/etc/passwd", 404, "not_found"),
        ("DELETE /status", 405, "method_not_allowed"),
        ("POST /status", 405, "method_not_allowed"),
        ("PUT /data/crypto:BTC", 405, "method_not_allowed"),
        ("PATCH /health", 405, "method_not_allowed"),
        ("GET /stop", 405, "method_not_allowed"),
        ("GET /refresh", 405, "method_not_allowed"),
        ("OPTIONS /health", 405, "method_not_allowed"),
        ("TRACE /health", 405, "method_not_allowed"),
        ("BREW /health", 405, "method_not_allowed"),
        ("POST /feeds/nope/restart", 404, "unknown_feed"),
        ("POST /feeds/%1b[2J/restart", 404, "unknown_feed"),
        ("POST /instruments/nope/refresh", 404, "unknown_instrument"),
    ],
)
def test_what_cannot_be_answered_is_a_problem_with_a_stable_code(
    demo: Running, request_line: str, status: int, code: str
) -> None:
    answer = asking(demo, f"{request_line} HTTP/1.1", "Host: localhost", "Connection: close")

    assert (status_of(answer), code_of(answer)) == (status, code), answer[:300]
    assert len(answer) < 1_000
    assert not any(secret in answer.decode(errors="replace") for secret in SECRET_PLACES)
    assert b"\x1b" not in answer


@pytest.mark.parametrize(
    ("path", "kind", "body", "status", "code"),
    [
        ("/refresh", "text/plain", b'{"instruments":[]}', 415, "unsupported_media_type"),
        ("/refresh", "application/x-www-form-urlencoded", b"a=b", 415, "unsupported_media_type"),
        ("/refresh", "multipart/form-data", b"--x", 415, "unsupported_media_type"),
        ("/refresh", "application/json", b"not json", 400, "bad_request"),
        ("/refresh", "application/json", b"\xff\xfe", 400, "bad_request"),
        ("/refresh", "application/json", b"[]", 400, "bad_request"),
        ("/refresh", "application/json", b"[" * 60_000, 400, "bad_request"),
        ("/refresh", "application/json", b'{"instruments":5}', 400, "bad_request"),
        ("/refresh", "application/json", b'{"instruments":["\\ud800"]}', 400, "bad_request"),
        ("/refresh", "application/json", b'{"instruments":["nope"]}', 404, "unknown_instrument"),
        ("/refresh", "application/json", b" " * 70_000, 413, "too_large"),
        ("/stop", "text/plain", b"x", 415, "unsupported_media_type"),
        ("/api/query", "application/json", b"", 400, "bad_request"),
        ("/api/query", "application/json", b'{"type":"nope"}', 400, "bad_request"),
        ("/api/query", "application/json", b'{"type":"get_bars","instrument":"nope"}', 404, "unknown_instrument"),
        ("/api/query", "application/json", b'{"type":"get_bars","instrument":"crypto:BTC","limit":-1}', 400, "bad_request"),
        ("/api/query", "application/json", b'{"type":"get_bars","instrument":"crypto:BTC","start_ms":99999999999999999999}',
         400, "bad_request"),
        ("/api/query", "application/json", b'{"type":"get_bars","instrument":"crypto:BTC","cursor":"\xd9\xa3"}', 400, "bad_request"),
        ("/api/query", "application/json", b'{"type":"get_events","since_ms":-99999999999999999999}', 400, "bad_request"),
        ("/api/query", "application/json", b'{"type":"get_events","limit":0}', 400, "bad_request"),
        ("/api/query", "application/json", b'{"type":"state_at","at_ms":99999999999999999999}', 400, "bad_request"),
        ("/api/query", "application/json", b'{"type":"state_at","at_ms":-1}', 404, "no_history"),
        ("/api/query", "application/json", b'{"type":"explain","instrument":"\\u0000"}', 404, "unknown_instrument"),
        ("/api/command", "application/json", b'{"type":"get_bars","instrument":"crypto:BTC"}', 400, "bad_request"),
        ("/api/command", "application/json", b'{"type":"refresh","instruments":["nope"]}', 404, "unknown_instrument"),
    ],
)  # fmt: skip
def test_a_body_that_cannot_be_read_is_a_problem_with_a_stable_code(
    demo: Running, path: str, kind: str, body: bytes, status: int, code: str
) -> None:
    reply = httpx.post(demo.url + path, content=body, headers={"Content-Type": kind}, timeout=PATIENCE_S)

    assert reply.headers["content-type"] == PROBLEM, reply.text
    assert (reply.status_code, reply.json()["code"]) == (status, code)
    assert len(reply.content) < 1_000


def test_large_headers_are_refused(demo: Running) -> None:
    reply = httpx.get(demo.url + "/status", headers={"X-Large": "x" * 20_000}, timeout=PATIENCE_S)

    assert (reply.status_code, reply.json()["code"]) == (431, "headers_too_large")


@pytest.mark.parametrize(
    "path",
    [
        "/data/crypto:BTC?limit=10000", "/data/crypto:BTC?limit=10000&timeframe=1d&start=-9999999999999999&end=9999999999999999",
        "/data/crypto:BTC?start=0001-01-01&end=9999-12-31", "/data/crypto:BTC?cursor=", "/data/BTC",
        "/market/latest?symbols=", "/market/latest?symbols=,,,",
        "/market/latest?symbols=" + ",".join(["BTC"] * 10_000),
    ],
)  # fmt: skip
def test_what_is_absurd_but_answerable_is_answered_small_and_fast(demo: Running, path: str) -> None:
    worked_s = demo.cpu_s
    reply = httpx.get(demo.url + path, timeout=PATIENCE_S)

    assert reply.status_code == 200
    assert len(reply.content) < 200_000
    assert demo.cpu_s - worked_s < MOST_WORK_S * slowness()


def test_clients_that_leave_in_the_middle_of_a_body_are_no_bug(demo: Running) -> None:
    for path in ("/refresh", "/api/query", "/feeds/%1b]0;boo%07/restart", "/stop"):
        connection = opened(demo)
        connection.sendall(
            f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n{{".encode()
        )
        time.sleep(0.1)
        connection.close()
    assert "failed" not in demo.said


def test_hundreds_who_come_and_go_leave_nothing_behind(demo: Running) -> None:
    descriptors = len(list(Path(f"/proc/{demo.process.pid}/fd").iterdir()))
    for number in range(300):
        connection = handshaken(demo) if number % 2 else opened(demo)
        connection.close()
    wait_for(lambda: demo.get("/status").json()["clients"] == 1)
    wait_for(lambda: len(list(Path(f"/proc/{demo.process.pid}/fd").iterdir())) <= descriptors + 3)
