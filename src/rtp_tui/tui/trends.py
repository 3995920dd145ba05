"""The last minute of each measurement, for small curves."""

from collections import deque
from collections.abc import Mapping, Sequence

from rtp_tui.model.events import Payload
from rtp_tui.model.statistics import CacheStatus, PipelineStatistics, ServerStatus, StoreStatus

KEPT_POINTS = 60


class Trends:
    """The newest 60 values of each name, oldest first."""

    def __init__(self) -> None:
        self._points: dict[str, deque[float]] = {}

    @property
    def points(self) -> Mapping[str, Sequence[float]]:
        """By the names of rows of the performance pane."""
        return self._points

    def note(self, payload: Payload) -> None:
        """Take what a measurement says."""
        match payload:
            case PipelineStatistics():
                self._add("loop lag", payload.loop_lag_ms.p95)
                self._add("memory", payload.resident_bytes)
                self._add("ticks", payload.ticks_per_second)
                self._add("cpu", payload.load.cpu_pct or 0.0)
                self._add("answers", payload.load.response_ms.p95)
                self._add("received", payload.load.network.source_received_per_s)
                self._add("to clients", payload.load.network.client_sent_per_s)
            case StoreStatus():
                self._add("commit", payload.commit_ms.p95)
                self._add("read", payload.read_ms.p95)
            case CacheStatus():
                self._add("hit rate", payload.hit_rate or 0.0)
            case ServerStatus():
                self._add("clients", payload.clients)
            case _:
                pass

    def _add(self, name: str, value: float) -> None:
        self._points.setdefault(name, deque(maxlen=KEPT_POINTS)).append(value)
