"""One venue's door: its answers over HTTP, and what goes wrong there on request."""

from asyncio import TaskGroup, Transport
from collections.abc import Callable
from http import HTTPStatus
from itertools import cycle
from socket import SO_LINGER, SOL_SOCKET
from struct import pack
from typing import Protocol
from urllib.parse import urlsplit

from websockets.asyncio.server import ServerConnection
from websockets.datastructures import Headers
from websockets.http11 import Request, Response

from rtp_tui.clock import Clock
from rtp_tui.simulator.disturbances import CLOCK_OFFSET_MS, LATENCY_MS
from rtp_tui.simulator.event_times import moved
from rtp_tui.simulator.faults import Fault, Faults
from rtp_tui.simulator.http_dialect import Reply, Rest

RETRY_AFTER = "30"
ENDLESS_BYTES = 16 * 1024
"""Of a body that never ends, every so often."""
MAX_ENDLESS_UNSENT_BYTES = 1024 * 1024
_BEAT_S = 0.02
_RESET_AT_CLOSE = pack("ii", 1, 0)
_NOTHING = Reply(503, b"")
"""What the library is given for a connection that is gone already."""
_ENDLESS_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n["
_NOT_FOUND = Reply(404, b'{"code":-1000,"msg":"Not found."}')
_HTML = b"<html><body><h1>%s</h1></body></html>"
_BREAKDOWNS = (
    Reply(503, _HTML % b"503 Service Unavailable"),
    Reply(500, _HTML % b"500 Internal Server Error"),
)
_SPOILERS: tuple[Callable[[bytes], bytes], ...] = (
    lambda body: _HTML % b"Just a moment...",
    lambda body: body[: len(body) // 2],
    lambda body: b"",
)


class Gateway:
    """A venue without sockets; one with sockets adds to it."""

    def __init__(self, clock: Clock, rest: Rest) -> None:
        self.faults = Faults()
        self.rest = rest
        self._clock = clock
        self._retry_after: str | None = RETRY_AFTER
        self._breakdowns = cycle(_BREAKDOWNS)
        self._spoilers = cycle(_SPOILERS)

    def inject(self, fault: Fault, seconds: float, retry_after: str | None = RETRY_AFTER) -> None:
        """Let a fault last so long; `retry_after` is what refusals by rate say, None that they say nothing."""
        self.faults.begin(fault, self._clock.monotonic() + seconds)
        if fault is Fault.RATE_LIMIT:
            self._retry_after = retry_after

    def beat(self, group: TaskGroup) -> None:
        """End what is over."""
        self.faults.end_due(self._clock.monotonic())

    def has_socket_at(self, target: str) -> bool:
        """Whether a WebSocket handshake is accepted there."""
        return False

    async def converse(self, connection: ServerConnection, target: str) -> None:
        """Talk to a client until it leaves."""

    async def greet(self, connection: ServerConnection, request: Request, target: str) -> Response | None:
        """Answer a GET; None goes on to the WebSocket handshake."""
        if Fault.REFUSE in self.faults:
            reset(connection.transport)
            return _response(_NOTHING)
        if (denial := self._denied(request)) is not None:
            return _response(denial)
        if Fault.LATENCY in self.faults:
            await self._clock.sleep(LATENCY_MS / 1000)
        is_handshake = "Upgrade" in request.headers
        if is_handshake and self.has_socket_at(target):
            return None
        return _response(_NOT_FOUND if is_handshake else await self._answered(connection, target))

    def _denied(self, request: Request) -> Reply | None:
        if Fault.RATE_LIMIT in self.faults:
            return self.rest.rate_limited(self._retry_after)
        if Fault.SERVER_ERROR in self.faults:
            return next(self._breakdowns)
        return None if "User-Agent" in request.headers else self.rest.anonymous

    async def _answered(self, connection: ServerConnection, target: str) -> Reply:
        if Fault.HANG in self.faults or Fault.ENDLESS in self.faults:
            await self._keep_waiting(connection)
            reset(connection.transport)
            return _NOTHING
        return self._spoiled(self.rest.answer(target, self._venue_ms()))

    def _spoiled(self, reply: Reply) -> Reply:
        if Fault.CLOCK in self.faults:
            reply = Reply(reply.status, moved(reply.body.decode(), CLOCK_OFFSET_MS).encode(), reply.headers)
        if Fault.GARBAGE in self.faults:
            reply = Reply(200, next(self._spoilers)(reply.body))
        return reply

    async def _keep_waiting(self, connection: ServerConnection) -> None:
        """Say nothing, or begin an answer and go on with it, as long as the fault lasts and anybody listens."""
        while self._lasts(Fault.HANG, connection):
            await self._clock.sleep(_BEAT_S)
        transport: Transport = connection.transport
        if self._lasts(Fault.ENDLESS, connection):
            transport.write(_ENDLESS_HEAD)
        while self._lasts(Fault.ENDLESS, connection):
            if transport.get_write_buffer_size() < MAX_ENDLESS_UNSENT_BYTES:
                transport.write(b"0," * (ENDLESS_BYTES // 2))
            await self._clock.sleep(_BEAT_S)

    def _lasts(self, fault: Fault, connection: ServerConnection) -> bool:
        is_there = connection.server.is_serving() and not connection.transport.is_closing()
        return is_there and fault in self.faults

    def _venue_ms(self) -> int:
        return self._clock.now_ms() + (CLOCK_OFFSET_MS if Fault.CLOCK in self.faults else 0)


class _Lingering(Protocol):
    def setsockopt(self, level: int, option: int, value: bytes) -> None: ...


def reset(transport: Transport) -> None:
    """End a connection at once; the other side sees a reset, not an orderly end."""
    socket: _Lingering | None = transport.get_extra_info("socket")
    if socket is not None and not transport.is_closing():
        socket.setsockopt(SOL_SOCKET, SO_LINGER, _RESET_AT_CLOSE)
    transport.abort()


def path_of(target: str) -> str:
    """`/path` of `/path?query`."""
    return urlsplit(target).path


def _response(reply: Reply) -> Response:
    headers = Headers(
        [
            ("Content-Type", _kind(reply.body)),
            ("Content-Length", str(len(reply.body))),
            ("Connection", "close"),
            *reply.headers,
        ]
    )
    return Response(reply.status, HTTPStatus(reply.status).phrase, headers, reply.body)


def _kind(body: bytes) -> str:
    if body.startswith(b"<"):
        return "text/html"
    return "application/json;charset=UTF-8" if body[:1] in (b"{", b"[", b"") else "text/plain"
