"""Gaps and verified bars as Prometheus reads them."""

from collections.abc import Iterator

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from rtp_tui.model.statistics import RepairStatistics


def repair_metrics(repairs: RepairStatistics) -> Iterator[Metric]:
    """What was found missing, what became of it, and how long that took."""
    gaps = CounterMetricFamily("rtp_gaps", "Gaps by what became of them.", labels=["outcome"])
    for outcome in ("found", "filled", "unfillable", "dropped"):
        gaps.add_metric([outcome], getattr(repairs, outcome))
    yield gaps
    yield GaugeMetricFamily("rtp_gaps_pending", "Gaps still to be repaired.", repairs.pending)
    took = GaugeMetricFamily("rtp_gap_repair_seconds", "From finding a gap to its end.", labels=["statistic"])
    for statistic in ("p50", "p95") if repairs.filled else ():
        took.add_metric([statistic], getattr(repairs.repair_ms, statistic) / 1000)
    yield took
    bars = CounterMetricFamily("rtp_bars_verified", "Bars held against their trades.", labels=["result"])
    bars.add_metric(["agree"], repairs.bars_verified - repairs.bars_differing)
    bars.add_metric(["differ"], repairs.bars_differing)
    yield bars
