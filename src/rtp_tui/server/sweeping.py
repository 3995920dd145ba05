"""Once a second: who does not keep up is dealt with, heartbeats are sent, and what changed of the server is told."""

from collections.abc import Callable
from itertools import count

from rtp_tui.clock import Clock
from rtp_tui.model.clients import ClientList
from rtp_tui.model.statistics import ServerStatus
from rtp_tui.server.hub import Hub
from rtp_tui.server.readiness import Check
from rtp_tui.server.roster import Roster

SWEEP_S = 1.0
HEARTBEAT_SWEEPS = 15
ALIVE_S = 5.0


class Sweeping:
    """Looks after all followers; also shows that the server's loop still turns."""

    def __init__(
        self,
        hub: Hub,
        roster: Roster,
        clock: Clock,
        status: Callable[[], ServerStatus],
        on_status: Callable[[ServerStatus], None],
        on_clients: Callable[[ClientList], None],
    ) -> None:
        self._hub = hub
        self._roster = roster
        self._clock = clock
        self._status = status
        self._on_status = on_status
        self._on_clients = on_clients
        self._swept_s = clock.monotonic()

    async def run(self) -> None:
        """Sweep until cancelled."""
        told = self._status()
        for sweep in count(1):
            await self._clock.sleep(SWEEP_S)
            self._swept_s = self._clock.monotonic()
            self._hub.sweep()
            is_heartbeat = sweep % HEARTBEAT_SWEEPS == 0
            if is_heartbeat:
                self._hub.heartbeat()
            status = self._status()
            if _differs(status, told) or (is_heartbeat and status.sent != told.sent):
                told = status
                self._on_status(status)
            news = self._roster.news()
            if news is not None:
                self._on_clients(news)

    def checks(self) -> tuple[Check, ...]:
        """Whether the loop turns."""
        silence_s = self._clock.monotonic() - self._swept_s
        return (Check("loop", silence_s < ALIVE_S, f"turned {silence_s:.1f} s ago"),)


def _differs(status: ServerStatus, told: ServerStatus) -> bool:
    return (status.clients, status.subscriptions, status.dropped_clients) != (
        told.clients,
        told.subscriptions,
        told.dropped_clients,
    )
