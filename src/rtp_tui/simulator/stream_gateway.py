"""The door of a venue with sockets: connections come and go, events leave once a beat."""

from abc import abstractmethod
from asyncio import TaskGroup
from collections import deque
from collections.abc import Iterable
from contextlib import suppress
from typing import ClassVar

from msgspec import Struct
from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed

from rtp_tui.clock import Clock
from rtp_tui.simulator.disturbances import OutgoingEvent
from rtp_tui.simulator.fanout import Fanout, Subscriber, text_frame
from rtp_tui.simulator.faults import Fault
from rtp_tui.simulator.gateway import REFUSING, RETRY_AFTER, Gateway, reset
from rtp_tui.simulator.http_dialect import Rest

MAX_AGE_S = 24 * 3600.0
ANNOUNCED_S = 10.0
"""How long before its end a connection is told, at venues that tell."""
_HALF_A_FRAME = text_frame("{}")[:-1]
GOING_AWAY, POLICY, INTERNAL_ERROR = 1001, 1008, 1011


class Ending(Struct):
    """When a connection is to close, and how; monotonic seconds."""

    at: float
    announced: bool = False
    code: int = GOING_AWAY


class Unwelcome(Exception):
    """The connection is to be closed with code 1008; the text is the reason."""


class StreamGateway(Gateway):
    """Connections come and go here; a venue publishes through it once a beat."""

    max_messages_a_second: ClassVar[int]
    """From a client; more end the connection."""

    def __init__(self, clock: Clock, rest: Rest, *, max_age_s: float = MAX_AGE_S) -> None:
        super().__init__(clock, rest)
        self.fanout = Fanout()
        self.endings: dict[Subscriber, Ending] = {}
        self.max_age_s = max_age_s
        self._is_deaf = False

    @abstractmethod
    def enter(self, connection: ServerConnection, target: str) -> Subscriber:
        """Let a client in. Raises Unwelcome."""

    @abstractmethod
    def obey(self, subscriber: Subscriber, message: str | bytes) -> Iterable[bytes]:
        """Do what a client asks; the replies. Raises Unwelcome."""

    def announce(self, subscribers: list[Subscriber]) -> None:
        """Tell connections that they are about to be closed; most venues do not."""

    def inject(
        self, fault: Fault, seconds: float, retry_after: str | None = RETRY_AFTER, key: str | None = None
    ) -> None:
        """Let a fault last so long."""
        super().inject(fault, seconds, retry_after, key)
        if fault is Fault.CLOSE:
            until = self._clock.monotonic() + seconds
            for ending in self.endings.values():
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
        for subscriber, ending in tuple(self.endings.items()):
            if ending.at <= now:
                self._close(group, subscriber, ending.code)
        if (code := self._farewell()) is not None:
            for subscriber in tuple(self.endings):
                self._close(group, subscriber, code)

    def _farewell(self) -> int | None:
        """How existing connections are closed now; None while they may go on."""
        if any(fault in self.faults for fault in REFUSING):
            return POLICY
        return INTERNAL_ERROR if Fault.SERVER_ERROR in self.faults else None

    async def converse(self, connection: ServerConnection, target: str) -> None:
        """Talk to a client until it leaves or has to."""
        subscriber: Subscriber | None = None
        with suppress(ConnectionClosed):
            try:
                subscriber = self.enter(connection, target)
                await self._hear(connection, subscriber)
            except Unwelcome as reason:
                await connection.close(POLICY, str(reason))
            finally:
                if subscriber is not None:
                    self.endings.pop(subscriber, None)
                    self.fanout.leave(subscriber)

    async def _hear(self, connection: ServerConnection, subscriber: Subscriber) -> None:
        recent: deque[float] = deque(maxlen=self.max_messages_a_second)
        async for message in connection:
            now = self._clock.monotonic()
            if len(recent) == self.max_messages_a_second and now - recent[0] < 1:
                raise Unwelcome("Too many requests")
            recent.append(now)
            for reply in self.obey(subscriber, message):
                if Fault.HANG not in self.faults:
                    await connection.send(reply, text=True)

    def _announce(self, ending_by: float) -> None:
        told = [
            subscriber
            for subscriber, ending in self.endings.items()
            if ending.at <= ending_by and not ending.announced
        ]
        for subscriber in told:
            self.endings[subscriber].announced = True
        if told:
            self.announce(told)

    def _cut(self) -> None:
        """End connections at once where that is what goes wrong, and listen to none in a black hole."""
        for subscriber in self.fanout.subscribers:
            transport = subscriber.wire.transport
            if Fault.RESET in self.faults:
                transport.write(_HALF_A_FRAME)
            if Fault.REFUSE in self.faults or Fault.RESET in self.faults:
                reset(transport)
        if Fault.BLACK_HOLE in self.faults or self._is_deaf:
            self._turn_deaf(Fault.BLACK_HOLE in self.faults)

    def _turn_deaf(self, is_deaf: bool) -> None:
        """Read nothing that connections say, or again."""
        self._is_deaf = is_deaf
        for subscriber in self.fanout.subscribers:
            transport = subscriber.wire.transport
            if is_deaf:
                transport.pause_reading()
            elif not transport.is_closing():
                transport.resume_reading()

    def _close(self, group: TaskGroup, subscriber: Subscriber, code: int) -> None:
        if self.endings.pop(subscriber, None) is not None:
            group.create_task(subscriber.wire.close(code))
