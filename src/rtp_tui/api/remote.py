"""The door across the network: channel `pipeline` of a server's WebSocket, and its REST interface."""

import random
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager
from typing import TypeVar
from urllib.parse import urlsplit, urlunsplit

from rtp_tui.api.asking import Asking
from rtp_tui.api.backoff import Backoff
from rtp_tui.api.frames import Welcome
from rtp_tui.api.link import Link
from rtp_tui.api.lost import LinkLost, of_opening
from rtp_tui.api.outbox import Outbox
from rtp_tui.clock import Clock
from rtp_tui.model.commands import Command
from rtp_tui.model.errors import NotConnected, Unsupported
from rtp_tui.model.events import Disconnected, Update
from rtp_tui.model.queries import Query
from rtp_tui.net.settings import NetSettings
from rtp_tui.net.websocket import SocketUnreachable, connect
from rtp_tui.text import safe

AnswerT = TypeVar("AnswerT")

OPEN_TIMEOUT_S = 5.0
_SCHEMES = {"ws": "http", "wss": "https", "http": "http", "https": "https"}


class RemotePipeline:
    """An engine elsewhere. It comes back by itself after an interruption.

    While it is away only orders that may wait are kept (see `Outbox`); all others are refused at once.
    """

    def __init__(
        self,
        url: str,
        clock: Clock,
        settings: NetSettings,
        token: str | None = None,
        *,
        random_share: Callable[[], float] = random.random,
    ) -> None:
        """Raises ValueError when the URL is none of http, https, ws and wss."""
        self._http_url = _http_url(url)
        self._clock = clock
        self._settings = settings
        self._headers = () if token is None else (("Authorization", f"Bearer {token}"),)
        self._random_share = random_share
        self._asking = Asking(self._http_url, clock, settings, self._headers)
        self._outbox = Outbox(clock)
        self._welcome: Welcome | None = None
        self._loss: str | None = None
        self._watchers = 0

    @asynccontextmanager
    async def watch(self, conflate_ms: int = 100) -> AsyncIterator[AsyncIterator[Update]]:
        """See `PipelineApi.watch`: Disconnected at once when the engine is lost, and at each failed attempt."""
        self._watchers += 1
        try:
            async with self._asking, aclosing(self._updates(conflate_ms)) as updates:
                yield updates
        finally:
            self._watchers -= 1
            if not self._watchers:
                self._loss = None
                self._outbox.close()

    async def query(self, query: Query[AnswerT]) -> AnswerT:
        """See `PipelineApi.query`. Raises NotConnected while the engine cannot be reached."""
        self._check_known(query)
        return await self._asking.query(query)

    async def execute(self, command: Command[AnswerT]) -> AnswerT:
        """See `PipelineApi.execute`. Raises NotConnected when no answer came; nothing is tried again.

        An order that may wait is kept instead while somebody watches, and answers once it was carried out.
        """
        if command.may_wait and self._watchers:
            return await self._outbox.send(lambda: self._order(command))
        return await self._order(command)

    async def _order(self, command: Command[AnswerT]) -> AnswerT:
        if self._loss is not None:
            raise NotConnected(f"the engine is not heard: {self._loss}")
        self._check_known(command)
        return await self._asking.order(command)

    def _check_known(self, request: Query[AnswerT] | Command[AnswerT]) -> None:
        tag = str(request.__struct_config__.tag)
        if self._welcome is not None and self._welcome.can and tag not in self._welcome.can:
            server = safe(self._welcome.server, 40)
            raise Unsupported(f"the server runs {server}, which cannot {tag.replace('_', ' ')}; update it")

    async def _updates(self, conflate_ms: int) -> AsyncGenerator[Update, None]:
        link = Link(self._clock, conflate_ms, has_token=bool(self._headers))
        backoff = Backoff(self._random_share)
        while True:
            try:
                async with aclosing(self._connection(link)) as updates:
                    async for update in updates:
                        backoff.succeeded(self._clock.monotonic())
                        self._hear(link.welcome)
                        yield update
            except LinkLost as lost:
                wait_s = backoff.failed(self._clock.monotonic(), lost.patience_s)
                yield self._lose(str(lost), backoff.attempt, wait_s)
                await self._clock.sleep(wait_s)

    async def _connection(self, link: Link) -> AsyncGenerator[Update, None]:
        """What one connection brings. Raises LinkLost when it ends, or could not be had."""
        try:
            async with (
                connect(
                    _ws_url(self._http_url),
                    clock=self._clock,
                    settings=self._settings,
                    headers=self._headers,
                    open_timeout_s=OPEN_TIMEOUT_S,
                    # The link asks for signs of life itself, and knows a slow one from a dead one.
                    ping_interval_s=None,
                ) as socket,
                aclosing(link.updates(socket)) as updates,
            ):
                async for update in updates:
                    yield update
        except SocketUnreachable as error:
            raise of_opening(error, has_token=bool(self._headers)) from None

    def _hear(self, welcome: Welcome | None) -> None:
        self._loss, self._welcome = None, welcome
        self._outbox.open()

    def _lose(self, reason: str, attempt: int, wait_s: float) -> Disconnected:
        self._loss = reason
        self._outbox.shut()
        return Disconnected(
            at_ms=self._clock.now_ms(), reason=reason, attempt=attempt, retry_in_ms=round(wait_s * 1000)
        )


def _http_url(url: str) -> str:
    parts = urlsplit(url if "://" in url else f"http://{url}")
    scheme = _SCHEMES.get(parts.scheme.lower())
    if scheme is None or not parts.hostname:
        raise ValueError(f"not the address of a server: {url!r} (for example http://127.0.0.1:8080)")
    return urlunsplit((scheme, parts.netloc, parts.path.rstrip("/").removesuffix("/ws"), "", ""))


def _ws_url(http_url: str) -> str:
    return "ws" + http_url.removeprefix("http") + "/ws"
