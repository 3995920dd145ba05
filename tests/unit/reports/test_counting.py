"""What rows of the past add up to where the clock was set back between their moments."""

from rtp_tui.model.alerts import AlertState
from rtp_tui.model.gaps import GapState
from rtp_tui.model.jobs import JobOutcome, JobRun
from rtp_tui.reports.counting import alert_figures, gap_figures, job_reports, slowest_last_run_ms
from tests.factories import NOW_MS, a_gap, an_alert

EARLIER_MS = NOW_MS - 3_600_000


def test_no_job_took_less_than_no_time() -> None:
    run = JobRun(job="backup", started_ms=NOW_MS, ended_ms=EARLIER_MS, outcome=JobOutcome.SUCCEEDED)
    (report,) = job_reports([run])

    assert (report.mean_ms, report.p95_ms, report.longest_ms) == (0.0, 0.0, 0.0)
    assert slowest_last_run_ms([run], {"backup": "backup"}, "backup") == 0.0


def test_no_alert_was_acknowledged_or_over_before_it_fired() -> None:
    alert = an_alert(
        state=AlertState.RESOLVED, fired_ms=NOW_MS, acknowledged_ms=EARLIER_MS, resolved_ms=EARLIER_MS
    )
    figures = alert_figures([alert])

    assert (figures.mean_ms_to_acknowledge, figures.mean_ms_to_resolve) == (0.0, 0.0)


def test_no_gap_was_filled_before_it_was_found() -> None:
    gap = a_gap(state=GapState.FILLED, found_ms=NOW_MS, changed_ms=EARLIER_MS)

    assert gap_figures([gap]).mean_recovery_ms == 0.0
