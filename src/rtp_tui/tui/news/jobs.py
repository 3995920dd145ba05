"""What is told of jobs and their runs."""

from collections.abc import Iterator

from rtp_tui.model.jobs import JobOutcome, JobRun, JobState, JobStatus
from rtp_tui.tui.cells import Tone
from rtp_tui.tui.news.item import News
from rtp_tui.tui.news.words import run_text

_OUTCOME_TONES = {
    JobOutcome.FAILED: Tone.BAD,
    JobOutcome.TIMED_OUT: Tone.BAD,
    JobOutcome.MISSED: Tone.WARN,
    JobOutcome.CANCELLED: Tone.WARN,
}
_HELD = (JobState.PAUSED, JobState.DISABLED)


def of_job(now: JobStatus, before: JobStatus | None, now_ms: int) -> Iterator[News]:
    """Only what somebody did to it; its runs speak for themselves."""
    if before is None or before.state is now.state:
        return
    if now.state in _HELD:
        yield News(now_ms, Tone.WARN, now.id, now.state.value)
    elif before.state in _HELD and now.state is JobState.IDLE:
        word = "resumed" if before.state is JobState.PAUSED else "enabled"
        yield News(now_ms, Tone.INFO, now.id, word)


def of_run(run: JobRun) -> Iterator[News]:
    """Those that did not succeed, and those that somebody asked for."""
    if run.triggered or run.outcome in _OUTCOME_TONES:
        cause = run.error or ("asked for by hand" if run.triggered else "")
        yield News(run.ended_ms, _OUTCOME_TONES.get(run.outcome, Tone.OK), run.job, run_text(run), cause)
