"""`/metrics` as JSON: the four figures asked for most."""

from msgspec import Struct

from rtp_tui.server.overview import errors, last_data_update_ms, symbols_processed
from rtp_tui.state.pipeline_state import PipelineState


class PipelineStats(Struct, frozen=True):
    """The four figures asked for most."""

    health_score: int | None
    symbols_processed: int
    error_rate: float | None
    """Observations kept out and frames that gave nothing, as a share of all received; null before the first."""
    last_data_update_ms: int | None


class MetricsBody(Struct, frozen=True):
    """`/metrics` as JSON."""

    pipeline_stats: PipelineStats


def metrics_body(state: PipelineState) -> MetricsBody:
    """The figures as JSON."""
    report, statistics = state.quality.health, state.measurements.statistics
    received = 0 if statistics is None else statistics.received
    return MetricsBody(
        PipelineStats(
            health_score=None if report is None else report.score,
            symbols_processed=symbols_processed(state),
            error_rate=errors(state) / received if received else None,
            last_data_update_ms=last_data_update_ms(state),
        )
    )
