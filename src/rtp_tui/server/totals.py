"""Counters of followers, those who left included."""

from collections.abc import Collection

from rtp_tui.model.statistics import ServerStatus
from rtp_tui.server.client import Client


class Totals:
    """What followers who have left were sent, and what was kept from all of them."""

    def __init__(self) -> None:
        self._sent = 0
        self._sent_bytes = 0
        self._conflated = 0
        self._dropped_clients = 0

    def add_departed(self, client: Client) -> None:
        """Keep the counters of a follower who left."""
        self._sent += client.sent
        self._sent_bytes += client.sent_bytes

    def add_conflated(self, quotes: int) -> None:
        """Count quotes that were overtaken by newer ones before they were due."""
        self._conflated += quotes

    def add_dropped(self) -> None:
        """Count a follower who was too slow to serve."""
        self._dropped_clients += 1

    def status(self, clients: Collection[Client], url: str, now_ms: int) -> ServerStatus:
        """Everything counted, with those who are connected."""
        return ServerStatus(
            at_ms=now_ms,
            url=url,
            clients=len(clients),
            subscriptions=sum(len(client.subscriptions) for client in clients),
            sent=self._sent + sum(client.sent for client in clients),
            sent_bytes=self._sent_bytes + sum(client.sent_bytes for client in clients),
            conflated=self._conflated,
            dropped_clients=self._dropped_clients,
        )
