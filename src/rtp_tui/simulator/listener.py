"""The one port behind which all venues are, told apart by the first part of the path."""

from asyncio import TaskGroup
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from logging import CRITICAL, Logger

from websockets.asyncio.server import ServerConnection, serve
from websockets.http11 import Request, Response

from rtp_tui.simulator.gateway import Gateway
from rtp_tui.simulator.posting import PostingConnection

MAX_MESSAGE_BYTES = 256 * 1024
PING_INTERVAL_S = 20
PING_TIMEOUT_S = 60
OPEN_TIMEOUT_S = 600
"""Longer than any client waits: a venue that stalls must not be the one that gives up."""


class Listener:
    """Leads each connection to its venue; what names no venue belongs to the first one."""

    def __init__(self, gateways: Mapping[str, Gateway]) -> None:
        self.gateways = gateways
        self.port = 0

    @asynccontextmanager
    async def listening(self, host: str, port: int) -> AsyncIterator[TaskGroup]:
        """Accept connections inside the block; the group runs what belongs to it. Raises OSError."""
        # Refused handshakes are meant here; the library would report each on stderr.
        silent = Logger("simulator", CRITICAL + 1)
        async with serve(
            self._converse,
            host,
            port,
            process_request=self._greet,
            create_connection=PostingConnection,
            compression=None,
            open_timeout=OPEN_TIMEOUT_S,
            ping_interval=PING_INTERVAL_S,
            ping_timeout=PING_TIMEOUT_S,
            close_timeout=1,
            max_size=MAX_MESSAGE_BYTES,
            logger=silent,
        ) as server:
            self.port = next(iter(server.sockets)).getsockname()[1]
            async with TaskGroup() as group:
                yield group

    def led(self, target: str) -> tuple[Gateway, str]:
        """The venue that a target names, and the rest of the target."""
        for name, gateway in self.gateways.items():
            rest = target.removeprefix(f"/{name}")
            if rest != target and rest[:1] in ("", "/", "?"):
                return gateway, rest if rest.startswith("/") else f"/{rest}"
        return next(iter(self.gateways.values())), target

    async def _greet(self, connection: ServerConnection, request: Request) -> Response | None:
        gateway, target = self.led(request.path)
        return await gateway.greet(connection, request, target)

    async def _converse(self, connection: ServerConnection) -> None:
        gateway, target = self.led(connection.request.path if connection.request else "/ws")
        await gateway.converse(connection, target)
