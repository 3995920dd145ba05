"""Files that are there whole or not at all."""

import fcntl
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, cast

OWNER_ALONE = 0o600


class FileRefused(Exception):
    """A file is not written there; the message says why."""


@contextmanager
def whole_file(path: Path, *, replaces: bool = False) -> Iterator[BinaryIO]:
    """A file that appears at its name, durable, when the block ends well; of one that fails nothing stays.

    It is written beside its name, where what a killed process left is used again. Nothing is followed through a
    link at its name. Raises FileRefused where something is there already, or nothing can be written there;
    OSError where writing fails.
    """
    _check_free(path, replaces=replaces)
    partial = path.with_name(f".{path.name}.partial")
    file = _claimed(partial)
    try:
        with file:
            yield file
            file.flush()
            os.fsync(file.fileno())
            _put(partial, path, replaces=replaces)
        _make_durable(path.parent)
    except BaseException:
        # However it ends: a part of a file is worse than none.
        with suppress(OSError):
            partial.unlink()
        raise


def _check_free(path: Path, *, replaces: bool) -> None:
    try:
        found = path.lstat()
    except FileNotFoundError:
        return
    except OSError as error:
        raise FileRefused(f"{path}: {error.strerror}") from None
    if not stat.S_ISREG(found.st_mode):
        raise FileRefused(f"{path} is there already and is no plain file")
    if not replaces:
        raise FileRefused(f"{path} is there already; --force replaces it")


def _claimed(partial: Path) -> BinaryIO:
    flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
    try:
        handle = os.open(partial, flags, OWNER_ALONE)
    except OSError as error:
        raise FileRefused(f"{partial.parent}: {error.strerror}") from None
    file = cast("BinaryIO", os.fdopen(handle, "w+b"))
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.close()
        raise FileRefused(f"{partial}: another process writes there now") from None
    file.truncate()
    return file


def _put(partial: Path, path: Path, *, replaces: bool) -> None:
    """Give it its name; a file that came there meanwhile is not written over unasked."""
    if replaces:
        partial.replace(path)
        return
    try:
        path.hardlink_to(partial)
    except FileExistsError:
        raise FileRefused(f"{path} came there meanwhile; --force replaces it") from None
    except OSError:
        # A file system without links: looked at again, which is nearly as good.
        _check_free(path, replaces=False)
        partial.replace(path)
    else:
        partial.unlink()


def _make_durable(directory: Path) -> None:
    with suppress(OSError):  # some file systems cannot, and need not
        handle = os.open(directory, os.O_RDONLY | os.O_CLOEXEC)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
