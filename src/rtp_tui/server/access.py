"""Who may talk to the server at all: the names it answers to, and the pages that may call it.

A browser sends any page's requests to loopback; checking Host (against rebinding of names) and Origin
(against foreign pages) on HTTP and WebSocket alike keeps them out.
"""

from urllib.parse import urlsplit

from starlette.types import ASGIApp, Receive, Scope, Send

from rtp_tui.server.problems import problem
from rtp_tui.server.settings import ServerSettings

LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})
MAX_HEADER_BYTES = 16 * 1024


class Access:
    """Judges the headers of a request."""

    def __init__(self, settings: ServerSettings) -> None:
        self._hosts = LOOPBACK_NAMES | {host.lower() for host in settings.allowed_hosts}
        self._origins = frozenset(origin.lower().rstrip("/") for origin in settings.allowed_origins)

    def fault(self, headers: list[tuple[bytes, bytes]]) -> str | None:
        """The code of what is wrong with these headers; None when nothing is."""
        if sum(len(name) + len(value) for name, value in headers) > MAX_HEADER_BYTES:
            return "headers_too_large"
        if {b"content-length", b"transfer-encoding"} <= {name for name, _ in headers}:
            return "ambiguous_length"
        if [value for name, value in headers if name == b"host" and not self._knows_host(value)]:
            return "bad_host"
        if [value for name, value in headers if name == b"origin" and not self._knows_origin(value)]:
            return "bad_origin"
        return None

    def _knows_host(self, value: bytes) -> bool:
        return _host_name("//" + value.decode("latin-1")) in self._hosts

    def _knows_origin(self, value: bytes) -> bool:
        origin = value.decode("latin-1").lower().rstrip("/")
        is_of_this_machine = (
            origin.startswith(("http://", "https://")) and _host_name(origin) in LOOPBACK_NAMES
        )
        return is_of_this_machine or origin in self._origins


def _host_name(url: str) -> str | None:
    try:
        return urlsplit(url).hostname
    except ValueError:
        return None


class AccessMiddleware:
    """Turns away what `Access` finds fault with, before anything else sees it."""

    def __init__(self, app: ASGIApp, access: Access) -> None:
        self._app = app
        self._access = access

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        fault = self._access.fault(scope["headers"])
        if fault is None:
            await self._app(scope, receive, send)
        else:
            # What follows on the connection may be the rest of this request rather than another one.
            refusal = problem(fault, _DETAILS[fault], {"Connection": "close"})
            await refusal(scope, receive, send)


_DETAILS = {
    "headers_too_large": f"the headers are larger than {MAX_HEADER_BYTES} bytes",
    "ambiguous_length": "a request has a Content-Length or a Transfer-Encoding, not both",
    "bad_host": "this server does not answer to that name; see allowed_hosts",
    "bad_origin": "pages of that origin may not call this server; see allowed_origins",
}
