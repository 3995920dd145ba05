"""Headless engines one after the other, at one port."""

import asyncio
import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

from msgspec.structs import replace

from rtp_tui.assemble.engine import Engine, assembled
from rtp_tui.assemble.surroundings import Surroundings
from rtp_tui.cli.log_lines import follow
from rtp_tui.cli.logs import configure_logs, say
from rtp_tui.cli.service import Service
from rtp_tui.cli.service_notify import service_notify, watchdog_s
from rtp_tui.cli.succession import Succession
from rtp_tui.clock import Clock, SystemClock
from rtp_tui.config.load import LoadedSettings, shared_calendars
from rtp_tui.config.settings import Settings
from rtp_tui.server.listening import NotLoopback, PortInUse, listen
from rtp_tui.server.tls import TlsUnusable
from rtp_tui.server.tokens import TokensUnusable
from rtp_tui.storage.contract import StoreUnusable

UNUSABLE = (StoreUnusable, PortInUse, NotLoopback, TokensUnusable, TlsUnusable)
"""What keeps an engine from beginning with the settings it was given."""


async def serve(
    loaded: LoadedSettings, load: Callable[[], Settings], leave_word: Callable[[str], None]
) -> int:
    """Run engines until none follows; the exit code. Raises what keeps the first from beginning."""
    clock = SystemClock()
    service = Service(service_notify(os.environ), clock, watchdog_s(os.environ))
    succession = Succession(loaded.settings, load, service, partial(configure_logs, to_stderr=True))
    succession.install()
    with _port(loaded.settings) as listener:
        serving = Serving(clock, succession, listener, leave_word, loaded)
        async with asyncio.TaskGroup() as group:
            telling = group.create_task(service.run())
            await serving.run()
            telling.cancel()
    return succession.exit_code


class Serving:
    """The engines of a succession, and what they share: a clock, a port, a configuration file."""

    def __init__(
        self,
        clock: Clock,
        succession: Succession,
        listener: socket.socket | None,
        leave_word: Callable[[str], None],
        loaded: LoadedSettings,
    ) -> None:
        self._clock = clock
        self._succession = succession
        self._leave_word = leave_word
        self._around = Surroundings(
            must_serve=True,
            reload=succession.reload,
            configuration=loaded.file,
            shared_calendars=shared_calendars(),
            listener=listener,
            up_to_date=succession.up_to_date,
        )

    async def run(self) -> None:
        """One engine after the other, until none follows."""
        while (following := self._succession.take()) is not None:
            try:
                await self._serve(following)
            except* UNUSABLE as errors:
                # The next engine of a reload may want what cannot be had; the one before could.
                if not self._succession.falls_back(errors.exceptions[0]):
                    raise

    async def _serve(self, settings: Settings) -> None:
        listening = asyncio.Event()
        if not settings.features.server:
            listening.set()
        around = replace(self._around, on_listening=partial(self._say_listening, listening))
        async with assembled(settings, self._clock, around) as engine:
            self._succession.begun(engine.supervisor.stop, engine.reread, engine.adopt)
            async with asyncio.TaskGroup() as group:
                beside = [
                    group.create_task(follow(engine.api)),
                    group.create_task(self._tell_ready(engine, listening)),
                ]
                await engine.supervisor.run()
                for task in beside:
                    task.cancel()

    async def _tell_ready(self, engine: Engine, listening: asyncio.Event) -> None:
        await engine.supervisor.settled()
        await listening.wait()
        self._succession.ready(engine.pipeline)

    def _say_listening(self, listening: asyncio.Event, url: str) -> None:
        self._leave_word(url)
        self._succession.note_port(url)
        say(f"listening on {url}")
        listening.set()


@contextmanager
def _port(settings: Settings) -> Iterator[socket.socket | None]:
    """The port of all engines: clients that come while one follows another wait for it, and are not refused.

    Raises PortInUse and NotLoopback.
    """
    if not settings.features.server:
        yield None
        return
    with listen(settings.server) as listener:
        yield listener
