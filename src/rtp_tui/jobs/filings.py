"""Kind "filings": ask what the companies of the job's instruments filed."""

from collections.abc import Callable, Iterable

from rtp_tui.feeds.filings import FilingsFeed
from rtp_tui.model.instrument import Instrument
from rtp_tui.model.jobs import Progress
from rtp_tui.scheduling.adaptive_rate import selected
from rtp_tui.scheduling.settings import JobSettings

ALL = ("*",)


class FilingsJob:
    """Visits every company once; a job that names no instruments is for all of them."""

    def __init__(self, feed: FilingsFeed, instruments: Callable[[], Iterable[Instrument]]) -> None:
        self._feed = feed
        self._instruments = instruments

    def obstacle(self) -> str:
        """Why it rests; empty where it need not."""
        return self._feed.obstacle(self._instruments())

    async def run(self, job: JobSettings, report: Callable[[Progress], None]) -> Progress:
        """Visit; of how many stocks the company's filings are up to date. Raises what the feed raised."""
        wanted = selected(job.instruments or ALL, self._instruments())
        return await self._feed.collect(tuple(wanted), report)
