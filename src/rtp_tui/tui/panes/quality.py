"""Quality: how good the data of each instrument and source was, with the parts of its score; the worst first."""

from collections.abc import Sequence

from rtp_tui.model.quality import QualityPart, QualityScore
from rtp_tui.text import sparkline
from rtp_tui.tui.cells import Cell, Column, Row, Tone
from rtp_tui.tui.durations import duration_text
from rtp_tui.tui.panes.bars import bar
from rtp_tui.tui.panes.pane import Pane, Value
from rtp_tui.tui.scene import Scene

GOOD = 85.0
POOR = 50.0
_PARTS = ("coverage", "freshness", "validity", "consistency", "latency")
_BLANK = QualityScore(subject="", kind="", score=None, parts=())


class Quality(Pane):
    """One row an instrument or a source, over the last 24 hours."""

    name = "quality"
    title = "Quality"
    columns = (
        Column(name="mark", title="", width=1),
        Column(name="subject", title="OF", width=12, grows_to=22),
        Column(name="kind", title="KIND", width=10, rank=5),
        Column(name="score", title="SCORE", width=5, right=True, is_number=True),
        Column(name="bar", title="", width=6, rank=2),
        Column(name="coverage", title="COVER", width=6, rank=1, right=True, is_number=True),
        Column(name="freshness", title="FRESH", width=6, rank=1, right=True, is_number=True),
        Column(name="validity", title="VALID", width=6, rank=1, right=True, is_number=True),
        Column(name="consistency", title="AGREE", width=6, rank=1, right=True, is_number=True),
        Column(name="latency", title="DELAY", width=6, rank=1, right=True, is_number=True),
        Column(name="anomalies", title="ODD", width=4, rank=3, right=True, is_number=True),
        Column(name="gaps", title="GAPS", width=4, rank=3, right=True, is_number=True),
        Column(name="hours", title="24 HOURS", width=12, rank=6),
        Column(name="why", title="COSTS MOST", width=12, rank=4, grows_to=80),
    )

    def keys(self, scene: Scene) -> Sequence[str]:
        return list(scene.answers.scores or ())

    def row(self, scene: Scene, key: str) -> Row:
        one = score_of(scene, key) or _BLANK
        tone = _tone(one.score) if scene.is_trusted else Tone.DIM
        anomalies, gaps = sum(one.anomalies.values()), gaps_of(scene, key)
        parts = {part.name: part for part in one.parts}
        return Row(
            key,
            (
                Cell(_mark(one.score), tone),
                Cell(key, Tone.BRIGHT if scene.is_trusted else Tone.DIM),
                Cell(one.kind, Tone.DIM),
                Cell("–" if one.score is None else f"{one.score:.0f}", tone),
                Cell("" if one.score is None else bar(one.score / 100, 6), tone),
                *(_part_cell(scene, parts.get(name)) for name in _PARTS),
                Cell(str(anomalies), Tone.WARN if anomalies and scene.is_trusted else Tone.DIM),
                Cell(str(gaps), Tone.WARN if gaps and scene.is_trusted else Tone.DIM),
                Cell(_course(one), Tone.SPARK),
                Cell(costs_most(one), Tone.DIM),
            ),
        )

    def value(self, scene: Scene, key: str, column: str) -> Value:
        one = score_of(scene, key) or _BLANK
        values: dict[str, Value] = {
            "mark": one.score,
            "score": one.score,
            "bar": one.score,
            "subject": one.subject,
            "kind": one.kind,
            "anomalies": sum(one.anomalies.values()),
            "gaps": gaps_of(scene, key),
            "hours": len(one.hours),
            "why": costs_most(one),
            **{part.name: part.value for part in one.parts},
        }
        return values.get(column)

    def is_fault(self, scene: Scene, key: str) -> bool:
        one = score_of(scene, key)
        return one is not None and one.score is not None and one.score < GOOD

    def tab(self, scene: Scene) -> str:
        return f"{self.heading(scene)}"

    def subtitle(self, scene: Scene) -> str:
        known = [one.score for one in (scene.answers.scores or {}).values() if one.score is not None]
        if not known:
            return ""
        poor = sum(score < GOOD for score in known)
        words = f"mean {sum(known) / len(known):.0f}, {poor} below {GOOD:.0f}, of 24 hours"
        return words if scene.is_trusted else f"last known: {words}"

    def empty(self, scene: Scene) -> str:
        if refusal := scene.answers.refusals.get("scores"):
            return f"the engine does not tell: {refusal}"
        if scene.answers.scores is None:
            return "not known yet: the engine is being asked"
        return "nothing judged yet: the first minute brings scores"


def score_of(scene: Scene, key: str) -> QualityScore | None:
    """What the engine last said of a subject."""
    return (scene.answers.scores or {}).get(key)


def gaps_of(scene: Scene, subject: str) -> int:
    """Gaps of the last 24 hours of an instrument, or of what a provider priced."""
    return scene.answers.gap_counts.get(subject, 0)


def costs_most(one: QualityScore) -> str:
    """The part that takes most from the score, and why; nothing where none does."""
    lost = [(part, part.weight * (100 - part.points)) for part in one.parts if part.points is not None]
    part, points = max(lost, key=lambda entry: entry[1], default=(None, 0.0))
    return f"{part.name}: {part.reason}" if part is not None and points > 0 else ""


def part_text(part: QualityPart) -> str:
    """What was measured, in its own unit."""
    if part.value is None:
        return "–"
    return duration_text(part.value) if part.name == "latency" else percent_text(part.value)


def percent_text(value: float) -> str:
    """A share in at most six characters; what is not whole never looks whole."""
    text = f"{value:.1f}%"
    return "<100%" if text == "100.0%" and value < 100 else "100%" if value >= 100 else text


def _part_cell(scene: Scene, part: QualityPart | None) -> Cell:
    if part is None or part.points is None or not scene.is_trusted:
        return Cell("–" if part is None else part_text(part), Tone.DIM)
    return Cell(part_text(part), Tone.TEXT if part.points >= 99 else _tone(part.points, Tone.TEXT))


def _tone(score: float | None, good: Tone = Tone.OK) -> Tone:
    if score is None:
        return Tone.DIM
    return good if score >= GOOD else Tone.WARN if score >= POOR else Tone.BAD


def _mark(score: float | None) -> str:
    return "·" if score is None else "●" if score >= GOOD else "○" if score >= POOR else "✖"


def _course(one: QualityScore) -> str:
    scores = tuple(hour.score for hour in one.hours if hour.score is not None)
    return sparkline(scores, 12) if len(scores) > 1 else ""
