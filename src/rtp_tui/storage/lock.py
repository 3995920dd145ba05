"""One engine per data directory."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from rtp_tui.storage.contract import StoreUnusable

LOCK_NAME = "lock"


class DirectoryInUse(Exception):
    """Another process works on this data directory; `pid` is None where it did not say which."""

    def __init__(self, path: Path, pid: int | None) -> None:
        super().__init__(f"{path} is in use by process {pid or 'unknown'}")
        self.path = path
        self.pid = pid


class DataDirectory:
    """A directory that at most one process works on, from `lock` until `release` or its end."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock_file: IO[str] | None = None

    def lock(self) -> None:
        """Claim the directory, made if need be. Raises DirectoryInUse and StoreUnusable.

        The kernel lets go of the claim when a process dies, however it dies: what a dead one left in the
        file does not count.
        """
        lock_file = self._open()
        try:
            fcntl.flock(lock_file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            with lock_file:
                raise DirectoryInUse(self.path, _pid_in(lock_file)) from error
        _write_pid(lock_file)
        self._lock_file = lock_file

    def release(self) -> None:
        """Let others have it. The file stays: removing it could take the claim from the next owner."""
        if self._lock_file is not None:
            with self._lock_file as lock_file:
                lock_file.seek(0)
                lock_file.truncate()
            self._lock_file = None

    @contextmanager
    def locked(self) -> Iterator["DataDirectory"]:
        """Hold the directory for a block. Raises as `lock` does."""
        self.lock()
        try:
            yield self
        finally:
            self.release()

    def _open(self) -> IO[str]:
        try:
            self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
            return _opened(self.path / LOCK_NAME)
        except OSError as error:
            advice = "set data_dir to a directory that can be written"
            raise StoreUnusable(f"{self.path}: {error.strerror}: {advice}") from error


def holder(path: Path) -> int | None:
    """The process that works on a data directory now; None where none does, or it did not say which.

    What a dead one left in the file does not count, nor a stranger that was given its number: only the claim.
    """
    try:
        lock_file = (path / LOCK_NAME).open(encoding="ascii", errors="replace")
    except OSError:
        return None
    with lock_file:
        pid = _pid_in(lock_file)
        # The dead are told first: a claim, however short, could be in the way of an engine that starts.
        if pid is None or not _is_alive(pid) or _can_be_claimed(lock_file):
            return None
        return pid


def _is_alive(pid: int) -> bool:
    try:
        os.kill(max(pid, 1), 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    return True


def _can_be_claimed(lock_file: IO[str]) -> bool:
    try:
        fcntl.flock(lock_file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _opened(path: Path) -> IO[str]:
    return os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600), "r+", encoding="ascii")


def _pid_in(lock_file: IO[str]) -> int | None:
    lock_file.seek(0)
    with suppress(ValueError):
        return int(lock_file.read(20))
    return None


def _write_pid(lock_file: IO[str]) -> None:
    lock_file.seek(0)
    lock_file.truncate()
    lock_file.write(f"{os.getpid()}\n")
    lock_file.flush()
