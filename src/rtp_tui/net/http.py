"""Asking over HTTP; the only importer of httpx, so that replacing it is one file's work."""

import os
import socket
import ssl
import struct
import sys
from collections.abc import Iterable, Mapping
from datetime import UTC
from email.utils import parsedate_to_datetime
from types import TracebackType

from msgspec import Struct

from rtp_tui import __version__
from rtp_tui.clock import Clock
from rtp_tui.net.settings import NetSettings
from rtp_tui.net.traffic import Traffic
from rtp_tui.net.trust import Trust

# httpx loads its own command line where it can, and Rich, which is only the console's, with it.
sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type]
import httpx  # noqa: E402

USER_AGENT = f"rtp-tui/{__version__}"
MAX_REDIRECTS = 3
LONGEST_PAUSE_S = 3600.0
"""More patience than this nobody has who asks once."""
_LOOPBACK = ("all://127.0.0.1", "all://localhost", "all://[::1]")

_RESET_WHEN_CLOSED = struct.pack("ii", 1, 0)
"""SO_LINGER of no time at all: closing drops what was not delivered."""

Params = Mapping[str, str | int]
Headers = Mapping[str, str]


class HttpError(Exception):
    """No answer that can be used; the message names the host at most and is safe to show."""


class HttpUnreachable(HttpError):
    """No connection, a broken one, or a redirect to somewhere else."""


class HttpTimeout(HttpError):
    """The whole exchange took longer than its deadline."""


class HttpTooBig(HttpError):
    """The answer is larger, once decompressed, than anything we expect."""


