"""Ports for what has to be known before it listens."""

import random
import socket
from contextlib import suppress
from pathlib import Path

_GIVEN_OUT = Path("/proc/sys/net/ipv4/ip_local_port_range")
_LOWEST, _TRIES = 15_000, 200


def free_port() -> int:
    """One that nobody has, and that the system gives to no connection of somebody else's before it is listened on."""
    try:
        first = int(_GIVEN_OUT.read_text().split()[0])
    except OSError:
        first = 0
    for port in random.sample(range(_LOWEST, first), _TRIES) if first - _LOWEST > _TRIES else ():
        with suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])
