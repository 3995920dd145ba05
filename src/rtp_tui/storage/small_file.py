"""Small JSON files beside the history: read and replaced as a whole."""

import os
from pathlib import Path
from typing import TypeVar

import msgspec

ValueT = TypeVar("ValueT")


def read_small(path: Path, kind: type[ValueT]) -> ValueT:
    """What a file holds. Raises OSError, msgspec.DecodeError, UnicodeDecodeError."""
    return msgspec.json.decode(path.read_bytes(), type=kind)


def write_small(path: Path, value: object) -> None:
    """Replace the file in one step, on the disk before it has its name. Raises OSError."""
    beside = path.with_name(path.name + ".new")
    with beside.open("wb") as file:
        file.write(msgspec.json.format(msgspec.json.encode(value)))
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
