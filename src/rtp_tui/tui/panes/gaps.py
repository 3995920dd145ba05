"""Gaps: minutes that are missing and what became of them; those still to be repaired first."""

from collections.abc import Mapping, Sequence

from rtp_tui.model.gaps import Gap, GapState
from rtp_tui.model.instrument import InstrumentId
from rtp_tui.text import age_text, clock_text
from rtp_tui.tui.answers import gap_key
from rtp_tui.tui.cells import Cell, Column, Row, Tone
from rtp_tui.tui.panes.pane import Pane, Value
from rtp_tui.tui.scene import Scene

_MARKS = {
    GapState.OPEN: Cell("○", Tone.WARN),
    GapState.BACKFILLING: Cell("◐", Tone.INFO),
    GapState.FILLED: Cell("✓", Tone.DIM),
    GapState.UNFILLABLE: Cell("✖", Tone.BAD),
}


class Gaps(Pane):
    """One row a gap of the last 24 hours."""

    name = "gaps"
    title = "Gaps"
    columns = (
        Column(name="mark", title="", width=1),
        Column(name="instrument", title="OF", width=11, grows_to=22),
        Column(name="at", title="FROM", width=5, right=True),
        Column(name="minutes", title="MIN", width=4, right=True, is_number=True),
        Column(name="state", title="STATE", width=11),
        Column(name="age", title="AGO", width=4, rank=1, right=True),
        Column(name="cause", title="CAUSE", width=10, rank=2),
        Column(name="tries", title="TRIES", width=5, rank=4, right=True, is_number=True),
        Column(name="feed", title="FEED", width=10, rank=4, grows_to=18),
        Column(name="from", title="FILLED FROM", width=11, rank=3, grows_to=18),
        Column(name="detail", title="WHY", width=10, rank=5, grows_to=200),
    )

    def keys(self, scene: Scene) -> Sequence[str]:
        gaps = _known(scene)
        return sorted(gaps, key=lambda key: (not gaps[key].is_pending, -gaps[key].found_ms, key))

    def row(self, scene: Scene, key: str) -> Row:
        gap = gap_of(scene, key)
        if gap is None:
            return Row(key, (Cell("·", Tone.DIM), Cell("gone", Tone.DIM), *_GONE))
        mark = _MARKS[gap.state] if scene.is_trusted else Cell("?", Tone.DIM)
        plain = Tone.TEXT if gap.is_pending and scene.is_trusted else Tone.DIM
        return Row(
            key,
            (
                mark,
                Cell(gap.instrument, Tone.BRIGHT if gap.is_pending and scene.is_trusted else plain),
                Cell(clock_text(gap.from_ms, scene.zone, seconds=False), plain),
                Cell(str(minutes_of(gap)), plain),
                Cell(gap.state.value, mark.tone),
                Cell(age_text(scene.now_ms - gap.changed_ms), Tone.DIM),
                Cell(gap.cause.value, plain),
                Cell(str(gap.attempts), Tone.DIM),
                Cell(gap.feed, Tone.DIM),
                Cell(gap.filled_from, Tone.DIM),
                Cell(gap.detail, Tone.DIM),
            ),
        )

    def value(self, scene: Scene, key: str, column: str) -> Value:
        gap = gap_of(scene, key)
        if gap is None:
            return None
        values: dict[str, Value] = {
            "at": gap.from_ms,
            "minutes": minutes_of(gap),
            "age": (scene.now_ms - gap.changed_ms) / 1000,
            "tries": gap.attempts,
            "mark": list(GapState).index(gap.state),
        }
        return values[column] if column in values else super().value(scene, key, column)

    def instrument(self, scene: Scene, key: str) -> InstrumentId | None:
        gap = gap_of(scene, key)
        return None if gap is None else gap.instrument

    def is_fault(self, scene: Scene, key: str) -> bool:
        gap = gap_of(scene, key)
        return gap is not None and gap.state is not GapState.FILLED

    def tab(self, scene: Scene) -> str:
        pending = len(scene.state.quality.gaps)
        return f"{self.heading(scene)}" + (f"[{pending}]" if pending else "")

    def subtitle(self, scene: Scene) -> str:
        gaps = _known(scene).values()
        if not gaps:
            return ""
        pending = sum(gap.is_pending for gap in gaps)
        words = f"{pending} pending, {sum(map(minutes_of, gaps))} minutes in 24 hours"
        return words if scene.is_trusted else f"last known: {words}"

    def empty(self, scene: Scene) -> str:
        if refusal := scene.answers.refusals.get("gaps"):
            return f"the engine does not tell: {refusal}"
        return (
            "not known yet: the engine is being asked"
            if scene.answers.gaps is None
            else "no minute is missing of the last 24 hours"
        )


def gap_of(scene: Scene, key: str) -> Gap | None:
    """The newest word on a gap."""
    instrument, _, from_ms = key.rpartition(" ")
    pending = scene.state.quality.gaps.get((InstrumentId(instrument), int(from_ms or 0)))
    return pending or (scene.answers.gaps or {}).get(key)


def minutes_of(gap: Gap) -> int:
    """How many minutes are missing."""
    return (gap.to_ms - gap.from_ms) // 60_000


def _known(scene: Scene) -> Mapping[str, Gap]:
    """What was asked, and the newer word of events on what is pending."""
    pending = {gap_key(gap): gap for gap in scene.state.quality.gaps.values()}
    return {**(scene.answers.gaps or {}), **pending}


_GONE = (Cell(""),) * 9
