"""Which tests mostly wait, and workers of their own for them."""

from pathlib import Path

from xdist.scheduler import LoadFileScheduling
from xdist.workermanage import WorkerController

PATIENT = frozenset(
    (
        "test_gaps",
        "test_drill",
        "test_alert_scenarios",
        "test_asked_venues",
        "test_channels",
        "test_chaos_engine",
        "test_chaos_process",
        "test_console_cut_off",
        "test_crash",
        "test_cut_links",
        "test_hot_subscription",
        "test_serve_demo",
        "test_simulated_faults",
        "test_simulated_venues",
        "test_simulator",
    )
)
"""Files whose tests wait for deadlines and for minutes to be over, most of the time."""
PATIENT_WORKERS = frozenset(("gw0", "gw1"))


class PatientApart(LoadFileScheduling):  # type: ignore[misc]
    """Two workers run the patient files alone: they hardly work, so that the others may use the processor."""

    def _assign_work_unit(self, node: WorkerController) -> None:
        own = (file for file in self.workqueue if is_patient(file) is self._waits(node))
        self.workqueue.move_to_end(next(own, next(iter(self.workqueue))), last=False)
        super()._assign_work_unit(node)

    def _reschedule(self, node: WorkerController) -> None:
        if node.shutting_down or not self._waits(node) or any(map(is_patient, self.workqueue)):
            super()._reschedule(node)
        else:
            node.shutdown()

    def _waits(self, node: WorkerController) -> bool:
        return node.gateway.id in PATIENT_WORKERS


def is_patient(file: str) -> bool:
    return Path(file).stem in PATIENT
