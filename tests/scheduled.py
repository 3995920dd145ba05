"""A scheduler on a fake clock, with runners that do as a test says."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from rtp_tui.model.instrument import Instrument
from rtp_tui.model.jobs import JobOutcome, JobRemoved, JobRun, JobStatus, Progress
from rtp_tui.scheduling.adaptive_rate import MarketPaces
from rtp_tui.scheduling.scheduler import Scheduler
from rtp_tui.scheduling.settings import JobSettings
from rtp_tui.scheduling.trading_calendar import TradingCalendar
from tests.factories import an_instrument
from tests.fakes import FakeClock, settle

Report = Callable[[Progress], None]


class Work:
    """What jobs do: takes `takes_s`, fails as often as `failures` says, and notes who ran when."""

    def __init__(self, clock: FakeClock) -> None:
        self.clock = clock
        self.takes_s = 0.0
        self.failures: list[Exception] = []
        self.hook: Callable[[], Awaitable[None]] | None = None
        self.began: list[tuple[str, float]] = []
        self.settings: list[JobSettings] = []
        self.running: list[str] = []
        self.overlaps = 0
        self.most_running = 0

    async def do(self, settings: JobSettings, report: Report) -> Progress | None:
        self.overlaps += settings.id in self.running
        self.running.append(settings.id)
        self.most_running = max(self.most_running, len(self.running))
        self.began.append((settings.id, self.clock.monotonic()))
        self.settings.append(settings)
        try:
            report(Progress(0, 2))
            if self.takes_s:
                await self.clock.sleep(self.takes_s)
            if self.hook is not None:
                await self.hook()
            if self.failures:
                raise self.failures.pop(0)
        finally:
            self.running.remove(settings.id)
        return Progress(2, 2)

    def times(self, job: str) -> list[float]:
        """Monotonic seconds at which a job's runs began."""
        return [at_s for name, at_s in self.began if name == job]


class Scheduled:
    """A scheduler, its work and what it said."""

    def __init__(
        self,
        *jobs: JobSettings,
        calendar: MarketPaces | None = None,
        instruments: tuple[Instrument, ...] = (an_instrument(),),
        clock: FakeClock | None = None,
        kind: str = "filings",
        **options: Any,
    ) -> None:
        self.clock = clock or FakeClock()
        self.work = Work(self.clock)
        self.said: list[JobStatus | JobRun | JobRemoved] = []
        self.remembered: list[tuple[JobSettings, ...]] = []
        self.scheduler = Scheduler(
            self.clock,
            calendar or TradingCalendar({}),
            self.said.append,
            {kind: self.work.do},
            jobs=(JobSettings(id="sec-filings", enabled=False), *jobs),
            instruments=lambda: instruments,
            remember=self.remembered.append,
            jitter=lambda: 0.5,
            **options,
        )

    @asynccontextmanager
    async def running(self) -> AsyncIterator["Scheduled"]:
        async with asyncio.TaskGroup() as group:
            task = group.create_task(self.scheduler.run())
            await settle()
            yield self
            task.cancel()

    def status(self, job: str) -> JobStatus:
        [found] = [status for status in self.scheduler.statuses() if status.id == job]
        return found

    def runs(self, job: str) -> list[JobRun]:
        return [said for said in self.said if isinstance(said, JobRun) and said.job == job]

    def outcomes(self, job: str) -> list[JobOutcome]:
        return [run.outcome for run in self.runs(job)]


def a_job(id: str = "work", **changes: Any) -> JobSettings:  # noqa: A002
    times = {} if {"cron", "after_close"} & changes.keys() else {"interval_ms": 10_000}
    return JobSettings(**{"id": id, "kind": "filings", "max_retries": 0, **times, **changes})
