"""The listening socket, which turns away before anything is read: not even TLS is begun with too many."""

import resource
import socket
import struct
from collections.abc import Callable

from rtp_tui.server.limits import Limits

FILES_FOR_OTHERS = 200
"""Files that the engine needs beside its server's connections."""
MOST_FILES = 65_536
_REFUSED_AT_ONCE = 256
_ABORT_ON_CLOSE = struct.pack("ii", 1, 0)
"""SO_LINGER with no time: the peer is told by a reset, and nothing of the connection stays."""


def files_for_connections() -> int:
    """Raise the number of files that may be open as far as the system lets us; what is there for connections."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_FILES if hard == resource.RLIM_INFINITY else min(hard, MOST_FILES)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        soft = wanted
    return (MOST_FILES if soft == resource.RLIM_INFINITY else soft) - FILES_FOR_OTHERS


class Door(socket.socket):
    """A listening socket that accepts whom the limits let in, and knows when they have gone."""

    def __init__(self, listener: socket.socket, limits: Limits) -> None:
        super().__init__(listener.family, listener.type, listener.proto, fileno=listener.detach())
        self._limits = limits

    def accept(self) -> tuple[socket.socket, tuple[str, int]]:
        """The next connection that may stay. Raises BlockingIOError where none waits, or many were turned away."""
        for _ in range(_REFUSED_AT_ONCE):
            connection, peer = super().accept()
            address = str(peer[0])
            if self._limits.connects(address):
                return Admitted(connection, address, self._limits.disconnects), peer
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _ABORT_ON_CLOSE)
            connection.close()
        raise BlockingIOError


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
