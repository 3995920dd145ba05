"""Where a demo keeps its history: a directory of its own, which is gone after it."""

import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import islice
from pathlib import Path

from rtp_tui.clock import SystemClock
from rtp_tui.storage.contract import StoreUnusable
from rtp_tui.storage.lock import DataDirectory, DirectoryInUse

PREFIX = "rtp-tui-demo-"
UNCLAIMED_FOR_MS = 60_000
"""A demo that begins has claimed its directory long before."""
MOST_SWEPT = 20


@contextmanager
def demo_directory() -> Iterator[Path]:
    """A new directory while the block runs; what demos left behind that were killed goes too."""
    _sweep(Path(tempfile.gettempdir()), SystemClock().now_ms())
    with tempfile.TemporaryDirectory(prefix=PREFIX, ignore_cleanup_errors=True) as directory:
        yield Path(directory)


def _sweep(place: Path, now_ms: int) -> None:
    left = (path for path in place.glob(f"{PREFIX}*") if _is_old_and_ours(path, now_ms))
    for directory in islice(left, MOST_SWEPT):
        with suppress(DirectoryInUse, StoreUnusable), DataDirectory(directory).locked():
            shutil.rmtree(directory, ignore_errors=True)


def _is_old_and_ours(path: Path, now_ms: int) -> bool:
    """A stranger's, or a link that a stranger made, is left alone; so is what is gone by now."""
    with suppress(OSError):
        found = path.lstat()
        is_ours = stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid()
        return is_ours and now_ms - found.st_mtime * 1000 > UNCLAIMED_FOR_MS
    return False
