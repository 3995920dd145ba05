"""Answers about reports: made when somebody asks."""

from rtp_tui.model.errors import BadRequest, Failed
from rtp_tui.model.queries import GetReport
from rtp_tui.model.reports import Report
from rtp_tui.reports.periods import NoPeriod
from rtp_tui.reports.reporter import Reporter
from rtp_tui.storage.contract import StoreUnusable


class ReportAnswers:
    """Makes reports of what is stored."""

    def __init__(self, reporter: Reporter) -> None:
        self._reporter = reporter

    async def report(self, query: GetReport) -> Report:
        """A report. Raises BadRequest for a date that is none or still to come, Failed."""
        try:
            return await self._reporter.report(query.period, query.date)
        except NoPeriod as error:
            raise BadRequest(f"date: {error}") from None
        except StoreUnusable as error:
            raise Failed(str(error)) from error
