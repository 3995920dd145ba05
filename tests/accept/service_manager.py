"""A service manager's socket: keeps what a service says, and when."""

import select
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from tempfile import TemporaryDirectory

from tests.accept.running import PATIENCE_S

Message = dict[str, str]


class ServiceManager:
    """Reads datagrams as they come; `heard` has each with its monotonic moment."""

    def __init__(self, receiver: socket.socket) -> None:
        self.heard: list[tuple[float, Message]] = []
        self._receiver = receiver

    def read(self, for_s: float = 0.0) -> None:
        """Take what has come, and what comes meanwhile."""
        until = time.monotonic() + for_s
        while select.select([self._receiver], [], [], max(0.0, until - time.monotonic()))[0]:
            lines = self._receiver.recv(65536).decode().splitlines()
            self.heard.append((time.monotonic(), dict(line.split("=", 1) for line in lines)))

    def wait_for(self, is_it: Callable[[Message], bool], within_s: float = PATIENCE_S) -> Message:
        """The first message from now on, or one not yet waited for, that is the one."""
        until = time.monotonic() + within_s
        while True:
            while self.heard:
                _, message = self.heard.pop(0)
                if is_it(message):
                    return message
            assert time.monotonic() < until, "was never told"
            self.read(0.1)

    def pings(self) -> list[float]:
        """When the watchdog was fed, of what was not waited for."""
        return [at for at, message in self.heard if "WATCHDOG" in message]


@contextmanager
def a_service_manager() -> Iterator[tuple[ServiceManager, str]]:
    """One that listens, and the address to give to its service."""
    with (
        # The address of a socket is short, and a test's own directory may be deep.
        TemporaryDirectory(dir="/tmp", prefix="notify-") as folder,
        socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as receiver,
    ):
        address = f"{folder}/notify"
        receiver.bind(address)
        yield ServiceManager(receiver), address
