"""Face 1: the server. One reader follows the engine; everybody else is answered from what it folded."""

import asyncio
import socket
from collections.abc import Callable
from contextlib import suppress
from itertools import count

from starlette.applications import Starlette

from rtp_tui.api.contract import PipelineApi
from rtp_tui.clock import Clock
from rtp_tui.model.clients import ClientList, ClientStatus
from rtp_tui.model.events import Batch, Snapshot
from rtp_tui.model.statistics import ServerStatus
from rtp_tui.server.application import Served, application
from rtp_tui.server.breaker_routes import BreakerRoutes
from rtp_tui.server.client_routes import ClientRoutes
from rtp_tui.server.control import Control
from rtp_tui.server.conversation import Conversation
from rtp_tui.server.hub import Hub
from rtp_tui.server.job_routes import JobRoutes
from rtp_tui.server.journal import Journal
from rtp_tui.server.listening import Listener, listen, url_of
from rtp_tui.server.orders import Orders
from rtp_tui.server.permission import Permission
from rtp_tui.server.readiness import Check
from rtp_tui.server.rendering import Rendering
from rtp_tui.server.rest import Rest
from rtp_tui.server.roster import Roster
from rtp_tui.server.settings import ServerSettings

COALESCE_S = 0.01
"""How long events gather in the door before they are folded and written: one wake-up for many ticks."""
CAUGHT_UP_WITHIN_S = 0.25
SWEEP_S = 1.0
HEARTBEAT_SWEEPS = 15
ALIVE_S = 5.0


def _ignore(_told: object) -> None:
    """Nobody wants to know."""


class Server:
    """REST and WebSocket on one port of loopback, in front of an engine.

    `on_status` is told how many are connected whenever that changed, `on_clients` who they are, at most
    every 2 s; `on_listening` the URL once it is open;
    `config` tells the effective configuration without its secrets.
    """

    def __init__(
        self,
        api: PipelineApi,
        settings: ServerSettings,
        clock: Clock,
        *,
        version: str,
        on_status: Callable[[ServerStatus], None],
        on_clients: Callable[[ClientList], None] = _ignore,
        on_listening: Callable[[str], None] = _ignore,
        config: Callable[[], object] = dict,
    ) -> None:
        self.url = ""
        self._api = api
        self._settings = settings
        self._clock = clock
        self._version = version
        self._on_status = on_status
        self._on_clients = on_clients
        self._on_listening = on_listening
        self._config = config
        self._journal = Journal()
        self._hub = Hub(self._journal, Rendering(self._journal, clock, version), clock)
        self._roster = Roster(self._hub, clock)
        self._orders = Orders(api, Permission(is_read_only=settings.read_only), self._caught_up)
        self._swept_s = clock.monotonic()
        self._something = asyncio.Event()
        self._folded = asyncio.Event()
        self._stopping = asyncio.Event()
        self._socket: socket.socket | None = None

    def open(self) -> None:
        """Take the port, so that it is known at the start whether it can be had. Raises PortInUse, NotLoopback."""
        self._socket = listen(self._settings.host, self._settings.port)

    async def run(self) -> None:
        """Serve until `stop` or cancelled. Raises PortInUse or NotLoopback before anything is served."""
        if self._socket is None:
            self.open()
        taken, self._socket = self._socket, None
        assert taken is not None
        self.url = url_of(taken)
        listener = Listener(self._application(), self._announce, self._hub.say_goodbye)
        try:
            async with asyncio.TaskGroup() as group:
                following = asyncio.Event()
                tasks = [
                    group.create_task(self._follow(following)),
                    group.create_task(self._pulse()),
                    group.create_task(self._sweep()),
                ]
                await following.wait()
                serving = group.create_task(listener.serve([taken]))
                await self._stopping.wait()
                listener.should_exit = True
                await serving
                for task in tasks:
                    task.cancel()
        finally:
            taken.close()

    def stop(self) -> None:
        """Say goodbye to everybody and end `run`."""
        self._stopping.set()

    def status(self) -> ServerStatus:
        """Who is connected and what was sent."""
        return self._hub.status(self.url)

    def clients(self) -> tuple[ClientStatus, ...]:
        """Everybody who follows, ascending by id."""
        return self._roster.clients()

    def disconnect(self, id: int) -> bool:  # noqa: A002 - as REST names it
        """Send a follower away; false where no such one is connected."""
        return self._roster.disconnect(id)

    def _announce(self) -> None:
        self._on_listening(self.url)
        self._on_status(self.status())

    async def _follow(self, following: asyncio.Event) -> None:
        async with self._api.watch(conflate_ms=0) as updates:
            async for update in updates:
                if isinstance(update, Snapshot):
                    self._hub.load(update)
                    following.set()
                elif isinstance(update, Batch):
                    for event in update.events:
                        self._hub.note(event)
                self._folded.set()
                if self._hub.flush() is not None:
                    self._something.set()
                await self._clock.sleep(COALESCE_S)

    async def _caught_up(self) -> None:
        """Wait until what has happened so far is folded; not for long, since an order may change nothing."""
        self._folded.clear()
        with suppress(TimeoutError):
            async with self._clock.timeout(CAUGHT_UP_WITHIN_S):
                await self._folded.wait()

    async def _pulse(self) -> None:
        """Write what had to wait for its pace."""
        while True:
            await self._something.wait()
            self._something.clear()
            while (delay_s := self._hub.flush()) is not None:
                await self._clock.sleep(delay_s)

    async def _sweep(self) -> None:
        told = self.status()
        for sweep in count(1):
            await self._clock.sleep(SWEEP_S)
            self._swept_s = self._clock.monotonic()
            self._hub.sweep()
            if sweep % HEARTBEAT_SWEEPS == 0:
                self._hub.heartbeat()
            status = self.status()
            if _differs(status, told) or (sweep % HEARTBEAT_SWEEPS == 0 and status.sent != told.sent):
                told = status
                self._on_status(status)
            news = self._roster.news()
            if news is not None:
                self._on_clients(news)

    def _checks(self) -> tuple[Check, ...]:
        silence_s = self._clock.monotonic() - self._swept_s
        return (Check("loop", silence_s < ALIVE_S, f"turned {silence_s:.1f} s ago"),)

    def _application(self) -> Starlette:
        journal, clock, orders = self._journal, self._clock, self._orders
        rooms = (
            Rest(self._api, journal, clock, self._version, self.status, self._checks, self._config),
            JobRoutes(journal, orders),
            BreakerRoutes(journal, orders, clock),
            ClientRoutes(self._api, orders),
            Control(self._api, journal, orders),
        )
        routes = tuple(route for room in rooms for route in room.routes())
        conversation = Conversation(self._hub, journal, orders, self._settings, clock, self._version)
        return application(Served(routes, conversation), self._settings)


def _differs(status: ServerStatus, told: ServerStatus) -> bool:
    return (status.clients, status.subscriptions, status.dropped_clients) != (
        told.clients,
        told.subscriptions,
        told.dropped_clients,
    )
