"""Parts: the start-up checklist, and how each part of the engine fares since."""

from collections.abc import Sequence

from rtp_tui.model.parts import PartState, PartStatus
from rtp_tui.tui.cells import Cell, Column, Row, Tone
from rtp_tui.tui.durations import since_text
from rtp_tui.tui.follower import Connection
from rtp_tui.tui.panes.pane import Pane
from rtp_tui.tui.scene import Scene

CACHE = "cache"
"""The name of the part that keeps answers at hand."""

_MARKS = {
    PartState.WAITING: Cell("·", Tone.DIM),
    PartState.STARTING: Cell("○", Tone.INFO),
    PartState.OK: Cell("✓", Tone.OK),
    PartState.RESTARTING: Cell("◐", Tone.WARN),
    PartState.FAILED: Cell("✖", Tone.BAD),
    PartState.STOPPED: Cell("·", Tone.DIM),
}


class Parts(Pane):
    """One row a supervised part."""

    name = "parts"
    title = "Parts"
    columns = (
        Column(name="mark", title="", width=1),
        Column(name="part", title="PART", width=12, grows_to=18),
        Column(name="state", title="STATE", width=10),
        Column(name="restarts", title="RESTARTS", width=8, rank=2, right=True, is_number=True),
        Column(name="since", title="SINCE", width=5, rank=1, right=True),
        Column(name="detail", title="DETAIL", width=10, rank=3, grows_to=200),
    )

    def keys(self, scene: Scene) -> Sequence[str]:
        parts = scene.state.part.parts
        return sorted(parts, key=lambda name: not is_failing(parts[name]))

    def row(self, scene: Scene, key: str) -> Row:
        part = scene.state.part.parts[key]
        mark = _MARKS[part.state] if scene.is_trusted else Cell("?", Tone.DIM)
        return Row(
            key,
            (
                mark,
                Cell(part.name, Tone.TEXT if scene.is_trusted else Tone.DIM),
                Cell(part.state.value, Tone.DIM if mark.tone is Tone.OK else mark.tone),
                Cell(str(part.restarts), Tone.WARN if part.restarts else Tone.DIM),
                Cell(since_text(scene.now_ms - part.since_ms), Tone.DIM),
                Cell(part.detail or _figures(scene, key), Tone.DIM),
            ),
        )

    def is_fault(self, scene: Scene, key: str) -> bool:
        return is_failing(scene.state.part.parts[key])

    def subtitle(self, scene: Scene) -> str:
        parts = scene.state.part.parts.values()
        return f"{sum(part.state is PartState.OK for part in parts)} of {len(parts)} ok" if parts else ""

    def empty(self, scene: Scene) -> str:
        if scene.connection is Connection.STARTING:
            return "starting the engine: its parts appear here as they come"
        return f"no parts are told of: {scene.key('help')} has the keys of what is"


def _figures(scene: Scene, part: str) -> str:
    """What a part that is well has to tell: the cache, how often it helped and how full it is."""
    cache = scene.state.measurements.cache
    if part != CACHE or cache is None:
        return ""
    helped = "nothing asked yet" if cache.hit_rate is None else f"{cache.hit_rate:.0f} % at hand"
    return f"{helped}, {cache.entries:,} of {cache.limit:,} entries, {cache.evictions:,} evicted"


def is_failing(part: PartStatus) -> bool:
    """The supervisor has work with it."""
    return part.state in (PartState.FAILED, PartState.RESTARTING)
