"""Measurements of the engine and of its store."""

from rtp_tui.model.events import Event
from rtp_tui.model.statistics import PipelineStatistics, StoreStatus


class StoreSlice:
    """The history file's newest status."""

    def __init__(self) -> None:
        self.store: StoreStatus | None = None

    def apply(self, event: Event) -> None:
        if isinstance(event.payload, StoreStatus):
            self.store = event.payload


class PerformanceSlice:
    """The pipeline's newest counters."""

    def __init__(self) -> None:
        self.statistics: PipelineStatistics | None = None

    def apply(self, event: Event) -> None:
        if isinstance(event.payload, PipelineStatistics):
            self.statistics = event.payload
