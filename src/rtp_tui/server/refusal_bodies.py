"""What the server turned away, as `/stats` tells it."""

from msgspec import Struct

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
    unlisted_denials: int


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
        unlisted_denials=serving.unlisted_denials,
    )
