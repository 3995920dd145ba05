"""Timeline: what happened, the newest first."""

from collections.abc import Sequence

from rtp_tui.text import clock_text
from rtp_tui.tui.cells import Cell, Column, Row, Tone
from rtp_tui.tui.panes.pane import Pane
from rtp_tui.tui.scene import Scene
from rtp_tui.tui.timeline import Entry

_MARKS = {
    Tone.OK: "●",
    Tone.INFO: "·",
    Tone.WARN: "○",
    Tone.BAD: "✖",
    Tone.UP: "▲",
    Tone.DOWN: "▼",
}


class Log(Pane):
    """One row an entry of the timeline."""

    name = "log"
    title = "Timeline"
    number = 6
    is_counted = False
    has_heading = False
    columns = (
        Column(name="time", title="TIME", width=8),
        Column(name="mark", title="", width=1),
        Column(name="source", title="SOURCE", width=10, rank=1, grows_to=14),
        Column(name="message", title="MESSAGE", width=14, grows_to=400),
    )

    def keys(self, scene: Scene) -> Sequence[str]:
        return [str(entry.number) for entry in reversed(scene.timeline)]

    def row(self, scene: Scene, key: str) -> Row:
        entry = _entry(scene, key)
        if entry is None:
            return Row(key, (Cell(""),) * len(self.columns))
        loud = entry.tone in (Tone.BAD, Tone.WARN)
        return Row(
            key,
            (
                Cell(clock_text(entry.at_ms, scene.zone), Tone.DIM),
                Cell(_MARKS.get(entry.tone, "·"), entry.tone),
                Cell(entry.source, Tone.DIM),
                Cell(entry.message, entry.tone if loud else Tone.TEXT),
            ),
        )

    def is_fault(self, scene: Scene, key: str) -> bool:
        entry = _entry(scene, key)
        return entry is not None and entry.tone in (Tone.BAD, Tone.WARN)

    def empty(self, scene: Scene) -> str:
        return "nothing has happened yet"


def _entry(scene: Scene, key: str) -> Entry | None:
    """Entries are numbered without gaps, so that a key is a position."""
    entries = scene.timeline
    index = int(key) - entries[0].number if entries else -1
    return entries[index] if 0 <= index < len(entries) else None
