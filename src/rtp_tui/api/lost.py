"""Why an engine elsewhere cannot be heard, in words for the banner, and how long to leave it alone.

Whoever is refused for good (a token, a protocol, another kind of server) keeps asking, slowly, so that
a console left running comes back by itself once somebody has put it right.
"""

from rtp_tui.model.errors import NotAuthenticated
from rtp_tui.net.websocket import SocketClosed, SocketUnreachable
from rtp_tui.text import safe

REFUSED_S = 30.0
CROWDED_S = 5.0
LEAVING_S = 1.5
_REASON_LETTERS = 100

_NEEDS_TOKEN = "the server wants a token; start with --token-file"  # noqa: S105 - words about one
_BAD_TOKEN = "the server refuses the token; it may have been withdrawn"  # noqa: S105 - likewise
_NOT_ALLOWED = "the server does not let this console in"
_OTHER_SERVER = "what answers there is no rtp-tui server"
_CLOSED = {
    1001: ("the server is ending", LEAVING_S),
    1008: ("the server found fault with this console and hung up", REFUSED_S),
    1009: ("a message was larger than allowed", REFUSED_S),
    1011: ("the server has met a bug", CROWDED_S),
    4003: (_NOT_ALLOWED, REFUSED_S),
    4008: ("the link is too slow for what the server sent", 0.0),
    4009: ("this console asked too often", CROWDED_S),
    4013: ("the server has too many clients", CROWDED_S),
}
_STATUS = {
    403: (_NOT_ALLOWED, REFUSED_S),
    421: ("the server does not answer for this name; server.allowed_hosts lists those it does", REFUSED_S),
    429: ("the server has heard too much from this address", CROWDED_S),
    502: ("a proxy answers for a server that it cannot reach", 0.0),
    503: ("the server takes nobody now", CROWDED_S),
    504: ("a proxy answers for a server that it cannot reach", 0.0),
}


class LinkLost(Exception):
    """The engine cannot be heard any more; it is not to be asked again for `patience_s`."""

    def __init__(self, message: str, patience_s: float = 0.0) -> None:
        super().__init__(message)
        self.patience_s = patience_s


def of_closing(closed: SocketClosed, *, has_token: bool) -> LinkLost:
    """What the code of a closed connection says (contract: close codes)."""
    if closed.code == 4001:
        return LinkLost(f"{_token_trouble(has_token)} (4001)", REFUSED_S)
    if closed.code not in _CLOSED:
        return LinkLost(f"the connection {safe(str(closed), _REASON_LETTERS)}")
    words, patience_s = _CLOSED[closed.code]
    said = safe(closed.reason, _REASON_LETTERS)
    return LinkLost(f"{words} ({closed.code}{f': {said}' if said else ''})", patience_s)


def of_opening(failed: SocketUnreachable, *, has_token: bool) -> LinkLost:
    """What the answer to an attempt says; without one, what the system says."""
    if failed.status is None:
        return LinkLost(str(failed))
    words, patience_s = _answered(failed.status, has_token=has_token)
    return LinkLost(f"{words} ({failed})", max(patience_s, failed.retry_after_s))


def of_refusal(code: str, words: str, *, has_token: bool) -> LinkLost:
    """What an error that the server sent says; a token that it wants first of all is asked for so."""
    if code == NotAuthenticated.code:
        return LinkLost(f"{_token_trouble(has_token)} ({code})", REFUSED_S)
    return LinkLost(safe(f"the server refuses: {words} ({code})"))


def of_protocol(theirs: int, ours: int) -> LinkLost:
    """The server is of another age altogether."""
    older = "this console" if theirs > ours else "the server"
    return LinkLost(f"the server speaks protocol {theirs}, not {ours}; update {older}", REFUSED_S)


def of_nonsense(words: str) -> LinkLost:
    """The server says something that is not this protocol."""
    return LinkLost(f"the server says what cannot be read: {safe(words, _REASON_LETTERS)}", CROWDED_S)


def _answered(status: int, *, has_token: bool) -> tuple[str, float]:
    if status == 401:
        return _token_trouble(has_token), REFUSED_S
    if status in _STATUS:
        return _STATUS[status]
    if status >= 500:
        return "the server is in trouble", 0.0
    return _OTHER_SERVER, REFUSED_S


def _token_trouble(has_token: bool) -> str:
    return _BAD_TOKEN if has_token else _NEEDS_TOKEN
