"""Jobs: what each does now, how its last run ended, and when the next one is due."""

from collections.abc import Callable, Sequence

from rtp_tui.model.jobs import JobOutcome, JobState, JobStatus
from rtp_tui.text import compact
from rtp_tui.tui.cells import Cell, Column, Row, Tone
from rtp_tui.tui.durations import countdown_text, duration_text, interval_text, left_text, since_text
from rtp_tui.tui.panes.pane import Pane, Value
from rtp_tui.tui.scene import Scene

STATES = {
    JobState.IDLE: Cell("●", Tone.OK),
    JobState.RUNNING: Cell("◐", Tone.INFO),
    JobState.PAUSED: Cell("‖", Tone.WARN),
    JobState.DISABLED: Cell("·", Tone.DIM),
}
OUTCOMES = {
    JobOutcome.SUCCEEDED: Tone.DIM,
    JobOutcome.FAILED: Tone.BAD,
    JobOutcome.TIMED_OUT: Tone.BAD,
    JobOutcome.SKIPPED: Tone.WARN,
    JobOutcome.MISSED: Tone.WARN,
    JobOutcome.CANCELLED: Tone.WARN,
}
_FAILED = (JobOutcome.FAILED, JobOutcome.TIMED_OUT)


class Jobs(Pane):
    """One row a job."""

    name = "jobs"
    title = "Jobs"
    columns = (
        Column(name="mark", title="", width=1),
        Column(name="job", title="JOB", width=12, grows_to=18),
        Column(name="state", title="STATE", width=8),
        Column(name="progress", title="DONE", width=7, rank=1, right=True, is_number=True),
        Column(name="outcome", title="LAST", width=9, rank=1),
        Column(name="age", title="AGE", width=4, rank=1, right=True, is_number=True),
        Column(name="took", title="TOOK", width=5, rank=2, right=True, is_number=True),
        Column(name="p95", title="P95", width=5, rank=3, right=True, is_number=True),
        Column(name="next", title="NEXT", width=6, right=True, is_number=True),
        Column(name="schedule", title="SCHEDULE", width=8, rank=2, grows_to=26),
        Column(name="failures", title="FAIL", width=5, rank=4, right=True, is_number=True),
        Column(name="runs", title="RUNS", width=6, rank=4, right=True, is_number=True),
        Column(name="late", title="LATE", width=5, rank=5, right=True, is_number=True),
        Column(name="skipped", title="SKIP", width=4, rank=6, right=True, is_number=True),
        Column(name="missed", title="MISS", width=4, rank=6, right=True, is_number=True),
        Column(name="note", title="NOTE", width=8, rank=5, grows_to=200),
    )

    def keys(self, scene: Scene) -> Sequence[str]:
        return list(scene.state.job.jobs)

    def row(self, scene: Scene, key: str) -> Row:
        job = scene.state.job.jobs[key]
        if not scene.is_trusted:
            return Row(
                key, (Cell("?", Tone.DIM), *(Cell(cell.text, Tone.DIM) for cell in _cells(scene, job)))
            )
        mark = Cell("✖", Tone.BAD) if is_failing(job) and job.state is JobState.IDLE else STATES[job.state]
        return Row(key, (mark, *_cells(scene, job)))

    def value(self, scene: Scene, key: str, column: str) -> Value:
        job = scene.state.job.jobs[key]
        values: dict[str, Value] = {
            "mark": list(JobState).index(job.state),
            "job": job.id,
            "state": job.state.value,
            "progress": job.progress.done / max(1, job.progress.expected) if job.progress else None,
            "outcome": job.last_outcome,
            "age": None if job.last_run_ms is None else (scene.now_ms - job.last_run_ms) / 1000,
            "took": _seconds(job.duration_ms.last),
            "p95": _seconds(job.duration_ms.p95),
            "next": None if job.next_run_ms is None else (job.next_run_ms - scene.now_ms) / 1000,
            "schedule": _seconds(job.interval_ms),
            "failures": job.failures,
            "runs": job.runs,
            "late": _seconds(job.lateness_ms.last),
            "skipped": job.skipped,
            "missed": job.missed,
            "note": job.last_error,
        }
        return values[column]

    def is_fault(self, scene: Scene, key: str) -> bool:
        return not scene.is_trusted or is_failing(scene.state.job.jobs[key])

    def subtitle(self, scene: Scene) -> str:
        jobs = scene.state.job.jobs.values()
        if not jobs:
            return ""
        if not scene.is_trusted:
            return "not known"
        running = sum(job.state is JobState.RUNNING for job in jobs)
        failing = sum(map(is_failing, jobs))
        return f"{running} running" + (f", {failing} failing" if failing else "")

    def empty(self, scene: Scene) -> str:
        return "no jobs: none are configured, or the scheduler is switched off"


