"""Jobs and breakers."""

from rtp_tui.model.breakers import BreakerStatus
from rtp_tui.model.events import Event
from rtp_tui.model.jobs import JobRemoved, JobStatus


class JobSlice:
    """The newest status of each job, by id, in the order in which they were announced."""

    def __init__(self) -> None:
        self.jobs: dict[str, JobStatus] = {}

    def apply(self, event: Event) -> None:
        if isinstance(event.payload, JobStatus):
            self.jobs[event.payload.id] = event.payload
        elif isinstance(event.payload, JobRemoved):
            self.jobs.pop(event.payload.id, None)


class BreakerSlice:
    """The newest status of each breaker, by name."""

    def __init__(self) -> None:
        self.breakers: dict[str, BreakerStatus] = {}

    def apply(self, event: Event) -> None:
        if isinstance(event.payload, BreakerStatus):
            self.breakers[event.payload.name] = event.payload
