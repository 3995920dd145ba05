"""What a pane shows, as a CSV file on this machine."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from rtp_tui.text import harmless
from rtp_tui.tui.files import Files
from rtp_tui.tui.orders import Outcome
from rtp_tui.tui.panes.pane import Pane, Value
from rtp_tui.tui.scene import Scene

NO_FOLDER = Outcome(False, "nothing may be written here: this console has no folder for exports")


async def export_pane(pane: Pane, keys: Sequence[str], scene: Scene, files: Files) -> Outcome:
    """Write the rows of a pane to a new file; where it is, or why it is not."""
    if files.folder is None:
        return NO_FOLDER
    rows = tuple(pane.exported(scene, keys))
    if not rows:
        return Outcome(False, "nothing is shown that could be exported")
    text = csv_text(pane.exported_columns, rows)
    name = name_at(pane.name, scene.now_ms)
    try:
        with files.under_way(f"the export of {pane.name}"):
            path = await files.write(name, "csv", text.encode("utf-8", "replace"))
    except OSError as error:
        return not_written(files.folder, error)
    return Outcome(True, f"{len(rows):,} rows in {files.place(path)}")


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
