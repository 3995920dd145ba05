"""What was changed while an engine ran, in small files beside its history."""

import logging
from contextlib import suppress
from pathlib import Path
from typing import Generic, TypeVar

import msgspec

from rtp_tui.storage.small_file import read_small, write_small

ChangesT = TypeVar("ChangesT")

_log = logging.getLogger(__name__)


class ChangesFile(Generic[ChangesT]):
    """The changes of earlier runs, and those of this one; what is wrong with the file is told, and ends nothing."""

    def __init__(self, path: Path, kind: type[ChangesT], nothing: ChangesT) -> None:
        self._path = path
        self._kind = kind
        self._nothing = nothing

    def read(self) -> ChangesT:
        """What earlier runs left; one that cannot be understood is kept under another name, for whoever wants to mend it."""
        try:
            return read_small(self._path, self._kind)
        except FileNotFoundError:
            return self._nothing
        except (OSError, msgspec.DecodeError, UnicodeDecodeError) as error:
            aside = self._path.with_name(f"{self._path.name}.unreadable")
            with suppress(OSError):
                self._path.replace(aside)
            _log.warning("%s cannot be understood, and is kept as %s: %s", self._path, aside.name, error)
            return self._nothing

    def write(self, changes: ChangesT) -> None:
        """Leave these to the next run."""
        try:
            write_small(self._path, changes)
        except OSError as error:
            _log.warning("changes last until the end only: %s: %s", self._path, error.strerror)
