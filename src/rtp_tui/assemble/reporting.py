"""Reports: who makes them, who asks for them, who has them written every day and week."""

from collections.abc import Callable, Iterable
from pathlib import Path

from msgspec import Struct

from rtp_tui.api.handlers import Handlers
from rtp_tui.api.reports import ReportAnswers
from rtp_tui.api.ticks import TickAnswers
from rtp_tui.assemble.ground import Ground
from rtp_tui.config.settings import Settings
from rtp_tui.jobs.report import ReportJob, SendReport
from rtp_tui.model.notifications import Message
from rtp_tui.model.queries import GetReport, GetTicks
from rtp_tui.model.reports import Report
from rtp_tui.model.tallies import Tally
from rtp_tui.reports.document import document_of
from rtp_tui.reports.html import html
from rtp_tui.reports.reporter import Reporter, World
from rtp_tui.scheduling.settings import JobSettings
from rtp_tui.state.pipeline_state import PipelineState
from rtp_tui.storage.contract import History

FOLDER = "reports"
SendMessage = Callable[[str, Message], None]
"""Hands a message to the channel of a name."""


class Reporting(Struct, frozen=True):
    """Both, on what is stored."""

    reporter: Reporter
    state: PipelineState
    history: History

    def job(self, settings: Settings, send: SendMessage | None) -> ReportJob:
        """What the scheduled reports are made by."""
        folder = Path(settings.data_dir) / FOLDER
        return ReportJob(self.reporter, folder, _sending(settings, send))

    def answer(self, handlers: Handlers) -> None:
        """Answer questions about the past that no other room answers."""
        handlers.answer(GetReport, ReportAnswers(self.reporter).report)
        handlers.answer(GetTicks, TickAnswers(self.history, self.state).ticks)


def reporting(ground: Ground, not_stored_yet: Callable[[], Iterable[Tally]] = tuple) -> Reporting:
    """Reports on what is stored, by what the state tells of instruments, feeds and jobs."""
    settings, state, history = ground.settings, ground.pipeline.state, ground.history
    world = World(state=state, open_ms=ground.open_ms, not_stored_yet=not_stored_yet)
    reporter = Reporter(history, world, settings.targets, settings.reports.timezone, ground.clock)
    return Reporting(reporter, state, history)


def at_the_desk(settings: Settings) -> tuple[JobSettings, ...]:
    """The jobs of the configuration, before them the reports by the clock of the desk."""
    timezone = settings.reports.timezone
    reports = (JobSettings(id=f"report-{period}", timezone=timezone) for period in ("daily", "weekly"))
    return (*reports, *settings.jobs) if timezone != "UTC" else settings.jobs


def _sending(settings: Settings, send: SendMessage | None) -> SendReport | None:
    channel = settings.reports.channel
    if send is None or not channel:
        return None

    def send_report(report: Report, text: str) -> None:
        name = f"{report.period.value} report {report.name}"
        send(
            channel,
            Message(
                key=f"report {report.period.value} {report.name}",
                subject=f"rtp-tui {settings.server.name} {name}".replace("  ", " "),
                text=text,
                html=html(document_of(report)),
                at_ms=report.made_ms,
            ),
        )

    return send_report
