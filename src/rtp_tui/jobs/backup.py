"""Kind "backup": a copy of the history file, and the configuration beside it."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from rtp_tui.clock import Clock
from rtp_tui.model.jobs import Progress
from rtp_tui.scheduling.settings import JobSettings
from rtp_tui.storage.backup import (
    COMPANIONS,
    CONFIGURATION,
    PREFIX,
    SUFFIX,
    companion,
    copy_companions,
    surplus,
)
from rtp_tui.storage.contract import History

KEPT = 7


class BackupJob:
    """Writes `history-YYYYMMDD-HHMMSS.db` to a folder of the data directory, with the small files beside it; keeps the newest seven."""

    def __init__(self, history: History, folder: Path, configuration: Path | None, clock: Clock) -> None:
        self._history = history
        self._folder = folder
        self._configuration = configuration
        self._clock = clock

    async def run(self, job: JobSettings, report: Callable[[Progress], None]) -> None:
        """Copy, then delete what is beyond the newest. Raises StoreUnusable."""
        moment = datetime.fromtimestamp(self._clock.now_ms() / 1000, tz=UTC).strftime("%Y%m%d-%H%M%S")
        backup = self._folder / f"{PREFIX}{moment}{SUFFIX}"
        await self._history.back_up(backup)
        copy_companions(backup, self._folder.parent, self._configuration)
        for name in surplus([path.name for path in self._folder.iterdir()], KEPT):
            old = self._folder / name
            old.unlink()
            for small in (*COMPANIONS, CONFIGURATION):
                companion(old, small).unlink(missing_ok=True)
