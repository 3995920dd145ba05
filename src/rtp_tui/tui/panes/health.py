"""Health: the score, and what each part adds to it and why."""

from collections.abc import Sequence

from rtp_tui.model.health import HealthBand, HealthPart, HealthReport
from rtp_tui.model.quality import TargetReport
from rtp_tui.tui.cells import Cell, Column, Line, Row, Tone
from rtp_tui.tui.digits import big_digits
from rtp_tui.tui.panes.bars import bar
from rtp_tui.tui.panes.pane import Pane, Value
from rtp_tui.tui.scene import Scene

TARGET = "▸ "
"""Before the names of targets, which stand under the parts of the score."""
BAND_TONES = {
    HealthBand.EXCELLENT: Tone.OK,
    HealthBand.GOOD: Tone.OK,
    HealthBand.DEGRADED: Tone.WARN,
    HealthBand.CRITICAL: Tone.BAD,
}
_BLOCKS = "▁▂▃▄▅▆▇█"


class Health(Pane):
    """One row a part of the score."""

    name = "health"
    title = "Health"
    has_heading = False
    is_counted = False
    columns = (
        Column(name="part", title="PART", width=11, grows_to=20),
        Column(name="points", title="POINTS", width=6, right=True),
        Column(name="bar", title="", width=4, rank=1),
        Column(name="reason", title="REASON", width=16, rank=2, grows_to=200),
    )

    def keys(self, scene: Scene) -> Sequence[str]:
        report = scene.state.quality.health
        parts = [part.name for part in report.parts] if report else []
        return [*parts, *(f"{TARGET}{target.name}" for target in scene.answers.targets)] if parts else []

    def row(self, scene: Scene, key: str) -> Row:
        if (target := target_of(scene, key)) is not None:
            return _target_row(scene, key, target)
        part = _part(scene, key)
        tone = _part_tone(part) if scene.is_trusted else Tone.DIM
        full = part.points >= part.max
        return Row(
            key,
            (
                Cell(part.name, Tone.TEXT if scene.is_trusted else Tone.DIM),
                Cell(f"{part.points:.0f}/{part.max:.0f}", Tone.DIM if full else tone),
                Cell(bar(part.points / part.max if part.max else 0.0, 4), tone),
                Cell(part.reason, Tone.DIM if full or not scene.is_trusted else Tone.TEXT),
            ),
        )

    def value(self, scene: Scene, key: str, column: str) -> Value:
        if target_of(scene, key) is not None:
            return super().value(scene, key, column) if column in ("part", "reason") else None
        part = _part(scene, key)
        values: dict[str, Value] = {
            "part": part.name,
            "points": part.points,
            "bar": part.max - part.points,
            "reason": part.reason,
        }
        return values[column]

    def is_fault(self, scene: Scene, key: str) -> bool:
        target = target_of(scene, key)
        if target is not None:
            return target.met is False
        part = _part(scene, key)
        return part.points < part.max

    def banner(self, scene: Scene, width: int, height: int) -> tuple[Line, ...]:
        report = scene.state.quality.health
        if report is None:
            return ()
        tone = report_tone(report) if scene.is_trusted else Tone.DIM
        if height >= 11 and width >= 50:
            return _large_banner(scene, report, tone, width)
        trend = trend_text(scene.scores, 8)
        room = width - len(str(report.band or report.status)) - 6
        return (
            score_line(report, tone, max(8, room - (9 if trend else 0)), trend),
            (Cell(report.reason, Tone.DIM),),
            (),
        )

    def tab(self, scene: Scene) -> str:
        report = scene.state.quality.health
        return f"{self.heading(scene)} {score_text(report)}" if report else super().tab(scene)

    def subtitle(self, scene: Scene) -> str:
        report = scene.state.quality.health
        if report is None:
            return ""
        words = f"{report.status}{_targets_met(scene)}"
        return words if scene.is_trusted else f"last known: {words}"

    def empty(self, scene: Scene) -> str:
        engine = scene.state.part.engine
        if engine is not None and engine.replay is not None:
            return "no score: a replay is not judged"
        return "no score yet: the first prices bring one"


