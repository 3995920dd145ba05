"""What the engine's work is measured with."""

from rtp_tui.clock import Clock
from rtp_tui.model.statistics import StoreStatus
from rtp_tui.monitoring.load import LoadMeter, Meters
from rtp_tui.pipeline import Pipeline
from rtp_tui.resilience.guards import Guards
from rtp_tui.storage.contract import History


def load_meter(meters: Meters, pipeline: Pipeline, guards: Guards, clock: Clock) -> LoadMeter:
    """Reads the meters, and how much waits where."""

    def queues() -> dict[str, int]:
        store = pipeline.state.measurements.store
        return {
            "store": 0 if store is None else store.pending,
            "reader": pipeline.bus.most_unread,
            "providers": sum(guard.waiting for guard in guards.status()),
        }

    return LoadMeter(meters, clock, queues)


def store_status(pipeline: Pipeline, history: History) -> StoreStatus:
    """Of both sides of the store."""
    return history.reads.added_to(pipeline.recorder.status())
