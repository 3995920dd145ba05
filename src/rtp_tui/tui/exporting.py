"""What a pane shows, as a CSV file on this machine."""

import asyncio
import csv
import io
import os
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from rtp_tui.text import harmless
from rtp_tui.tui.orders import Outcome
from rtp_tui.tui.panes.pane import Pane, Value
from rtp_tui.tui.scene import Scene

_MOST_OF_A_SECOND = 100
_OWNER_ALONE = 0o600
NO_FOLDER = Outcome(False, "nothing may be written here: this console has no folder for exports")


async def export_pane(pane: Pane, keys: Sequence[str], scene: Scene, folder: Path | None) -> Outcome:
    """Write the rows of a pane to a new file of the folder; where it is, or why it is not."""
    if folder is None:
        return NO_FOLDER
    rows = tuple(pane.exported(scene, keys))
    if not rows:
        return Outcome(False, "nothing is shown that could be exported")
    text = csv_text(pane.exported_columns, rows)
    name = name_at(pane.name, scene.now_ms)
    try:
        path = await asyncio.to_thread(write_new, folder, name, "csv", text.encode("utf-8", "replace"))
    except OSError as error:
        return not_written(folder, error)
    return Outcome(True, f"{len(rows):,} rows in {path}")


def name_at(what: str, at_ms: int) -> str:
    """`prices-20261122-140327`."""
    return f"{what}-{datetime.fromtimestamp(at_ms / 1000, tz=UTC):%Y%m%d-%H%M%S}"


def not_written(folder: Path, error: OSError) -> Outcome:
    """Why there is no file."""
    return Outcome(False, f"not written: {error.filename or folder}: {error.strerror or error}")


def csv_text(columns: Sequence[str], rows: Iterable[Sequence[Value]]) -> str:
    """Rows under their head, after RFC 4180; texts begin no formula."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([harmless(cell) if isinstance(cell, str) else cell for cell in row] for row in rows)
    return text.getvalue()


def write_new(folder: Path, name: str, suffix: str, content: bytes) -> Path:
    """A file of a name that no other has, whole or not at all. Raises OSError."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path, handle = _opened_new(folder, name, suffix)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
    except OSError:
        path.unlink(missing_ok=True)
        raise
    return path


def _opened_new(folder: Path, name: str, suffix: str) -> tuple[Path, int]:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
    for number in range(1, _MOST_OF_A_SECOND + 1):
        path = folder / (f"{name}.{suffix}" if number == 1 else f"{name}-{number}.{suffix}")
        try:
            return path, os.open(path, flags, _OWNER_ALONE)
        except FileExistsError:
            continue
    raise FileExistsError(f"{folder}: {_MOST_OF_A_SECOND} files of this second are there already")
