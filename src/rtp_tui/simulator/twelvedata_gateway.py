"""Twelve Data's door: a socket that wants a key and a heartbeat, requests that want a key beside it."""

from collections.abc import Iterable, Mapping
from urllib.parse import parse_qs, urlsplit

from websockets.asyncio.server import ServerConnection
from websockets.http11 import Request

from rtp_tui.clock import Clock
from rtp_tui.simulator import twelvedata
from rtp_tui.simulator.book import Book, BookTop, Trade
from rtp_tui.simulator.fanout import Subscriber
from rtp_tui.simulator.faults import Fault
from rtp_tui.simulator.gateway import RETRY_AFTER, path_of
from rtp_tui.simulator.http_dialect import Reply, Rest
from rtp_tui.simulator.stream_gateway import GOING_AWAY, MAX_AGE_S, POLICY, Ending, StreamGateway
from rtp_tui.simulator.twelvedata_control import obey

SOCKET_PATH = "/v1/quotes/price"
CONNECTIONS = 3
"""Of a key; one more ends the oldest."""
HEARD_WITHIN_S = 15.0
"""A client is to say something every ten seconds; one that does not is dropped."""
UNLIMITED = 1 << 20


class TwelveDataGateway(StreamGateway):
    """Prices are told as they change; there is no snapshot of what is newest. `most_symbols` are what a plan has."""

    max_messages_a_second = 100

    def __init__(
        self,
        clock: Clock,
        rest: Rest,
        symbols: Mapping[str, Book],
        *,
        max_age_s: float = MAX_AGE_S,
        most_symbols: int = UNLIMITED,
    ) -> None:
        super().__init__(clock, rest, max_age_s=max_age_s)
        self.publisher = TwelveDataPublisher(symbols, self)
        self._symbols = symbols
        self._most_symbols = most_symbols
        self._too_old_s: dict[Subscriber, float] = {}

    def inject(
        self, fault: Fault, seconds: float, retry_after: str | None = RETRY_AFTER, key: str | None = None
    ) -> None:
        """Let a fault last so long; a close comes at its end, though clients are not listened to until then."""
        if fault is Fault.CLOSE:
            for ending in self.endings.values():
                ending.at, ending.code = self._clock.monotonic() + seconds, GOING_AWAY
        super().inject(fault, seconds, retry_after, key)

    def has_socket_at(self, target: str) -> bool:
        """Whether a WebSocket handshake is accepted there."""
        return path_of(target) == SOCKET_PATH

    def enter(self, connection: ServerConnection, target: str) -> Subscriber:
        """Let a client in, and the oldest one go where there are too many."""
        now_s = self._clock.monotonic()
        for oldest in list(self.endings)[: max(0, len(self.endings) - CONNECTIONS + 1)]:
            self.endings[oldest].at = now_s
        subscriber = self.fanout.enter(connection, combined=False)
        self.endings[subscriber] = Ending(now_s + HEARD_WITHIN_S, code=POLICY)
        self._too_old_s = {one: at_s for one, at_s in self._too_old_s.items() if one in self.endings}
        self._too_old_s[subscriber] = now_s + self.max_age_s
        return subscriber

    def obey(self, subscriber: Subscriber, message: str | bytes) -> Iterable[bytes]:
        """Do what a client asks; whoever speaks may stay a while longer."""
        ending, now_s = self.endings.get(subscriber), self._clock.monotonic()
        if ending is not None and ending.at > now_s and Fault.CLOSE not in self.faults:
            ending.at = min(now_s + HEARD_WITHIN_S, self._too_old_s[subscriber])
        yield obey(subscriber, message, self._symbols, self._most_symbols)

    def _denied(self, request: Request) -> Reply | None:
        denial = super()._denied(request)
        return self.rest.key_refused if denial is None and self._key_of(request) is None else denial

    def _refuses_key(self, request: Request) -> bool:
        return self._refused_key in (None, self._key_of(request))

    def _key_of(self, request: Request) -> str | None:
        named = parse_qs(urlsplit(request.path).query).get("apikey", [None])[-1]
        return named or self.rest.key_shown(request.headers)


class TwelveDataPublisher:
    """Encodes only what somebody listens to; several prices of a second are several events."""

    def __init__(self, symbols: Mapping[str, Book], gateway: TwelveDataGateway) -> None:
        self._named = {book.listing.symbol: (symbol, book) for symbol, book in symbols.items()}
        self._gateway = gateway

    def beat(self, happened: Iterable[Trade | BookTop], now_ms: int) -> None:
        """Publish what happened; the market has already advanced to now."""
        for event in happened:
            if not isinstance(event, Trade) or event.symbol not in self._named:
                continue
            symbol, book = self._named[event.symbol]
            if self._gateway.fanout.wants(symbol):
                volume = book.day(now_ms).volume
                self._gateway.publish(
                    symbol, twelvedata.price(symbol, book, event.price, event.event_ms, volume)
                )
