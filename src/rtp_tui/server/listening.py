"""uvicorn, run by us: on a socket of our own, without its signals, ending when it is cancelled."""

import asyncio
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import uvicorn
from starlette.types import ASGIApp

from rtp_tui.clock import Clock
from rtp_tui.net.traffic import Traffic
from rtp_tui.server.access import LOOPBACK_NAMES
from rtp_tui.server.addresses import is_loopback
from rtp_tui.server.guarded_protocols import DROP_AFTER_S, GuardedConfig, GuardedHTTP, GuardedWebSocket
from rtp_tui.server.limits import Refusals
from rtp_tui.server.settings import ServerSettings
from rtp_tui.server.tls import HANDSHAKE_WITHIN_S

MAX_MESSAGE_BYTES = 65_536
_BACKLOG = 2048
_DRAIN_S = 3
_TICK_S = 1
"""How often the date is read anew that answers carry."""
_LOOK_AGAIN_S = 0.01


class PortInUse(Exception):
    """Something listens there already; the message says where."""


class NotLoopback(Exception):
    """The configured host would let other machines in, which needs tokens."""


def is_beyond_loopback(settings: ServerSettings) -> bool:
    """Whether other machines can reach the host."""
    return settings.host not in LOOPBACK_NAMES and not is_loopback(settings.host)


def is_open_to_all(settings: ServerSettings) -> bool:
    """Whether whoever reaches the host is let in without a token."""
    return is_beyond_loopback(settings) and settings.insecure and not settings.token_file


def listen(settings: ServerSettings) -> socket.socket:
    """A bound socket; port 0 picks a free one. Raises PortInUse, NotLoopback."""
    host, port = settings.host, settings.port
    if is_beyond_loopback(settings) and not (settings.token_file or settings.insecure):
        raise NotLoopback(
            f"host {host!r} would open the server to other machines: give token_file, or insecure = true"
        )
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # The loop sends small writes at once (TCP_NODELAY) only on sockets that name their protocol.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        if host == "::":
            # Everybody, whichever way the system is configured.
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        listener.bind((host, port))
    except (OSError, OverflowError) as error:
        listener.close()
        raise PortInUse(f"cannot listen on {host}:{port}: {error}") from None
    return listener


def url_of(listener: socket.socket, *, is_secure: bool = False) -> str:
    """Where the socket is reached."""
    host, port = listener.getsockname()[:2]
    scheme = "https" if is_secure else "http"
    return f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}"


class Listener(uvicorn.Server):
    """Serves an application until it is cancelled, then says goodbye and drains.

    `tls` is shown to those who connect, where there is one; connections count what they refuse in `refusals`,
    and what goes through them in `traffic`.
    """

    def __init__(
        self,
        app: ASGIApp,
        on_started: Callable[[], None],
        on_ending: Callable[[], None],
        clock: Clock,
        *,
        refusals: Refusals,
        tls: ssl.SSLContext | None = None,
        traffic: Traffic | None = None,
    ) -> None:
        config = GuardedConfig(
            app,
            http=GuardedHTTP,
            ws=GuardedWebSocket,
            loop="none",
            lifespan="off",
            interface="asgi3",
            log_config=None,
            log_level="critical",
            access_log=False,
            proxy_headers=False,
            server_header=False,
            backlog=_BACKLOG,
            ws_max_size=MAX_MESSAGE_BYTES,
            ws_per_message_deflate=False,
            ws_ping_interval=20,
            ws_ping_timeout=20,
        )
        config.refusals = refusals
        config.traffic = traffic or Traffic()
        super().__init__(config)
        self._tls = tls
        self._on_started = on_started
        self._on_ending = on_ending
        self._clock = clock
        self._is_ending = asyncio.Event()

    def end(self) -> None:
        """Say goodbye, drain and end."""
        self._is_ending.set()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to listen, and say so.

        uvicorn's own gives a TLS handshake a minute, and has no way to say otherwise.
        """
        is_secure = self._tls is not None
        self.servers = [
            await asyncio.get_running_loop().create_server(
                self._protocol,
                sock=listener,
                ssl=self._tls,
                backlog=_BACKLOG,
                ssl_handshake_timeout=HANDSHAKE_WITHIN_S if is_secure else None,
                ssl_shutdown_timeout=DROP_AFTER_S if is_secure else None,
            )
            for listener in sockets or ()
        ]
        self.started = True
        self._on_started()

    async def main_loop(self) -> None:
        """Serve until asked to end or cancelled; either way the connections are drained.

        uvicorn's own looks ten times a second whether it is to end.
        """
        try:
            while not self._is_ending.is_set():
                await self.on_tick(0)
                with suppress(TimeoutError):
                    async with self._clock.timeout(_TICK_S):
                        await self._is_ending.wait()
        finally:
            self._on_ending()
            await self.shutdown()
            self.started = False

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen no more, and let connections and what is asked on them end, within a time.

        uvicorn's own waits a tenth of a second even for nobody.
        """
        for server in self.servers:
            server.close()
        for connection in tuple(self.server_state.connections):
            connection.shutdown()
        with suppress(TimeoutError):
            async with self._clock.timeout(_DRAIN_S):
                while self.server_state.connections or self.server_state.tasks:
                    await self._clock.sleep(_LOOK_AGAIN_S)
        for task in tuple(self.server_state.tasks):
            task.cancel()

    def _protocol(self) -> GuardedHTTP:
        return GuardedHTTP(self.config, self.server_state, {})

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Signals belong to the command line."""
        yield
