"""One console as a process of its own, without a terminal; it ends with whoever started it."""

import asyncio
import os
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import suppress

from msgspec import Struct

from rtp_tui.browser.packets import Data, Meta, read_packet, read_prelude, word_packet
from rtp_tui.clock import Clock

DRIVER = "textual.drivers.web_driver:WebDriver"
BROWSER = "RTP_BROWSER"
"""Tells a console which browser shows it."""
LEAVES_WITHIN_S = 5.0
_MOST_CELLS = 500


class Opened(Struct, frozen=True):
    """A page that a console is for."""

    width: int
    height: int
    browser: str = ""
    """What the browser is known as; empty where it keeps no cookies."""


class ConsoleProcess:
    """Takes packets and gives what the terminal in the browser is to show."""

    def __init__(self, process: Process, clock: Clock) -> None:
        self._process = process
        self._clock = clock

    async def shown(self) -> AsyncIterator[bytes]:
        """What the console paints, until it leaves. Raises BrokenTalk."""
        output = self._process.stdout
        assert output is not None
        if not await read_prelude(output):
            return
        while (packet := await read_packet(output)) is not None:
            if isinstance(packet, Data):
                yield packet.payload
            elif packet == Meta("exit"):
                return

    async def send(self, packet: bytes) -> None:
        """Hand something in, as fast as the console takes it; nothing once it has left."""
        stdin = self._process.stdin
        assert stdin is not None
        with suppress(ConnectionError):
            stdin.write(packet)
            await stdin.drain()

    async def end(self) -> None:
        """Ask it to leave, and see that it does."""
        await self.send(word_packet("quit"))
        with suppress(TimeoutError):
            async with self._clock.timeout(LEAVES_WITHIN_S):
                await self._process.wait()
        if self._process.returncode is None:
            with suppress(ProcessLookupError):
                self._process.kill()
            await self._process.wait()


async def start_console(command: Sequence[str], page: Opened, clock: Clock) -> ConsoleProcess:
    """Start one for a page. Raises OSError."""
    process = await asyncio.create_subprocess_exec(
        *command, stdin=PIPE, stdout=PIPE, env=console_environment(os.environ, page)
    )
    return ConsoleProcess(process, clock)


def console_environment(environment: Mapping[str, str], page: Opened) -> dict[str, str]:
    """The surroundings of a console whose terminal is a browser's."""
    kept = {name: value for name, value in environment.items() if not name.startswith("SSH_")}
    return {
        **kept,
        "TEXTUAL_DRIVER": DRIVER,
        "TEXTUAL_COLOR_SYSTEM": "truecolor",
        "TERM_PROGRAM": "textual",
        BROWSER: page.browser,
        "COLUMNS": str(max(1, min(_MOST_CELLS, page.width))),
        "ROWS": str(max(1, min(_MOST_CELLS, page.height))),
    }
