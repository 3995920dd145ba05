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
            case StoreStatus():
                self._add("commit", payload.commit_ms.p95)
                self._add("waiting", payload.pending)
            case CacheStatus():
                self._add("hit rate", payload.hit_rate or 0.0)
            case ServerStatus():
                self._add("clients", payload.clients)
                self._add_rate("network", payload.sent_bytes, payload.at_ms)
            case _:
                pass

    def _add(self, name: str, value: float) -> None:
        self._points.setdefault(name, deque(maxlen=KEPT_POINTS)).append(value)

    def _add_rate(self, name: str, total: float, at_ms: int) -> None:
        """A counter's growth a second; a counter that fell belongs to another run."""
        before = self._points.get(f"{name} total"), self._points.get(f"{name} at")
        if before[0] and before[1] and at_ms > before[1][-1] and total >= before[0][-1]:
            self._add(name, (total - before[0][-1]) * 1000 / (at_ms - before[1][-1]))
        self._points[f"{name} total"] = deque([total], maxlen=1)
        self._points[f"{name} at"] = deque([at_ms], maxlen=1)
