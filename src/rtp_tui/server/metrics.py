"""`/metrics`: the state as Prometheus reads it, collected when asked for."""

from collections.abc import Callable, Iterator

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector

from rtp_tui.model.statistics import PipelineStatistics, ServerStatus
from rtp_tui.server.job_metrics import breaker_metrics, job_metrics
from rtp_tui.server.load_metrics import load_metrics
from rtp_tui.server.refusal_metrics import refusal_metrics
from rtp_tui.server.repair_metrics import repair_metrics
from rtp_tui.state.pipeline_state import PipelineState


def metrics_text(
    state: PipelineState,
    serving: ServerStatus,
    version: str,
    write: Callable[[CollectorRegistry], bytes] = generate_latest,
) -> bytes:
    """The figures as Prometheus reads them, by default in its text format."""
    registry = CollectorRegistry()
    registry.register(StateCollector(state, serving, version))
    return write(registry)


def metrics_for(accept: str, state: PipelineState, serving: ServerStatus, version: str) -> tuple[bytes, str]:
    """The figures in the format that an `Accept` header asks for, and its media type."""
    write, media_type = choose_encoder(accept)
    return metrics_text(state, serving, version, write), media_type


class StateCollector(Collector):
    """Turns the state into metrics; labels are feeds, reasons, breakers and at most 200 jobs."""

    def __init__(self, state: PipelineState, serving: ServerStatus, version: str) -> None:
        self._state = state
        self._serving = serving
        self._version = version

    def collect(self) -> Iterator[Metric]:
        """All metrics now."""
        build = GaugeMetricFamily("rtp_build_info", "The running version.", labels=["version"])
        build.add_metric([self._version], 1)
        yield build
        yield from self._pipeline(self._state.measurements.statistics or PipelineStatistics(at_ms=0))
        yield from self._feeds()
        yield from breaker_metrics(self._state.breaker.breakers)
        yield from job_metrics(self._state.job.jobs)
        yield from self._clients()
        yield from refusal_metrics(self._serving)

    def _pipeline(self, statistics: PipelineStatistics) -> Iterator[Metric]:
        report = self._state.quality.health
        if report is not None and report.score is not None:
            yield GaugeMetricFamily("rtp_health_score", "Health from 0 to 100.", report.score)
        yield CounterMetricFamily("rtp_ticks_received", "Observations received.", statistics.received)
        yield CounterMetricFamily("rtp_ticks_accepted", "Observations accepted.", statistics.accepted)
        rejected = CounterMetricFamily("rtp_ticks_rejected", "Observations kept out.", labels=["reason"])
        for reason, count in statistics.rejected.items():
            rejected.add_metric([reason], count)
        yield rejected
        yield CounterMetricFamily("rtp_bars_closed", "Bars closed.", statistics.bars_closed)
        yield from repair_metrics(statistics.repairs)
        yield CounterMetricFamily(
            "rtp_clock_steps", "Times the wall clock was set.", statistics.time.clock_steps
        )
        yield CounterMetricFamily(
            "rtp_suspensions", "Times the process did not run for 5 s or more.", statistics.time.suspensions
        )
        yield CounterMetricFamily(
            "rtp_loop_stalls", "Times the loop stood still for 1 s or more.", statistics.time.stalls
        )
        yield GaugeMetricFamily("rtp_resident_bytes", "Resident memory.", statistics.resident_bytes)
        lag = statistics.loop_lag_ms.p99 / 1000
        yield GaugeMetricFamily("rtp_loop_lag_p99_seconds", "How late the engine's loop is.", lag)
        yield from load_metrics(statistics.load, self._state.measurements)

    def _feeds(self) -> Iterator[Metric]:
        up = GaugeMetricFamily("rtp_source_up", "The feed is live or polling.", labels=["source"])
        last = GaugeMetricFamily(
            "rtp_source_last_update_timestamp_seconds", "When it was last heard.", labels=["source"]
        )
        reconnects = CounterMetricFamily("rtp_source_reconnects", "Reconnections.", labels=["source"])
        early = CounterMetricFamily(
            "rtp_source_early_tries", "Tries to connect before their time.", labels=["source"]
        )
        for feed in self._state.feed.feeds.values():
            early.add_metric([feed.name], feed.early_tries)
            up.add_metric([feed.name], feed.state in ("live", "polling"))
            reconnects.add_metric([feed.name], feed.reconnects)
            if feed.last_received_ms is not None:
                last.add_metric([feed.name], feed.last_received_ms / 1000)
        yield from (up, last, reconnects, early)

    def _clients(self) -> Iterator[Metric]:
        serving = self._serving
        yield GaugeMetricFamily("rtp_ws_clients", "Followers connected.", serving.clients)
        yield CounterMetricFamily("rtp_ws_sent", "Messages sent.", serving.sent)
        yield CounterMetricFamily("rtp_ws_sent_bytes", "Bytes sent.", serving.sent_bytes)
        yield CounterMetricFamily("rtp_ws_dropped", "Followers too slow to serve.", serving.dropped_clients)
        yield CounterMetricFamily("rtp_bad_tokens", "Tokens shown that were not known.", serving.bad_tokens)
