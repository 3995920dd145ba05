"""Posting to somebody's URL: what an answer means for what was posted."""

import re
from collections.abc import Callable, Mapping
from typing import Protocol
from urllib.parse import urlsplit

from msgspec import Struct

from rtp_tui.net.http import HttpError, HttpReply, asked_pause_s
from rtp_tui.notify.channel import ChannelFailed
from rtp_tui.sources.contract import AccessDenied
from rtp_tui.text import redacted, safe

_RETRYABLE = (408, 425, 429)
_PARTS = re.compile(r"[/?&=#]")
_SHORTEST_SECRET = 6
_REFERENCES = ("env:", "file:", "keyring:")

Reveal = Callable[[str], str]
"""The secret of a reference. Raises AccessDenied."""


class Poster(Protocol):
    """What posts; redirects are answers like any other."""

    async def post(
        self,
        path: str,
        body: bytes | None = None,
        *,
        headers: Mapping[str, str] | None = None,
        timeout_s: float | None = None,
    ) -> HttpReply:
        """Send JSON. Raises HttpError."""
        ...


class Address(Struct, frozen=True):
    """Where to post, as the configuration says it, and how long it may take."""

    url: str
    timeout_s: float
    reveal: Reveal


def revealed(value: str, reveal: Reveal) -> str:
    """What a reference stands for; what is none stands for itself. Raises ChannelFailed."""
    if not value.startswith(_REFERENCES):
        return value
    try:
        return reveal(value)
    except AccessDenied as error:
        raise ChannelFailed(str(error), is_retryable=True) from None


async def post(
    http: Poster, address: Address, body: bytes, now_ms: int, headers: Mapping[str, str] | None = None
) -> None:
    """Post once. Raises ChannelFailed, whose words name the host at most."""
    url = revealed(address.url, address.reveal)
    if urlsplit(url).scheme not in ("http", "https"):
        raise ChannelFailed("what the url refers to is no http or https URL", is_retryable=False)
    try:
        reply = await http.post(url, body, headers=headers, timeout_s=address.timeout_s)
    except HttpError as error:
        raise ChannelFailed(str(error), is_retryable=True) from None
    if not 200 <= reply.status < 300:
        raise _failure(url, reply, now_ms, is_secret=url != address.url)


def _failure(url: str, reply: HttpReply, now_ms: int, *, is_secret: bool) -> ChannelFailed:
    host = urlsplit(url).hostname or ""
    if 300 <= reply.status < 400:
        return ChannelFailed(_redirect_words(host, reply), is_retryable=False)
    body = reply.body[:400].decode(errors="replace")
    said = safe(redacted(_without(url, body) if is_secret else body), 80)
    words = f"{host} answers {reply.status}" + (f": {said}" if said else "")
    is_retryable = reply.status >= 500 or reply.status in _RETRYABLE
    asked_s = asked_pause_s(reply.headers, now_ms)
    return ChannelFailed(words, is_retryable=is_retryable, retry_after_s=asked_s)


def _without(url: str, body: str) -> str:
    """An answer without the parts of the address behind the host, which some servers repeat."""
    for part in _PARTS.split(url)[3:]:
        if len(part) >= _SHORTEST_SECRET:
            body = body.replace(part, "***")
    return body


def _redirect_words(host: str, reply: HttpReply) -> str:
    try:
        elsewhere = urlsplit(reply.headers.get("location", ""))
        target = elsewhere.hostname or "another place of its own"
    except ValueError:
        target = "nowhere"
    return f"{host} redirects ({reply.status}) to {safe(target, 100)}, which is not followed: set url to the final address"
