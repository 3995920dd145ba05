"""Face 1: the server. One reader follows the engine; everybody else is answered from what it folded."""

import asyncio
import logging
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

from msgspec.structs import replace
from starlette.applications import Starlette

from rtp_tui.api.audit import Audit
from rtp_tui.api.contract import PipelineApi
from rtp_tui.clock import Clock
from rtp_tui.model.clients import AuditEntry, ClientList, ClientStatus
from rtp_tui.model.errors import Failed
from rtp_tui.model.statistics import ServerStatus
from rtp_tui.monitoring.load import Meters, new_meters
from rtp_tui.server.admission import NOT_AUTHENTICATED
from rtp_tui.server.alert_routes import AlertRoutes
from rtp_tui.server.application import Served, application
from rtp_tui.server.audit_routes import AuditRoutes
from rtp_tui.server.breaker_routes import BreakerRoutes
from rtp_tui.server.cache_routes import CacheRoutes
from rtp_tui.server.catalogue_routes import CatalogueRoutes
from rtp_tui.server.client_routes import ClientRoutes
from rtp_tui.server.control import Control
from rtp_tui.server.conversation import Conversation
from rtp_tui.server.description_routes import described
from rtp_tui.server.drill_routes import DrillRoutes
from rtp_tui.server.endpoints import Room
from rtp_tui.server.event_routes import EventRoutes
from rtp_tui.server.filing_routes import FilingRoutes
from rtp_tui.server.following import Following
from rtp_tui.server.gap_routes import GapRoutes
from rtp_tui.server.gate import Gate
from rtp_tui.server.guesses import Guesses
from rtp_tui.server.health_routes import HealthRoutes
from rtp_tui.server.history_routes import HistoryRoutes
from rtp_tui.server.hub import Hub
from rtp_tui.server.identity import Identity
from rtp_tui.server.indicator_routes import IndicatorRoutes
from rtp_tui.server.instrument_routes import InstrumentRoutes
from rtp_tui.server.job_routes import JobRoutes
from rtp_tui.server.journal import Journal
from rtp_tui.server.limits import Bounds
from rtp_tui.server.listening import Listener, is_open_to_all, listen, url_of
from rtp_tui.server.market_routes import MarketRoutes
from rtp_tui.server.notification_routes import NotificationRoutes
from rtp_tui.server.orders import Orders
from rtp_tui.server.permission import Permission
from rtp_tui.server.portfolio_routes import PortfolioRoutes
from rtp_tui.server.quality_routes import QualityRoutes
from rtp_tui.server.rendering import Rendering
from rtp_tui.server.report_routes import ReportRoutes
from rtp_tui.server.roster import Roster
from rtp_tui.server.routes import routes_of
from rtp_tui.server.settings import ServerSettings
from rtp_tui.server.signal_routes import SignalRoutes
from rtp_tui.server.sweeping import Sweeping
from rtp_tui.server.tls import TlsUnusable
from rtp_tui.server.tokens import Tokens, TokensUnusable
from rtp_tui.server.treasury_routes import TreasuryRoutes

_log = logging.getLogger("rtp_tui.server")


def _ignore(_told: object) -> None:
    """Nobody wants to know."""


