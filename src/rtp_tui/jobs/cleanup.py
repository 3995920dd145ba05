"""Kind "cleanup": delete from history what is too old or too much."""

from collections.abc import Callable

from rtp_tui.model.jobs import Progress
from rtp_tui.scheduling.settings import JobSettings
from rtp_tui.storage.contract import Recorder


class CleanupJob:
    """Applies the retention of the settings now; `tell` is given in words what was deleted."""

    def __init__(self, recorder: Recorder, tell: Callable[[str], None]) -> None:
        self._recorder = recorder
        self._tell = tell

    async def run(self, job: JobSettings, report: Callable[[Progress], None]) -> None:
        """Delete until nothing more is to go, and say what went."""
        trimmed = await self._recorder.trim()
        self._tell(trimmed.words)
        count = sum(trimmed.rows.values())
        report(Progress(count, count))
