"""The door across the network: channel `pipeline` of a server's WebSocket, and its REST interface."""

import random
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, aclosing, asynccontextmanager
from typing import TypeVar
from urllib.parse import urlsplit, urlunsplit

from rtp_tui.api.link import Link, LinkLost
from rtp_tui.api.wire import decode_answer, decode_refusal, encode
from rtp_tui.clock import Clock
from rtp_tui.model.commands import Command, TriggerJob
from rtp_tui.model.errors import NotConnected
from rtp_tui.model.events import Disconnected, Update
from rtp_tui.model.queries import Query
from rtp_tui.net.http import HttpClient, HttpError
from rtp_tui.net.settings import NetSettings
from rtp_tui.net.websocket import Socket, SocketUnreachable, connect

AnswerT = TypeVar("AnswerT")

OPEN_TIMEOUT_S = 5.0
COMMAND_TIMEOUT_S = 5.0
RUN_TIMEOUT_S = 3600.0
"""For commands that answer when a run has ended, which has a timeout of its own."""
FIRST_RETRY_S, LONGEST_RETRY_S = 0.5, 10.0
_MAX_ANSWER_BYTES = 32_000_000
_SCHEMES = {"ws": "http", "wss": "https", "http": "http", "https": "https"}


class RemotePipeline:
    """An engine elsewhere. It comes back by itself after an interruption, and keeps no orders for later."""

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

    @asynccontextmanager
    async def watch(self, conflate_ms: int = 100) -> AsyncIterator[AsyncIterator[Update]]:
        """See `PipelineApi.watch`: Disconnected at once when the engine is lost, and at each failed attempt."""
        async with aclosing(self._updates(conflate_ms)) as updates:
            yield updates

    async def query(self, query: Query[AnswerT]) -> AnswerT:
        """See `PipelineApi.query`. Raises NotConnected while the engine cannot be reached."""
        return decode_answer(query, await self._post("/api/query", encode(query)))

    async def execute(self, command: Command[AnswerT]) -> AnswerT:
        """See `PipelineApi.execute`. Raises NotConnected when no answer came; nothing is tried again."""
        timeout_s = RUN_TIMEOUT_S if isinstance(command, TriggerJob) else COMMAND_TIMEOUT_S
        return decode_answer(command, await self._post("/api/command", encode(command), timeout_s))

    async def _post(self, path: str, body: bytes, timeout_s: float = COMMAND_TIMEOUT_S) -> bytes:
        client = HttpClient(
            self._settings,
            self._clock,
            base_url=self._http_url,
            timeout_s=timeout_s,
            max_bytes=_MAX_ANSWER_BYTES,
            headers=self._headers,
        )
        try:
            async with client:
                reply = await client.post(path, body)
        except HttpError as error:
            raise NotConnected(str(error)) from None
        if reply.status >= 300:
            raise decode_refusal(reply.body)
        return reply.body

    async def _updates(self, conflate_ms: int) -> AsyncGenerator[Update, None]:
        link = Link(self._clock, conflate_ms)
        attempt = 0
        while True:
            patience_s = 0.0
            try:
                async with self._socket() as socket, aclosing(link.updates(socket)) as updates:
                    async for update in updates:
                        attempt = 0
                        yield update
            except SocketUnreachable as error:
                reason = str(error)
            except LinkLost as error:
                reason, patience_s = str(error), error.patience_s
            attempt += 1
            wait_s = patience_s + self._backoff_s(attempt)
            yield Disconnected(
                at_ms=self._clock.now_ms(), reason=reason, attempt=attempt, retry_in_ms=round(wait_s * 1000)
            )
            await self._clock.sleep(wait_s)

    def _socket(self) -> AbstractAsyncContextManager[Socket]:
        return connect(
            _ws_url(self._http_url),
            clock=self._clock,
            settings=self._settings,
            headers=self._headers,
            open_timeout_s=OPEN_TIMEOUT_S,
        )

    def _backoff_s(self, attempt: int) -> float:
        """Full jitter: anything up to a bound that doubles, so that many clients do not return at once."""
        bound_s = min(LONGEST_RETRY_S, FIRST_RETRY_S * 2.0 ** min(attempt, 10))
        return FIRST_RETRY_S + (bound_s - FIRST_RETRY_S) * self._random_share()


def _http_url(url: str) -> str:
    parts = urlsplit(url if "://" in url else f"http://{url}")
    scheme = _SCHEMES.get(parts.scheme.lower())
    if scheme is None or not parts.hostname:
        raise ValueError(f"not the address of a server: {url!r} (for example http://127.0.0.1:8080)")
    return urlunsplit((scheme, parts.netloc, parts.path.rstrip("/").removesuffix("/ws"), "", ""))


def _ws_url(http_url: str) -> str:
    return "ws" + http_url.removeprefix("http") + "/ws"
