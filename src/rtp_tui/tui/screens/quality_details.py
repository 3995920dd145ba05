"""Scores of quality and gaps at length."""

from rich.text import Text

from rtp_tui.model.gaps import Gap
from rtp_tui.model.quality import QualityScore
from rtp_tui.text import age_text, clock_text, safe
from rtp_tui.tui.news.words import gap_text
from rtp_tui.tui.panes.gaps import minutes_of
from rtp_tui.tui.panes.quality import costs_most, part_text
from rtp_tui.tui.scene import Scene
from rtp_tui.tui.screens.facts import facts_text, moment_text, whole

GAPS_SHOWN = 8


def quality_text(scene: Scene, one: QualityScore) -> Text:
    """The parts of a score with their weights and reasons, its hours, what stood out and what is missing."""
    text = facts_text(
        [
            ("score", "not measured" if one.score is None else f"{one.score:.1f} of 100, over 24 hours"),
            ("costs most", costs_most(one) or "nothing"),
            ("stood out", _counts(one.anomalies)),
            ("rejected", _counts(one.rejected)),
        ]
    )
    text.append("\n\nparts", "bold")
    for part in one.parts:
        points = "–" if part.points is None else f"{part.points:.0f}"
        text.append(f"\n{part.name:<13}", "dim")
        text.append(
            whole(f"{points:>3} of 100, weight {part.weight:g}   {part_text(part):>6}   {part.reason}")
        )
    _append_hours(text, scene, one)
    _append_gaps(text, scene, one)
    return text


def gap_details(scene: Scene, gap: Gap) -> Text:
    """One gap: what is missing, why, and what was tried."""
    until = clock_text(gap.to_ms, scene.zone, seconds=False)
    return facts_text(
        [
            ("state", gap.state.value),
            ("of", gap.instrument),
            (
                "missing",
                f"{minutes_of(gap)} min, {clock_text(gap.from_ms, scene.zone, seconds=False)} to {until}",
            ),
            ("cause", gap.cause.value),
            ("feed", gap.feed or "none"),
            ("filled from", gap.filled_from or "nothing yet"),
            ("tried", f"{gap.attempts} times"),
            ("found", moment_text(scene, gap.found_ms)),
            ("changed", moment_text(scene, gap.changed_ms)),
            ("why", gap.detail or "–"),
        ]
    )


def _append_hours(text: Text, scene: Scene, one: QualityScore) -> None:
    text.append("\n\nhours", "bold")
    for hour in one.hours[-12:]:
        score = "–" if hour.score is None else f"{hour.score:.0f}"
        odd = f", {hour.anomalies} odd" if hour.anomalies else ""
        text.append(f"\n{clock_text(hour.start_ms, scene.zone, seconds=False)}  ", "dim")
        text.append(f"{score:>3}{odd}")


def _append_gaps(text: Text, scene: Scene, one: QualityScore) -> None:
    known = (scene.answers.gaps or {}).values()
    gaps = [gap for gap in known if one.subject in (gap.instrument, gap.feed.partition(":")[0])]
    text.append("\n\ngaps", "bold")
    if not gaps:
        text.append("\nnone in the last 24 hours", "dim")
    for gap in sorted(gaps, key=lambda gap: -gap.found_ms)[:GAPS_SHOWN]:
        text.append(f"\n{clock_text(gap.from_ms, scene.zone, seconds=False)}  ", "dim")
        name = "" if gap.instrument == one.subject else f"{gap.instrument} "
        text.append(safe(f"{name}{gap_text(gap)}, {age_text(scene.now_ms - gap.changed_ms)} ago"))


def _counts(counts: dict[str, int]) -> str:
    named = sorted(counts.items(), key=lambda entry: -entry[1])
    return ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in named if count) or "nothing"
