"""Opening the history file: checked, brought up to date, and set aside where it is damaged."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from msgspec import Struct

from rtp_tui.storage.contract import StoreUnusable
from rtp_tui.storage.migrate import migrate, shipped_migrations
from rtp_tui.storage.salvage import salvage

_DAMAGED = ("SQLITE_CORRUPT", "SQLITE_NOTADB")
_MAGIC = b"SQLite format 3\0"
_CHECKED_BYTES = 256_000_000
"""A larger file is not read whole at each start: that would take longer than starting may take."""
_BUSY_MS = 1_000
"""How long one attempt waits for another program's lock; the recorder tries again after it."""


class Opened(Struct, frozen=True):
    """A writing connection and what had to be done to get it, in words."""

    connection: sqlite3.Connection
    note: str = ""


def _at_once() -> bool:
    """Nothing is saved of a damaged file."""
    return True


def open_writer(
    path: Path, now_ms: int, *, sets_aside: bool = True, is_over: Callable[[], bool] = _at_once
) -> Opened:
    """Open or begin the file for its one writer; a damaged one is set aside. Raises StoreUnusable.

    What can be read of a damaged one is saved, until `is_over` says that it takes too long.
    """
    try:
        return Opened(_opened(path))
    except sqlite3.Error as error:
        if not (sets_aside and is_damaged(error)):
            raise StoreUnusable(in_words(error, path)) from error
    except OSError as error:
        raise StoreUnusable(
            f"{path}: {error.strerror}: set storage.path to a place that can be written"
        ) from (error)
    return open_instead(path, set_aside(path, now_ms), is_over)


def open_instead(path: Path, aside: Path, is_over: Callable[[], bool]) -> Opened:
    """Begin a file in place of a damaged one, with what can be read of that. Raises StoreUnusable."""
    try:
        connection = _opened(path)
    except sqlite3.Error as error:
        raise StoreUnusable(in_words(error, path)) from error
    except OSError as error:
        raise StoreUnusable(f"{path}: {error.strerror}: a new history file cannot be begun") from error
    saved = salvage(connection, aside, is_over)
    note = f"the history file was damaged: it is kept as {aside.name}, a new one was begun; {saved.words}"
    return Opened(connection, note)


def open_reader(path: Path) -> sqlite3.Connection:
    """Open the file for reading only; such a connection never checkpoints. Raises sqlite3.Error."""
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None, check_same_thread=False
    )
    connection.execute("PRAGMA query_only = ON")
    connection.execute(f"PRAGMA busy_timeout = {_BUSY_MS}")
    return connection


def _opened(path: Path) -> sqlite3.Connection:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not path.exists():
        path.touch(0o600)  # the journals that SQLite makes beside it take its mode
    connection = sqlite3.connect(
        path.absolute().as_uri(), uri=True, isolation_level=None, check_same_thread=False
    )
    try:
        _configure(connection)
        _check(connection, path)
        migrate(connection, shipped_migrations())
    except BaseException:
        # Nobody else knows of the connection yet.
        connection.close()
        raise
    return connection


def _configure(connection: sqlite3.Connection) -> None:
    connection.execute(f"PRAGMA busy_timeout = {_BUSY_MS}")
    connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
    connection.execute("PRAGMA journal_mode = WAL")
    # A batch is one transaction, so surviving a power cut costs one fsync in 150 ms, in this thread.
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA journal_size_limit = 67108864")
    connection.execute("PRAGMA secure_delete = OFF")


def _check(connection: sqlite3.Connection, path: Path) -> None:
    if path.stat().st_size > _CHECKED_BYTES:
        return
    found = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    if found != "ok":
        raise _damage(found)


def check_start(path: Path) -> None:
    """Look whether the file still begins as one of SQLite does: a writer has its first page in memory.

    Raises sqlite3.DatabaseError and OSError.
    """
    with path.open("rb") as file:
        if file.read(len(_MAGIC)) != _MAGIC:
            raise _damage("its beginning was overwritten")


def check_again(path: Path) -> None:
    """Look at a file that somebody could not read; a large one is not read again. Raises sqlite3.Error."""
    if path.stat().st_size > _CHECKED_BYTES:
        raise _damage("it cannot be read")
    with closing(open_reader(path)) as connection:
        _check(connection, path)


def _damage(found: str) -> sqlite3.DatabaseError:
    error = sqlite3.DatabaseError(found)
    error.sqlite_errorname = "SQLITE_CORRUPT"
    return error


def set_aside(path: Path, now_ms: int) -> Path:
    """Move a damaged file and what belongs to it out of the way; its new name. Raises StoreUnusable."""
    aside = _unused(path, now_ms)
    try:
        for suffix in ("", "-wal", "-shm"):
            part = path.with_name(path.name + suffix)
            if part.exists():
                part.rename(aside.with_name(aside.name + suffix))
    except OSError as error:
        raise StoreUnusable(f"{path}: damaged, and cannot be moved aside: {error.strerror}") from error
    return aside


def _unused(path: Path, now_ms: int) -> Path:
    """A name that overwrites nothing that was set aside before, whatever the clock says."""
    while (aside := path.with_name(f"{path.name}.corrupt-{now_ms}")).exists():
        now_ms += 1
    return aside


def is_damaged(error: BaseException) -> bool:
    """The file itself is broken: trying again cannot help."""
    return getattr(error, "sqlite_errorname", "").startswith(_DAMAGED)


_WORDS = (
    ("SQLITE_FULL", "the disk is full: free space and writing goes on by itself"),
    ("SQLITE_BUSY", "another program keeps the history file locked"),
    ("SQLITE_LOCKED", "another program keeps the history file locked"),
    ("SQLITE_IOERR", "the disk does not take writes: check that it is not full or failing"),
    ("SQLITE_READONLY", "the history file is read-only: allow writing, or set storage.path to another file"),
    ("SQLITE_CANTOPEN", "the history file cannot be opened: check the permissions of its directory"),
    ("SQLITE_PERM", "the history file may not be opened: check its permissions"),
    ("SQLITE_CORRUPT", "the history file is damaged"),
    ("SQLITE_NOTADB", "the history file is damaged"),
)


_UNREADABLE = "a row of the history file is damaged: rtp-tui db restore puts a backup in its place"


def in_words(error: Exception, path: Path) -> str:
    """What went wrong and what to do."""
    if not isinstance(error, sqlite3.Error) or str(error).startswith("Could not decode"):
        return f"{path}: {_UNREADABLE}"
    name = getattr(error, "sqlite_errorname", "")
    for start, words in _WORDS:
        if name.startswith(start):
            return f"{path}: {words}"
    return f"{path}: {error}"


def file_identity(path: Path) -> tuple[int, int] | None:
    """Which file a path names now; None where there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino
