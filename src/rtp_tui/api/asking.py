"""Questions and orders over HTTP: sent, answered, or refused in the words of the one door."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType
from typing import TypeVar

from rtp_tui.api.wire import UNREADABLE, decode_answer, decode_refusal, encode
from rtp_tui.clock import Clock
from rtp_tui.model.commands import Command, TestChannel, TriggerJob
from rtp_tui.model.errors import Failed, NotConnected, Refused, TooManyRequests
from rtp_tui.model.queries import GetReport, Query, RunBacktest
from rtp_tui.net.http import LONGEST_PAUSE_S, HttpClient, HttpError, HttpReply, HttpUnreachable, asked_pause_s
from rtp_tui.net.settings import NetSettings
from rtp_tui.net.trust import Trust

AnswerT = TypeVar("AnswerT")

ANSWER_TIMEOUT_S = 5.0
REPORT_TIMEOUT_S = 120.0
"""A week of many instruments takes a while."""
BACKTEST_TIMEOUT_S = 600.0
"""A year of minutes takes a while too, and others may wait before it."""
RUN_TIMEOUT_S = 3600.0
"""For commands that answer when a run has ended, which has a timeout of its own."""
TEST_TIMEOUT_S = 130.0
"""A channel has a timeout of its own, two minutes at most."""
_ANSWERED_WITHIN_S: Mapping[type[Query[object]], float] = MappingProxyType(
    {GetReport: REPORT_TIMEOUT_S, RunBacktest: BACKTEST_TIMEOUT_S}
)
_MAX_ANSWER_BYTES = 32_000_000
_QUERY, _COMMAND = "/api/query", "/api/command"


class Asking:
    """Asks one server. While it is entered, questions share connections.

    An order always has a connection of its own, which is reset when no answer came: nothing waits in it
    to be carried out later.
    """

    def __init__(
        self, url: str, clock: Clock, settings: NetSettings, headers: tuple[tuple[str, str], ...]
    ) -> None:
        self._url = url
        self._clock = clock
        self._settings = settings
        self._trust = Trust(settings)
        self._headers = headers
        self._shared: HttpClient | None = None
        self._holders = 0

    async def __aenter__(self) -> "Asking":
        self._holders += 1
        return self

    async def __aexit__(self, *_: object) -> None:
        self._holders -= 1
        if not self._holders and self._shared is not None:
            shared, self._shared = self._shared, None
            await shared.__aexit__(None, None, None)

    async def query(self, query: Query[AnswerT]) -> AnswerT:
        """Asked once more where a connection turned out to be dead. Raises Refused."""
        with _in_our_words():
            reply = await self._ask(encode(query), _ANSWERED_WITHIN_S.get(type(query), ANSWER_TIMEOUT_S))
        return decode_answer(query, _body(reply))

    async def order(self, command: Command[AnswerT]) -> AnswerT:
        """Given once. Raises Refused."""
        timeout_s = _timeout_s(command)
        with _in_our_words():
            async with self._client() as own:
                reply = await own.post(_COMMAND, encode(command), timeout_s=timeout_s, may_linger=False)
        return decode_answer(command, _body(reply))

    async def _ask(self, body: bytes, timeout_s: float) -> HttpReply:
        if not self._holders:
            async with self._client() as own:
                return await own.post(_QUERY, body, timeout_s=timeout_s)
        if self._shared is None:
            self._shared = await self._client().__aenter__()
        try:
            return await self._shared.post(_QUERY, body, timeout_s=timeout_s)
        except HttpUnreachable:
            return await self._shared.post(_QUERY, body, timeout_s=timeout_s)

    def _client(self) -> HttpClient:
        return HttpClient(
            self._settings,
            self._clock,
            base_url=self._url,
            timeout_s=ANSWER_TIMEOUT_S,
            max_bytes=_MAX_ANSWER_BYTES,
            headers=self._headers,
            trust=self._trust,
        )


def _timeout_s(command: Command[object]) -> float:
    if isinstance(command, TriggerJob):
        return RUN_TIMEOUT_S
    return TEST_TIMEOUT_S if isinstance(command, TestChannel) else ANSWER_TIMEOUT_S


@contextmanager
def _in_our_words() -> Iterator[None]:
    try:
        yield
    except HttpError as error:
        raise NotConnected(str(error)) from None
    except OSError as error:
        raise NotConnected(error.strerror or "TLS cannot be used") from None


def _body(reply: HttpReply) -> bytes:
    if reply.status >= 300:
        raise _refusal(reply)
    return reply.body


def _refusal(reply: HttpReply) -> Refused:
    """What the server says; a status of its own where something between us and it answered."""
    refusal = decode_refusal(reply.body)
    if isinstance(refusal, TooManyRequests) or reply.status == 429:
        pause_s = min(asked_pause_s(reply.headers) or 0.0, LONGEST_PAUSE_S)
        words = "too many requests" if refusal.message == UNREADABLE else refusal.message
        return TooManyRequests(f"{words}; ask again in {pause_s:g} s" if pause_s else words)
    if refusal.message == UNREADABLE:
        return Failed(f"what answers is no rtp-tui server (HTTP {reply.status})")
    return refusal
