"""What the server turned away, as Prometheus reads it."""

from collections.abc import Iterator

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from rtp_tui.model.statistics import ServerStatus
from rtp_tui.server.refusal_bodies import RefusedBody, refused_body


def refusal_metrics(serving: ServerStatus) -> Iterator[Metric]:
    """The counters, by what was refused."""
    yield GaugeMetricFamily("rtp_connections", "Connections open.", serving.connections)
    refused = CounterMetricFamily("rtp_refused", "What met a bound of the server.", labels=["what"])
    body = refused_body(serving)
    for name in RefusedBody.__struct_fields__:
        refused.add_metric([name], getattr(body, name))
    yield refused
