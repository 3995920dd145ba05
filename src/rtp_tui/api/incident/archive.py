"""A zip in memory, bounded, written one member after the other."""

import io
import threading
import zipfile
from datetime import UTC, datetime
from typing import IO

MOST_BYTES = 24_000_000
"""Of all members together, before they are compressed; the last member has room in any case."""


class Archive:
    """Members with one moment; a chunk that has no room is not taken, and those after it neither."""

    def __init__(self, at_ms: int, most_bytes: int = MOST_BYTES) -> None:
        self.is_full = False
        self._moment = datetime.fromtimestamp(at_ms / 1000, tz=UTC).timetuple()[:6]
        self._room = most_bytes
        self._file = io.BytesIO()
        self._zip = zipfile.ZipFile(self._file, "w", zipfile.ZIP_DEFLATED)
        self._member: IO[bytes] | None = None
        self._in_use = threading.Lock()
        """A thread goes on with its chunk when whoever waited for it does not."""

    def begin(self, name: str) -> None:
        """End the member before, begin this one."""
        with self._in_use:
            self._end()
            self._member = self._zip.open(self._described(name), "w")

    def write(self, chunk: bytes) -> bool:
        """Append to the member that was begun; False where there is no room for it."""
        assert self._member is not None
        if self.is_full or len(chunk) > self._room:
            self.is_full = True
            return False
        self._room -= len(chunk)
        with self._in_use:
            self._member.write(chunk)
        return True

    def close(self, name: str, content: bytes) -> bytes:
        """Add the last member; the whole file."""
        with self._in_use:
            self._end()
            self._zip.writestr(self._described(name), content)
            self._zip.close()
        return self._file.getvalue()

    def let_go(self) -> None:
        """Nothing more is added: a zip that is forgotten with an open member would say so on its own."""
        with self._in_use:
            self._end()
            self._zip.close()

    def _end(self) -> None:
        if self._member is not None:
            self._member.close()
            self._member = None

    def _described(self, name: str) -> zipfile.ZipInfo:
        described = zipfile.ZipInfo(name, self._moment)
        described.compress_type = zipfile.ZIP_DEFLATED
        described.external_attr = 0o600 << 16
        return described
