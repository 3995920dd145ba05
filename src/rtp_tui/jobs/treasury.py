"""Kind "treasury": ask which companies hold the coins that are priced here, and how much."""

from collections.abc import Callable, Iterable

from rtp_tui.feeds.treasuries import TreasuryFeed
from rtp_tui.model.instrument import Instrument
from rtp_tui.model.jobs import Progress
from rtp_tui.scheduling.adaptive_rate import selected
from rtp_tui.scheduling.settings import JobSettings

ALL = ("*",)


class TreasuryJob:
    """Asks what is due; asked for by hand, it asks all. A job that names no instruments is for all of them."""

    def __init__(
        self,
        feed: TreasuryFeed,
        instruments: Callable[[], Iterable[Instrument]],
        is_by_hand: Callable[[str], bool],
    ) -> None:
        self._feed = feed
        self._instruments = instruments
        self._is_by_hand = is_by_hand

    def obstacle(self) -> str:
        """Why it rests; empty where it need not."""
        return self._feed.obstacle(self._instruments())

    async def run(self, job: JobSettings, report: Callable[[Progress], None]) -> Progress:
        """Ask; of how many coins the newest word is good. Raises what the feed raised."""
        wanted = selected(job.instruments or ALL, self._instruments())
        return await self._feed.collect(wanted, report, anew=self._is_by_hand(job.id))
