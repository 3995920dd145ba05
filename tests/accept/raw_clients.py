"""Clients written by hand, that can send what no library would, and one that behaves and looks on."""

import asyncio
import json
import socket
import struct
import threading

import httpx
from websockets.asyncio.client import connect

from tests.accept.running import PATIENCE_S, Running


class Witness:
    """A client that behaves, and counts the updates that it gets."""

    def __init__(self, engine: Running) -> None:
        self.updates = 0
        self.longest_s = 0.0
        """The most that the engine has worked between two updates since this was last set, in seconds of processor:
        what else a machine has to do is no fault of the engine's."""
        self._engine = engine
        self._worked_s = 0.0
        self._url = websocket_url(engine.url)
        self._loop = asyncio.new_event_loop()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def end(self) -> None:
        self._ended.set()
        self._thread.join(PATIENCE_S)

    def _run(self) -> None:
        self._loop.run_until_complete(self._listen())
        self._loop.close()

    async def _listen(self) -> None:
        async with connect(self._url) as follower:
            await follower.send(json.dumps({"op": "subscribe", "channels": ["*"], "conflate_ms": 0}))
            while not self._ended.is_set():
                message = json.loads(await follower.recv())
                if message["type"] == "price_update":
                    before, self._worked_s = self._worked_s, self._engine.cpu_s
                    self.longest_s = max(self.longest_s, self._worked_s - before if self.updates else 0.0)
                    self.updates += 1


def websocket_url(url: str) -> str:
    return url.replace("http", "ws", 1) + "/ws"


UPGRADE = (
    "Host: 127.0.0.1",
    "Upgrade: websocket",
    "Connection: Upgrade",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Version: 13",
)


def frame(first: int, payload: bytes, *, is_last: bool = True, masked: bool = True) -> bytes:
    """A client's frame: opcode (with reserved bits), payload; see RFC 6455 section 5.2."""
    mask = b"\x01\x02\x03\x04" if masked else b""
    size = len(payload)
    length = (
        bytes([size | (masked << 7)])
        if size < 126
        else bytes([126 | (masked << 7)]) + struct.pack("!H", size)
    )
    body = bytes(byte ^ mask[at % 4] for at, byte in enumerate(payload)) if masked else payload
    return bytes([first | (is_last << 7)]) + length + mask + body


def opened(demo: Running, receive_bytes: int | None = None) -> socket.socket:
    connection = socket.socket()
    if receive_bytes is not None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_bytes)
    connection.settimeout(PATIENCE_S)
    connection.connect(("127.0.0.1", httpx.URL(demo.url).port or 0))
    return connection


def handshaken(demo: Running, receive_bytes: int | None = None) -> socket.socket:
    connection = opened(demo, receive_bytes)
    connection.sendall(("GET /ws HTTP/1.1\r\n" + "\r\n".join(UPGRADE) + "\r\n\r\n").encode())
    answer = b""
    while b"\r\n\r\n" not in answer:
        answer += connection.recv(1)
    assert status_of(answer) == 101
    return connection


def until_closed(connection: socket.socket) -> bytes:
    received = b""
    try:
        while part := connection.recv(65536):
            received += part
    except ConnectionResetError:
        pass
    connection.close()
    return received


def close_code(received: bytes) -> int | None:
    """The code of the close frame at the end of a server's frames."""
    at, code = 0, None
    while at + 2 <= len(received):
        size = received[at + 1] & 127
        start = at + 2
        if size == 126:
            (size,) = struct.unpack_from("!H", received, start)
            start += 2
        elif size == 127:
            (size,) = struct.unpack_from("!Q", received, start)
            start += 8
        if received[at] & 15 == 8 and size >= 2:
            (code,) = struct.unpack_from("!H", received, start)
        at = start + size
    return code


def asking(demo: Running, request: str, *headers: str, body: bytes = b"") -> bytes:
    """A request written by hand; all that comes back."""
    connection = opened(demo)
    lines = [request, *headers, "", ""]
    try:
        connection.sendall("\r\n".join(lines).encode("latin-1") + body)
    except (BrokenPipeError, ConnectionResetError):
        pass
    return until_closed(connection)


def status_of(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1]) if answer.startswith(b"HTTP/1.1 ") else 0
