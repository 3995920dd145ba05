"""What the person who starts a console can choose about it."""

from collections.abc import Callable, Mapping
from pathlib import Path

from msgspec import Struct

from rtp_tui.tui.desktop_notice import NoticeDialect


def nothing() -> None:
    """Nobody waits for the first picture."""


class ConsoleSettings(Struct, frozen=True, kw_only=True):
    """Fixed for the life of one console."""

    theme: str = "midnight"
    themes: Path | None = None
    """The folder of the user's own themes, which need not be there."""
    ascii_only: bool = False
    """Show nothing but ASCII, for fonts and terminals without block characters."""
    read_only: bool = False
    """Refuse every command here, before it reaches the engine."""
    name: str = ""
    """What the engine calls itself, for example `prod@ldn`."""
    where: str = "local"
    """`local`, or the address of the engine."""
    local: bool = True
    """The engine runs in this process: stopping the process stops its feeds."""
    in_browser: bool = False
    """A browser shows it: there is no terminal, but a pipe to a web server."""
    over_ssh: bool = False
    """The terminal is at the end of an SSH connection: fewer frames are sent."""
    notifies: bool = True
    """Toasts, the bell and the desktop tell of alerts that begin to fire."""
    notice_dialect: NoticeDialect = NoticeDialect.NONE
    """How the desktop around the terminal is told."""
    exports: Path | None = None
    """The folder that exported panes are written to; None where nothing may be written."""
    host: str = ""
    """The machine whose folder that is, where people sit in front of another one."""
    keys: Mapping[str, str] = {}
    """The user's own keys by the names of actions, several with blanks between them."""
    memory: Path | None = None
    """The file that it is remembered in how the console was left; None where nothing is remembered."""
    version: str = ""
    """This console's own, where the engine may be of another one."""
    painted: Callable[[], None] = nothing
    """Called once the first picture was sent."""

    @property
    def place(self) -> str:
        """What the status line says of where this is."""
        place = self.name or self.where
        return f"{place} read-only" if self.read_only else place


class Offer(Struct, frozen=True):
    """Something that can be watched without being configured."""

    name: str
    title: str
    """What it is; what stands before the first semicolon is enough for a line."""
    may_be_written: bool = True


class Choice(Struct, frozen=True):
    """What of the offers was chosen, and whether it is to be written as the configuration."""

    name: str
    is_written: bool = False
