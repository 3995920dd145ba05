"""One port that speaks Binance: WebSocket at `/ws` and `/stream`, REST at `/api`."""

from asyncio import TaskGroup
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from http import HTTPStatus
from logging import CRITICAL, Logger
from urllib.parse import parse_qs, urlsplit

from msgspec import Struct
from websockets.asyncio.server import ServerConnection, serve
from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

from rtp_tui.clock import Clock
from rtp_tui.simulator import binance
from rtp_tui.simulator.control import MAX_STREAMS, TooManyStreams, answer
from rtp_tui.simulator.disturbances import CLOCK_OFFSET_MS, LATENCY_MS, OutgoingEvent
from rtp_tui.simulator.fanout import Fanout, Subscriber
from rtp_tui.simulator.faults import Fault, Faults
from rtp_tui.simulator.rest import Rest
from rtp_tui.simulator.rest_limits import Reply, rate_limited

MAX_MESSAGES_A_SECOND = 5
MAX_MESSAGE_BYTES = 256 * 1024
PING_INTERVAL_S = 20
PING_TIMEOUT_S = 60
MAX_AGE_S = 24 * 3600.0
ANNOUNCED_S = 10.0
"""How long before its end a connection is told."""
_GOING_AWAY, _POLICY, _INTERNAL_ERROR = 1001, 1008, 1011


class Ending(Struct):
    """When a connection is to close; monotonic seconds."""

    at: float
    announced: bool = False


