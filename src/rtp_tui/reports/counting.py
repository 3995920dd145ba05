"""What rows of the past add up to. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from statistics import fmean

import msgspec

from rtp_tui.analytics.signals.outcomes import scores_of
from rtp_tui.model.alerts import Alert
from rtp_tui.model.gaps import Gap, GapState
from rtp_tui.model.jobs import JobOutcome, JobRun
from rtp_tui.model.reports import (
    AlertFigures,
    GapFigures,
    JobReport,
    RuleReport,
    SignalFigures,
    StrategyReport,
    SubjectReport,
)
from rtp_tui.model.signals import Signal
from rtp_tui.model.tallies import Tally
from rtp_tui.monitoring.quality import QualityCounts, latency_ms, overall, quality_parts
from rtp_tui.monitoring.rolling_day import DATA

_FAILED = (JobOutcome.FAILED, JobOutcome.TIMED_OUT)
_NOT_RUN = (JobOutcome.SKIPPED, JobOutcome.MISSED)
_DUPLICATE = "duplicate"
_MINUTE_MS = 60_000
_minutes = msgspec.json.Decoder(dict[str, int])


class MinuteSums:
    """What the minutes of a period counted."""

    def __init__(self) -> None:
        self.first_ms: int | None = None
        self.with_data = 0
        self._sums: dict[str, int] = {}

    def add(self, tallies: Iterable[Tally]) -> None:
        """Take minutes in, ascending."""
        for tally in tallies:
            counts = _minutes.decode(tally.counts)
            self.first_ms = tally.start_ms if self.first_ms is None else self.first_ms
            self.with_data += counts.get(DATA, 0) > 0
            for name, count in counts.items():
                self._sums[name] = self._sums.get(name, 0) + count

    def get(self, name: str) -> int | None:
        """A sum; None where no minute is known."""
        return None if self.first_ms is None else self._sums.get(name, 0)

    @property
    def error_rate_pct(self) -> float | None:
        """Errors of all that came."""
        errors, ticks = self._sums.get("errors", 0), self._sums.get(DATA, 0)
        return share_pct(errors, ticks + errors)


def job_reports(runs: Iterable[JobRun]) -> tuple[JobReport, ...]:
    """Jobs by the mean of their runs, the slowest first."""
    by_job: dict[str, list[JobRun]] = {}
    for run in runs:
        if run.outcome not in _NOT_RUN:
            by_job.setdefault(run.job, []).append(run)
    reports = (_job(job, done) for job, done in by_job.items())
    return tuple(sorted(reports, key=lambda one: (-one.mean_ms, one.job)))


def _job(job: str, runs: Sequence[JobRun]) -> JobReport:
    took = sorted(float(_ms_between(run.started_ms, run.ended_ms)) for run in runs)
    return JobReport(
        job=job,
        runs=len(runs),
        failures=sum(run.outcome in _FAILED for run in runs),
        mean_ms=round(fmean(took), 1),
        p95_ms=took[min(len(took) - 1, int(0.95 * len(took)))],
        longest_ms=took[-1],
    )


def alert_figures(alerts: Sequence[Alert]) -> AlertFigures:
    """Alerts that fired, and what became of them."""
    by_rule: dict[str, list[str]] = {}
    for alert in alerts:
        by_rule.setdefault(alert.rule, []).append(alert.subject)
    rules = (
        RuleReport(rule=rule, fired=len(subjects), subjects=len({*subjects}))
        for rule, subjects in by_rule.items()
    )
    return AlertFigures(
        fired=len(alerts),
        acknowledged=sum(alert.acknowledged_ms is not None for alert in alerts),
        resolved=sum(alert.resolved_ms is not None for alert in alerts),
        mean_ms_to_acknowledge=_mean(_since_fired(alert, alert.acknowledged_ms) for alert in alerts),
        mean_ms_to_resolve=_mean(_since_fired(alert, alert.resolved_ms) for alert in alerts),
        by_rule=tuple(sorted(rules, key=lambda one: (-one.fired, one.rule))),
    )


def _since_fired(alert: Alert, at_ms: int | None) -> int | None:
    return None if at_ms is None or alert.fired_ms is None else _ms_between(alert.fired_ms, at_ms)


def signal_figures(signals: Sequence[Signal]) -> SignalFigures:
    """Signals that were given, and how they did."""
    by_strategy: dict[str, list[Signal]] = {}
    for signal in signals:
        by_strategy.setdefault(signal.strategy, []).append(signal)
    strategies = (
        StrategyReport(strategy=name, given=len(given), scores=scores_of(given))
        for name, given in by_strategy.items()
    )
    return SignalFigures(
        given=len(signals),
        scores=scores_of(signals),
        by_strategy=tuple(sorted(strategies, key=lambda one: (-one.given, one.strategy))),
    )


def gap_figures(gaps: Sequence[Gap]) -> GapFigures:
    """Gaps that were found, and what became of them."""
    filled = [gap for gap in gaps if gap.state is GapState.FILLED]
    return GapFigures(
        found=len(gaps),
        filled=len(filled),
        unfillable=sum(gap.state is GapState.UNFILLABLE for gap in gaps),
        pending=sum(gap.is_pending for gap in gaps),
        missing_minutes=sum((gap.to_ms - gap.from_ms) // _MINUTE_MS for gap in gaps),
        mean_recovery_ms=_mean(_ms_between(gap.found_ms, gap.changed_ms) for gap in filled),
    )


def subject_report(
    subject: str, counts: QualityCounts, *, has_coverage: bool, known_from_ms: int | None = None
) -> SubjectReport:
    """How an instrument or a source did, by what was counted of it."""
    errors = sum(count for reason, count in counts.rejected.items() if reason != _DUPLICATE)
    observed = max(counts.observed, errors)
    is_covered = has_coverage and counts.bars_due > 0
    return SubjectReport(
        subject=subject,
        score=overall(quality_parts(counts)),
        bars_due=counts.bars_due if is_covered else None,
        bars_there=counts.bars_there if is_covered else None,
        coverage_pct=share_pct(counts.bars_there, counts.bars_due) if is_covered else None,
        observed=observed or None,
        errors=errors if observed else None,
        error_rate_pct=share_pct(errors, observed),
        latency_p50_ms=latency_ms(counts.latency, 0.5),
        latency_p95_ms=latency_ms(counts.latency, 0.95),
        known_from_ms=known_from_ms,
    )


def ranked(reports: Iterable[SubjectReport]) -> tuple[SubjectReport, ...]:
    """By coverage, the least first, then by errors, then by latency; what is not known comes last."""
    return tuple(
        sorted(
            reports,
            key=lambda one: (
                101.0 if one.coverage_pct is None else one.coverage_pct,
                -(one.errors or 0),
                -(one.latency_p95_ms or 0.0),
                one.subject,
            ),
        )
    )


def share_pct(part: int, of_all: int) -> float | None:
    """A share in percent; None of nothing."""
    return round(100 * part / of_all, 3) if of_all else None


def _ms_between(began_ms: int, ended_ms: int) -> int:
    """Never less than nothing, as where the clock was set back meanwhile."""
    return max(0, ended_ms - began_ms)


def _mean(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return round(fmean(known), 1) if known else None


def slowest_last_run_ms(runs: Iterable[JobRun], jobs: Mapping[str, str], kind: str) -> float | None:
    """The longest of the last runs of jobs of a kind; `jobs` tells each one's."""
    last = {run.job: _ms_between(run.started_ms, run.ended_ms) for run in runs if jobs.get(run.job) == kind}
    return max(last.values(), default=None)
