"""A report as headings, paragraphs and tables, before it is Markdown or HTML. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from msgspec import Struct

from rtp_tui.model.quality import TargetReport
from rtp_tui.model.reports import Report, ReportPeriod, SubjectReport
from rtp_tui.model.signals import Score

MOST_ROWS = 10
"""Of a ranking; JSON has all."""
NOT_KNOWN = "–"
_MINUTE_MS = 60_000
_HOUR_MS = 3_600_000


class Table(Struct, frozen=True):
    """Rows of text under their columns; the first column is a name, the others are figures."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


class Section(Struct, frozen=True):
    """A heading, what is said under it, and a table where there are rows."""

    title: str
    paragraphs: tuple[str, ...] = ()
    table: Table | None = None


class Document(Struct, frozen=True):
    """A whole report."""

    title: str
    paragraphs: tuple[str, ...]
    sections: tuple[Section, ...]


def document_of(report: Report) -> Document:
    """Everything that a person wants to know of a period."""
    kind = "Week" if report.period is ReportPeriod.WEEKLY else "Day"
    sections = (
        _overview(report),
        _targets(report.targets),
        _alerts(report),
        _gaps(report),
        _signals(report),
        _jobs(report),
        *_rankings(report.instruments),
        _subjects("Sources", report.sources, "no source was counted"),
    )
    return Document(f"{kind} {report.name}", tuple(_introduction(report)), sections)


def _introduction(report: Report) -> Iterator[str]:
    zone = ZoneInfo(report.timezone)
    began, ends, made = (_moment(at, zone) for at in (report.from_ms, report.to_ms, report.made_ms))
    yield f"{began} to {ends}, {report.timezone}; made {made}."
    for words in report.not_known:
        yield f"Not known: {words}."


def _overview(report: Report) -> Section:
    one = report.figures
    minutes = _count(one.minutes_with_data)
    rows = (
        ("Uptime in session", f"{_pct(one.uptime_pct)} ({minutes} minutes with data)"),
        (
            "Coverage",
            f"{_pct(one.coverage_pct)} ({_count(one.bars_there)} of {_count(one.bars_due)} minutes)",
        ),
        ("Error rate", f"{_pct(one.error_rate_pct)} ({_count(one.errors)} errors)"),
        ("Ticks", _count(one.ticks)),
        ("Bars closed", _count(one.bars)),
        ("Reconnects", _count(one.reconnects)),
    )
    return Section("Overview", (), Table(("Figure", "Value"), rows))


def _targets(targets: Sequence[TargetReport]) -> Section:
    rows = tuple(
        (
            one.name.replace("_", " "),
            f"{one.target:g} {one.unit}",
            NOT_KNOWN if one.actual is None else f"{one.actual:g} {one.unit}",
            NOT_KNOWN if one.met is None else "met" if one.met else "missed",
            one.detail,
        )
        for one in targets
    )
    return _section("Targets", ("Target", "Should be", "Was", "Verdict", "Note"), rows, "no targets")


def _alerts(report: Report) -> Section:
    one = report.alerts
    rows = tuple((rule.rule, _count(rule.fired), _count(rule.subjects)) for rule in one.by_rule)
    if not rows:
        return Section("Alerts", ("No alert fired.",))
    words = (
        f"{one.fired} fired, {one.acknowledged} acknowledged (after {_took(one.mean_ms_to_acknowledge)} in the mean),"
        f" {one.resolved} resolved (after {_took(one.mean_ms_to_resolve)} in the mean)."
    )
    return Section("Alerts", (words,), Table(("Rule", "Fired", "Subjects"), rows))


def _gaps(report: Report) -> Section:
    one = report.gaps
    if not one.found:
        return Section("Gaps", ("No gap was found.",))
    words = (
        f"{one.found} found, {_count(one.missing_minutes)} minutes; {one.filled} filled (after"
        f" {_took(one.mean_recovery_ms)} in the mean), {one.unfillable} cannot be filled, {one.pending} pending."
    )
    return Section("Gaps", (words,))


