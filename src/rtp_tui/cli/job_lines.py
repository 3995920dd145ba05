"""Jobs and their runs as people read them."""

from collections.abc import Iterator, Sequence

import click
from msgspec import Struct

from rtp_tui.cli.output import table, verdict
from rtp_tui.model.jobs import Progress
from rtp_tui.server.job_bodies import JobBody, RunBody
from rtp_tui.text import age_text, safe

_COLUMNS = ("JOB", "STATE", "WHEN", "NEXT IN", "LAST", "AGO", "TOOK", "RUNS", "FAILED", "SKIPPED", "")


class JobPage(Struct, frozen=True):
    """A page of `GET /jobs`."""

    jobs: tuple[JobBody, ...]
    next_cursor: str | None = None


def print_jobs(jobs: Sequence[JobBody], now_ms: int) -> None:
    """One line a job under a heading."""
    table([_COLUMNS, *(tuple(_cells(job, now_ms)) for job in jobs)], indent="")


def _cells(job: JobBody, now_ms: int) -> Iterator[str]:
    yield safe(job.id)
    yield verdict(job.state)
    yield safe(job.schedule)
    yield _span(now_ms, job.next_run_ms)
    yield verdict(job.last_outcome) if job.last_outcome else "–"
    yield _span(job.last_run_ms, now_ms)
    yield age_text(job.duration_ms.last)
    yield str(job.runs)
    yield str(job.failures)
    yield str(job.skipped + job.missed)
    yield safe(job.last_error or job.obstacle)


def _span(start_ms: int | None, end_ms: int | None) -> str:
    return "–" if start_ms is None or end_ms is None else age_text(end_ms - start_ms)


def print_run(run: RunBody) -> None:
    """How a run ended, on one line."""
    parts = [f"{safe(run.job)}: {verdict(run.outcome)} in {age_text(run.duration_ms)}"]
    if run.progress is not None:
        parts.append(_of(run.progress))
    if run.attempts > 1:
        parts.append(f"{run.attempts} attempts")
    if run.error:
        parts.append(safe(run.error))
    click.echo(", ".join(parts))


def _of(progress: Progress) -> str:
    return f"{progress.done} of {progress.expected}"
