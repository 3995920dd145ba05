"""From streams to connections: each event is encoded once and leaves a connection in one write a beat."""

from asyncio import Transport
from collections.abc import Sequence
from typing import Protocol

from websockets.frames import Frame, Opcode
from websockets.protocol import State

from rtp_tui.simulator.binance import combined

MAX_UNSENT_BYTES = 16 * 1024 * 1024
"""A client that lets more pile up is cut off."""


class Wire(Protocol):
    """What is used of a websocket connection."""

    transport: Transport

    @property
    def state(self) -> State: ...

    async def close(self, code: int = 1000, reason: str = "") -> None: ...


class Subscriber:
    """One connection and what it asked for."""

    def __init__(self, fanout: "Fanout", wire: Wire, *, combined: bool) -> None:
        self.wire = wire
        self.combined = combined
        self.outbox: list[bytes] = []
        self._fanout = fanout
        self._streams: dict[str, None] = {}

    def subscribe(self, streams: Sequence[str]) -> None:
        """Ask for streams; asking again changes nothing."""
        for name in streams:
            self._streams[name] = None
            self._fanout.join(name, self)

    def unsubscribe(self, streams: Sequence[str]) -> None:
        """No longer ask for streams."""
        for name in streams:
            if name in self._streams:
                del self._streams[name]
                self._fanout.part(name, self)

    def subscriptions(self) -> list[str]:
        """In the order in which they were asked for."""
        return list(self._streams)


class Fanout:
    """Who gets what; `sent` and `cut_off` count events delivered and slow clients cut off."""

    def __init__(self) -> None:
        self.subscribers: dict[Subscriber, None] = {}
        self.joined = 0
        """Grows with every subscription to a stream."""
        self.sent = 0
        self.cut_off = 0
        self._of_stream: dict[str, dict[Subscriber, None]] = {}

    def enter(self, wire: Wire, *, combined: bool) -> Subscriber:
        """A connection opened."""
        subscriber = Subscriber(self, wire, combined=combined)
        self.subscribers[subscriber] = None
        return subscriber

    def leave(self, subscriber: Subscriber) -> None:
        """A connection is gone."""
        subscriber.unsubscribe(subscriber.subscriptions())
        self.subscribers.pop(subscriber, None)

    def join(self, stream: str, subscriber: Subscriber) -> None:
        """Add a stream's subscriber."""
        self.joined += 1
        self._of_stream.setdefault(stream, {})[subscriber] = None

    def part(self, stream: str, subscriber: Subscriber) -> None:
        """Remove a stream's subscriber."""
        subscribers = self._of_stream.get(stream, {})
        subscribers.pop(subscriber, None)
        if not subscribers:
            self._of_stream.pop(stream, None)

    def wants(self, stream: str) -> bool:
        """Whether anybody listens."""
        return stream in self._of_stream

    def publish(self, stream: str, text: str, *, is_bare: bool = False) -> None:
        """Hand an event to a stream's subscribers; a bare one is nowhere wrapped with the stream's name."""
        self._deliver(self._of_stream.get(stream, {}), stream, text, is_bare=is_bare)

    def announce(self, subscribers: Sequence[Subscriber], stream: str, text: str) -> None:
        """Tell connections something that they need not have subscribed to."""
        self._deliver(dict.fromkeys(subscribers), stream, text)

    def flush(self) -> None:
        """Write what has gathered."""
        for subscriber in self.subscribers:
            if subscriber.outbox:
                self._write(subscriber)

    def most_unsent_bytes(self) -> int:
        """What waits for the slowest reader."""
        return max((_unsent(subscriber) for subscriber in self.subscribers), default=0)

    def _deliver(
        self, subscribers: dict[Subscriber, None], stream: str, text: str, *, is_bare: bool = False
    ) -> None:
        raw = wrapped = b""
        for subscriber in subscribers:
            if subscriber.combined and not is_bare:
                wrapped = wrapped or text_frame(combined(stream, text))
                subscriber.outbox.append(wrapped)
            else:
                raw = raw or text_frame(text)
                subscriber.outbox.append(raw)
            self.sent += 1

    def _write(self, subscriber: Subscriber) -> None:
        if subscriber.wire.state is State.OPEN:
            subscriber.wire.transport.write(b"".join(subscriber.outbox))
        subscriber.outbox.clear()
        if _unsent(subscriber) > MAX_UNSENT_BYTES:
            self.cut_off += 1
            subscriber.wire.transport.abort()


def text_frame(text: str) -> bytes:
    """A whole unmasked text frame, which is the same for every client since nothing is compressed."""
    return Frame(Opcode.TEXT, text.encode()).serialize(mask=False)


def _unsent(subscriber: Subscriber) -> int:
    return subscriber.wire.transport.get_write_buffer_size()