def is_part(scene: Scene, key: str) -> bool:
    """A row is about a part of the score, not about a target."""
    report = scene.state.quality.health
    return report is not None and any(part.name == key for part in report.parts)


def report_tone(report: HealthReport) -> Tone:
    """The colour of a score."""
    return BAND_TONES[report.band] if report.band else Tone.DIM


def score_text(report: HealthReport) -> str:
    """The score, or a dash while it is not known."""
    return "–" if report.score is None else str(report.score)


def trend_text(scores: Sequence[int], width: int) -> str:
    """The newest scores as a small curve from 0 to 100; nothing while they do not change."""
    blocks = [_BLOCKS[min(7, max(0, score) * 8 // 100)] for score in scores[-width:]]
    return "".join(blocks).rjust(width) if len(set(blocks)) > 1 else ""


def score_line(report: HealthReport, tone: Tone, bar_width: int, trend: str) -> Line:
    """`87 ━━━━━━━━╸─ ▁▂▅▇ good`."""
    return (
        Cell(f"{score_text(report):>3} ", tone),
        Cell(bar((report.score or 0) / 100, bar_width), tone),
        Cell(f" {trend} " if trend else " ", Tone.SPARK),
        Cell(str(report.band or report.status), tone),
    )


def _large_banner(scene: Scene, report: HealthReport, tone: Tone, width: int) -> tuple[Line, ...]:
    digits = big_digits(score_text(report))
    trend = trend_text(scene.scores, max(8, width - len(digits[0]) - 18))
    beside: tuple[Line, ...] = (
        (Cell(str(report.band or report.status), tone), Cell(f"   {trend}" if trend else "", Tone.SPARK)),
        (Cell(bar((report.score or 0) / 100, width - len(digits[0]) - 5), tone),),
        (Cell(report.reason, Tone.DIM),),
    )
    return (*((Cell(f" {big}  ", tone), *line) for big, line in zip(digits, beside, strict=True)), ())


def target_of(scene: Scene, key: str) -> TargetReport | None:
    """The target that a row is about; None for a part of the score."""
    if not key.startswith(TARGET):
        return None
    return next((one for one in scene.answers.targets if f"{TARGET}{one.name}" == key), None)


def target_text(target: TargetReport) -> str:
    """`99.2 %, wanted 99 %`."""
    unit = "%" if target.unit == "%" else " s"
    actual = "not measured yet" if target.actual is None else f"{target.actual:.4g}{unit}"
    return f"{actual}, wanted {target.target:g}{unit}" + (f": {target.detail}" if target.detail else "")


def _target_row(scene: Scene, key: str, target: TargetReport) -> Row:
    missed, known = target.met is False, scene.is_trusted and target.met is not None
    tone = Tone.DIM if not known else Tone.BAD if missed else Tone.OK
    return Row(
        key,
        (
            Cell(f"{TARGET}{target.name.replace('_', ' ')}", Tone.TEXT if scene.is_trusted else Tone.DIM),
            Cell("–" if target.met is None else "missed" if missed else "met", tone),
            Cell("" if target.met is None else "✖" if missed else "✓", tone),
            Cell(target_text(target), Tone.TEXT if missed and scene.is_trusted else Tone.DIM),
        ),
    )


def _targets_met(scene: Scene) -> str:
    judged = [target for target in scene.answers.targets if target.met is not None]
    return f", {sum(target.met is True for target in judged)} of {len(judged)} targets met" if judged else ""


def _part(scene: Scene, key: str) -> HealthPart:
    report = scene.state.quality.health
    parts = report.parts if report else ()
    return next((part for part in parts if part.name == key), HealthPart(key, 0, 0, ""))


def _part_tone(part: HealthPart) -> Tone:
    share = part.points / part.max if part.max else 0.0
    return Tone.OK if share >= 0.85 else Tone.WARN if share >= 0.5 else Tone.BAD