def _signals(report: Report) -> Section:
    one = report.signals
    if not one.given:
        return Section("Signals", ("No signals were given.",))
    after = tuple(_took(score.after_ms) for score in one.scores)
    rows = tuple(
        (each.strategy, _count(each.given), *map(_score, each.scores)) for each in one.by_strategy[:MOST_ROWS]
    )
    words = f"{_count(one.given)} given. Of those whose outcome is known: hits, and the mean move in their direction."
    return Section(
        "Signals", (words,), Table(("Strategy", "Given", *(f"After {time}" for time in after)), rows)
    )


def _score(score: Score) -> str:
    if not score.known:
        return NOT_KNOWN
    return f"{score.hits} of {score.known}, {score.expectancy_pct or 0.0:+.3f} %"


def _jobs(report: Report) -> Section:
    rows = tuple(
        (
            one.job,
            _count(one.runs),
            _count(one.failures),
            _took(one.mean_ms),
            _took(one.p95_ms),
            _took(one.longest_ms),
        )
        for one in report.jobs[:MOST_ROWS]
    )
    return _section("Slowest jobs", ("Job", "Runs", "Failed", "Mean", "p95", "Longest"), rows, "no job ran")


def _rankings(instruments: Sequence[SubjectReport]) -> Iterator[Section]:
    """The instruments of most concern, in three ways."""
    covered = [one for one in instruments if one.coverage_pct is not None]
    wrong = sorted((one for one in instruments if one.errors), key=lambda one: -(one.errors or 0))
    slow = sorted(
        (one for one in instruments if one.latency_p95_ms is not None),
        key=lambda one: -(one.latency_p95_ms or 0.0),
    )
    yield _subjects("Instruments by coverage, the least first", covered, "no coverage was measured")
    yield _subjects("Instruments by errors, the most first", wrong, "no instrument had errors")
    yield _subjects("Instruments by latency, the slowest first", slow, "no latency was measured")


def _subjects(title: str, subjects: Sequence[SubjectReport], otherwise: str) -> Section:
    columns = ("Name", "Coverage", "Minutes", "Errors", "Error rate", "Latency p50", "Latency p95", "Score")
    rows = tuple(tuple(_cells(one)) for one in subjects[:MOST_ROWS])
    section = _section(title, columns, rows, otherwise)
    more = len(subjects) - MOST_ROWS
    return section if more <= 0 else Section(title, (f"{MOST_ROWS} of {len(subjects)}.",), section.table)


def _cells(one: SubjectReport) -> Iterator[str]:
    yield one.subject
    yield _pct(one.coverage_pct)
    yield f"{_count(one.bars_there)} of {_count(one.bars_due)}" if one.bars_due else NOT_KNOWN
    yield _count(one.errors)
    yield _pct(one.error_rate_pct)
    yield _took(one.latency_p50_ms)
    yield _took(one.latency_p95_ms)
    yield NOT_KNOWN if one.score is None else f"{one.score:.1f}"


def _section(
    title: str, columns: tuple[str, ...], rows: Iterable[tuple[str, ...]], otherwise: str
) -> Section:
    rows = tuple(rows)
    if rows:
        return Section(title, (), Table(columns, rows))
    return Section(title, (f"{otherwise[0].upper()}{otherwise[1:]}.",))


def _pct(value: float | None) -> str:
    return NOT_KNOWN if value is None else f"{value:.3f}".rstrip("0").rstrip(".") + " %"


def _count(value: int | None) -> str:
    return NOT_KNOWN if value is None else f"{value:,}"


def _took(value_ms: float | None) -> str:
    """`40 ms`, `2.5 s`, `3.2 min`, `24.0 h`."""
    if value_ms is None:
        return NOT_KNOWN
    if value_ms < 1000:
        return f"{value_ms:.0f} ms"
    if value_ms < 2 * _MINUTE_MS:
        return f"{value_ms / 1000:.1f} s"
    hours = value_ms / _HOUR_MS
    return f"{hours:.1f} h" if hours >= 2 else f"{value_ms / _MINUTE_MS:.1f} min"


def _moment(at_ms: int, zone: ZoneInfo) -> str:
    return f"{datetime.fromtimestamp(at_ms / 1000, tz=zone):%Y-%m-%d %H:%M}"
