"""Kind "indicators": work out at the newest bars what presets, rules and screens want to know."""

from collections.abc import Callable

from rtp_tui.analytics.indicators.rounds import IndicatorRounds
from rtp_tui.model.jobs import Progress
from rtp_tui.scheduling.settings import JobSettings


class IndicatorsJob:
    """Goes round all instruments once; a job may name indicators of its own."""

    def __init__(self, rounds: IndicatorRounds) -> None:
        self._rounds = rounds

    async def run(self, job: JobSettings, report: Callable[[Progress], None]) -> Progress:
        """Work out what is wanted; of how many instruments there were bars. Raises what is wrong with a name."""
        self._rounds.want(f"job {job.id}", job.indicators or ())
        found = await self._rounds.work_out(lambda done, of: report(Progress(done, of)))
        return Progress(len(found.instruments), len(found.instruments))
