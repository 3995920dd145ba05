"""How many of the minutes that should have a bar have one. Pure."""

from collections.abc import Collection, Sequence

from rtp_tui.feeds.minute_grid import MINUTE_MS, Cadence, OpenMs, missing_spans, open_minutes
from rtp_tui.model.gaps import Gap
from rtp_tui.monitoring.quality import QualityCounts


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
