"""Copies of the history file, whole and sound whenever they are made."""

import sqlite3
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

PREFIX = "history-"
SUFFIX = ".db"
_PARTIAL = ".partial"


def back_up(target: Path, connection: sqlite3.Connection) -> int:
    """Copy everything that is committed to a new file; its size. Raises sqlite3.Error and OSError.

    The copy is made beside its name and moved there when it is whole, so that no half of one is ever found.
    """
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    partial = target.with_name(target.name + _PARTIAL)
    partial.unlink(missing_ok=True)
    # The copy counts as writing, though nothing is written to the file that is read.
    connection.execute("PRAGMA query_only = OFF")
    try:
        connection.execute("VACUUM INTO ?", (str(partial),))
        partial.chmod(0o600)
        partial.rename(target)
    finally:
        connection.execute("PRAGMA query_only = ON")
        partial.unlink(missing_ok=True)
    return target.stat().st_size


def remove_partial(folder: Path) -> None:
    """Delete what a copy that was killed left behind; to be called while none is made."""
    for partial in folder.glob(f"{PREFIX}*{SUFFIX}{_PARTIAL}*"):
        with suppress(OSError):
            partial.unlink()


def surplus(names: Sequence[str], kept: int) -> list[str]:
    """The names of backups beyond the newest `kept`; other names are left alone."""
    backups = sorted(name for name in names if name.startswith(PREFIX) and name.endswith(SUFFIX))
    return backups[: max(0, len(backups) - kept)]
