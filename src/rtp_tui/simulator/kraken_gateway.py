"""Kraken's door: one socket address, requests beside it."""

from collections.abc import Iterable, Mapping

from websockets.asyncio.server import ServerConnection
from websockets.http11 import Request

from rtp_tui.clock import Clock
from rtp_tui.simulator import kraken
from rtp_tui.simulator.book import Book
from rtp_tui.simulator.fanout import Subscriber
from rtp_tui.simulator.faults import Fault
from rtp_tui.simulator.gateway import path_of
from rtp_tui.simulator.http_dialect import Quota, Reply, Rest
from rtp_tui.simulator.kraken_control import obey
from rtp_tui.simulator.kraken_publisher import HEARTBEATS, KrakenPublisher
from rtp_tui.simulator.stream_gateway import MAX_AGE_S, Ending, StreamGateway

CONNECTIONS, CONNECTIONS_WINDOW_MS = 150, 600_000
"""So many attempts of an address in ten minutes; more are kept out before they reach the venue."""
IDLE_S = 60.0
"""A connection on which nobody says anything is closed."""


class KrakenGateway(StreamGateway):
    """Streams are asked for on the socket; a snapshot of those that are new comes at once."""

    max_messages_a_second = 50

    def __init__(
        self, clock: Clock, rest: Rest, symbols: Mapping[str, Book], *, max_age_s: float = MAX_AGE_S
    ) -> None:
        super().__init__(clock, rest, max_age_s=max_age_s)
        self.publisher = KrakenPublisher(symbols, self.fanout.wants, self.publish)
        self._symbols = symbols
        self._attempts = Quota(CONNECTIONS, CONNECTIONS_WINDOW_MS)
        self._entered = 0

    def has_socket_at(self, target: str) -> bool:
        """Whether a WebSocket handshake is accepted there."""
        return path_of(target) == "/"

    def enter(self, connection: ServerConnection, target: str) -> Subscriber:
        """Let a client in; the venue speaks first."""
        subscriber = self.fanout.enter(connection, combined=False)
        self.endings[subscriber] = Ending(self._clock.monotonic() + IDLE_S, announced=True)
        self._entered += 1
        if not self._is_silent():
            self.fanout.announce([subscriber], "status", kraken.status(self._entered))
            self.fanout.flush()
        return subscriber

    def obey(self, subscriber: Subscriber, message: str | bytes) -> Iterable[bytes]:
        """Do what a client asks; the answers, and what the new streams begin with."""
        now_ms = self._clock.now_ms()
        obeyed = obey(subscriber, message, self._symbols, now_ms)
        self._outlive(subscriber)
        yield from obeyed.answers
        if not self._is_silent():
            for name in obeyed.added:
                yield self.publisher.newest(name, now_ms).encode()

    def _outlive(self, subscriber: Subscriber) -> None:
        """Who subscribed hears a heartbeat and may stay; who only spoke has a minute more."""
        ending = self.endings.get(subscriber)
        if ending is None or not ending.announced:
            return
        if subscriber.subscriptions():
            subscriber.subscribe([HEARTBEATS])
            ending.at, ending.announced = self._clock.monotonic() + self.max_age_s, False
        else:
            ending.at = self._clock.monotonic() + IDLE_S

    def _is_silent(self) -> bool:
        return Fault.HANG in self.faults or Fault.BLACK_HOLE in self.faults

    def _denied(self, request: Request) -> Reply | None:
        denial = super()._denied(request)
        if (
            denial is None
            and "Upgrade" in request.headers
            and not self._attempts.admits(self._clock.now_ms())
        ):
            return self.rest.rate_limited(None)
        return denial
