"""How many of the minutes that should have a bar have one. Pure."""

from collections.abc import Collection, Sequence

from rtp_tui.feeds.minute_grid import MINUTE_MS, Cadence, OpenMs, missing_spans, open_minutes
from rtp_tui.model.gaps import Gap
from rtp_tui.monitoring.quality import QualityCounts

LATEST_MS = 30 * MINUTE_MS
"""What is asked about prices tells of a moment at most so long ago in session: delayed quotes are 15 or 20 minutes old."""


def may_be_late(newest_ms: int, now_ms: int, open_ms: OpenMs) -> bool:
    """Whether bars after the newest may still come from what is asked, or its feed has fallen silent."""
    return open_ms(newest_ms, max(newest_ms, now_ms)) <= LATEST_MS


def coverage_of(
    from_ms: int, end_ms: int, known: Collection[int], open_ms: OpenMs, cadence: Cadence, gaps: Sequence[Gap]
) -> QualityCounts:
    """Minutes in session, by the same grid by which gaps are found; `gaps` explain those that have no bar."""
    due = sum(1 for _ in open_minutes(from_ms, end_ms, open_ms))
    missing = [
        minute
        for start_ms, to_ms in missing_spans(from_ms, end_ms, known, open_ms, cadence)
        for minute in range(start_ms, to_ms, MINUTE_MS)
    ]
    in_gaps = sum(any(gap.from_ms <= minute < gap.to_ms for gap in gaps) for minute in missing)
    return QualityCounts(bars_due=due, bars_there=due - len(missing), in_gaps=in_gaps)
