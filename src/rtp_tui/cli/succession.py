"""Which engine follows the one that runs, and when none does: what signals and `/reload` ask for."""

import asyncio
import os
import signal
import sys
from collections.abc import Callable
from functools import partial
from urllib.parse import urlsplit

from msgspec.structs import replace

from rtp_tui.cli import exit_codes
from rtp_tui.config.errors import ConfigurationInvalid
from rtp_tui.config.settings import Settings
from rtp_tui.model.commands import Done
from rtp_tui.model.errors import Failed


class Succession:
    """Engines one after the other, each stopped when another is to follow, or none.

    It outlives them, so that nothing is lost that is asked for while one ends and the next begins. Where
    history is kept and which port is served stay as they are for the life of the process.
    """

    def __init__(self, settings: Settings, load: Callable[[], Settings]) -> None:
        self.exit_code = exit_codes.OK
        self._settings = settings
        self._load = load
        self._following: Settings | None = settings
        self._is_ending = False
        self._stop: Callable[[], None] = lambda: None

    def take(self) -> Settings | None:
        """What the next engine is made of; None when there is to be none."""
        following, self._following = self._following, None
        if following is None or self._is_ending:
            return None
        self._settings = following
        return following

    def begun(self, stop: Callable[[], None]) -> None:
        """Stop the engine that is there now in this way: at once, where something was asked for meanwhile."""
        self._stop = stop
        if self._is_ending or self._following is not None:
            stop()

    def note_port(self, url: str) -> None:
        """Keep the port that was picked where any would do."""
        server = replace(self._settings.server, port=urlsplit(url).port or 0)
        self._settings = replace(self._settings, server=server)

    def install(self) -> None:
        """Drain on SIGTERM and SIGINT; a second SIGINT ends at once; SIGHUP begins anew."""
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGTERM, partial(self.end, exit_codes.OK))
        loop.add_signal_handler(signal.SIGINT, partial(self.end, exit_codes.INTERRUPTED))
        loop.add_signal_handler(signal.SIGHUP, self.on_hangup)

    def end(self, exit_code: int) -> None:
        """Let no engine follow."""
        self.exit_code = exit_code
        self._is_ending = True
        self._stop()
        asyncio.get_running_loop().add_signal_handler(signal.SIGINT, os._exit, exit_codes.INTERRUPTED)

    async def reload(self) -> Done:
        """Begin anew. Raises Failed, with every mistake, when the configuration cannot be used."""
        try:
            self._read()
        except ConfigurationInvalid as error:
            raise Failed(f"the configuration is kept as it was: {error}") from None
        # A door that closes lets the answers under way go out first.
        asyncio.get_running_loop().call_soon(self._stop)
        return Done(message="the configuration is read again; the engine begins anew with it")

    def on_hangup(self) -> None:
        """Begin anew, and say so on stderr; or say why not."""
        try:
            self._read()
        except ConfigurationInvalid as error:
            print(f"SIGHUP: the configuration is kept as it was: {error}", file=sys.stderr, flush=True)
            return
        print("SIGHUP: the configuration is read again", file=sys.stderr, flush=True)
        self._stop()

    def _read(self) -> None:
        settings, kept = self._load(), self._settings
        server = replace(settings.server, host=kept.server.host, port=kept.server.port)
        self._following = replace(settings, data_dir=kept.data_dir, storage=kept.storage, server=server)
