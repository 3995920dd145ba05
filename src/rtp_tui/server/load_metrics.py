"""How hard the engine works, as Prometheus reads it."""

from collections.abc import Iterator

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from rtp_tui.model.statistics import CacheStatus, LoadStatistics, Percentiles, StoreStatus
from rtp_tui.state.measurements import MeasurementSlice

QUANTILES = ("p50", "p95", "p99")


def load_metrics(load: LoadStatistics, measured: MeasurementSlice) -> Iterator[Metric]:
    """Answers, bytes, the processor, queues, the cache and the history file."""
    yield from _responses(load)
    yield from _network(load)
    if load.cpu_pct is not None:
        yield GaugeMetricFamily("rtp_cpu_ratio", "Of one core, over the last second.", load.cpu_pct / 100)
    waiting = GaugeMetricFamily("rtp_queue_depth", "What waits.", labels=["queue"])
    for queue, depth in load.queues.items():
        waiting.add_metric([queue], depth)
    yield waiting
    if measured.cache is not None:
        yield from _cache(measured.cache)
    if measured.store is not None:
        yield from _store(measured.store)


def _responses(load: LoadStatistics) -> Iterator[Metric]:
    counts = CounterMetricFamily("rtp_responses", "Answers of the server.", labels=["kind"])
    failures = CounterMetricFamily("rtp_failed_responses", "Answers with 500 or more.", labels=["kind"])
    took = GaugeMetricFamily(
        "rtp_response_seconds", "How long answers take to begin, last 5 min.", labels=["kind", "quantile"]
    )
    for one in load.responses:
        counts.add_metric([one.kind], one.count)
        failures.add_metric([one.kind], one.failures)
        _measure(took, one.ms, one.kind)
    _measure(took, load.response_ms, "all")
    yield from (counts, failures, took)


def _network(load: LoadStatistics) -> Iterator[Metric]:
    network = load.network
    carried = CounterMetricFamily("rtp_network_bytes", "Bytes carried.", labels=["peer", "direction"])
    for peer, direction, count in (
        ("source", "received", network.source_received),
        ("source", "sent", network.source_sent),
        ("client", "received", network.client_received),
        ("client", "sent", network.client_sent),
    ):
        carried.add_metric([peer, direction], count)
    yield carried


def _cache(cache: CacheStatus) -> Iterator[Metric]:
    lookups = CounterMetricFamily("rtp_cache_lookups", "Lookups by what came of them.", labels=["result"])
    lookups.add_metric(["hit"], cache.hits)
    lookups.add_metric(["miss"], cache.misses)
    yield lookups
    if cache.hit_rate is not None:
        yield GaugeMetricFamily("rtp_cache_hit_ratio", "Since the start.", cache.hit_rate / 100)


def _store(store: StoreStatus) -> Iterator[Metric]:
    took = GaugeMetricFamily("rtp_store_seconds", "How long it takes.", labels=["what", "quantile"])
    _measure(took, store.commit_ms, "commit")
    _measure(took, store.read_ms, "read")
    yield took
    yield CounterMetricFamily("rtp_store_reads", "Questions answered.", store.reads)
    yield CounterMetricFamily("rtp_store_reads_waited", "Questions that found no reader.", store.reads_waited)
    yield CounterMetricFamily("rtp_store_rows_dropped", "Rows given up.", store.dropped)
    yield GaugeMetricFamily("rtp_store_size_bytes", "Of the history file.", store.size_bytes)


def _measure(family: GaugeMetricFamily, taken: Percentiles, name: str) -> None:
    for quantile in QUANTILES:
        family.add_metric([name, quantile], getattr(taken, quantile) / 1000)
