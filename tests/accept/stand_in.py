"""A stand-in for a venue, independent of the program: replays recorded frames to whoever connects.

Run as a process: `python -m tests.accept.stand_in CAPTURE [CAPTURE…]`; prints its port. Frames are those of
`stream` wrappers in the captures, in recorded order, sent as fast as they are read; then the socket stays open.
"""

import asyncio
import gzip
import json
import sys
from collections.abc import Iterator
from pathlib import Path

from websockets.asyncio.server import ServerConnection, serve


def frames(path: Path) -> Iterator[str]:
    """The verbatim text of every frame received from a stream."""
    with gzip.open(path, "rt") if path.suffix == ".gz" else path.open() as lines:
        for line in lines:
            if ".txt" in path.name:
                text = line.split(" ", 1)[1].strip()
            else:
                record = json.loads(line)
                if record["dir"] != "recv":
                    continue
                text = record["data"]
            if text.startswith('{"stream"'):
                yield text


async def replay(paths: list[Path]) -> None:
    recorded = [text for path in paths for text in frames(path)]

    async def send_all(socket: ServerConnection) -> None:
        for number, text in enumerate(recorded):
            await socket.send(text)
            if number % 200 == 0:
                await asyncio.sleep(0)
        await socket.wait_closed()

    async with serve(send_all, "127.0.0.1", 0, compression=None, max_queue=4096) as server:
        print(server.sockets[0].getsockname()[1], flush=True)
        await server.wait_closed()


if __name__ == "__main__":
    asyncio.run(replay([Path(argument) for argument in sys.argv[1:]]))
