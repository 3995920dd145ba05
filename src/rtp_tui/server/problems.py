"""Errors as RFC 9457 problems."""

from starlette.responses import Response

from rtp_tui.api.wire import PROBLEM_TYPE, Problem, encode
from rtp_tui.model.errors import Refused

_STATUS = {
    "unknown_instrument": 404,
    "unknown_feed": 404,
    "unknown_job": 404,
    "unknown_breaker": 404,
    "unknown_client": 404,
    "unknown_alert": 404,
    "unknown_silence": 404,
    "unknown_alert_rule": 404,
    "unknown_notification_channel": 404,
    "unknown_portfolio": 404,
    "unknown_watchlist": 404,
    "no_history": 404,
    "not_found": 404,
    "bad_request": 400,
    "ambiguous_length": 400,
    "not_authenticated": 401,
    "read_only": 403,
    "not_allowed": 403,
    "bad_origin": 403,
    "method_not_allowed": 405,
    "unavailable": 409,
    "too_large": 413,
    "uri_too_long": 414,
    "unsupported_media_type": 415,
    "too_many_requests": 429,
    "bad_host": 421,
    "headers_too_large": 431,
    "internal_error": 500,
    "unsupported": 501,
    "failed": 502,
    "not_connected": 503,
    "bad_version": 505,
}
_LATER = (429, 503)
RETRY_AFTER = "1"
"""Seconds, where nothing better is known."""
_CODES = {404: "not_found", 405: "method_not_allowed", 413: "too_large", 400: "bad_request"}


class Unacceptable(Refused):
    """A request that is refused before it reaches the engine, by the code that it is given."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def status_of(code: str) -> int:
    """The HTTP status of a code."""
    return _STATUS.get(code, 400)


def problem(code: str, detail: str, headers: dict[str, str] | None = None) -> Response:
    """An error response; the title is the code in words."""
    status = status_of(code)
    title = code.replace("_", " ").capitalize()
    body = encode(Problem(title=title, status=status, code=code, detail=detail))
    sent = {"Cache-Control": "no-store", **(headers or {})}
    if status in _LATER:
        sent.setdefault("Retry-After", RETRY_AFTER)
    return Response(body, status, sent, media_type=PROBLEM_TYPE)


def problem_of(refusal: Refused) -> Response:
    """What the engine refused, as a response."""
    return problem(refusal.code, refusal.message)


def code_of(status: int) -> str:
    """The code of an error that the framework found."""
    return _CODES.get(status, "bad_request" if status < 500 else "internal_error")
