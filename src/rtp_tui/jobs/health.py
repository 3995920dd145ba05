"""Kind "health": judge the pipeline's health now."""

from collections.abc import Callable

from rtp_tui.model.jobs import Progress
from rtp_tui.monitoring.monitor import HealthMonitor
from rtp_tui.scheduling.settings import JobSettings


class HealthJob:
    """Asks the monitor for a verdict outside its own rhythm."""

    def __init__(self, monitor: HealthMonitor) -> None:
        self._monitor = monitor

    async def run(self, job: JobSettings, report: Callable[[Progress], None]) -> None:
        """Judge once."""
        self._monitor.judge()
