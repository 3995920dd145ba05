"""The files that a console writes: each appears whole under its name, or not at all, whenever the console ends."""

import asyncio
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from errno import ECANCELED
from pathlib import Path

from rtp_tui.clock import Clock

_MOST_OF_A_SECOND = 100
_OWNER_ALONE = 0o600
_CHUNK = 1_000_000
_LOOKS_AGAIN_S = 0.02


class Files:
    """Writes into one folder, and knows what is not finished."""

    def __init__(self, folder: Path | None, host: str = "") -> None:
        self.folder = folder
        """None where nothing may be written."""
        self._host = host
        self._under_way: list[str] = []
        self._is_given_up = False

    def place(self, path: Path) -> str:
        """Where a file is; with the machine, where that is not the one in front of which people sit."""
        return f"{path} on {self._host}, which runs this console" if self._host else str(path)

    @contextmanager
    def under_way(self, what: str) -> Iterator[None]:
        """Until the end of the block this is not finished."""
        self._under_way.append(what)
        try:
            yield
        finally:
            # Once given up it stays told of, whatever becomes of it.
            if not self._is_given_up:
                self._under_way.remove(what)

    async def write(self, name: str, suffix: str, content: bytes) -> Path:
        """A new file of this name, in a thread. Raises OSError."""
        assert self.folder is not None, "whoever writes asks first"
        return await asyncio.to_thread(
            write_new, self.folder, name, suffix, content, lambda: self._is_given_up
        )

    async def finish(self, clock: Clock, patience_s: float) -> tuple[str, ...]:
        """Wait so long for what is under way; then give it up. What was not finished."""
        until = clock.monotonic() + patience_s
        while self._under_way and clock.monotonic() < until:
            await clock.sleep(_LOOKS_AGAIN_S)
        self._is_given_up = True
        return tuple(self._under_way)


def write_new(
    folder: Path, name: str, suffix: str, content: bytes, is_given_up: Callable[[], bool] = lambda: False
) -> Path:
    """A file of a name that no other has, written beside it first. Raises OSError, also when it is given up."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path, beside, handle = _opened_new(folder, name, suffix)
    try:
        with os.fdopen(handle, "wb") as file:
            for start in range(0, len(content), _CHUNK):
                _go_on(is_given_up, beside)
                file.write(content[start : start + _CHUNK])
        _go_on(is_given_up, beside)
        beside.rename(path)
    except OSError:
        beside.unlink(missing_ok=True)
        raise
    return path


def _go_on(is_given_up: Callable[[], bool], beside: Path) -> None:
    if is_given_up():
        raise OSError(ECANCELED, "the console ends", str(beside))


def _opened_new(folder: Path, name: str, suffix: str) -> tuple[Path, Path, int]:
    """A name that is free, and the file beside it, which keeps others from taking the name meanwhile."""
    for number in range(1, _MOST_OF_A_SECOND + 1):
        path = folder / (f"{name}.{suffix}" if number == 1 else f"{name}-{number}.{suffix}")
        beside = path.with_name(f".{path.name}.part")
        with suppress(FileExistsError):
            handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, _OWNER_ALONE)
            if not path.exists():
                return path, beside, handle
            os.close(handle)
            beside.unlink()
    raise FileExistsError(f"{folder}: {_MOST_OF_A_SECOND} files of this second are there already")
