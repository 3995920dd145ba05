"""Copies of the history file, whole and sound whenever they are made."""

import shutil
import sqlite3
from collections.abc import Sequence
from contextlib import closing, suppress
from pathlib import Path

PREFIX = "history-"
SUFFIX = ".db"
COMPANIONS = ("instruments.json", "jobs.json")
"""What was changed while an engine ran, beside its history."""
CONFIGURATION = "config.toml"
_PARTIAL = ".partial"


def back_up(target: Path, connection: sqlite3.Connection) -> int:
    """Copy everything that is committed to a new file; its size. Raises sqlite3.Error and OSError, of an empty file too.

    The copy is made beside its name and moved there when it is whole, so that no half of one is ever found.
    """
    _require_ours(connection)
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


def companion(backup: Path, name: str) -> Path:
    """Where a small file is kept that belongs to a backup."""
    return backup.with_name(f"{backup.stem}.{name}")


def copy_companions(backup: Path, data_dir: Path, configuration: Path | None) -> None:
    """Keep what was changed while running, and the configuration, beside a backup. Raises OSError."""
    for name in COMPANIONS:
        if (data_dir / name).exists():
            shutil.copyfile(data_dir / name, companion(backup, name))
    if configuration is not None and configuration.exists():
        shutil.copyfile(configuration, companion(backup, CONFIGURATION))


def restore(backup: Path, history: Path, data_dir: Path, now_ms: int) -> list[Path]:
    """Put a backup in the place of what is there, which is kept under other names; those names.

    Nobody may work on the directory meanwhile. Raises sqlite3.Error and OSError: then nothing was replaced.
    """
    history.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    partial = history.with_name(history.name + _PARTIAL)
    shutil.copyfile(backup, partial)
    try:
        partial.chmod(0o600)
        check_whole(partial)
        kept = [
            *(
                _put_aside(history.with_name(history.name + suffix), now_ms)
                for suffix in ("", "-wal", "-shm")
            ),
            *(_put_aside(data_dir / name, now_ms) for name in COMPANIONS),
        ]
        partial.rename(history)
    finally:
        partial.unlink(missing_ok=True)
    for name in COMPANIONS:
        if companion(backup, name).exists():
            shutil.copyfile(companion(backup, name), data_dir / name)
    return [path for path in kept if path is not None]


def check_whole(path: Path) -> None:
    """Read a history file from end to end. Raises sqlite3.Error where it is damaged or none of ours."""
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
        (found,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
        if found != "ok":
            raise sqlite3.DatabaseError(found)
        _require_ours(connection)


def _require_ours(connection: sqlite3.Connection) -> None:
    if not connection.execute("PRAGMA user_version").fetchone()[0]:
        raise sqlite3.DatabaseError("it is no history of this program")


def _put_aside(path: Path, now_ms: int) -> Path | None:
    if not path.exists():
        return None
    aside = path.with_name(f"{path.name}.before-restore-{now_ms}")
    path.rename(aside)
    return aside
