"""A venue gone mad, as a process of its own: `python -m tests.accept.hostile_venue END_MS`; prints its port.

Sends the session of `tests.accept.bad_frames` to whoever connects, going on where the last connection ended, and
answers every question over HTTP with an error whose words are an attack on terminals.
"""

import asyncio
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from websockets.asyncio.server import ServerConnection, serve
from websockets.datastructures import Headers
from websockets.http11 import Request, Response

from tests.accept.attacks import ATTACKS
from tests.accept.bad_frames import Sent, session
from tests.accept.running import printed_first

CLOSE_WITH = 3000
LONGEST_REASON_BYTES = 123


def answer(_connection: ServerConnection, request: Request) -> Response | None:
    """Let WebSockets through; nothing else gets what it asked for."""
    if request.path.startswith("/stream"):
        return None
    body = json.dumps({"code": -1, "msg": "".join(ATTACKS)}).encode()
    headers = Headers([("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
    return Response(400, f"Bad {ATTACKS[4]}", headers, body)


async def send(socket: ServerConnection, rest: Iterator[Sent]) -> None:
    for number, sent in enumerate(rest):
        if sent.closes is not None:
            reason = sent.closes.encode()[:LONGEST_REASON_BYTES].decode(errors="ignore")
            await socket.close(CLOSE_WITH, reason)
            return
        await socket.send(sent.frame)
        if number % 50 == 0:
            await asyncio.sleep(0.005)
    await socket.wait_closed()


async def run(end_ms: int) -> None:
    rest = iter(session(end_ms))
    async with serve(
        lambda socket: send(socket, rest), "127.0.0.1", 0, compression=None, process_request=answer
    ) as server:
        print(server.sockets[0].getsockname()[1], flush=True)
        await server.wait_closed()


@contextmanager
def hostile_venue(end_ms: int) -> Iterator[int]:
    """The process while the block runs; its port."""
    with printed_first("-m", "tests.accept.hostile_venue", str(end_ms)) as said:
        yield int(said)


if __name__ == "__main__":
    asyncio.run(run(int(sys.argv[1])))
