"""Timeline: what happened, the newest first."""

from collections.abc import Sequence
from datetime import datetime, tzinfo

from rtp_tui.text import clock_text
from rtp_tui.tui.cells import Cell, Column, Row, Tone
from rtp_tui.tui.panes.pane import Pane, Value
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
    is_counted = False
    has_heading = False
    also_filtered_by = ("age", "cause")
    columns = (
        Column(name="time", title="TIME", width=8),
        Column(name="mark", title="", width=1),
        Column(name="topic", title="TOPIC", width=7, rank=3),
        Column(name="source", title="SOURCE", width=10, rank=1),
        Column(name="message", title="MESSAGE", width=14, grows_to=400),
    )

    def keys(self, scene: Scene) -> Sequence[str]:
        return [str(entry.number) for entry in reversed(scene.timeline)]

    def row(self, scene: Scene, key: str) -> Row:
        entry = entry_of(scene, key)
        if entry is None:
            return Row(key, (Cell(""),) * len(self.columns))
        loud = entry.tone in (Tone.BAD, Tone.WARN)
        return Row(
            key,
            (
                Cell(clock_text(entry.at_ms, scene.zone), Tone.DIM),
                Cell(_MARKS.get(entry.tone, "·"), entry.tone),
                Cell(entry.topic, Tone.DIM),
                Cell(entry.source, Tone.DIM),
                Cell(_message(entry, scene.zone), entry.tone if loud else Tone.TEXT),
            ),
        )

    def value(self, scene: Scene, key: str, column: str) -> Value:
        entry = entry_of(scene, key)
        if entry is None:
            return None
        values: dict[str, Value] = {
            "time": seconds_of_day(entry.at_ms, scene.zone),
            "age": (scene.now_ms - entry.at_ms) / 1000,
            "mark": list(_MARKS).index(entry.tone) if entry.tone in _MARKS else 0,
            "topic": entry.topic,
            "source": f"{entry.source} {entry.names}".strip(),
            "message": entry.message,
            "cause": entry.cause,
        }
        return values[column]

    def searched(self, scene: Scene, key: str) -> str:
        entry = entry_of(scene, key)
        return "" if entry is None else f"{super().searched(scene, key)} {entry.names}"

    def is_fault(self, scene: Scene, key: str) -> bool:
        entry = entry_of(scene, key)
        return entry is not None and entry.tone in (Tone.BAD, Tone.WARN)

    def empty(self, scene: Scene) -> str:
        finds = f"{scene.key('filter')} finds it (topic:alert, time > 14:03)"
        return f"nothing has happened yet: what does stands here, and {finds}"


def _message(entry: Entry, zone: tzinfo) -> str:
    """With its own time where it is told late: `moved +2.10 % (at 12:40:03)`."""
    return entry.message if entry.of_ms is None else f"{entry.message} (at {clock_text(entry.of_ms, zone)})"


def entry_of(scene: Scene, key: str) -> Entry | None:
    """An entry; they are numbered without gaps, so that a key is a position."""
    entries = scene.timeline
    index = int(key) - entries[0].number if entries else -1
    return entries[index] if 0 <= index < len(entries) else None


def seconds_of_day(at_ms: int, zone: tzinfo) -> float:
    """Since midnight in the zone, as `time > 14:03` compares."""
    moment = datetime.fromtimestamp(at_ms / 1000, tz=zone)
    return moment.hour * 3600 + moment.minute * 60 + moment.second
