"""Who follows: listed for whoever asks, told as news now and then, and ended when an operator says so."""

from collections.abc import Iterable
from heapq import nsmallest

from rtp_tui.clock import Clock
from rtp_tui.model.clients import LISTED_CLIENTS, ClientList, ClientStatus
from rtp_tui.server.client import Client
from rtp_tui.server.hub import Hub

NEWS_EVERY_S = 2.0
DISCONNECTED = 4003
"""Close code of those whom an operator sends away: `not allowed` is no reason to come back at once."""


class Roster:
    """The followers of a hub, with the rates at which they were last written to."""

    def __init__(self, hub: Hub, clock: Clock) -> None:
        self._hub = hub
        self._clock = clock
        self._measured_s = clock.monotonic()
        self._sent: dict[int, int] = {}
        self._rates: dict[int, float] = {}
        self._told: tuple[int, tuple[ClientStatus, ...]] = (0, ())

    def clients(self) -> tuple[ClientStatus, ...]:
        """Everybody, in the order in which they came."""
        return self._statuses(self._hub.clients.values())

    def disconnect(self, id: int) -> bool:  # noqa: A002 - as REST names it
        """Send a follower away; false where no such one is connected."""
        client = self._hub.clients.get(id)
        if client is None:
            return False
        client.wire.close(DISCONNECTED, "disconnected by an operator")
        self._hub.leave(client)
        return True

    def news(self) -> ClientList | None:
        """Who follows now; None where that was told less than 2 s ago, or is as it was told."""
        now_s = self._clock.monotonic()
        if now_s - self._measured_s < NEWS_EVERY_S:
            return None
        self._measure(now_s)
        everybody = self._hub.clients.values()
        news = len(everybody), self._statuses(nsmallest(LISTED_CLIENTS, everybody, _urgency))
        if news == self._told:
            return None
        self._told = news
        return ClientList(at_ms=self._clock.now_ms(), total=news[0], clients=news[1])

    def _measure(self, now_s: float) -> None:
        elapsed_s, self._measured_s = now_s - self._measured_s, now_s
        sent = {client.id: client.sent for client in self._hub.clients.values()}
        self._rates = {one: (count - self._sent.get(one, 0)) / elapsed_s for one, count in sent.items()}
        self._sent = sent

    def _statuses(self, clients: Iterable[Client]) -> tuple[ClientStatus, ...]:
        return tuple(_status(client, self._rates.get(client.id, 0.0)) for client in clients)


def _urgency(client: Client) -> tuple[bool, int]:
    return not client.is_behind, -client.sent


def _status(client: Client, rate: float) -> ClientStatus:
    return ClientStatus(
        id=client.id,
        address=client.caller.address,
        name=client.caller.name,
        scope=client.caller.scope,
        connected_ms=client.connected_ms,
        channels=len(client.subscriptions),
        conflate_ms=client.conflate_ms,
        sent=client.sent,
        sent_bytes=client.sent_bytes,
        rate=round(rate, 2),
        buffered_bytes=client.wire.buffered(),
        gaps=client.gaps,
        is_behind=client.is_behind,
    )
