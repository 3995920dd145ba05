"""Who may talk to the server at all: the names it answers to, and the pages that may call it.

A browser sends any page's requests to loopback; checking Host (against rebinding of names) and Origin
(against foreign pages) on HTTP and WebSocket alike keeps them out. An address cannot be rebound as a name can:
the one that a request was sent to is always answered to.
"""

from urllib.parse import urlsplit

from starlette.types import ASGIApp, Receive, Scope, Send

from rtp_tui.server.addresses import address_in
from rtp_tui.server.problems import problem
from rtp_tui.server.settings import ServerSettings

LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})
MAX_HEADER_BYTES = 16 * 1024
MAX_TARGET_BYTES = 64 * 1024
_VERSIONS = ("1.0", "1.1")


class Access:
    """Judges the headers of a request."""

    def __init__(self, settings: ServerSettings) -> None:
        self._hosts = LOOPBACK_NAMES | {host.lower() for host in (settings.host, *settings.allowed_hosts)}
        self._origins = frozenset(origin.lower().rstrip("/") for origin in settings.allowed_origins)

    def fault(self, headers: list[tuple[bytes, bytes]], sent_to: str = "") -> str | None:
        """The code of what is wrong with these headers, sent to an address; None when nothing is."""
        if sum(len(name) + len(value) for name, value in headers) > MAX_HEADER_BYTES:
            return "headers_too_large"
        if {b"content-length", b"transfer-encoding"} <= {name for name, _ in headers}:
            return "ambiguous_length"
        hosts = [value.decode("latin-1").lower() for name, value in headers if name == b"host"]
        if len(hosts) != 1:
            return "ambiguous_host"
        if not self._knows_host(hosts[0], sent_to):
            return "bad_host"
        origins = [
            value.decode("latin-1").lower().rstrip("/") for name, value in headers if name == b"origin"
        ]
        return None if all(self._knows_origin(origin, hosts[0]) for origin in origins) else "bad_origin"

    def _knows_host(self, host: str, sent_to: str) -> bool:
        name = _host_name("//" + host)
        if name is None or "@" in host:
            return False
        if name in self._hosts:
            return True
        address = address_in(name) if ":" not in name else address_in(f"[{name}]")
        return address is not None and address == address_in(f"[{sent_to}]")

    def _knows_origin(self, origin: str, host: str) -> bool:
        """A page of this machine, of this server, or one that was named."""
        if origin in self._origins:
            return True
        if not origin.startswith(("http://", "https://")):
            return False
        return _host_name(origin) in LOOPBACK_NAMES or origin.partition("://")[2] == host


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
        fault = self._fault(scope)
        if fault is None:
            await self._app(scope, receive, send)
        else:
            # What follows on the connection may be the rest of this request rather than another one.
            refusal = problem(fault, _DETAILS[fault], {"Connection": "close"})
            await refusal(scope, receive, send)

    def _fault(self, scope: Scope) -> str | None:
        if scope["http_version"] not in _VERSIONS:
            return "bad_version"
        if not scope["path"].startswith("/"):
            return "bad_target"
        if len(scope["raw_path"]) + len(scope["query_string"]) > MAX_TARGET_BYTES:
            return "uri_too_long"
        local = scope.get("server")
        return self._access.fault(scope["headers"], str(local[0]) if local else "")


_DETAILS = {
    "bad_version": "HTTP 1.0 and 1.1 are spoken here",
    "uri_too_long": f"the path and the query are longer than {MAX_TARGET_BYTES} bytes",
    "bad_target": "this server is no proxy: ask for a path that begins with a slash",
    "headers_too_large": f"the headers are larger than {MAX_HEADER_BYTES} bytes",
    "ambiguous_length": "a request has a Content-Length or a Transfer-Encoding, not both",
    "ambiguous_host": "a request has one Host header",
    "bad_host": "this server does not answer to that name; see allowed_hosts",
    "bad_origin": "pages of that origin may not call this server; see allowed_origins",
}
