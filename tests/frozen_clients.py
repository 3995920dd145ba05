"""Clients of an engine that stands still: a console, a watcher, a dashboard, and one that does not read."""

from rtp_tui.model.clients import ClientList, ClientStatus, Scope
from rtp_tui.model.statistics import ServerStatus
from tests.factories import NOW_MS


def frozen_clients() -> ClientList:
    """Four, of which one is behind; one is nameless and one has an address of the longest kind."""
    return ClientList(
        at_ms=NOW_MS,
        total=4,
        clients=(
            ClientStatus(
                id=12, address="10.0.0.31", name="dashboard", scope=Scope.READ, connected_ms=NOW_MS - 3_720_000,
                channels=23, conflate_ms=250, sent=88_412, sent_bytes=31_200_000, rate=0.0, buffered_bytes=412_000,
                gaps=2, is_behind=True,
            ),
            ClientStatus(
                id=3, address="127.0.0.1", scope=Scope.CONTROL, connected_ms=NOW_MS - 7_200_000, channels=1,
                sent=71_800, sent_bytes=54_000_000, rate=10.0,
            ),
            ClientStatus(
                id=7, address="2001:db8:85a3:1234:5678:8a2e:370:7334", name="trading-floor", scope=Scope.READ,
                connected_ms=NOW_MS - 41_000, channels=500, conflate_ms=0, sent=4_120, sent_bytes=1_700_000, rate=98.4,
            ),
            ClientStatus(
                id=1044, address="10.0.0.7", name="ops", scope=Scope.CONTROL, connected_ms=NOW_MS - 2_000, channels=4,
                conflate_ms=60_000, sent=9, sent_bytes=2_100, rate=0.5,
            ),
        ),
    )  # fmt: skip


def frozen_server() -> ServerStatus:
    """The same four, counted."""
    return ServerStatus(at_ms=NOW_MS, url="http://127.0.0.1:8080", clients=4, subscriptions=528, sent=164_341)
