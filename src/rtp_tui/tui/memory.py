"""What a console remembers from one start to the next, and the file that it is kept in."""

import os
from pathlib import Path
from typing import Protocol
from uuid import uuid4

from msgspec import DecodeError, Struct, json
from msgspec.structs import replace

from rtp_tui.tui.screens.placing import Placed

_MOST_BYTES = 1_000_000
_OWNER_ALONE = 0o600


class PaneMemory(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How the rows of one pane are chosen and ordered."""

    filter: str = ""
    faults_only: bool = False
    column: str | None = None
    reverse: bool = False


Panes = dict[str, PaneMemory]


class Memory(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """All that a person changed."""

    theme: str = ""
    configured_theme: str = ""
    """What the configuration said then: where it says something else now, that counts."""
    zone: str = ""
    placed: Placed = Placed()
    panes: Panes = {}
    filters: tuple[str, ...] = ()
    commands: tuple[str, ...] = ()


def merged(theirs: Memory, before: Memory, ours: Memory) -> Memory:
    """What another console of the same person kept meanwhile, with what was changed here since `before`."""
    changed = {name for name in Memory.__struct_fields__ if getattr(ours, name) != getattr(before, name)}
    if "theme" in changed:
        changed.add("configured_theme")
    mine = {name: getattr(ours, name) for name in changed}
    if "panes" in changed:
        mine["panes"] = _panes(theirs.panes, before.panes, ours.panes)
    for name in changed & {"filters", "commands"}:
        mine[name] = (*(one for one in getattr(theirs, name) if one not in mine[name]), *mine[name])
    return replace(theirs, **mine)


def _panes(theirs: Panes, before: Panes, ours: Panes) -> Panes:
    changed = {name for name in {*before, *ours} if before.get(name) != ours.get(name)}
    kept = {name: pane for name, pane in theirs.items() if name not in changed}
    return {**kept, **{name: pane for name, pane in ours.items() if name in changed}}


class Damaged(Exception):
    """What was kept cannot be understood; the message says where it is."""


class MemoryKeeper(Protocol):
    """Where it is kept."""

    def load(self) -> Memory:
        """What was kept; nothing at first. Raises Damaged and OSError."""

    def save(self, memory: Memory) -> None:
        """Keep it instead of what was kept. Raises OSError."""


def keeper_at(path: Path | None) -> "MemoryFile | None":
    """The keeper of a file; none where nothing is to be remembered."""
    return None if path is None else MemoryFile(path)


class MemoryFile:
    """A file that is replaced whole."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def load(self) -> Memory:
        """Nothing where there is no file. Raises Damaged and OSError."""
        try:
            with self._path.open("rb") as file:
                return json.decode(file.read(_MOST_BYTES), type=Memory)
        except FileNotFoundError:
            return Memory()
        except (DecodeError, UnicodeError) as error:
            raise Damaged(f"{self._path}: {error}") from error

    def save(self, memory: Memory) -> None:
        """Written beside it and put in its place. Raises OSError."""
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        beside = self._path.with_name(f".{self._path.name}.{uuid4().hex}")
        handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, _OWNER_ALONE)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(json.format(json.encode(memory)))
            beside.replace(self._path)
        except OSError:
            beside.unlink(missing_ok=True)
            raise
