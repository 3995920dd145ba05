"""What a day or a week came to. None is "not known", never zero."""

from enum import StrEnum

from msgspec import Struct

from rtp_tui.model.quality import TargetReport
from rtp_tui.model.signals import Score


class ReportPeriod(StrEnum):
    """What a report is about."""

    DAILY = "daily"
    WEEKLY = "weekly"


class Figures(Struct, frozen=True, kw_only=True):
    """What went through the pipeline."""

    ticks: int | None
    bars: int | None
    """Minutes that were closed as they came."""
    errors: int | None
    """Observations and frames that could not be used; duplicates are none."""
    error_rate_pct: float | None
    """Of all that came."""
    reconnects: int | None
    minutes_with_data: int | None
    uptime_pct: float | None
    """Minutes in session that brought data."""
    bars_due: int | None
    """Minutes in session of all instruments that should have a bar; of feeds that are asked seldom none is due."""
    bars_there: int | None
    """Of those the ones that have one, whenever it was filled in."""
    coverage_pct: float | None


class SubjectReport(Struct, frozen=True, kw_only=True):
    """How an instrument or a source did."""

    subject: str
    score: float | None
    """0 to 100, as `GET /quality` reckons it."""
    bars_due: int | None = None
    bars_there: int | None = None
    coverage_pct: float | None = None
    observed: int | None = None
    """Of a source frames, of an instrument observations."""
    errors: int | None = None
    error_rate_pct: float | None = None
    latency_p50_ms: float | None = None
    latency_p95_ms: float | None = None
    known_from_ms: int | None = None
    """When its first minute began, where that is later than the period."""


class JobReport(Struct, frozen=True, kw_only=True):
    """How a job's runs went."""

    job: str
    runs: int
    failures: int
    """Failed or timed out."""
    mean_ms: float
    p95_ms: float
    longest_ms: float


class RuleReport(Struct, frozen=True, kw_only=True):
    """The alerts of one rule."""

    rule: str
    fired: int
    subjects: int


class AlertFigures(Struct, frozen=True, kw_only=True):
    """Alerts that fired in the period, and what became of them until the report was made."""

    fired: int
    acknowledged: int
    resolved: int
    mean_ms_to_acknowledge: float | None
    mean_ms_to_resolve: float | None
    by_rule: tuple[RuleReport, ...]
    """Those that fired most come first."""


class GapFigures(Struct, frozen=True, kw_only=True):
    """Gaps that were found in the period, and what became of them until the report was made."""

    found: int
    filled: int
    unfillable: int
    pending: int
    missing_minutes: int
    mean_recovery_ms: float | None
    """From finding a gap to having it filled."""


class StrategyReport(Struct, frozen=True, kw_only=True):
    """The signals of one strategy."""

    strategy: str
    given: int
    scores: tuple[Score, ...]
    """By how long after them; of the outcomes that are known by now."""


class SignalFigures(Struct, frozen=True, kw_only=True):
    """Signals of the period, and what became of them until the report was made."""

    given: int
    scores: tuple[Score, ...]
    by_strategy: tuple[StrategyReport, ...]
    """Those that gave most come first."""


class Report(Struct, frozen=True, kw_only=True):
    """A day, or a week from Monday on."""

    period: ReportPeriod
    name: str
    """`2026-11-21`, or `2026-W47`."""
    timezone: str
    from_ms: int
    to_ms: int
    """The end of the period, though it may be still to come."""
    made_ms: int
    is_over: bool
    """Whether the period had ended when the report was made."""
    known_from_ms: int | None
    """Since when anything was counted; None where nothing is known of the period."""
    not_known: tuple[str, ...]
    """In words, what a reader might take for known and is not."""
    figures: Figures
    targets: tuple[TargetReport, ...]
    jobs: tuple[JobReport, ...]
    """The slowest come first, by the mean of their runs."""
    alerts: AlertFigures
    gaps: GapFigures
    signals: SignalFigures
    instruments: tuple[SubjectReport, ...]
    """The worst covered come first, then those with most errors, then the slowest."""
    sources: tuple[SubjectReport, ...]
