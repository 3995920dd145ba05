"""Many measurements as three."""

from collections.abc import Iterable

from rtp_tui.model.statistics import Percentiles


def percentiles(values: Iterable[float]) -> Percentiles:
    """Median, 95th and 99th percentile by nearest rank; zeros of nothing."""
    ranked = sorted(values)
    if not ranked:
        return Percentiles()
    last = len(ranked) - 1
    return Percentiles(
        *(round(ranked[min(last, int(len(ranked) * share))], 3) for share in (0.5, 0.95, 0.99))
    )
