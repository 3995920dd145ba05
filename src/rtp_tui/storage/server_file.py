"""Where a running engine can be reached, left in its data directory for other commands."""

import os
from contextlib import suppress
from pathlib import Path

import msgspec
from msgspec import Struct

from rtp_tui.storage.lock import holder

SERVER_FILE_NAME = "server.json"


class ServerFile(Struct, frozen=True, kw_only=True):
    """An engine that serves."""

    pid: int
    url: str
    version: str


def write_server_file(directory: Path, server: ServerFile) -> None:
    """Leave it for others: readable by the owner alone, never seen half written. Raises OSError."""
    draft = directory / f".{SERVER_FILE_NAME}"
    draft.unlink(missing_ok=True)
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(msgspec.json.encode(server))
    draft.replace(directory / SERVER_FILE_NAME)


def read_server_file(directory: Path) -> ServerFile | None:
    """The engine that left word here and still works on the directory; None where there is none."""
    server = _read(directory)
    return server if server is not None and holder(directory) == server.pid else None


def remove_server_file(directory: Path) -> None:
    """Take it back, if it is this process's."""
    server = _read(directory)
    if server is not None and server.pid == os.getpid():
        with suppress(OSError):
            (directory / SERVER_FILE_NAME).unlink()


def _read(directory: Path) -> ServerFile | None:
    try:
        return msgspec.json.decode((directory / SERVER_FILE_NAME).read_bytes(), type=ServerFile)
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
        return None
