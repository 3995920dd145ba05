"""Coinbase's door: one socket address, requests beside it."""

from collections.abc import Iterable, Mapping

from websockets.asyncio.server import ServerConnection

from rtp_tui.clock import Clock
from rtp_tui.simulator import coinbase
from rtp_tui.simulator.book import Book
from rtp_tui.simulator.coinbase_control import answer
from rtp_tui.simulator.fanout import Subscriber
from rtp_tui.simulator.faults import Fault
from rtp_tui.simulator.gateway import path_of
from rtp_tui.simulator.http_dialect import Rest
from rtp_tui.simulator.stream_gateway import GOING_AWAY, MAX_AGE_S, POLICY, Ending, StreamGateway

SUBSCRIBE_WITHIN_S = 5.0
"""A connection that has asked for nothing by then is closed."""


class CoinbaseGateway(StreamGateway):
    """Streams are asked for on the socket; what is newest comes at once."""

    max_messages_a_second = 100

    def __init__(
        self, clock: Clock, rest: Rest, products: Mapping[str, Book], *, max_age_s: float = MAX_AGE_S
    ) -> None:
        super().__init__(clock, rest, max_age_s=max_age_s)
        self._products = products

    def has_socket_at(self, target: str) -> bool:
        """Whether a WebSocket handshake is accepted there."""
        return path_of(target) == "/"

    def enter(self, connection: ServerConnection, target: str) -> Subscriber:
        """Let a client in."""
        subscriber = self.fanout.enter(connection, combined=False)
        self.endings[subscriber] = Ending(self._clock.monotonic() + SUBSCRIBE_WITHIN_S, code=POLICY)
        return subscriber

    def obey(self, subscriber: Subscriber, message: str | bytes) -> Iterable[bytes]:
        """Do what a client asks; the reply, and what is newest of the streams that are new."""
        before = frozenset(subscriber.subscriptions())
        yield answer(subscriber, message, self._products)
        added = [name for name in subscriber.subscriptions() if name not in before]
        ending = self.endings.get(subscriber)
        if added and ending is not None and ending.code == POLICY:
            ending.at, ending.code = self._clock.monotonic() + self.max_age_s, GOING_AWAY
        if Fault.HANG not in self.faults:
            for name in added:
                yield from self._newest(name)

    def _newest(self, name: str) -> Iterable[bytes]:
        channel, _, product = name.partition("/")
        book = self._products[product]
        trade, top = book.last_trade, book.top
        if channel in ("ticker", "ticker_batch"):
            yield coinbase.ticker(product, book, trade, top).encode()
        elif channel == "matches":
            yield coinbase.match("last_match", product, trade, top.update_id, book.listing.decimals).encode()
