"""Binance's door: sockets at `/ws` and `/stream`, requests at `/api`."""

from collections.abc import Iterable
from urllib.parse import parse_qs, urlsplit

from websockets.asyncio.server import ServerConnection

from rtp_tui.simulator import binance
from rtp_tui.simulator.control import MAX_STREAMS, TooManyStreams, answer
from rtp_tui.simulator.fanout import Subscriber
from rtp_tui.simulator.gateway import path_of
from rtp_tui.simulator.stream_gateway import Ending, StreamGateway, Unwelcome


class BinanceGateway(StreamGateway):
    """Streams are named in the address or asked for later; a planned close is announced."""

    max_messages_a_second = 5

    def has_socket_at(self, target: str) -> bool:
        """Whether a WebSocket handshake is accepted there."""
        path = path_of(target)
        return path in ("/ws", "/stream") or path.startswith("/ws/")

    def enter(self, connection: ServerConnection, target: str) -> Subscriber:
        """Let a client in with the streams of its address. Raises Unwelcome."""
        streams = _named(target)
        if len(streams) > MAX_STREAMS:
            raise Unwelcome("Too many streams")
        subscriber = self.fanout.enter(connection, combined=path_of(target) == "/stream")
        self.endings[subscriber] = Ending(self._clock.monotonic() + self.max_age_s)
        subscriber.subscribe(streams)
        return subscriber

    def obey(self, subscriber: Subscriber, message: str | bytes) -> Iterable[bytes]:
        """Do what a client asks; the reply. Raises Unwelcome."""
        try:
            return (answer(subscriber, message),)
        except TooManyStreams:
            raise Unwelcome("Too many streams") from None

    def announce(self, subscribers: list[Subscriber]) -> None:
        """Tell connections that they are about to be closed."""
        self.fanout.announce(subscribers, binance.SHUTDOWN_STREAM, binance.shutdown(self._clock.now_ms()))


def _named(target: str) -> list[str]:
    """The streams in an address."""
    parts = urlsplit(target)
    if parts.path == "/stream":
        names = parse_qs(parts.query).get("streams", [""])[-1]
    else:
        names = parts.path.removeprefix("/ws").removeprefix("/")
    return [name for name in names.split("/") if name]
