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
        super().__init__(f"{path} is in use by process {pid or 'unknown'}: attach to it, or end it first")
        self.path = path
        self.pid = pid


class DataDirectory:
    """A directory that this process alone writes to, until `release` or the end of the process."""

    def __init__(self, path: Path, lock_file: IO[str]) -> None:
        self.path = path
        self._lock_file = lock_file

    @classmethod
    def lock(cls, path: Path) -> "DataDirectory":
        """Claim a directory, made if need be. Raises DirectoryInUse and StoreUnusable.

        The kernel lets go of the claim when a process dies, however it dies: what a dead one left in the
        file does not count.
        """
        try:
            path.mkdir(parents=True, exist_ok=True, mode=0o700)
            lock_file = _opened(path / LOCK_NAME)
        except OSError as error:
            raise StoreUnusable(
                f"{path}: {error.strerror}: set data_dir to a directory that can be written"
            ) from (error)
        try:
            fcntl.flock(lock_file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            with lock_file:
                raise DirectoryInUse(path, _pid_in(lock_file)) from error
        _write_pid(lock_file)
        return cls(path, lock_file)

    def release(self) -> None:
        """Let others have it. The file stays: removing it could take the claim from the next owner."""
        if not self._lock_file.closed:
            self._lock_file.truncate(0)
            self._lock_file.close()


@contextmanager
def locked(path: Path) -> Iterator[DataDirectory]:
    """Hold a data directory for a while. Raises as `DataDirectory.lock` does."""
    directory = DataDirectory.lock(path)
    try:
        yield directory
    finally:
        directory.release()


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
