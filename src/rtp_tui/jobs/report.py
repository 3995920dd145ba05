"""Kind "report": write down what the last day or week came to, and send it where that is wanted."""

import asyncio
from collections.abc import Callable
from pathlib import Path

from rtp_tui.model.jobs import Progress
from rtp_tui.model.reports import Report, ReportPeriod
from rtp_tui.reports.files import whole_file
from rtp_tui.reports.rendering import ReportFormat, rendered
from rtp_tui.reports.reporter import Reporter
from rtp_tui.scheduling.settings import JobSettings

KEPT = 400
"""Reports of each period; the oldest go."""
SendReport = Callable[[Report, str], None]
"""Hands a report, and its text as Markdown, to what carries it to people; never waits."""


class ReportJob:
    """Writes `daily-2026-11-21.md`, `.html` and `.json`, or `weekly-2026-W47.…`, to a folder.

    A job whose id has the word "weekly" is for weeks, all others are for days.
    """

    def __init__(self, reporter: Reporter, folder: Path, send: SendReport | None = None) -> None:
        self._reporter = reporter
        self._folder = folder
        self._send = send

    async def run(self, job: JobSettings, report: Callable[[Progress], None]) -> None:
        """Report the newest period that is over. Raises StoreUnusable and OSError."""
        period = ReportPeriod.WEEKLY if "weekly" in job.id else ReportPeriod.DAILY
        made = await self._reporter.report_of_last(period)
        await asyncio.to_thread(write_report, made, self._folder)
        if self._send is not None:
            self._send(made, rendered(made, ReportFormat.MARKDOWN).decode())


def write_report(report: Report, folder: Path) -> None:
    """Write every form of a report, in the place of an earlier one of the same period. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for form in ReportFormat:
        path = folder / f"{report.period.value}-{report.name}.{form.value}"
        with whole_file(path, replaces=True) as file:
            file.write(rendered(report, form))
    names = sorted({path.stem for path in folder.glob(f"{report.period.value}-*.json")})
    for surplus in names[: max(0, len(names) - KEPT)]:
        for form in ReportFormat:
            (folder / f"{surplus}.{form.value}").unlink(missing_ok=True)
