"""Silences: which alerts tell nobody, for how long yet, and why."""

from collections.abc import Sequence

from rtp_tui.model.alerts import AlertState, Silence
from rtp_tui.text import clock_text
from rtp_tui.tui.cells import Cell, Column, Row, Tone
from rtp_tui.tui.durations import left_text
from rtp_tui.tui.panes.pane import Pane, Value
from rtp_tui.tui.scene import Scene

_BLANK = Silence(id="", until_ms=0, created_ms=0)


class Silences(Pane):
    """One row a silence in force; the one that ends first stands first."""

    name = "silences"
    title = "Silences"
    columns = (
        Column(name="mark", title="", width=1),
        Column(name="rule", title="RULE", width=12, grows_to=24),
        Column(name="subject", title="ABOUT", width=11, grows_to=20),
        Column(name="left", title="LEFT", width=6, right=True, is_number=True),
        Column(name="until", title="UNTIL", width=8, rank=3, right=True),
        Column(name="quiet", title="QUIET", width=5, rank=1, right=True, is_number=True),
        Column(name="who", title="BY", width=7, rank=2, grows_to=14),
        Column(name="comment", title="WHY", width=10, rank=3, grows_to=200),
        Column(name="id", title="ID", width=8, rank=5),
    )

    def keys(self, scene: Scene) -> Sequence[str]:
        in_force = [one for one in scene.state.alert.silences.values() if one.until_ms > scene.now_ms]
        return [one.id for one in sorted(in_force, key=lambda one: one.until_ms)]

    def row(self, scene: Scene, key: str) -> Row:
        one = scene.state.alert.silences.get(key, _BLANK)
        plain = Tone.TEXT if scene.is_trusted else Tone.DIM
        return Row(
            key,
            (
                Cell("‖" if scene.is_trusted else "?", Tone.INFO if scene.is_trusted else Tone.DIM),
                Cell(one.rule, Tone.BRIGHT if scene.is_trusted else Tone.DIM),
                Cell(one.subject, plain),
                Cell(left_text(one.until_ms - scene.now_ms), plain),
                Cell(clock_text(one.until_ms, scene.zone), Tone.DIM),
                Cell(str(kept_quiet(scene, one)), plain),
                Cell(one.who, Tone.DIM),
                Cell(one.comment, Tone.DIM),
                Cell(one.id, Tone.DIM),
            ),
        )

    def value(self, scene: Scene, key: str, column: str) -> Value:
        one = scene.state.alert.silences.get(key, _BLANK)
        values: dict[str, Value] = {
            "left": (one.until_ms - scene.now_ms) / 1000,
            "until": one.until_ms,
            "quiet": kept_quiet(scene, one),
        }
        return values[column] if column in values else super().value(scene, key, column)

    def empty(self, scene: Scene) -> str:
        return f"nothing is silenced: {scene.key('silence')} on an alert silences it"


def kept_quiet(scene: Scene, silence: Silence) -> int:
    """How many alerts would fire without it."""
    alerts = scene.state.alert.active.values()
    return sum(one.state is AlertState.SILENCED and silence.covers(one, scene.now_ms) for one in alerts)
