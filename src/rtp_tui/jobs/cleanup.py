"""Kind "cleanup": delete from history what is too old or too much."""

from collections.abc import Callable

from rtp_tui.model.jobs import Progress
from rtp_tui.scheduling.settings import JobSettings
from rtp_tui.storage.contract import Recorder


class CleanupJob:
    """Applies the retention of the settings now."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder

    async def run(self, job: JobSettings, report: Callable[[Progress], None]) -> None:
        """Delete until nothing more is to go."""
        await self._recorder.trim()
