"""What the process around an engine gives it."""

import socket
from collections.abc import Awaitable, Callable
from pathlib import Path

from msgspec import Struct

from rtp_tui.config.settings import Settings
from rtp_tui.feeds.recording import Recording
from rtp_tui.model.commands import Done
from rtp_tui.model.errors import Failed


async def _no_reload() -> Done:
    raise Failed("this engine reads its configuration at the start: end it and start it again")


def _unchanged(settings: Settings) -> Settings:
    return settings


class Surroundings(Struct, frozen=True, kw_only=True):
    """All of it may be left out: a console's engine needs little."""

    on_listening: Callable[[str], None] = lambda url: None
    """Told the server's URL."""
    must_serve: bool = False
    """A server that cannot have its port is an error at the start."""
    listener: socket.socket | None = None
    """The port of the process, which outlives its engines; without it the server takes one of its own."""
    reload: Callable[[], Awaitable[Done]] = _no_reload
    """Reads the configuration again. Raises Refused when it cannot be used."""
    configuration: Path | None = None
    """The file that was read, for backups."""
    up_to_date: Callable[[Settings], Settings] = _unchanged
    """The engine's settings with what has changed under it."""
    shared_calendars: Path | None = None
    """Exchanges' sessions as another engine of this user had them built."""
    recording: Recording | None = None
    """Takes down the raw traffic of the feeds."""
