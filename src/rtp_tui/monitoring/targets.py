"""What the pipeline should reach, and whether it does. Pure."""

from msgspec import Struct

from rtp_tui.model.quality import TargetReport


class TargetSettings(Struct, frozen=True, kw_only=True):
    """What should be reached."""

    error_rate_pct: float = 1.0
    """Of what came in during the last 24 hours, at most."""
    freshness_priority_ms: int = 60_000
    """Age of the oldest price of high priority in an open market."""
    freshness_ms: int = 120_000
    """Age of the oldest price in an open market."""
    coverage_pct: float = 99.0
    accuracy_pct: float = 99.9
    """Bars that their trades confirm, and prices that another feed confirms."""
    gap_recovery_ms: int = 300_000
    """From finding a gap to having it filled, in the mean."""
    uptime_pct: float = 99.9
    """Minutes in session that brought data."""
    full_cycle_ms: int = 30_000
    """The slowest round of asking, as it went last."""


class Figures(Struct, frozen=True, kw_only=True):
    """What was measured; None: nothing to measure yet."""

    error_rate_pct: float | None = None
    oldest_priority_ms: float | None = None
    oldest_ms: float | None = None
    coverage_pct: float | None = None
    accuracy_pct: float | None = None
    gap_recovery_ms: float | None = None
    uptime_pct: float | None = None
    full_cycle_ms: float | None = None


def judge_targets(targets: TargetSettings, figures: Figures) -> tuple[TargetReport, ...]:
    """Each target with what was reached: percent, or seconds."""
    return (
        _at_most("error_rate", targets.error_rate_pct, figures.error_rate_pct),
        _within("freshness_priority", targets.freshness_priority_ms, figures.oldest_priority_ms),
        _within("freshness", targets.freshness_ms, figures.oldest_ms),
        _at_least("coverage", targets.coverage_pct, figures.coverage_pct),
        _at_least("accuracy", targets.accuracy_pct, figures.accuracy_pct),
        _within("gap_recovery", targets.gap_recovery_ms, figures.gap_recovery_ms),
        _at_least("uptime", targets.uptime_pct, figures.uptime_pct),
        _within("full_cycle", targets.full_cycle_ms, figures.full_cycle_ms),
    )


def _at_least(name: str, target: float, actual: float | None) -> TargetReport:
    return TargetReport(name, "%", target, _rounded(actual), None if actual is None else actual >= target)


def _at_most(name: str, target: float, actual: float | None) -> TargetReport:
    return TargetReport(name, "%", target, _rounded(actual), None if actual is None else actual <= target)


def _within(name: str, target_ms: float, actual_ms: float | None) -> TargetReport:
    met = None if actual_ms is None else actual_ms <= target_ms
    actual_s = None if actual_ms is None else actual_ms / 1000
    return TargetReport(name, "s", target_ms / 1000, _rounded(actual_s), met)


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)
