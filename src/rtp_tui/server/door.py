"""The listening socket, which turns away before anything is read: not even TLS is begun with too many."""

import resource
import socket
import struct
from collections.abc import Callable

from rtp_tui.server.limits import Limits

FILES_FOR_OTHERS = 200
"""Files that the engine needs beside its server's connections."""
MOST_FILES = 65_536
ACCEPTED_AT_ONCE = 64
"""Then the loop turns once: a thousand who return at once must not hold up those who are there."""
_ABORT_ON_CLOSE = struct.pack("ii", 1, 0)
"""SO_LINGER with no time: the peer is told by a reset, and nothing of the connection stays."""


def files_for_connections() -> int:
    """How many connections may be open beside the engine's files, once as many files may be as can be had."""
    return _most_files() - FILES_FOR_OTHERS


def allow_most_files() -> None:
    """Raise the number of files that may be open as far as the system lets us."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft < _most_files():
        resource.setrlimit(resource.RLIMIT_NOFILE, (_most_files(), hard))


def _most_files() -> int:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    return MOST_FILES if resource.RLIM_INFINITY in (soft, hard) else max(soft, min(hard, MOST_FILES))


class Door(socket.socket):
    """A listening socket that accepts whom the limits let in, and knows when they have gone."""

    def __init__(self, listener: socket.socket, limits: Limits) -> None:
        super().__init__(listener.family, listener.type, listener.proto, fileno=listener.detach())
        self._limits = limits
        self._in_a_row = 0

    def accept(self) -> tuple[socket.socket, tuple[str, int]]:
        """The next connection that may stay. Raises BlockingIOError where none waits, or it was enough for now."""
        while True:
            self._in_a_row += 1
            if self._in_a_row > ACCEPTED_AT_ONCE:
                self._in_a_row = 0
                raise BlockingIOError
            connection, peer = super().accept()
            address = str(peer[0])
            if self._limits.connects(address):
                return Admitted(connection, address, self._limits.disconnects), peer
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _ABORT_ON_CLOSE)
            connection.close()


class Admitted(socket.socket):
    """A connection that says when it is closed."""

    def __init__(self, connection: socket.socket, address: str, on_closed: Callable[[str], None]) -> None:
        super().__init__(connection.family, connection.type, connection.proto, fileno=connection.detach())
        self._address = address
        self._on_closed: Callable[[str], None] | None = on_closed

    def close(self) -> None:
        """Close, and say so the first time."""
        super().close()
        on_closed, self._on_closed = self._on_closed, None
        if on_closed is not None:
            on_closed(self._address)
