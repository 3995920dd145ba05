"""Requests with a body, which the WebSocket library refuses: the body is kept, the rest is read as a GET."""

import re

from websockets.asyncio.server import ServerConnection

MAX_HEAD_BYTES, MAX_BODY_BYTES = 16 * 1024, 256 * 1024
_METHOD = b"POST "
_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*(\d{1,9})[ \t]*(?=\r\n|\Z)", re.IGNORECASE)


class PostingConnection(ServerConnection):
    """A connection that may begin with a POST."""

    posted: bytes | None = None
    """The body of the request; None where it had another method."""
    _has_begun = False
    _first = b""

    def data_received(self, data: bytes) -> None:
        """Called by the loop with what came."""
        if self._has_begun:
            super().data_received(data)
            return
        self._first += data
        if not _METHOD.startswith(self._first[: len(_METHOD)]):
            self._begin(self._first)
        elif len(self._first) > MAX_HEAD_BYTES + MAX_BODY_BYTES:
            self.transport.abort()
        elif (parts := taken_apart(self._first)) is not None:
            head, self.posted = parts
            self._begin(head)

    def _begin(self, data: bytes) -> None:
        self._has_begun, self._first = True, b""
        super().data_received(data)


def taken_apart(request: bytes) -> tuple[bytes, bytes] | None:
    """A POST as a GET and a body; None while it is not whole."""
    head, end, body = request.partition(b"\r\n\r\n")
    if not end or not head.startswith(_METHOD):
        return None
    length = _LENGTH.search(head)
    wanted = int(length[1]) if length else 0
    if len(body) < wanted:
        return None
    return b"GET " + _LENGTH.sub(b"", head)[len(_METHOD) :] + end, body[:wanted]
