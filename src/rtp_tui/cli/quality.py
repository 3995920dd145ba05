"""`rtp-tui quality`: how good the data is, the worst first."""

from collections.abc import Iterator, Sequence

import click
from msgspec import Struct

from rtp_tui.cli import exit_codes
from rtp_tui.cli.options import GlobalOptions, global_options, json_option
from rtp_tui.cli.output import is_coloured, raw_json, table
from rtp_tui.model.quality import QualityPart, QualityScore, TargetReport
from rtp_tui.text import safe

_PARTS = ("coverage", "freshness", "validity", "consistency", "latency")
_COLUMNS = ("SUBJECT", "SCORE", *(part.upper() for part in _PARTS), "ANOMALIES", "")
_GOOD, _FAIR = 85.0, 70.0
_NONE = "–"


class QualityAnswer(Struct, frozen=True):
    """What `GET /quality` tells."""

    scores: tuple[QualityScore, ...]
    targets: tuple[TargetReport, ...] = ()


@click.command()
@global_options()
@json_option()
@click.option("--instrument", metavar="ID", help="Of one instrument only, by id or symbol.")
@click.option("--source", metavar="FEED", help="Of one source only.")
@click.option(
    "--hours", type=click.IntRange(1, 24), default=24, show_default=True, help="Over so many hours."
)
@click.pass_obj
def quality(
    options: GlobalOptions, instrument: str | None, source: str | None, hours: int, as_json: bool
) -> int:
    """Tell how good the data of a running engine is, the worst first, and which targets it reaches."""
    from rtp_tui.cli.engine import ask, decoded  # heavy: HTTP

    wanted = {"limit": "10000", "hours": str(hours), "instrument": instrument, "source": source}
    parameters = {name: value for name, value in wanted.items() if value}
    body = ask(options, lambda engine: engine.get("/quality", parameters))
    if as_json:
        raw_json(body)
    else:
        print_quality(decoded(body, QualityAnswer))
    return exit_codes.OK


def print_quality(answer: QualityAnswer) -> None:
    """One line a subject with what costs it most, then one a target."""
    table([_COLUMNS, *(tuple(_cells(one)) for one in answer.scores)], indent="")
    if answer.targets:
        click.echo()
        table([("TARGET", "SHOULD BE", "IS", ""), *map(_target, answer.targets)], indent="")


def _cells(one: QualityScore) -> Iterator[str]:
    yield safe(one.subject)
    yield _coloured(one.score)
    known = {part.name: part for part in one.parts}
    for name in _PARTS:
        yield _points(known.get(name))
    yield str(sum(one.anomalies.values()))
    yield safe(_worst(one.parts))


def _points(part: QualityPart | None) -> str:
    return _NONE if part is None or part.points is None else f"{part.points:.1f}"


def _worst(parts: Sequence[QualityPart]) -> str:
    """What costs most, in words; nothing where all is well."""
    costs = [((100 - part.points) * part.weight, part) for part in parts if part.points is not None]
    cost, worst = max(costs, key=lambda one: one[0], default=(0.0, None))
    return f"{worst.name}: {worst.reason}" if worst is not None and cost > 0 else ""


def _coloured(score: float | None) -> str:
    if score is None:
        return _NONE
    color = "green" if score >= _GOOD else "yellow" if score >= _FAIR else "red"
    return click.style(f"{score:.1f}", fg=color) if is_coloured() else f"{score:.1f}"


def _target(one: TargetReport) -> tuple[str, ...]:
    actual = _NONE if one.actual is None else f"{one.actual:g} {one.unit}"
    verdict = "" if one.met is None else "met" if one.met else "missed"
    return one.name.replace("_", " "), f"{one.target:g} {one.unit}", actual, verdict