class Server:
    """REST and WebSocket on one port of loopback, in front of an engine.

    `on_status` is told how many are connected whenever that changed, `on_clients` who they are, at most
    every 2 s; `on_audit` of every command that somebody gives; `on_listening` the URL once it is open;
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
        on_audit: Callable[[AuditEntry], None] = _ignore,
        on_listening: Callable[[str], None] = _ignore,
        config: Callable[[], object] = dict,
        bounds: Bounds | None = None,
        meters: Meters | None = None,
    ) -> None:
        self.url = ""
        self._meters = meters or new_meters()
        self._api = api
        self._settings = settings
        self._clock = clock
        self._version = version
        self._on_status = on_status
        self._on_listening = on_listening
        self._config = config
        self._journal = Journal()
        self._hub = Hub(self._journal, Rendering(self._journal, clock, version), clock)
        self._roster = Roster(self._hub, clock)
        self._audit = Audit(on_audit, clock)
        permission = Permission(is_read_only=settings.read_only)
        self._following = Following(api, self._hub, clock)
        self._orders = Orders(api, permission, self._audit, self._following.caught_up)
        self._tokens = Tokens(Path(settings.token_file)) if settings.token_file else None
        self._guesses = Guesses(clock)
        self._gate = Gate(settings, clock, bounds)
        self._identity = Identity(settings, self._tokens, self._guesses)
        self._sweeping = Sweeping(self._hub, self._roster, clock, self.status, on_status, on_clients)
        self._stopping = asyncio.Event()
        self._inherited: socket.socket | None = None
        self._socket: socket.socket | None = None

    def open(self, inherited: socket.socket | None = None) -> None:
        """Take the port and read the tokens, so that it is known at the start whether they can be had.

        A port that is inherited stays open when the server ends, so that clients wait at it for the next.
        Raises PortInUse, NotLoopback, TokensUnusable, TlsUnusable.
        """
        self._inherited = inherited
        if self._tokens is not None:
            self._tokens.reread()
        self._gate.reread()
        self._socket = self._taken()
        if is_open_to_all(self._settings):
            _log.warning(
                "everybody who reaches %s may read without a token (insecure = true)", self._settings.host
            )

    def _taken(self) -> socket.socket:
        return listen(self._settings) if self._inherited is None else self._inherited.dup()

    def reread(self) -> None:
        """Read tokens and certificate again, and part with whom the file names no longer.

        Raises Failed where either cannot be used, and goes on with the old of that one.
        """
        failures = [*_failure_of(self._gate.reread), *_failure_of(self._reread_tokens)]
        if failures:
            raise Failed(failures[0])

    def _reread_tokens(self) -> None:
        if self._tokens is None:
            return
        self._tokens.reread()
        for client in tuple(self._hub.clients.values()):
            if not self._identity.still_knows(client.caller):
                client.wire.close(NOT_AUTHENTICATED, "not authenticated")

    async def run(self) -> None:
        """Serve until `stop` or cancelled. Raises what `open` does before anything is served."""
        if self._socket is None:
            self.open(self._inherited)
        assert self._socket is not None
        taken, self._socket = self._gate.door(self._socket), None
        self.url = url_of(taken, is_secure=self._gate.is_secure)
        listener = Listener(
            self.application(),
            self._announce,
            self._hub.say_goodbye,
            self._clock,
            refusals=self._gate.limits.refusals,
            tls=self._gate.tls(),
            traffic=self._meters.clients,
        )
        try:
            async with asyncio.TaskGroup() as group:
                has_begun = asyncio.Event()
                tasks = [
                    group.create_task(self._following.follow(has_begun)),
                    group.create_task(self._following.pulse()),
                    group.create_task(self._sweeping.run()),
                    group.create_task(self._gate.access_log.run()),
                ]
                await has_begun.wait()
                serving = group.create_task(listener.serve([taken]))
                await self._stopping.wait()
                listener.end()
                await serving
                for task in tasks:
                    task.cancel()
        finally:
            taken.close()
            self._gate.access_log.write()

    def stop(self) -> None:
        """Say goodbye to everybody and end `run`."""
        self._stopping.set()

    def status(self) -> ServerStatus:
        """Who is connected and what was sent."""
        return replace(
            self._gate.counted(self._hub.status(self.url)),
            bad_tokens=self._guesses.bad + self._guesses.unheard,
            open_to_all=is_open_to_all(self._settings),
            unlisted_denials=self._audit.unlisted,
        )

    def clients(self) -> tuple[ClientStatus, ...]:
        """Everybody who follows, ascending by id."""
        return self._roster.clients()

    def disconnect(self, id: int) -> bool:  # noqa: A002 - as REST names it
        """Send a follower away; false where no such one is connected."""
        return self._roster.disconnect(id)

    def _announce(self) -> None:
        self._on_listening(self.url)
        self._on_status(self.status())

    def application(self) -> Starlette:
        """Everything that its port answers."""
        journal, clock, orders = self._journal, self._clock, self._orders
        rooms: tuple[Room, ...] = (
            MarketRoutes(self._api, journal, clock),
            HealthRoutes(journal, clock, self._version, self.status, self._sweeping.checks),
            CatalogueRoutes(journal, self._config),
            EventRoutes(self._api, journal),
            JobRoutes(journal, orders),
            InstrumentRoutes(journal, orders),
            BreakerRoutes(journal, orders, clock),
            ClientRoutes(self._api, orders),
            CacheRoutes(journal, orders),
            DrillRoutes(journal, orders, clock),
            Control(self._api, journal, orders),
            AuditRoutes(self._api),
            GapRoutes(self._api, journal),
            HistoryRoutes(self._api, journal, orders),
            QualityRoutes(self._api, journal),
            IndicatorRoutes(self._api, journal),
            AlertRoutes(self._api, orders, clock),
            NotificationRoutes(self._api, orders, clock),
            PortfolioRoutes(self._api, orders, journal),
            SignalRoutes(self._api, journal, clock),
            FilingRoutes(self._api, journal),
            TreasuryRoutes(self._api),
            ReportRoutes(self._api, journal),
        )
        routes = tuple(routes_of(described(rooms, self._version)))
        conversation = Conversation(
            self._hub,
            journal,
            orders,
            self._identity,
            self._gate.limits,
            self._settings,
            clock,
            self._version,
        )
        served = Served(routes, conversation, self._identity, self._audit, self._gate, self._meters)
        return application(served, self._settings, clock)


def _failure_of(reread: Callable[[], None]) -> Iterator[str]:
    """Why something could not be read again."""
    try:
        reread()
    except (TokensUnusable, TlsUnusable) as error:
        yield str(error)
