"""Answers as JSON, lists of them a page at a time."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from starlette.responses import Response

from rtp_tui.api.wire import encode
from rtp_tui.model.errors import BadRequest
from rtp_tui.server import parameters

ItemT = TypeVar("ItemT")


def json(value: object, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """A JSON response, true for the moment only."""
    sent = {"Cache-Control": "no-store", **(headers or {})}
    return Response(encode(value), status, sent, media_type="application/json")


def page(
    items: Sequence[ItemT], key: Callable[[ItemT], str], given: Mapping[str, str]
) -> tuple[tuple[ItemT, ...], str | None]:
    """Items after the one that the cursor names, and the cursor of the next page. Raises BadRequest."""
    limit = parameters.limit(given.get("limit", str(parameters.MAX_LIMIT)))
    start = _start(items, key, given["cursor"]) if given.get("cursor") else 0
    values = tuple(items[start : start + limit])
    has_more = start + limit < len(items)
    return values, _cursor(key(values[-1])) if has_more else None


def _start(items: Sequence[ItemT], key: Callable[[ItemT], str], cursor: str) -> int:
    try:
        last = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
    except (NotBase64, ValueError):
        raise BadRequest("cursor: not one that this server gave") from None
    for index, item in enumerate(items):
        if key(item) == last:
            return index + 1
    raise BadRequest("cursor: what it points at is gone; begin again without it")


def _cursor(key: str) -> str:
    """Opaque, and safe in a URL whatever the key holds."""
    return urlsafe_b64encode(key.encode()).rstrip(b"=").decode()
