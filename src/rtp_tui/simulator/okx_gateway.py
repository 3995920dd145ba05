"""OKX's door: the public socket, requests beside it."""

from asyncio import TaskGroup
from collections.abc import Iterable, Mapping

from websockets.asyncio.server import ServerConnection

from rtp_tui.clock import Clock
from rtp_tui.simulator import okx
from rtp_tui.simulator.book import Book
from rtp_tui.simulator.fanout import Subscriber
from rtp_tui.simulator.faults import Fault
from rtp_tui.simulator.gateway import path_of
from rtp_tui.simulator.http_dialect import Rest
from rtp_tui.simulator.okx_control import answer, refused
from rtp_tui.simulator.stream_gateway import MAX_AGE_S, Ending, StreamGateway

IDLE_S = 30.0
"""A connection on which neither side says anything for so long is closed."""
MAX_MESSAGE_BYTES = 64 * 1024
REQUESTS_AN_HOUR = 480
NORMAL, TOO_BIG, IDLE = 1000, 1009, 4004


class OkxGateway(StreamGateway):
    """Channels are asked for on the socket; what is newest comes at once. A planned close is announced."""

    max_messages_a_second = 100

    def __init__(
        self, clock: Clock, rest: Rest, names: Mapping[str, Book], *, max_age_s: float = MAX_AGE_S
    ) -> None:
        super().__init__(clock, rest, max_age_s=max_age_s)
        self._names = names
        self._heard_s: dict[Subscriber, float] = {}
        self._requests: dict[Subscriber, tuple[float, int]] = {}

    def has_socket_at(self, target: str) -> bool:
        """Whether a WebSocket handshake is accepted there."""
        return path_of(target) in ("/", "/ws/v5/public")

    def enter(self, connection: ServerConnection, target: str) -> Subscriber:
        """Let a client in."""
        subscriber = self.fanout.enter(connection, combined=False)
        now = self._clock.monotonic()
        self.endings[subscriber] = Ending(now + self.max_age_s)
        self._heard_s[subscriber] = now
        self._requests[subscriber] = (now + 3600, 0)
        return subscriber

    def obey(self, subscriber: Subscriber, message: str | bytes) -> Iterable[bytes]:
        """Do what a client asks; the replies, and what is newest of the streams that are new."""
        now = self._clock.monotonic()
        self._heard_s[subscriber] = now
        if len(message) > MAX_MESSAGE_BYTES:
            self.endings[subscriber] = Ending(now, announced=True, code=TOO_BIG)
            return
        if message == "ping":
            yield b"pong"
            return
        if not self._admits(subscriber, now):
            yield refused("60014", "Requests too frequent")
            return
        before = frozenset(subscriber.subscriptions())
        yield from answer(subscriber, message, self._names)
        if Fault.HANG not in self.faults:
            for name in subscriber.subscriptions():
                if name not in before:
                    yield from self._newest(name)

    def announce(self, subscribers: list[Subscriber]) -> None:
        """Tell connections that they are about to be closed."""
        self.fanout.announce(subscribers, "", okx.closes_soon())

    def beat(self, group: TaskGroup) -> None:
        """Send what has gathered, end what is over or idle."""
        now = self._clock.monotonic()
        self._heard_s = {
            subscriber: now if subscriber.outbox else self._heard_s.get(subscriber, now)
            for subscriber in self.fanout.subscribers
        }
        self._requests = {one: self._requests[one] for one in self._heard_s if one in self._requests}
        super().beat(group)
        for subscriber, heard_s in self._heard_s.items():
            if now - heard_s > IDLE_S and subscriber in self.endings:
                self.endings[subscriber] = Ending(now, announced=True, code=IDLE)

    def _admits(self, subscriber: Subscriber, now: float) -> bool:
        """Count a request; so many an hour are let through."""
        until, count = self._requests.get(subscriber, (now + 3600, 0))
        if now >= until:
            until, count = now + 3600, 0
        self._requests[subscriber] = (until, count + 1)
        return count < REQUESTS_AN_HOUR

    def _newest(self, stream: str) -> Iterable[bytes]:
        channel, _, name = stream.partition("/")
        book, now_ms = self._names[name], self._clock.now_ms()
        match channel:
            case "tickers":
                yield okx.ticker(name, book, now_ms).encode()
            case "trades":
                yield okx.trade(name, [book.last_trade], book.listing.decimals).encode()
            case "bbo-tbt":
                yield okx.best(name, book, now_ms).encode()
