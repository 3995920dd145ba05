"""A server that is none: it says the same nonsense to whoever connects, and hangs up."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from tests.accept.attacks import ATTACKS

GREETINGS = (
    b"",
    b"\x00\xff" * 1000,
    f"HTTP/1.1 403 {ATTACKS[0]}\r\n\r\n".encode(),
    f"HTTP/1.1 200 OK\r\nX: {ATTACKS[3]}\r\nContent-Length: 5\r\n\r\n<html".encode(),
    f"HTTP/1.1 302 Found\r\nLocation: ws://127.0.0.1:1/{ATTACKS[2]}\r\n\r\n".encode(),
    b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Accept: wrong\r\n\r\n",
    b"HTTP/1.1 500 " + b"x" * 100_000 + b"\r\n\r\n",
    b"HTTP/1.1 200 OK\r\n" + b"X: x\r\n" * 10_000,
    f"{ATTACKS[4]}{ATTACKS[7]}{ATTACKS[9]}\r\n\r\n".encode(),
)


@contextmanager
def greeting_with(greeting: bytes) -> Iterator[tuple[int, list[bytes]]]:
    """A server that says this to whoever connects and hangs up; its port, and what was asked of it."""
    asked: list[bytes] = []

    class Greeter(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            asked.append(self.request.recv(4096))
            self.request.sendall(greeting)

        def finish(self) -> None:
            self.request.close()

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Greeter) as server:
        server.daemon_threads = True
        server.handle_error = lambda *_: None  # type: ignore[method-assign]
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield server.server_address[1], asked
        finally:
            server.shutdown()
            thread.join()
