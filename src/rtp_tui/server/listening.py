"""uvicorn, run by us: on a socket of our own, without its signals, ending when it is cancelled."""

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp

from rtp_tui.server.access import LOOPBACK_NAMES
from rtp_tui.server.guarded_protocols import GuardedHTTP, GuardedWebSocket

MAX_MESSAGE_BYTES = 65_536
_BACKLOG = 2048
_DRAIN_S = 3


class PortInUse(Exception):
    """Something listens there already; the message says where."""


class NotLoopback(Exception):
    """The configured host would let other machines in, which needs tokens."""


def listen(host: str, port: int) -> socket.socket:
    """A bound socket on loopback; port 0 picks a free one. Raises PortInUse, NotLoopback."""
    if host not in LOOPBACK_NAMES:
        raise NotLoopback(f"host {host!r} would open the server to other machines; only loopback is served")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except (OSError, OverflowError) as error:
        listener.close()
        raise PortInUse(f"cannot listen on {host}:{port}: {error}") from None
    return listener


def url_of(listener: socket.socket) -> str:
    """Where the socket is reached."""
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


class Listener(uvicorn.Server):
    """Serves an application until it is cancelled, then says goodbye and drains."""

    def __init__(self, app: ASGIApp, on_started: Callable[[], None], on_ending: Callable[[], None]) -> None:
        super().__init__(
            uvicorn.Config(
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
                timeout_graceful_shutdown=_DRAIN_S,
            )
        )
        self._on_started = on_started
        self._on_ending = on_ending

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to listen, and say so."""
        await super().startup(sockets)
        self._on_started()

    async def main_loop(self) -> None:
        """Serve until asked to end or cancelled; either way the connections are drained."""
        try:
            await super().main_loop()
        finally:
            self._on_ending()
            await self.shutdown()
            self.started = False

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Signals belong to the command line."""
        yield
