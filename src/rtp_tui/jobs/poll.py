"""Kind "poll": ask providers for prices of the job's instruments."""

from asyncio import TaskGroup
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Protocol

from rtp_tui.feeds.poll import FAILURES
from rtp_tui.model.feeds import FeedStatus
from rtp_tui.model.instrument import Instrument, InstrumentId
from rtp_tui.model.jobs import JobStatus, Progress
from rtp_tui.scheduling.adaptive_rate import selected
from rtp_tui.scheduling.settings import JobSettings

Report = Callable[[Progress], None]
_Asked = list[tuple[int, set[InstrumentId]]]
"""Intervals of jobs, each with its instruments."""


class Pollable(Protocol):
    """A feed that can be asked."""

    def status(self) -> FeedStatus: ...
    def expect_every(self, interval_ms: int) -> None: ...
    async def poll(self, instruments: Collection[InstrumentId], report: Report) -> Progress: ...


class PollJob:
    """Polls every feed that carries one of the instruments, all feeds at once.

    `jobs` gives those that there are now: a feed is heard as often as the slowest of its jobs asks it.
    """

    def __init__(
        self,
        feeds: Mapping[str, Pollable],
        instruments: Callable[[], Iterable[Instrument]],
        jobs: Callable[[], Iterable[JobStatus]],
    ) -> None:
        self._feeds = feeds
        self._instruments = instruments
        self._jobs = jobs
        self._cadences_ms: dict[str, int] = {}
        """The providers' own, known since they were first asked."""

    async def run(self, job: JobSettings, report: Report) -> Progress:
        """Poll once; what all feeds together got. Raises what a feed raised when none got anything."""
        polls = tuple(self._polls(job, report))
        async with TaskGroup() as group:
            for poll in polls:
                group.create_task(poll.run())
        failures = [poll.failure for poll in polls if poll.failure is not None]
        if failures and len(failures) == len(polls):
            raise failures[0]
        return _sum(poll.progress for poll in polls)

    def _polls(self, job: JobSettings, report: Report) -> Iterable["_Poll"]:
        wanted = {instrument.id for instrument in selected(job.instruments or (), self._instruments())}
        asked = self._asked()
        polls: list[_Poll] = []

        def note() -> None:
            report(_sum(poll.progress for poll in polls))

        for name, feed in self._feeds.items():
            status = feed.status()
            carried = [instrument for instrument in status.instruments if instrument in wanted]
            if not carried:
                continue
            self._cadences_ms.setdefault(name, status.expected_ms)
            expected_ms = max(self._cadences_ms[name], _slowest_ms(asked, status.instruments))
            if expected_ms != status.expected_ms:
                feed.expect_every(expected_ms)
            polls.append(_Poll(feed, carried, note))
        return polls

    def _asked(self) -> _Asked:
        """What is asked for by jobs, and how often."""
        return [
            (
                job.interval_ms,
                {instrument.id for instrument in selected(job.instruments, self._instruments())},
            )
            for job in self._jobs()
            if job.kind == "poll" and job.enabled and job.interval_ms is not None
        ]


class _Poll:
    """One feed's share of a run; a feed that fails leaves the others be."""

    def __init__(self, feed: Pollable, carried: Collection[InstrumentId], note: Callable[[], None]) -> None:
        self.progress = Progress(0, len(carried))
        self.failure: Exception | None = None
        self._feed = feed
        self._carried = carried
        self._note = note

    async def run(self) -> None:
        try:
            self.progress = await self._feed.poll(self._carried, self._take)
        except FAILURES as failure:
            self.failure = failure

    def _take(self, progress: Progress) -> None:
        self.progress = progress
        self._note()


def _slowest_ms(asked: _Asked, carried: Collection[InstrumentId]) -> int:
    """The longest interval at which any of what a feed carries is asked for; 0 where none is."""
    return max((every_ms for every_ms, wanted in asked if not wanted.isdisjoint(carried)), default=0)


def _sum(parts: Iterable[Progress]) -> Progress:
    parts = tuple(parts)
    return Progress(sum(part.done for part in parts), sum(part.expected for part in parts))
