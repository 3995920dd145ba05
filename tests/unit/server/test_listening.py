"""The socket that is listened on."""

import asyncio
import socket

from rtp_tui.server.listening import listen
from rtp_tui.server.settings import ServerSettings


async def test_what_is_written_to_a_connection_is_sent_at_once_however_small() -> None:
    """Otherwise the body of an answer waits for its head to be acknowledged, 40 ms on Linux."""
    accepted: asyncio.Queue[bool] = asyncio.Queue()

    async def look(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = writer.get_extra_info("socket")
        await accepted.put(bool(connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)))
        writer.close()

    with listen(ServerSettings(port=0)) as listener:
        server = await asyncio.start_server(look, sock=listener)
        async with server:
            _, writer = await asyncio.open_connection(*listener.getsockname())
            async with asyncio.timeout(5):
                assert await accepted.get()
            writer.close()
            await writer.wait_closed()
