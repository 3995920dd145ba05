"""Kind "warmup": have at hand what will be asked for."""

from collections.abc import Callable

from rtp_tui.cache.warming import Warmer
from rtp_tui.model.jobs import Progress
from rtp_tui.scheduling.settings import JobSettings


class WarmupJob:
    """Lets the cache fetch what its strategies name."""

    def __init__(self, warmer: Warmer) -> None:
        self._warmer = warmer

    async def run(self, job: JobSettings, report: Callable[[Progress], None]) -> Progress:
        """Warm up once; of how many values how many are fresh."""
        return Progress(*await self._warmer.warm(lambda fresh, total: report(Progress(fresh, total))))
