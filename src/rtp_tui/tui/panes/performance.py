"""Performance and cache: what the engine measures of itself, its bounds, and how often they were met."""

from collections.abc import Mapping, Sequence

from rtp_tui.model.statistics import (
    Percentiles,
)
from rtp_tui.text import sparkline
from rtp_tui.tui.cells import Cell, Column, Row, Tone
from rtp_tui.tui.durations import duration_text
from rtp_tui.tui.panes.measurements import Reading, readings
from rtp_tui.tui.panes.pane import Pane, Value
from rtp_tui.tui.scene import Scene

_CURVE = 24


class Performance(Pane):
    """One row a measurement; the groups stay together."""

    name = "performance"
    title = "Performance & cache"
    is_counted = False
    columns = (
        Column(name="mark", title="", width=1),
        Column(name="group", title="OF", width=7),
        Column(name="name", title="WHAT", width=15, grows_to=18),
        Column(name="value", title="NOW", width=9, right=True, is_number=True),
        Column(name="p50", title="P50", width=6, rank=1, right=True, is_number=True),
        Column(name="p95", title="P95", width=6, rank=1, right=True, is_number=True),
        Column(name="p99", title="P99", width=6, rank=1, right=True, is_number=True),
        Column(name="curve", title="LATELY", width=_CURVE, rank=3),
        Column(name="meaning", title="MEANS", width=18, rank=2, grows_to=80),
    )

    def __init__(self) -> None:
        self._read: tuple[tuple[object, ...], Mapping[str, Reading]] = ((), {})
        """What was last read, and of what: every row of a frame asks for all of it."""

    def keys(self, scene: Scene) -> Sequence[str]:
        return list(self._readings(scene))

    def row(self, scene: Scene, key: str) -> Row:
        one = self._readings(scene).get(key, _GONE)
        plain = Tone.TEXT if scene.is_trusted else Tone.DIM
        loud = Tone.WARN if one.is_trouble and scene.is_trusted else plain
        mark = Cell("?", Tone.DIM) if not scene.is_trusted else _TROUBLE if one.is_trouble else _WELL
        return Row(
            key,
            (
                mark,
                Cell(one.group, Tone.DIM),
                Cell(one.name, plain),
                Cell(
                    one.text,
                    Tone.BRIGHT if loud is Tone.TEXT and one.value else loud if one.value else Tone.DIM,
                ),
                *(_percentile_cell(one.spread, name) for name in ("p50", "p95", "p99")),
                Cell(_curve(scene, one), Tone.SPARK),
                Cell(one.meaning, Tone.DIM),
            ),
        )

    def value(self, scene: Scene, key: str, column: str) -> Value:
        one = self._readings(scene).get(key, _GONE)
        if column == "value":
            return one.value
        if column in ("p50", "p95", "p99"):
            return None if one.spread is None else getattr(one.spread, column)
        return super().value(scene, key, column)

    def is_fault(self, scene: Scene, key: str) -> bool:
        return self._readings(scene).get(key, _GONE).is_trouble

    def tab(self, scene: Scene) -> str:
        return f"{self.heading(scene)}"

    def subtitle(self, scene: Scene) -> str:
        troubled = sum(one.is_trouble for one in self._readings(scene).values())
        words = f"{troubled} beyond what is good" if troubled else "all within what is good"
        return words if scene.is_trusted else f"last known: {words}"

    def empty(self, scene: Scene) -> str:
        return "nothing measured yet: the engine says it once a second"

    def _readings(self, scene: Scene) -> Mapping[str, Reading]:
        measured = scene.state.measurements
        of = (measured.statistics, measured.store, measured.cache, measured.server, scene.now_ms)
        if not self._read[0] or any(a is not b for a, b in zip(of, self._read[0], strict=True)):
            self._read = of, readings(scene)
        return self._read[1]


def _percentile_cell(spread: Percentiles | None, name: str) -> Cell:
    return Cell("" if spread is None else duration_text(getattr(spread, name)), Tone.DIM)


def _curve(scene: Scene, one: Reading) -> str:
    points = tuple(scene.trends.get(one.name, ())) if one.group in _CURVED.get(one.name, ()) else ()
    return sparkline(points, _CURVE) if len(points) > 1 else ""


_CURVED: Mapping[str, tuple[str, ...]] = {
    "loop lag": ("engine",),
    "memory": ("engine",),
    "ticks": ("engine",),
    "commit": ("store",),
    "read": ("store",),
    "hit rate": ("cache",),
    "clients": ("server",),
    "cpu": ("engine",),
    "answers": ("api",),
    "received": ("network",),
    "to clients": ("network",),
}
_TROUBLE = Cell("○", Tone.WARN)
_WELL = Cell("●", Tone.OK)
_GONE = Reading(group="", name="gone", text="", value=None)