class HttpReply(Struct, frozen=True):
    """An answer of any status; header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


MAX_BYTES = 8_000_000
"""Of one answer, where nothing else is said."""


class HttpClient:
    """A pool of connections; every request has one deadline for all of it, and a size it may not exceed.

    Enter it before asking, which raises HttpUnreachable where `ca_file` cannot be used. Redirects are followed
    within the same host alone and never out of TLS, or are answers like any other without `follows_redirects`;
    addresses of this machine are never reached through a proxy. Clients may share a `trust`.
    """

    def __init__(
        self,
        settings: NetSettings,
        clock: Clock,
        *,
        base_url: str = "",
        timeout_s: float = 10.0,
        max_bytes: int = MAX_BYTES,
        headers: Iterable[tuple[str, str]] = (),
        traffic: Traffic | None = None,
        follows_redirects: bool = True,
        trust: Trust | None = None,
    ) -> None:
        self._trust = trust or Trust(settings)
        self._traffic = traffic or Traffic()
        self._settings = settings
        self._clock = clock
        self._base_url = base_url
        self._timeout_s = timeout_s
        self._max_bytes = max_bytes
        self._headers = {"User-Agent": USER_AGENT, **dict(headers)}
        self._follows_redirects = follows_redirects
        self._client: httpx.AsyncClient | None = None

    async def __aenter__(self) -> "HttpClient":
        self._client = httpx.AsyncClient(
            base_url=self._base_url,
            headers=self._headers,
            timeout=None,  # noqa: S113 - the deadline is ours and covers everything
            verify=self._context(),
            trust_env=self._settings.proxy == "env",
            proxy=None if self._settings.proxy in ("env", "none") else self._settings.proxy,
            mounts=dict.fromkeys(_LOOPBACK),
        )
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._client is not None:
            await self._client.aclose()
            self._client = None

    def _context(self) -> ssl.SSLContext:
        if self._base_url.startswith("http://"):
            # Trusts nobody: plain HTTP meets no certificate, and reading the known ones takes 20 ms.
            return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        try:
            return self._trust.context(_certificates)
        except OSError as error:
            raise HttpUnreachable(reason(error)) from None

    async def get(self, path: str, params: Params | None = None, headers: Headers | None = None) -> HttpReply:
        """Fetch; secrets go into `headers`, which nothing logs. Raises HttpError."""
        return await self._ask("GET", path, params=params, headers=headers)

    async def post(
        self,
        path: str,
        body: bytes | None = None,
        params: Params | None = None,
        *,
        headers: Headers | None = None,
        timeout_s: float | None = None,
        may_linger: bool = True,
    ) -> HttpReply:
        """Send JSON, or nothing; secrets go into `headers`, which nothing logs. Raises HttpError.

        Without `may_linger` a request that was given up is not delivered later, when a broken link
        works again: on a new connection its bytes are dropped with it.
        """
        return await self._ask(
            "POST",
            path,
            params=params,
            body=body,
            headers=headers,
            timeout_s=timeout_s,
            may_linger=may_linger,
        )

    async def put(self, path: str, body: bytes) -> HttpReply:
        """Put by JSON. Raises HttpError."""
        return await self._ask("PUT", path, params=None, body=body)

    async def patch(self, path: str, body: bytes) -> HttpReply:
        """Change by JSON. Raises HttpError."""
        return await self._ask("PATCH", path, params=None, body=body)

    async def delete(self, path: str, params: Params | None = None) -> HttpReply:
        """Remove. Raises HttpError."""
        return await self._ask("DELETE", path, params=params)

    async def _ask(
        self,
        method: str,
        path: str,
        *,
        params: Params | None,
        body: bytes | None = None,
        headers: Headers | None = None,
        timeout_s: float | None = None,
        may_linger: bool = True,
    ) -> HttpReply:
        assert self._client is not None, "enter the client before asking"
        deadline_s = self._timeout_s if timeout_s is None else timeout_s
        try:
            request = self._client.build_request(
                method,
                path,
                params=params,
                content=body,
                headers={**_content_type(body), **(headers or {})},
                extensions=None if may_linger else {"trace": _reset_when_closed},
            )
        except (httpx.InvalidURL, ValueError) as error:
            raise HttpUnreachable("not a URL") from error
        host = request.url.host
        self._traffic.sent += len(body or b"")
        try:
            async with self._clock.timeout(deadline_s):
                return await self._exchange(self._client, request)
        except TimeoutError:
            raise HttpTimeout(f"{host} took longer than {deadline_s:g} s") from None
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            raise HttpUnreachable(f"{host}: {reason(error)}") from error

    async def _exchange(self, client: httpx.AsyncClient, request: httpx.Request) -> HttpReply:
        for _ in range(MAX_REDIRECTS + 1):
            response = await client.send(request, stream=True)
            try:
                following = response.next_request if self._follows_redirects else None
                if following is None:
                    return HttpReply(response.status_code, response.headers, await self._body(response))
            finally:
                self._traffic.received += response.num_bytes_downloaded
                await response.aclose()
            if following.url.host != request.url.host:
                raise HttpUnreachable(f"{request.url.host} redirects to another host")
            if request.url.scheme == "https" != following.url.scheme:
                raise HttpUnreachable(f"{request.url.host} redirects to where nothing is encrypted")
            request = following
        raise HttpUnreachable(f"{request.url.host} redirects in circles")

    async def _body(self, response: httpx.Response) -> bytes:
        parts = bytearray()
        async for part in response.aiter_bytes():
            parts += part
            if len(parts) > self._max_bytes:
                raise HttpTooBig(f"{response.url.host} answered more than {self._max_bytes} bytes")
        return bytes(parts)


def asked_pause_s(headers: Mapping[str, str], now_ms: int | None = None) -> float | None:
    """The seconds that a `Retry-After` asks for, as a number or as a date (RFC 9110, 10.2.3); None where it asks nothing.

    A date is held against the answer's own, so that neither clock need be right; where it has none, against `now_ms`.
    """
    asked = headers.get("retry-after", "")
    if asked.isascii() and asked.isdigit():
        return float(asked[:9])
    until_ms, told_ms = _date_ms(asked), _date_ms(headers.get("date", ""))
    began_ms = now_ms if told_ms is None else told_ms
    return None if until_ms is None or began_ms is None else max(0.0, (until_ms - began_ms) / 1000)


def _date_ms(text: str) -> float | None:
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    return moment.replace(tzinfo=moment.tzinfo or UTC).timestamp() * 1000


def _certificates(settings: NetSettings) -> ssl.SSLContext:
    return httpx.create_ssl_context(trust_env=settings.proxy == "env")


def reason(error: BaseException) -> str:
    """What went wrong, in words that hold no URL: the kind of error, and the system's own words if any."""
    origin: BaseException | None = error
    while origin is not None:
        words = _known_reason(origin)
        if words:
            return words
        origin = origin.__cause__ or origin.__context__
    return type(error).__name__


def _known_reason(error: BaseException) -> str:
    match error:
        case ssl.SSLCertVerificationError(verify_message=words):
            return f"its certificate is not trusted ({words}); net.ca_file names what is"
        case ssl.SSLError(reason="WRONG_VERSION_NUMBER"):
            return "it does not speak TLS"
        case socket.gaierror():
            return f"its name has no address ({error.strerror})"
        case ConnectionError() if error.errno:
            return os.strerror(error.errno)
        case OSError():
            return error.strerror or ""
        case _:
            return ""


async def _reset_when_closed(event: str, found: Mapping[str, object]) -> None:
    """Asked by the transport at each step; the first connection of a request is where its socket is known."""
    if event == "connection.connect_tcp.complete":
        connected = found["return_value"].get_extra_info("socket")  # type: ignore[attr-defined]
        connected.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_WHEN_CLOSED)


def _content_type(body: bytes | None) -> dict[str, str]:
    return {} if body is None else {"Content-Type": "application/json"}
