"""Measurements of the engine, of its store and of the faces it serves."""

from rtp_tui.model.clients import ClientList
from rtp_tui.model.events import Event
from rtp_tui.model.statistics import CacheStatus, PipelineStatistics, ServerStatus, StoreStatus


class MeasurementSlice:
    """The newest counters of each."""

    def __init__(self) -> None:
        self.statistics: PipelineStatistics | None = None
        self.store: StoreStatus | None = None
        self.cache: CacheStatus | None = None
        self.server: ServerStatus | None = None
        self.clients: ClientList | None = None

    def apply(self, event: Event) -> None:
        if isinstance(event.payload, PipelineStatistics):
            self.statistics = event.payload
        elif isinstance(event.payload, StoreStatus):
            self.store = event.payload
        elif isinstance(event.payload, CacheStatus):
            self.cache = event.payload
        elif isinstance(event.payload, ServerStatus):
            self.server = event.payload
        elif isinstance(event.payload, ClientList):
            self.clients = event.payload
