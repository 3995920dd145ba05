"""How a service manager is told about its service: the datagrams of `sd_notify(3)`, without its library."""

import os
import socket
from collections.abc import Mapping
from contextlib import suppress


class ServiceNotify:
    """Sends to the socket that `$NOTIFY_SOCKET` names; to nobody where it names none."""

    def __init__(self, address: str = "") -> None:
        self._address = "\0" + address[1:] if address.startswith("@") else address

    def __bool__(self) -> bool:
        return bool(self._address)

    def tell(self, *assignments: str) -> None:
        """Send `NAME=value` lines as one message; a service manager that does not take it ends nothing."""
        if not self._address:
            return
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender, suppress(OSError):
            sender.setblocking(False)
            sender.sendto("\n".join(assignments).encode(), self._address)


def service_notify(environment: Mapping[str, str]) -> ServiceNotify:
    """Where this environment says that a service manager listens."""
    address = environment.get("NOTIFY_SOCKET", "")
    return ServiceNotify(address if address.startswith(("/", "@")) else "")


def watchdog_s(environment: Mapping[str, str]) -> float | None:
    """Within how many seconds a service manager wants to hear from this process again and again, if it does."""
    of_process = environment.get("WATCHDOG_PID", "")
    if of_process not in ("", str(os.getpid())):
        return None
    with suppress(ValueError):
        interval_us = int(environment.get("WATCHDOG_USEC", ""))
        return interval_us / 1e6 if interval_us > 0 else None
    return None
