"""What is the same for every venue that answers over HTTP: questions, quotas, refusals."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from math import ceil
from typing import ClassVar, Protocol
from urllib.parse import parse_qs, urlsplit

from msgspec import Struct


class Reply(Struct, frozen=True):
    """An answer over HTTP."""

    status: int
    body: bytes
    headers: tuple[tuple[str, str], ...] = ()


class Denied(Exception):
    """The venue's own way of saying no."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(reply.status)
        self.reply = reply


class Rest(Protocol):
    """Whatever answers GET requests."""

    anonymous: ClassVar[Reply | None]
    """What a client without a User-Agent gets; None where the venue does not care."""
    key_refused: ClassVar[Reply]
    """What a client gets whose key is not known."""

    def answer(self, target: str, now_ms: int) -> Reply:
        """Answer `/path?query`."""
        ...

    def rate_limited(self, retry_after: str | None) -> Reply:
        """What a client gets that asks too much; `retry_after` is the header, None leaves it out."""
        ...

    def banned(self, until_ms: int, now_ms: int) -> Reply:
        """What a client gets that went on asking too much."""
        ...

    def counted(self, reply: Reply, left: float) -> Reply:
        """An answer that tells how much of the quota is left, as a share, where the venue tells it."""
        ...

    def key_shown(self, headers: Mapping[str, str]) -> str | None:
        """The key of a request; None where it shows none."""
        ...


class Quota:
    """So many requests in a fixed window of time; `used` counts those of the present one."""

    def __init__(self, requests: int, window_ms: int) -> None:
        self.used = 0
        self._requests = requests
        self._window_ms = window_ms
        self._end_ms = 0

    def admits(self, now_ms: int) -> bool:
        """Count a request; those beyond the quota count as well."""
        if not self._end_ms - self._window_ms <= now_ms < self._end_ms:
            self.used, self._end_ms = 0, now_ms + self._window_ms
        self.used += 1
        return self.used <= self._requests

    def seconds_left(self, now_ms: int) -> int:
        """Until the count begins again."""
        return seconds_until(self._end_ms, now_ms)


class HttpDialect(ABC):
    """A venue with one quota for everything. A dialect says what it knows and how it refuses."""

    anonymous: ClassVar[Reply | None] = None
    key_headers: ClassVar[tuple[str, ...]] = ()
    """Where a client may show a key."""
    key_refused: ClassVar[Reply] = Reply(401, b'{"error":"unauthorized"}')

    def __init__(self, quota: Quota) -> None:
        self.quota = quota

    def answer(self, target: str, now_ms: int) -> Reply:
        """Answer `/path?query`."""
        if not self.quota.admits(now_ms):
            return self.rate_limited(str(self.quota.seconds_left(now_ms)))
        parts = urlsplit(target)
        query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        try:
            return Reply(200, self.body(parts.path, query, now_ms))
        except Denied as denial:
            return denial.reply

    @abstractmethod
    def body(self, path: str, query: dict[str, str], now_ms: int) -> bytes:
        """The JSON of an answer. Raises Denied."""

    @abstractmethod
    def rate_limited(self, retry_after: str | None) -> Reply:
        """What a client gets that asks too much."""

    def banned(self, until_ms: int, now_ms: int) -> Reply:
        """What a client gets that went on asking too much; most venues only repeat themselves."""
        return self.rate_limited(str(seconds_until(until_ms, now_ms)))

    def counted(self, reply: Reply, left: float) -> Reply:
        """An answer that tells how much of the quota is left; most venues do not."""
        return reply

    def key_shown(self, headers: Mapping[str, str]) -> str | None:
        """The key of a request; None where it shows none."""
        return next((headers[name] for name in self.key_headers if name in headers), None)


def seconds_until(until_ms: int, now_ms: int) -> int:
    """At least one."""
    return max(1, ceil((until_ms - now_ms) / 1000))


def retry_header(retry_after: str | None) -> tuple[tuple[str, str], ...]:
    """The header that says when to ask again."""
    return () if retry_after is None else (("Retry-After", retry_after),)
