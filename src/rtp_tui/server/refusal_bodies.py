"""What the server turned away, as `/stats` and `/metrics` tell it."""

from collections.abc import Iterator

from msgspec import Struct
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from rtp_tui.model.statistics import ServerStatus


class RefusedBody(Struct, frozen=True, kw_only=True):
    """How often each bound of the server was met, since the start."""

    connections: int
    requests: int
    clients: int
    flooding_clients: int
    late_requests: int
    stalled_responses: int
    forgotten_addresses: int
    unlogged_requests: int


def refused_body(serving: ServerStatus) -> RefusedBody:
    """The counters."""
    return RefusedBody(
        connections=serving.refused_connections,
        requests=serving.refused_requests,
        clients=serving.refused_clients,
        flooding_clients=serving.flooding_clients,
        late_requests=serving.late_requests,
        stalled_responses=serving.stalled_responses,
        forgotten_addresses=serving.forgotten_addresses,
        unlogged_requests=serving.unlogged_requests,
    )


def refusal_metrics(serving: ServerStatus) -> Iterator[Metric]:
    """The counters, by what was refused."""
    yield GaugeMetricFamily("rtp_connections", "Connections open.", serving.connections)
    refused = CounterMetricFamily("rtp_refused", "What met a bound of the server.", labels=["what"])
    body = refused_body(serving)
    for name in RefusedBody.__struct_fields__:
        refused.add_metric([name], getattr(body, name))
    yield refused
