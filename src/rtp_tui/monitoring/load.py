"""How hard the engine works: processor time, bytes, answers, and what waits."""

import resource
from collections.abc import Callable
from typing import NamedTuple

from msgspec import Struct

from rtp_tui.clock import Clock
from rtp_tui.model.statistics import LoadStatistics, NetworkStatistics
from rtp_tui.monitoring.response_times import ResponseClock
from rtp_tui.net.traffic import Traffic


class Meters(Struct, frozen=True):
    """What those who do the work count with."""

    responses: ResponseClock
    sources: Traffic
    clients: Traffic


def new_meters() -> Meters:
    """All at zero."""
    return Meters(ResponseClock(), Traffic(), Traffic())


def processor_s() -> float:
    """Processor time that the process has used."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


class _Taken(NamedTuple):
    at_s: float
    processor_s: float
    bytes: tuple[int, int, int, int]


class LoadMeter:
    """Reads the meters; rates are over the time since it was last asked."""

    def __init__(
        self,
        meters: Meters,
        clock: Clock,
        queues: Callable[[], dict[str, int]],
        used_s: Callable[[], float] = processor_s,
    ) -> None:
        self._meters = meters
        self._clock = clock
        self._queues = queues
        self._used_s = used_s
        self._before: _Taken | None = None

    def read(self) -> LoadStatistics:
        """The figures now."""
        responses, now_s = self._meters.responses, self._clock.monotonic()
        taken = _Taken(now_s, self._used_s(), self._bytes())
        before, self._before = self._before, taken
        elapsed_s = 0.0 if before is None else taken.at_s - before.at_s
        used_s = 0.0 if before is None else taken.processor_s - before.processor_s
        return LoadStatistics(
            cpu_pct=round(100 * used_s / elapsed_s, 1) if elapsed_s > 0 else None,
            responses=responses.by_kind(now_s),
            response_ms=responses.overall(now_s),
            requests=responses.count,
            failed_requests=responses.failures,
            network=_network(before or taken, taken),
            queues=self._queues(),
        )

    def _bytes(self) -> tuple[int, int, int, int]:
        sources, clients = self._meters.sources, self._meters.clients
        return sources.received, sources.sent, clients.received, clients.sent


def _network(before: _Taken, now: _Taken) -> NetworkStatistics:
    elapsed_s = now.at_s - before.at_s
    rates = (
        round((late - early) / elapsed_s, 1) if elapsed_s > 0 else 0.0
        for early, late in zip(before.bytes, now.bytes, strict=True)
    )
    source_in, source_out, client_in, client_out = rates
    return NetworkStatistics(
        source_received=now.bytes[0],
        source_sent=now.bytes[1],
        source_received_per_s=source_in,
        source_sent_per_s=source_out,
        client_received=now.bytes[2],
        client_sent=now.bytes[3],
        client_received_per_s=client_in,
        client_sent_per_s=client_out,
    )
