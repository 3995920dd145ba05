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
SLOW_BYTE_S = 1.0
QUOTA_CALLS = 5
"""What a quota is drilled with: so many more requests are answered."""
QUOTA_LEFT = 0.2
"""The share of the quota that these are."""
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
_PAGE = Reply(200, _HTML % b"Just a moment...")
REFUSING = (Fault.RATE_LIMIT, Fault.RATE_LIMIT_BARE, Fault.BAN)
"""By rate: existing connections are not let go on either."""
_SPOILERS: tuple[Callable[[bytes], bytes], ...] = (
    lambda body: _HTML % b"Just a moment...",
    lambda body: body[: len(body) // 2],
    lambda body: b"",
)


def nothing() -> None:
    """Where what is told was recorded."""


class Gateway:
    """A venue without sockets; one with sockets adds to it."""

    def __init__(self, clock: Clock, rest: Rest) -> None:
        self.faults = Faults()
        self.rest = rest
        self.catch_up: Callable[[], None] = nothing
        """Lets happen what should have happened by now; called before anything is answered."""
        self._clock = clock
        self._retry_after: str | None = RETRY_AFTER
        self._refused_key: str | None = None
        self._calls_left = QUOTA_CALLS
        self._breakdowns = cycle(_BREAKDOWNS)
        self._spoilers = cycle(_SPOILERS)

    def inject(
        self, fault: Fault, seconds: float, retry_after: str | None = RETRY_AFTER, key: str | None = None
    ) -> None:
        """Let a fault last so long.

        `retry_after` is what refusals by rate say, None that they say nothing; `key` the one that is refused, None
        that all are, and whoever shows none.
        """
        self.faults.begin(fault, self._clock.monotonic() + seconds)
        match fault:
            case Fault.RATE_LIMIT | Fault.QUOTA:
                self._retry_after, self._calls_left = retry_after, QUOTA_CALLS
            case Fault.KEY_REJECTED:
                self._refused_key = key

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
        if Fault.BLACK_HOLE in self.faults:
            await self._swallow(connection)
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
        if (refusal := self._refused_by_rate()) is not None:
            return refusal
        if Fault.SERVER_ERROR in self.faults:
            return next(self._breakdowns)
        if Fault.HTML in self.faults:
            return _PAGE
        if Fault.KEY_REJECTED in self.faults and self._refuses_key(request):
            return self.rest.key_refused
        return None if "User-Agent" in request.headers else self.rest.anonymous

    def _refused_by_rate(self) -> Reply | None:
        if Fault.BAN in self.faults:
            left_s = self.faults.lasting[Fault.BAN] - self._clock.monotonic()
            now_ms = self._clock.now_ms()
            return self.rest.banned(now_ms + round(left_s * 1000), now_ms)
        if Fault.RATE_LIMIT_BARE in self.faults:
            return self.rest.rate_limited(None)
        if Fault.RATE_LIMIT in self.faults or (Fault.QUOTA in self.faults and not self._calls_left):
            return self.rest.rate_limited(self._retry_after)
        return None

    def _refuses_key(self, request: Request) -> bool:
        return self._refused_key in (None, self.rest.key_shown(request.headers))

    async def _answered(self, connection: ServerConnection, target: str) -> Reply:
        if Fault.HANG in self.faults or Fault.ENDLESS in self.faults:
            await self._keep_waiting(connection)
            reset(connection.transport)
            return _NOTHING
        self.catch_up()
        reply = self._counted(self._spoiled(self._reply(connection, target)))
        if Fault.RESET in self.faults:
            connection.transport.write(_written(reply)[:-1])
            reset(connection.transport)
            return _NOTHING
        if Fault.SLOW_BODY in self.faults:
            await self._dribble(connection, reply)
            return _NOTHING
        return reply

    def _reply(self, connection: ServerConnection, target: str) -> Reply:
        """What the venue says to a request."""
        return self.rest.answer(target, self._venue_ms())

    def _counted(self, reply: Reply) -> Reply:
        if Fault.QUOTA not in self.faults:
            return reply
        self._calls_left = max(0, self._calls_left - 1)
        return self.rest.counted(reply, QUOTA_LEFT * self._calls_left / QUOTA_CALLS)

    async def _dribble(self, connection: ServerConnection, reply: Reply) -> None:
        """A byte a second as long as the fault lasts and anybody listens, then the rest."""
        transport: Transport = connection.transport
        written = _written(reply)
        sent = len(written) - len(reply.body)
        transport.write(written[:sent])
        due = self._clock.monotonic()
        while self._lasts(Fault.SLOW_BODY, connection):
            if self._clock.monotonic() >= due:
                transport.write(written[sent : sent + 1])
                sent, due = sent + 1, due + SLOW_BYTE_S
            await self._clock.sleep(_BEAT_S)
        transport.write(written[sent:])
        transport.close()

    async def _swallow(self, connection: ServerConnection) -> None:
        """Say nothing, not even that it is over, until it is."""
        while self._lasts(Fault.BLACK_HOLE, connection):
            await self._clock.sleep(_BEAT_S)
        reset(connection.transport)

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


def _written(reply: Reply) -> bytes:
    """A whole answer as it goes over the wire."""
    return _response(reply).serialize()


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
