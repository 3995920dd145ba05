"""Asking a provider over HTTP: whatever goes wrong gets the name of a source error."""

from collections.abc import Awaitable
from typing import NoReturn, Protocol, TypeVar

import msgspec

from rtp_tui.net.http import Headers, HttpError, HttpReply, HttpTooBig, Params, asked_pause_s
from rtp_tui.sources.contract import (
    AccessDenied,
    BadPayload,
    Key,
    KeyRejected,
    Keys,
    RateLimited,
    SourceUnavailable,
)
from rtp_tui.text import safe

LONGEST_WAIT_S = 3600.0
"""More patience than this no provider that only polls or backfills can ask of us."""
LONGEST_WORDS = 160
AnswerT = TypeVar("AnswerT")


class Http(Protocol):
    """What is asked of an HTTP client that knows the provider's address, which may hold a path."""

    async def get(self, path: str, params: Params | None = None, headers: Headers | None = None) -> HttpReply:
        """Fetch. Raises HttpError."""
        ...

    async def post(
        self, path: str, body: bytes | None = None, *, headers: Headers | None = None
    ) -> HttpReply:
        """Ask by JSON. Raises HttpError."""
        ...


async def ask(
    http: Http, path: str, params: Params | None = None, headers: Headers | None = None
) -> HttpReply:
    """An answer of any status. Raises SourceUnavailable, and BadPayload for one without end."""
    return await _replied(http.get(path, params, headers))


async def send(http: Http, path: str, body: bytes, headers: Headers | None = None) -> HttpReply:
    """An answer of any status to JSON. Raises SourceUnavailable, and BadPayload for one without end."""
    return await _replied(http.post(path, body, headers=headers))


async def _replied(reply: Awaitable[HttpReply]) -> HttpReply:
    try:
        return await reply
    except HttpTooBig as error:
        raise BadPayload(safe(str(error), LONGEST_WORDS)) from error
    except HttpError as error:
        raise SourceUnavailable(safe(str(error), LONGEST_WORDS)) from error


def check_status(reply: HttpReply, words: str = "", longest_wait_s: float = LONGEST_WAIT_S) -> None:
    """Raise the source error of a status other than 200, with the provider's own words made safe."""
    status = reply.status
    if status == 200:
        return
    message = safe(f"HTTP {status}: {words}" if words else f"HTTP {status}", LONGEST_WORDS)
    if status in (418, 429):
        raise RateLimited(message, asked_wait_s(reply, longest_wait_s))
    if status in (401, 402, 403, 451):
        raise AccessDenied(message)
    raise SourceUnavailable(message) if status >= 500 else BadPayload(message)


def set_aside(keys: Keys, key: Key, words: str) -> NoReturn:
    """A key was refused. Raises KeyRejected where another one may do, AccessDenied where none is left."""
    keys.reject(key)
    try:
        keys.take()
    except RateLimited as error:
        raise RateLimited(words, error.retry_after_s) from None
    except AccessDenied:
        raise AccessDenied(words) from None
    raise KeyRejected(f"{words}; going on with another key")


def use_up(keys: Keys, key: Key, words: str, retry_after_s: float | None) -> NoReturn:
    """The quota of a key is used up. Raises KeyRejected where another one may be shown, else RateLimited."""
    keys.exhaust(key, retry_after_s)
    try:
        keys.take()
    except (RateLimited, AccessDenied):
        raise RateLimited(words, retry_after_s) from None
    raise KeyRejected(f"{words}; going on with another key")


def asked_wait_s(reply: HttpReply, longest_s: float = LONGEST_WAIT_S) -> float | None:
    """Seconds out of a Retry-After header, within reason; None where it says nothing that can be used."""
    asked_s = asked_pause_s(reply.headers)
    return None if asked_s is None else min(asked_s, longest_s)


def decoded(decoder: msgspec.json.Decoder[AnswerT], body: bytes | msgspec.Raw, path: str) -> AnswerT:
    """An answer in its type. Raises BadPayload."""
    try:
        return decoder.decode(body)
    except (ValueError, RecursionError) as error:
        raise BadPayload(f"{path} did not answer what it documents") from error


def words_of(decoder: msgspec.json.Decoder[AnswerT], body: bytes, otherwise: AnswerT) -> AnswerT:
    """What an answer of another status says in the provider's own form, where it has that form."""
    try:
        return decoder.decode(body)
    except (ValueError, RecursionError):
        return otherwise
