"""The engine, its parts, what they log, and what a demo lets go wrong."""

from rtp_tui.model.drills import DrillStatus
from rtp_tui.model.events import Event
from rtp_tui.model.parts import EngineStatus, PartStatus
from rtp_tui.state.log import LogSlice


class PartSlice:
    """The engine's status and the checklist, in the order in which parts were announced."""

    def __init__(self) -> None:
        self.engine: EngineStatus | None = None
        self.drill: DrillStatus | None = None
        self.parts: dict[str, PartStatus] = {}
        self.log = LogSlice()

    def apply(self, event: Event) -> None:
        if isinstance(event.payload, PartStatus):
            self.parts[event.payload.name] = event.payload
        elif isinstance(event.payload, EngineStatus):
            self.engine = event.payload
        elif isinstance(event.payload, DrillStatus):
            self.drill = event.payload
