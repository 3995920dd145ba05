"""The scheduled reports."""

from pathlib import Path

from rtp_tui.assemble.reporting import Reporting, at_the_desk
from rtp_tui.config.settings import Settings
from rtp_tui.model.jobs import Progress
from rtp_tui.model.notifications import Message
from rtp_tui.monitoring.targets import TargetSettings
from rtp_tui.reports.reporter import Reporter, World
from rtp_tui.reports.settings import ReportSettings
from rtp_tui.scheduling.settings import JobSettings
from rtp_tui.state.pipeline_state import PipelineState
from rtp_tui.storage.memory import Memory, MemoryHistory
from tests.factories import NOW_MS
from tests.fakes import FakeClock


def ignore(_progress: Progress) -> None:
    pass


def reporting() -> Reporting:
    state, past = PipelineState(()), MemoryHistory(Memory())
    world = World(state=state, open_ms=lambda *_: 0)
    return Reporting(Reporter(past, world, TargetSettings(), "UTC", FakeClock(NOW_MS)), state, past)


async def test_the_period_that_ended_is_written_in_every_form(tmp_path: Path) -> None:
    job = reporting().job(Settings(data_dir=str(tmp_path)), None)
    await job.run(JobSettings(id="report-daily"), ignore)
    await job.run(JobSettings(id="report-weekly"), ignore)
    await job.run(JobSettings(id="report-daily"), ignore)
    names = sorted(path.name for path in (tmp_path / "reports").iterdir())
    assert names == [
        *(f"daily-2026-09-20.{form}" for form in ("html", "json", "md")),
        *(f"weekly-2026-W38.{form}" for form in ("html", "json", "md")),
    ]


async def test_it_is_sent_by_the_channel_that_is_named(tmp_path: Path) -> None:
    sent: list[tuple[str, Message]] = []
    settings = Settings(data_dir=str(tmp_path), reports=ReportSettings(channel="email"))
    job = reporting().job(settings, lambda channel, message: sent.append((channel, message)))
    await job.run(JobSettings(id="report-daily"), ignore)
    ((channel, message),) = sent
    assert (channel, message.key) == ("email", "report daily 2026-09-20")
    assert message.text.startswith("# Day 2026-09-20")
    assert message.html.startswith("<!doctype html>")


def test_at_a_desk_elsewhere_reports_are_made_by_its_clock() -> None:
    settings = Settings(reports=ReportSettings(timezone="Asia/Kolkata"))
    assert {(job.id, job.timezone) for job in at_the_desk(settings)} == {
        ("report-daily", "Asia/Kolkata"),
        ("report-weekly", "Asia/Kolkata"),
    }
    assert at_the_desk(Settings()) == ()
