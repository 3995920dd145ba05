"""A real server on loopback in front of a scripted engine."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import msgspec

from rtp_tui.api.contract import PipelineApi
from rtp_tui.clock import SystemClock
from rtp_tui.model.clients import AuditEntry
from rtp_tui.model.statistics import ServerStatus
from rtp_tui.net.websocket import Socket, SocketClosed, connect
from rtp_tui.server.app import Server
from rtp_tui.server.limits import Bounds
from rtp_tui.server.settings import ServerSettings


class Serving:
    """A running server and what it announced."""

    def __init__(
        self,
        api: PipelineApi,
        config: Callable[[], object] = dict,
        bounds: Bounds | None = None,
        **settings: Any,
    ) -> None:
        self.statuses: list[ServerStatus] = []
        self.audit: list[AuditEntry] = []
        self.listening = asyncio.Event()
        self.server = Server(
            api,
            ServerSettings(**{"port": 0, **settings}),
            SystemClock(),
            version="9.9.9",
            on_status=self.statuses.append,
            on_audit=self.audit.append,
            on_listening=lambda _url: self.listening.set(),
            config=config,
            bounds=bounds,
        )

    @property
    def url(self) -> str:
        return self.server.url

    @property
    def ws_url(self) -> str:
        return self.server.url.replace("http", "ws") + "/ws"

    @asynccontextmanager
    async def client(self, **options: Any) -> AsyncIterator["Talk"]:
        """A connected client that has been welcomed."""
        async with connect(self.ws_url, clock=SystemClock(), **options) as socket:
            talk = Talk(socket)
            assert (await talk.hear())["type"] == "welcome"
            yield talk


class Talk:
    """One client's conversation in decoded JSON."""

    def __init__(self, socket: Socket) -> None:
        self.socket = socket
        self._heard: list[Any] = []

    async def say(self, **operation: Any) -> None:
        await self.socket.send(msgspec.json.encode(operation).decode())

    async def hear(self) -> Any:
        """The next message, arrays taken apart."""
        while not self._heard:
            async with asyncio.timeout(5):
                decoded = msgspec.json.decode(await self.socket.receive())
            self._heard = decoded if isinstance(decoded, list) else [decoded]
        return self._heard.pop(0)

    async def hear_the_end(self) -> tuple[list[Any], int]:
        """Everything until the server closes, and the code it closes with."""
        heard: list[Any] = []
        try:
            while True:
                heard.append(await self.hear())
        except SocketClosed as closed:
            return heard, closed.code

    async def ask(self, **operation: Any) -> Any:
        await self.say(**operation)
        return await self.hear()


@asynccontextmanager
async def serving(api: PipelineApi, **settings: Any) -> AsyncIterator[Serving]:
    """A server on a free port for the length of the block."""
    running = Serving(api, **settings)
    async with asyncio.TaskGroup() as group:
        task = group.create_task(running.server.run())
        await running.listening.wait()
        try:
            yield running
        finally:
            running.server.stop()
            await task
