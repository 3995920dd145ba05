"""Kind "repair": the sweep that asks streaming feeds to fetch the bars of their last day again."""

from collections.abc import Callable, Mapping
from typing import Protocol

from rtp_tui.model.jobs import Progress
from rtp_tui.scheduling.settings import JobSettings


class Repairable(Protocol):
    """A feed that can fetch bars of the past."""

    def fetch_past(self, span_ms: int) -> None: ...


SWEPT_MS = 2 * 3_600_000
"""The sweep runs hourly; two hours leave no seam."""


class RepairJob:
    """Wants the last two hours from every feed; bars that are whole already stay as they are."""

    def __init__(self, feeds: Mapping[str, Repairable]) -> None:
        self._feeds = feeds

    async def run(self, job: JobSettings, report: Callable[[Progress], None]) -> Progress:
        """Ask every feed; the bars come in their own time."""
        for feed in self._feeds.values():
            feed.fetch_past(SWEPT_MS)
        return Progress(len(self._feeds), len(self._feeds))