class Gateway:
    """Connections come and go here; a venue publishes through it once a beat."""

    def __init__(self, clock: Clock, rest: Callable[[], Rest], *, max_age_s: float = MAX_AGE_S) -> None:
        self.fanout = Fanout()
        self.faults = Faults()
        self.port = 0
        self._clock = clock
        self._rest = rest
        self._max_age_s = max_age_s
        self._endings: dict[Subscriber, Ending] = {}

    @asynccontextmanager
    async def listening(self, host: str, port: int) -> AsyncIterator[TaskGroup]:
        """Accept connections inside the block; the group runs what belongs to it."""
        # Refused handshakes are meant here; the library would report each on stderr.
        silent = Logger("simulator", CRITICAL + 1)
        async with serve(
            self._converse,
            host,
            port,
            process_request=self._greet,
            compression=None,
            ping_interval=PING_INTERVAL_S,
            ping_timeout=PING_TIMEOUT_S,
            close_timeout=1,
            max_size=MAX_MESSAGE_BYTES,
            logger=silent,
        ) as server:
            self.port = next(iter(server.sockets)).getsockname()[1]
            async with TaskGroup() as group:
                yield group

    def inject(self, fault: Fault, seconds: float) -> None:
        """Let a fault last so long; call it in the loop that runs the gateway."""
        until = self._clock.monotonic() + seconds
        self.faults.begin(fault, until)
        if fault is Fault.CLOSE:
            for ending in self._endings.values():
                ending.at = min(ending.at, until)
                ending.announced = False
            self._announce(until)

    def publish(self, stream: str, text: str) -> None:
        """Hand an event to whoever listens to its stream, disturbed by the faults that last."""
        if not self.faults.disturbed:
            self.fanout.publish(stream, text)
            return
        for event in self.faults.pass_on(OutgoingEvent(stream, text), self._clock.now_ms()):
            self.fanout.publish(event.stream, event.text, is_bare=event.is_bare)

    def beat(self, group: TaskGroup) -> None:
        """Send what has gathered, end what is over."""
        now = self._clock.monotonic()
        for event in (*self.faults.end_due(now), *self.faults.release(self._clock.now_ms())):
            self.fanout.publish(event.stream, event.text, is_bare=event.is_bare)
        self._announce(now + ANNOUNCED_S)
        self.fanout.flush()
        self._cut()
        for subscriber, ending in tuple(self._endings.items()):
            if ending.at <= now:
                self._close(group, subscriber, _GOING_AWAY)
        for fault, code in ((Fault.RATE_LIMIT, _POLICY), (Fault.SERVER_ERROR, _INTERNAL_ERROR)):
            if fault in self.faults:
                for subscriber in tuple(self._endings):
                    self._close(group, subscriber, code)

    def _announce(self, ending_by: float) -> None:
        told = [
            subscriber
            for subscriber, ending in self._endings.items()
            if ending.at <= ending_by and not ending.announced
        ]
        for subscriber in told:
            self._endings[subscriber].announced = True
        if told:
            text = binance.shutdown(self._clock.now_ms())
            self.fanout.announce(told, binance.SHUTDOWN_STREAM, text)

    def _cut(self) -> None:
        if Fault.REFUSE in self.faults:
            for subscriber in self.fanout.subscribers:
                subscriber.wire.transport.abort()

    def _close(self, group: TaskGroup, subscriber: Subscriber, code: int) -> None:
        if self._endings.pop(subscriber, None) is not None:
            group.create_task(subscriber.wire.close(code))

    async def _greet(self, connection: ServerConnection, request: Request) -> Response | None:
        """Answer a GET; None goes on to the WebSocket handshake."""
        if Fault.REFUSE in self.faults:
            connection.transport.abort()
            return _response(Reply(503, b""))
        if Fault.RATE_LIMIT in self.faults:
            return _response(rate_limited(30))
        if Fault.SERVER_ERROR in self.faults:
            return _response(Reply(503, b"<html><body><h1>503 Service Unavailable</h1></body></html>"))
        if Fault.LATENCY in self.faults:
            await self._clock.sleep(LATENCY_MS / 1000)
        path = urlsplit(request.path).path
        if path.startswith("/api/"):
            return _response(self._rest().answer(request.path, self._venue_ms()))
        if path in ("/ws", "/stream") or path.startswith("/ws/"):
            return None
        return _response(Reply(404, b'{"code":-1000,"msg":"Not found."}'))

    def _venue_ms(self) -> int:
        return self._clock.now_ms() + (CLOCK_OFFSET_MS if Fault.CLOCK in self.faults else 0)

    async def _converse(self, connection: ServerConnection) -> None:
        path, streams = _opening(connection)
        if len(streams) > MAX_STREAMS:
            await connection.close(_POLICY, "Too many streams")
            return
        subscriber = self.fanout.enter(connection, combined=path == "/stream")
        self._endings[subscriber] = Ending(self._clock.monotonic() + self._max_age_s)
        try:
            subscriber.subscribe(streams)
            await self._obey(connection, subscriber)
        except TooManyStreams:
            await connection.close(_POLICY, "Too many streams")
        except ConnectionClosed:
            pass
        finally:
            self._endings.pop(subscriber, None)
            self.fanout.leave(subscriber)

    async def _obey(self, connection: ServerConnection, subscriber: Subscriber) -> None:
        recent: deque[float] = deque(maxlen=MAX_MESSAGES_A_SECOND)
        async for message in connection:
            now = self._clock.monotonic()
            if len(recent) == MAX_MESSAGES_A_SECOND and now - recent[0] < 1:
                await connection.close(_POLICY, "Too many requests")
                return
            recent.append(now)
            reply = answer(subscriber, message)
            if Fault.HANG not in self.faults:
                await connection.send(reply, text=True)


def _opening(connection: ServerConnection) -> tuple[str, list[str]]:
    """The endpoint that a connection asked for, and the streams named in its address."""
    parts = urlsplit(connection.request.path if connection.request else "/ws")
    if parts.path == "/stream":
        names = parse_qs(parts.query).get("streams", [""])[-1]
    else:
        names = parts.path.removeprefix("/ws").removeprefix("/")
    return parts.path, [name for name in names.split("/") if name]


def _response(reply: Reply) -> Response:
    kind = "text/html" if reply.body.startswith(b"<") else "application/json;charset=UTF-8"
    headers = Headers(
        [
            ("Content-Type", kind),
            ("Content-Length", str(len(reply.body))),
            ("Connection", "close"),
            *reply.headers,
        ]
    )
    return Response(reply.status, HTTPStatus(reply.status).phrase, headers, reply.body)
