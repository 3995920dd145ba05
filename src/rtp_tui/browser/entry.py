"""Who may open a console in a browser: by the names in the request, and by a token beyond loopback."""

from collections.abc import Sequence
from hmac import compare_digest

from msgspec import Struct

from rtp_tui.server.access import Access
from rtp_tui.server.settings import ServerSettings

COOKIE = "rtp_tui_web"
"""Keeps the token after the first page, out of the address line and out of reach of scripts."""

Headers = Sequence[tuple[bytes, bytes]]


class Entry(Struct, frozen=True):
    """What is asked of a request before it is answered."""

    host: str
    """The address listened on."""
    token: str = ""
    """What a browser has to show; nothing where this machine alone can ask."""
    names: tuple[str, ...] = ()
    """Other names that this page is called by."""

    def fault(self, headers: Headers, sent_to: str) -> str:
        """Why a request is turned away; empty when it is not.

        A name that is not ours may be one that was bound to our address to reach us (DNS rebinding); a page of
        another origin may open WebSockets to us in a visitor's name.
        """
        headers = [(name.lower(), value) for name, value in headers]
        access = Access(ServerSettings(host=self.host, allowed_hosts=self.names))
        if fault := access.fault(headers, sent_to):
            return fault
        host = _first(headers, b"host")
        origin = _first(headers, b"origin")
        is_own = not origin or origin.partition("://")[2] == host
        return "" if is_own else "bad_origin"

    def knows(self, shown: str) -> bool:
        """Whether a token opens this page."""
        return compare_digest(shown.encode(), self.token.encode())


def _first(headers: Headers, name: bytes) -> str:
    return next((value.decode("latin-1").lower() for own, value in headers if own == name), "")
