"""Gaps, anomalies and runs of jobs in words, wherever they are told."""

from rtp_tui.model.gaps import Gap
from rtp_tui.model.jobs import JobOutcome, JobRun
from rtp_tui.model.quality import Anomaly, AnomalyState
from rtp_tui.tui.durations import duration_text


def gap_text(gap: Gap) -> str:
    """A gap in words: `3 minutes missing (disconnect): filled from other:BTC-USD`."""
    words = missing_text(gap) + (f" from {gap.filled_from}" if gap.filled_from else "")
    return words + (f", {gap.detail}" if gap.detail else "")


def missing_text(gap: Gap) -> str:
    """The same without who filled it: what is said alike of several instruments."""
    minutes = (gap.to_ms - gap.from_ms) // 60_000
    return f"{minutes} minute{'s' * (minutes != 1)} missing ({gap.cause}): {gap.state}"


def anomaly_text(anomaly: Anomaly) -> str:
    """An anomaly in words: `outlier quarantined: +900.0 % from the price before`."""
    state = "" if anomaly.state is AnomalyState.NOTED else f" {anomaly.state}"
    return f"{anomaly.kind.replace('_', ' ')}{state}: {anomaly.detail}"


def run_text(run: JobRun) -> str:
    """How a run ended: `failed after 3.2s, 2 attempts: HTTP 503`, `succeeded in 420ms, 12/12`."""
    took = duration_text(run.ended_ms - run.started_ms)
    words = f"{run.outcome.value.replace('_', ' ')} "
    words += f"in {took}" if run.outcome is JobOutcome.SUCCEEDED else f"after {took}"
    if run.progress is not None:
        words += f", {run.progress.done}/{run.progress.expected}"
    if run.attempts > 1:
        words += f", {run.attempts} attempts"
    return words + (f": {run.error}" if run.error else "")
