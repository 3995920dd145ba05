"""Kind "repair": the sweep that holds the last day against the session's minutes."""

from collections.abc import Awaitable, Callable

from rtp_tui.model.jobs import Progress
from rtp_tui.scheduling.settings import JobSettings


class RepairJob:
    """Finds what slipped through; the gaps are repaired in their own time."""

    def __init__(self, sweep: Callable[[], Awaitable[int]]) -> None:
        self._sweep = sweep

    async def run(self, job: JobSettings, report: Callable[[Progress], None]) -> Progress:
        """Sweep once; its progress counts the gaps that were found."""
        found = await self._sweep()
        return Progress(found, found)