def is_failing(job: JobStatus) -> bool:
    """Its last run did not do what it should, or it is configured so that it cannot run."""
    if job.state is JobState.DISABLED:
        return job.last_error is not None and job.last_outcome is None
    return job.last_outcome in _FAILED


def outcome_word(outcome: JobOutcome) -> str:
    """The outcome as people write it."""
    return outcome.value.replace("_", " ")


def schedule_text(job: JobStatus) -> str:
    """`30s`, `60s→180s` where its market's hours stretch it, or its schedule in words."""
    if job.interval_ms is None:
        return job.schedule
    effective_ms = job.effective_interval_ms
    if effective_ms is None or effective_ms == job.interval_ms:
        return interval_text(job.interval_ms)
    return f"{interval_text(job.interval_ms)}→{interval_text(effective_ms)}"


def progress_text(job: JobStatus) -> str:
    """`312/500`: how far its run is, or the last one came."""
    return f"{job.progress.done}/{job.progress.expected}" if job.progress else ""


def next_run_text(job: JobStatus, now_ms: int, told: Callable[[int], str] = countdown_text) -> str:
    """How long until its next run; to the second unless `told` otherwise."""
    if job.next_run_ms is None:
        return "–"
    return "due" if job.next_run_ms <= now_ms else told(job.next_run_ms - now_ms + 999)


def _cells(scene: Scene, job: JobStatus) -> tuple[Cell, ...]:
    """All but the first, as if the engine were heard."""
    known = scene.is_trusted
    return (
        Cell(job.id, Tone.DIM if job.state is JobState.DISABLED else Tone.BRIGHT),
        Cell(job.state.value if known else "unknown", _state_tone(job)),
        Cell(progress_text(job), Tone.INFO if job.state is JobState.RUNNING else Tone.DIM),
        Cell(outcome_word(job.last_outcome), OUTCOMES[job.last_outcome]) if job.last_outcome else _DASH,
        Cell(since_text(None if job.last_run_ms is None else scene.now_ms - job.last_run_ms), Tone.DIM),
        Cell(duration_text(job.duration_ms.last)),
        Cell(duration_text(job.duration_ms.p95), Tone.DIM),
        Cell(next_run_text(job, scene.now_ms, left_text), Tone.TEXT if job.next_run_ms else Tone.DIM),
        Cell(schedule_text(job), Tone.WARN if _is_stretched(job) else Tone.DIM),
        Cell(_count(job.failures), Tone.WARN if job.failures else Tone.DIM),
        Cell(_count(job.runs), Tone.DIM),
        Cell(duration_text(job.lateness_ms.last), Tone.DIM),
        Cell(_count(job.skipped), Tone.WARN if job.skipped else Tone.DIM),
        Cell(_count(job.missed), Tone.WARN if job.missed else Tone.DIM),
        Cell(job.last_error or job.obstacle or job.rate_reason, Tone.WARN if is_failing(job) else Tone.DIM),
    )


_DASH = Cell("–", Tone.DIM)


def _state_tone(job: JobStatus) -> Tone:
    tone = STATES[job.state].tone
    return Tone.DIM if tone is Tone.OK else tone


def _is_stretched(job: JobStatus) -> bool:
    return job.effective_interval_ms not in (None, job.interval_ms)


def _count(number: int) -> str:
    return str(number) if number < 1000 else compact(number)


def _seconds(duration_ms: float | None) -> float | None:
    return None if duration_ms is None else duration_ms / 1000
