"""Which tests mostly wait, and a worker of their own for them."""

from pathlib import Path

from xdist.scheduler import LoadFileScheduling
from xdist.workermanage import WorkerController

PATIENT = frozenset(
    (
        "test_gaps",
        "test_drill",
        "test_chaos_process",
        "test_console_cut_off",
        "test_serve_demo",
        "test_hot_subscription",
        "test_crash",
        "test_simulated_faults",
    )
)
"""Files whose tests wait for deadlines and for minutes to be over, most of the time."""


class PatientApart(LoadFileScheduling):  # type: ignore[misc]
    """The first worker runs the patient files alone: it hardly works, so that the others may use the processor."""

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
        return bool(node.gateway.id == "gw0")


def is_patient(file: str) -> bool:
    return Path(file).stem in PATIENT
