"""A part of the score of health at length: what it costs, what changed it, and where to look."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from rich.text import Text

from rtp_tui.model.health import HealthPart, HealthReport
from rtp_tui.text import age_text, clock_text
from rtp_tui.tui.panes.health import score_text
from rtp_tui.tui.scene import Scene
from rtp_tui.tui.screens.facts import facts_text, whole

CHANGES_SHOWN = 8
_SMALLEST = 0.05
"""Points that show with one decimal."""
_TIMELINE = (("show_pane.log", "the timeline"),)
_FEEDS, _FAULTS = ("show_pane.feeds", "the feeds"), ("faults_only", "faults only")
_WHERE = {
    "freshness": (("show_pane.prices", "the prices"), _FAULTS),
    "completeness": (("show_pane.gaps", "the gaps"),),
    "error rate": (_FEEDS, ("show_pane.breakers", "the breakers")),
    "connections": (_FEEDS,),
    "jobs": (("show_pane.jobs", "the jobs"), _FAULTS),
    "resources": (("show_pane.performance", "performance"),),
    "market hours": (("show_pane.markets", "the markets"),),
}
"""Actions whose keys lead there, and to what."""


def health_text(scene: Scene, name: str) -> Text:
    """What a part adds to the score and why, all parts with what they cost, and how the score changed."""
    report = scene.state.quality.health
    part = None if report is None else part_of(report, name)
    if report is None or part is None:
        return Text("not judged now")
    text = facts_text(
        [
            ("points", f"{part.points:.1f} of {part.max:.1f}, {_cost(part)}"),
            ("because", part.reason),
            ("look at", _where(scene, name)),
            ("judged", f"{clock_text(report.at_ms, scene.zone)}, by the profile {report.profile}"),
        ]
    )
    text.append(f"\n\nscore {score_text(report)}, {report.band or report.status}", "bold")
    for one in sorted(report.parts, key=lambda one: one.points - one.max):
        text.append(f"\n{'>' if one is part else ' '} {one.name:<13}", "" if one is part else "dim")
        text.append(whole(f"{one.points:>5.1f} of {one.max:<5.1f}{_cost(one):>14}   {one.reason}"))
    text.append(f"\n{whole(report.reason)}", "dim")
    text.append("\n\nwhat changed", "bold")
    changes = list(changes_of((*scene.reports, report)))[-CHANGES_SHOWN:]
    text.append("" if changes else "\nnothing that this console has seen", "dim")
    for at_ms, words in reversed(changes):
        text.append(f"\n{clock_text(at_ms, scene.zone)} {age_text(scene.now_ms - at_ms):>5} ago  ", "dim")
        text.append(whole(words))
    return text


def _where(scene: Scene, name: str) -> str:
    """`3 the feeds, 4 the breakers`."""
    return ", ".join(f"{scene.key(action)} {words}" for action, words in _WHERE.get(name, _TIMELINE))


def part_of(report: HealthReport, name: str) -> HealthPart | None:
    """The part of that name."""
    return next((part for part in report.parts if part.name == name), None)


def changes_of(reports: Sequence[HealthReport]) -> Iterator[tuple[int, str]]:
    """When the score changed and by which parts: `98 to 83: connections -15.0, kraken reconnects`."""
    for before, after in pairwise(reports):
        moves = [(move, part) for part in after.parts if abs(move := _move(before, part)) >= _SMALLEST]
        if moves:
            moves.sort(key=lambda entry: -abs(entry[0]))
            told = "; ".join(f"{part.name} {move:+.1f}, {part.reason}" for move, part in moves)
            yield after.at_ms, f"{score_text(before)} to {score_text(after)}: {told}"


def _move(before: HealthReport, part: HealthPart) -> float:
    known = part_of(before, part.name)
    return part.points - (known.points if known is not None else part.points)


def _cost(part: HealthPart) -> str:
    lost = part.max - part.points
    return f"costs {-lost:+.1f}" if lost >= _SMALLEST else "costs nothing"
