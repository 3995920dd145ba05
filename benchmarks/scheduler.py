"""How late 2,000 jobs at intervals of 1 s begin, and what keeping them costs, by the real clock for 20 s at most."""

import asyncio
import resource
import time
from collections.abc import Callable

from benchmarks.figures import Goal, machine, rank, report
from rtp_tui.clock import SystemClock
from rtp_tui.model.instrument import Instrument, InstrumentId
from rtp_tui.model.jobs import JobRemoved, JobRun, JobStatus, Progress
from rtp_tui.scheduling.scheduler import Scheduler
from rtp_tui.scheduling.settings import JobSettings
from rtp_tui.scheduling.trading_calendar import TradingCalendar

JOBS = 2_000
WARM_UP_S = 3.0
MEASURED_S = 15.0

INSTRUMENTS = (Instrument(id=InstrumentId("crypto:BTC"), name="Bitcoin", feeds=("a:BTC",)),)


class Heard:
    """What the scheduler said, and when runs began."""

    def __init__(self) -> None:
        self.late_ms: list[float] = []
        self.runs = 0
        self.unrun = 0

    def hear(self, said: JobStatus | JobRun | JobRemoved) -> None:
        """Keep the lateness of each run that begins."""
        if isinstance(said, JobStatus):
            if said.state == "running" and said.lateness_ms.last is not None:
                self.late_ms.append(said.lateness_ms.last)
        elif isinstance(said, JobRun):
            self.runs += said.outcome == "succeeded"
            self.unrun += said.outcome != "succeeded"


async def nothing(_: JobSettings, __: Callable[[Progress], None]) -> None:
    """A job that is over at once."""


async def measure() -> None:
    """Run the jobs and print the figures."""
    heard = Heard()
    jobs = tuple(
        JobSettings(id=f"job-{number:04}", kind="filings", instruments=("crypto:*",), interval_ms=1000)
        for number in range(JOBS)
    )
    scheduler = Scheduler(
        SystemClock(),
        TradingCalendar({}),
        heard.hear,
        {"filings": nothing},
        jobs=jobs,
        instruments=lambda: INSTRUMENTS,
    )
    async with asyncio.TaskGroup() as group:
        running = group.create_task(scheduler.run())
        await asyncio.sleep(WARM_UP_S)
        heard.late_ms.clear()
        heard.runs = heard.unrun = 0
        began, cpu = time.monotonic(), cpu_s()
        await asyncio.sleep(MEASURED_S)
        took_s, used_s = time.monotonic() - began, cpu_s() - cpu
        running.cancel()
    report("runs", [heard.runs / took_s], "/s")
    report("skipped, missed, failed", [float(heard.unrun)], "runs", Goal(0, "runs"))
    report("lateness p50", [rank(heard.late_ms, 0.5)], "ms")
    report("lateness p99", [rank(heard.late_ms, 0.99)], "ms", Goal(50, "ms"))
    report("lateness max", [max(heard.late_ms)], "ms")
    report("CPU of one core", [used_s / took_s * 100], "%", Goal(30, "%"))


def cpu_s() -> float:
    """Seconds of CPU that this process has used."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def main() -> None:
    """Print the figures."""
    print(machine())
    print(f"{JOBS} jobs at intervals of 1 s")
    asyncio.run(measure())


if __name__ == "__main__":
    main()
