"""A provider that answers over HTTP with whatever it should not: `python -m tests.accept.bad_provider`; prints its port.

What goes wrong is the first part of the path, so that one process serves every kind of trouble.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from tests.accept.running import printed_first

CHUNK = b"10000\r\n" + b" " * 0x10000 + b"\r\n"
ANSWERS = {
    "html": (b"200 OK", b"", b"<html><body><h1>Just a moment...</h1></body></html>"),
    "empty": (b"200 OK", b"", b""),
    "nothing": (b"200 OK", b"", b"[]"),
    "patience": (b"429 Too Many Requests", b"Retry-After: 99999999999999999999\r\n", b"{}"),
    "nonsense": (b"429 Too Many Requests", b"Retry-After: -1e999\r\n", b"{}"),
}
"""Status, headers and body by the kind of trouble; `endless` and `silent` are beside them."""
KINDS = (*ANSWERS, "endless", "silent")


async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """One request, one bad answer."""
    request = await reader.readuntil(b"\r\n\r\n")
    kind = request.split(b" ", 2)[1].split(b"/")[1].decode()
    if kind == "endless":
        await send_for_ever(writer)
    elif kind == "silent":
        await reader.read()
    else:
        status, headers, body = ANSWERS[kind]
        length = b"Content-Length: %d\r\nConnection: close\r\n\r\n" % len(body)
        writer.write(b"HTTP/1.1 " + status + b"\r\n" + headers + length + body)
        await writer.drain()
    writer.close()


async def send_for_ever(writer: asyncio.StreamWriter) -> None:
    """A body without end, until nobody reads it."""
    writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while not writer.is_closing():
        writer.write(CHUNK)
        await writer.drain()


async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError, asyncio.IncompleteReadError):
        await answer(reader, writer)


async def run() -> None:
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


@contextmanager
def bad_provider() -> Iterator[int]:
    """The process while the block runs; its port."""
    with printed_first("-m", "tests.accept.bad_provider") as said:
        yield int(said)


if __name__ == "__main__":
    asyncio.run(run())
