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
from rtp_tui.simulator.fanout import Fanout, Subscriber
from rtp_tui.simulator.faults import Fault
from rtp_tui.simulator.gateway import RETRY_AFTER, Gateway, reset
from rtp_tui.simulator.http_dialect import Rest

MAX_AGE_S = 24 * 3600.0
ANNOUNCED_S = 10.0
"""How long before its end a connection is told, at venues that tell."""
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

    @abstractmethod
    def enter(self, connection: ServerConnection, target: str) -> Subscriber:
        """Let a client in. Raises Unwelcome."""

    @abstractmethod
    def obey(self, subscriber: Subscriber, message: str | bytes) -> Iterable[bytes]:
        """Do what a client asks; the replies. Raises Unwelcome."""

    def announce(self, subscribers: list[Subscriber]) -> None:
        """Tell connections that they are about to be closed; most venues do not."""

    def inject(self, fault: Fault, seconds: float, retry_after: str | None = RETRY_AFTER) -> None:
        """Let a fault last so long."""
        super().inject(fault, seconds, retry_after)
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
        for fault, code in ((Fault.RATE_LIMIT, POLICY), (Fault.SERVER_ERROR, INTERNAL_ERROR)):
            if fault in self.faults:
                for subscriber in tuple(self.endings):
                    self._close(group, subscriber, code)

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
        if Fault.REFUSE in self.faults:
            for subscriber in self.fanout.subscribers:
                reset(subscriber.wire.transport)

    def _close(self, group: TaskGroup, subscriber: Subscriber, code: int) -> None:
        if self.endings.pop(subscriber, None) is not None:
            group.create_task(subscriber.wire.close(code))
