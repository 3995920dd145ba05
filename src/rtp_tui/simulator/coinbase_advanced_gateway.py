"""Advanced Trade's door: one socket address, requests beside it."""

from collections.abc import Iterable, Mapping

import msgspec
from websockets.asyncio.server import ServerConnection

from rtp_tui.clock import Clock
from rtp_tui.simulator import coinbase_advanced
from rtp_tui.simulator.book import Book
from rtp_tui.simulator.coinbase_advanced_control import obey, subscribed
from rtp_tui.simulator.coinbase_advanced_publisher import CoinbaseAdvancedPublisher
from rtp_tui.simulator.coinbase_gateway import SUBSCRIBE_WITHIN_S
from rtp_tui.simulator.disturbances import OutgoingEvent
from rtp_tui.simulator.fanout import Subscriber
from rtp_tui.simulator.faults import Fault
from rtp_tui.simulator.gateway import path_of
from rtp_tui.simulator.http_dialect import Rest
from rtp_tui.simulator.numbered_fanout import NumberedFanout
from rtp_tui.simulator.stream_gateway import GOING_AWAY, MAX_AGE_S, POLICY, Ending, StreamGateway


class CoinbaseAdvancedGateway(StreamGateway):
    """Streams are asked for on the socket; a snapshot of those that are new comes before the acknowledgement."""

    max_messages_a_second = 100

    def __init__(
        self, clock: Clock, rest: Rest, products: Mapping[str, Book], *, max_age_s: float = MAX_AGE_S
    ) -> None:
        super().__init__(clock, rest, max_age_s=max_age_s)
        self._numbered = NumberedFanout()
        self.fanout = self._numbered
        self.publisher = CoinbaseAdvancedPublisher(products, self.fanout.wants, self.publish)
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
        """Do what a client asks; what the new streams begin with, and the whole set."""
        changed = obey(subscriber, message, self._products)
        if changed.error:
            yield msgspec.json.encode({"type": "error", "message": changed.error})
            return
        ending = self.endings.get(subscriber)
        if changed.added and ending is not None and ending.code == POLICY:
            ending.at, ending.code = self._clock.monotonic() + self.max_age_s, GOING_AWAY
        now_ms = self._clock.now_ms()
        for name in changed.added:
            if (text := self.publisher.newest(name, now_ms)) is not None:
                yield self._numbered.take(subscriber, text).encode()
        acknowledgement = coinbase_advanced.subscriptions(subscribed(subscriber), now_ms)
        yield self._numbered.take(subscriber, acknowledgement).encode()

    def publish(self, stream: str, text: str) -> None:
        """Hand an event to whoever listens; one that is lost on the way has a number too."""
        if Fault.GAP in self.faults:
            event = OutgoingEvent(stream, text)
            passed = self.faults.pass_on(event, self._clock.now_ms())
            if not passed:
                self._numbered.skip(stream)
            for each in passed:
                self.fanout.publish(each.stream, each.text, is_bare=each.is_bare)
            return
        super().publish(stream, text)
