"""Bybit's door: the socket of spot, requests beside it."""

from collections.abc import Iterable, Mapping

from websockets.asyncio.server import ServerConnection

from rtp_tui.clock import Clock
from rtp_tui.simulator import bybit
from rtp_tui.simulator.book import Book
from rtp_tui.simulator.bybit_control import answer
from rtp_tui.simulator.fanout import Subscriber
from rtp_tui.simulator.faults import Fault
from rtp_tui.simulator.gateway import path_of
from rtp_tui.simulator.http_dialect import Rest
from rtp_tui.simulator.stream_gateway import MAX_AGE_S, Ending, StreamGateway


class BybitGateway(StreamGateway):
    """Topics are asked for on the socket; what is newest comes at once."""

    max_messages_a_second = 100

    def __init__(
        self, clock: Clock, rest: Rest, symbols: Mapping[str, Book], *, max_age_s: float = MAX_AGE_S
    ) -> None:
        super().__init__(clock, rest, max_age_s=max_age_s)
        self._symbols = symbols

    def has_socket_at(self, target: str) -> bool:
        """Whether a WebSocket handshake is accepted there."""
        return path_of(target) in ("/", "/v5/public/spot")

    def enter(self, connection: ServerConnection, target: str) -> Subscriber:
        """Let a client in."""
        subscriber = self.fanout.enter(connection, combined=False)
        self.endings[subscriber] = Ending(self._clock.monotonic() + self.max_age_s)
        return subscriber

    def obey(self, subscriber: Subscriber, message: str | bytes) -> Iterable[bytes]:
        """Do what a client asks; the reply, and what is newest of the streams that are new."""
        before = frozenset(subscriber.subscriptions())
        yield answer(subscriber, message, self._symbols)
        if Fault.HANG not in self.faults:
            for name in subscriber.subscriptions():
                if name not in before:
                    yield from self._newest(name)

    def _newest(self, stream: str) -> Iterable[bytes]:
        """Trades begin with the next one."""
        topic, _, symbol = stream.partition("/")
        book, now_ms = self._symbols[symbol], self._clock.now_ms()
        match topic:
            case "tickers":
                yield bybit.ticker(book, now_ms).encode()
            case "orderbook.1":
                yield bybit.top(book, now_ms).encode()
