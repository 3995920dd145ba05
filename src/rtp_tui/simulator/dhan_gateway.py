"""Dhan's door: a socket that wants a token in its address and speaks in packets; questions beside it."""

from asyncio import TaskGroup
from collections import defaultdict
from collections.abc import Iterable
from urllib.parse import parse_qs, urlsplit

import msgspec
from msgspec import Struct
from websockets.asyncio.server import ServerConnection
from websockets.frames import Frame, Opcode
from websockets.http11 import Request

from rtp_tui.clock import Clock
from rtp_tui.simulator import dhan
from rtp_tui.simulator.dhan_rest import EXPIRED, DhanRest
from rtp_tui.simulator.dhan_shares import SEGMENT, Share
from rtp_tui.simulator.fanout import Fanout, Subscriber
from rtp_tui.simulator.faults import Fault
from rtp_tui.simulator.gateway import path_of
from rtp_tui.simulator.http_dialect import Reply
from rtp_tui.simulator.posting import PostingConnection
from rtp_tui.simulator.stream_gateway import MAX_AGE_S, Ending, StreamGateway

INSTRUMENTS_A_MESSAGE, INSTRUMENTS_A_CONNECTION = 100, 5_000
CONNECTIONS = 5
"""Of one client id; one more ends the oldest."""
TOO_MANY_INSTRUMENTS, TOO_MANY_CONNECTIONS, TOKEN_EXPIRED, BAD_REQUEST = 804, 805, 807, 814
_LATIN = "latin-1"
"""Packets go as text of one byte a character to where text is expected."""


class _Wish(Struct, rename="pascal"):
    exchange_segment: str
    security_id: str


class _Request(Struct, rename="pascal"):
    request_code: int
    instrument_count: int = 0
    instrument_list: list[_Wish] = []


class BinaryFanout(Fanout):
    """Events leave as binary frames."""

    def _deliver(
        self, subscribers: dict[Subscriber, None], stream: str, text: str, *, is_bare: bool = False
    ) -> None:
        frame = Frame(Opcode.BINARY, text.encode(_LATIN, "replace")).serialize(mask=False)
        for subscriber in subscribers:
            subscriber.outbox.append(frame)
            self.sent += 1


class DhanGateway(StreamGateway):
    """Packets of a share leave when it was traded; `refused` counts what exceeded a limit of the socket."""

    max_messages_a_second = 50

    def __init__(
        self, clock: Clock, rest: DhanRest, shares: Iterable[Share], *, max_age_s: float = MAX_AGE_S
    ) -> None:
        super().__init__(clock, rest, max_age_s=max_age_s)
        self.fanout = BinaryFanout()
        self.refused = 0
        self._posts = rest
        self._shares = {str(share.id): share for share in shares}
        self._clients: defaultdict[str, dict[Subscriber, None]] = defaultdict(dict)
        self._published_ms: dict[str, int] = {}

    def has_socket_at(self, target: str) -> bool:
        """Whether a WebSocket handshake is accepted there."""
        return path_of(target) == "/"

    def enter(self, connection: ServerConnection, target: str) -> Subscriber:
        """Let a client in; a token that has expired is told after the handshake."""
        query = _query(target)
        subscriber = self.fanout.enter(connection, combined=False)
        self.endings[subscriber] = Ending(self._clock.monotonic() + self.max_age_s, announced=True)
        if query.get("token") == EXPIRED:
            self._dismiss(subscriber, TOKEN_EXPIRED)
            return subscriber
        of_client = self._clients[query.get("clientId", "")]
        for gone in [one for one in of_client if one not in self.fanout.subscribers]:
            del of_client[gone]
        of_client[subscriber] = None
        if len(of_client) > CONNECTIONS:
            self._dismiss(next(iter(of_client)), TOO_MANY_CONNECTIONS)
        return subscriber

    def obey(self, subscriber: Subscriber, message: str | bytes) -> Iterable[bytes]:
        """Do what a client asks; nothing is acknowledged, and what nobody knows is passed over."""
        try:
            request = msgspec.json.decode(message, type=_Request)
        except (msgspec.DecodeError, UnicodeDecodeError):
            self._dismiss(subscriber, BAD_REQUEST)
            return ()
        if len(request.instrument_list) > INSTRUMENTS_A_MESSAGE:
            self._dismiss(subscriber, TOO_MANY_INSTRUMENTS)
            return ()
        known = [
            share
            for wish in request.instrument_list
            if wish.exchange_segment == SEGMENT and (share := self._shares.get(wish.security_id)) is not None
        ]
        if (code := dhan.UNSUBSCRIBE.get(request.request_code)) is not None:
            subscriber.unsubscribe([dhan.stream(code, share) for share in known])
        elif (code := dhan.SUBSCRIBE.get(request.request_code)) is not None:
            self._subscribe(subscriber, code, known)
        elif request.request_code == dhan.END:
            self._end(subscriber)
        return ()

    def beat(self, group: TaskGroup) -> None:
        """Send the trades since the last beat, end what is over."""
        if self.fanout.subscribers:
            now_ms = self._clock.now_ms()
            for share in self._shares.values():
                self._publish(share, now_ms)
        super().beat(group)

    def _publish(self, share: Share, now_ms: int) -> None:
        for code in dhan.SUBSCRIBE.values():
            stream = dhan.stream(code, share)
            if not self.fanout.wants(stream):
                continue
            at_ms = share.trade_at(now_ms).at_ms
            if self._published_ms.get(stream) != at_ms:
                self._published_ms[stream] = at_ms
                self.publish(stream, dhan.packet(code, share, now_ms).decode(_LATIN))

    def _subscribe(self, subscriber: Subscriber, code: int, shares: list[Share]) -> None:
        subscriber.subscribe([dhan.stream(code, share) for share in shares])
        if len(subscriber.subscriptions()) > INSTRUMENTS_A_CONNECTION:
            self._dismiss(subscriber, TOO_MANY_INSTRUMENTS)
        elif Fault.HANG not in self.faults and Fault.BLACK_HOLE not in self.faults:
            now_ms = self._clock.now_ms()
            for share in shares:
                for packet in (dhan.previous_close(share, now_ms), dhan.packet(code, share, now_ms)):
                    self.fanout.announce([subscriber], "", packet.decode(_LATIN))

    def _dismiss(self, subscriber: Subscriber, reason: int) -> None:
        """Say why, and close."""
        self.refused += 1
        self.fanout.announce([subscriber], "", dhan.disconnect(reason).decode(_LATIN))
        self._end(subscriber)

    def _end(self, subscriber: Subscriber) -> None:
        """Close with the next beat, which sends what was said before."""
        if subscriber in self.endings:
            self.endings[subscriber].at = self._clock.monotonic()

    def _reply(self, connection: ServerConnection, target: str) -> Reply:
        posted = connection.posted if isinstance(connection, PostingConnection) else None
        if posted is None or connection.request is None:
            return super()._reply(connection, target)
        headers = {name.lower(): value for name, value in connection.request.headers.raw_items()}
        return self._posts.post(path_of(target), headers, posted, self._venue_ms())

    def _denied(self, request: Request) -> Reply | None:
        denial = super()._denied(request)
        if denial is None and "Upgrade" in request.headers:
            query = _query(request.path)
            if not query.get("token") or not query.get("clientId"):
                return self.rest.key_refused
            if (query.get("version"), query.get("authType")) != ("2", "2"):
                return Reply(400, b"")
        return denial


def _query(target: str) -> dict[str, str]:
    return {name: values[-1] for name, values in parse_qs(urlsplit(target).query).items()}
