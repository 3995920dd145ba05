"""What the user changed of the jobs while the engine ran: a small file beside the history."""

import os
from collections.abc import Iterable
from pathlib import Path

import msgspec

from rtp_tui.scheduling.settings import JobSettings


def read_job_changes(path: Path) -> tuple[JobSettings, ...]:
    """The changes of earlier runs; none where the file is absent or cannot be understood."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=tuple[JobSettings, ...])
    except (OSError, msgspec.DecodeError):
        return ()


def write_job_changes(path: Path, changes: Iterable[JobSettings]) -> None:
    """Replace the file as a whole. Raises OSError."""
    beside = path.with_name(path.name + ".new")
    with beside.open("wb") as file:
        file.write(msgspec.json.format(msgspec.json.encode(tuple(changes))))
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
