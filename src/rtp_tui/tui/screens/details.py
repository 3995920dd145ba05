"""Details of jobs, breakers, feeds and clients: everything the engine says of one, in words."""

from rich.text import Text

from rtp_tui.model.breakers import BreakerLimits, BreakerStatus
from rtp_tui.model.clients import ClientStatus
from rtp_tui.model.feeds import FeedStatus
from rtp_tui.model.jobs import JobRun, JobState, JobStatus
from rtp_tui.text import age_text, byte_text, clock_text, safe
from rtp_tui.tui.durations import countdown_text, duration_text, interval_text
from rtp_tui.tui.news.words import run_text
from rtp_tui.tui.panes.breakers import busy_text, state_text
from rtp_tui.tui.panes.clients import pace_text, rate_text
from rtp_tui.tui.panes.clients import state_text as keeping_up_text
from rtp_tui.tui.panes.feed_words import key_text, quota_text, resting_text
from rtp_tui.tui.panes.jobs import next_run_text, outcome_word, progress_text, schedule_text
from rtp_tui.tui.proposals import instruments_of
from rtp_tui.tui.scene import Scene
from rtp_tui.tui.screens.facts import facts_text, moment_text, whole

RUNS_SHOWN = 8
_NAMES_SHOWN = 6


def job_text(scene: Scene, job: JobStatus) -> Text:
    """What a job is for, when it runs, how its runs went, and the newest of them."""
    took, late = job.duration_ms, job.lateness_ms
    stretched = f", now {schedule_text(job)}" if "→" in schedule_text(job) else ""
    text = facts_text(
        [
            ("state", f"{job.state} {_progress(job, is_running=True)}".rstrip()),
            ("does", f"{job.kind}, {job.category}, {job.priority} priority"),
            ("for", _names([str(key) for key in instruments_of(scene, job)])),
            ("schedule", f"{job.schedule}{stretched}" + (f", hours of {job.market}" if job.market else "")),
            ("timeout", "–" if job.timeout_ms is None else interval_text(job.timeout_ms)),
            ("next run", _next(scene, job)),
            ("last run", "none yet" if job.last_run_ms is None else moment_text(scene, job.last_run_ms)),
            ("ended", _ended(job)),
            ("error", job.last_error or "none"),
            *([("rests", job.obstacle)] if job.obstacle else []),
            (
                "took",
                f"{duration_text(took.last)}, mean {duration_text(took.mean)}, p95 {duration_text(took.p95)}",
            ),
            ("late", f"{duration_text(late.last)}, p95 {duration_text(late.p95)}"),
            ("runs", f"{job.runs}: {job.successes} succeeded, {job.failures} failed"),
            ("not run", f"{job.skipped} skipped, {job.missed} missed"),
        ]
    )
    _append_runs(text, scene, [run for run in reversed(scene.runs) if run.job == job.id][:RUNS_SHOWN])
    return text


def breaker_text(scene: Scene, breaker: BreakerStatus) -> Text:
    """Whether calls go through, what it counted, and what it goes by."""
    facts = [
        ("state", state_text(scene, breaker)),
        ("since", moment_text(scene, breaker.since_ms)),
        ("failures", f"{_percent(breaker.failure_rate)} of {breaker.calls} calls"),
        ("slow", f"{_percent(breaker.slow_rate)} of {breaker.calls} calls"),
        ("last error", breaker.last_error or "none"),
        ("refused", f"{breaker.not_permitted} calls"),
        ("under way", f"{busy_text(breaker)}, {breaker.rejected_full} found no place"),
        ("retries", str(breaker.retries)),
    ]
    text = facts_text(facts)
    if breaker.limits is not None:
        text.append(f"\n\npolicy {safe(breaker.limits.policy)}\n", "bold")
        text.append(facts_text(_limits(breaker.limits)))
    return text


def feed_text(scene: Scene, feed: FeedStatus) -> Text:
    """What a feed delivers, how it is connected, and what was wrong with what it sent."""
    bad = ", ".join(f"{count} {reason}" for reason, count in feed.bad_frames.items())
    facts = [
        ("state", str(feed.state) if scene.is_trusted else f"unknown, last known {feed.state}"),
        ("since", moment_text(scene, feed.since_ms)),
        ("source", feed.source),
        ("instruments", _names([str(key) for key in feed.instruments])),
        ("silent", _names([str(key) for key in feed.silent])),
        ("expected", f"every {interval_text(feed.expected_ms)}"),
        ("frames", f"{feed.frames:,}, {feed.rate:.1f} a second"),
        ("bad frames", bad or "none"),
        (
            "last heard",
            "never" if feed.last_received_ms is None else moment_text(scene, feed.last_received_ms),
        ),
        ("venue clock", "–" if feed.clock_offset_ms is None else f"{feed.clock_offset_ms:+d} ms from ours"),
        ("reconnects", f"{feed.reconnects}{f', {feed.early_tries} tried early' * bool(feed.early_tries)}"),
        ("error", feed.error or "none"),
        *([("quota", quota_text(scene, feed.quota))] if feed.quota else []),
        *((f"key {number}", key_text(scene, key)) for number, key in enumerate(feed.keys, start=1)),
        *([("at rest", resting_text(scene, feed))] if feed.resting else []),
    ]
    if feed.next_attempt_ms is not None:
        facts.append(("next attempt", f"in {countdown_text(feed.next_attempt_ms - scene.now_ms + 999)}"))
    return facts_text(facts)


def client_text(scene: Scene, client: ClientStatus) -> Text:
    """Who a follower is, what it follows, and how well it keeps up."""
    pace = f"at most every {pace_text(client)}" if client.conflate_ms else "every change"
    return facts_text(
        [
            ("state", keeping_up_text(scene, client)),
            ("address", client.address),
            ("name", client.name or "none: it showed no token"),
            ("scope", client.scope.value),
            ("connected", moment_text(scene, client.connected_ms)),
            ("follows", f"{client.channels} channel{'s' * (client.channels != 1)}, {pace}"),
            ("sent", f"{client.sent:,} messages, {byte_text(client.sent_bytes)}"),
            ("rate", f"{rate_text(client)} messages a second"),
            ("unread", byte_text(client.buffered_bytes)),
            ("gaps", f"{client.gaps}: so often it was left out" if client.gaps else "none"),
        ]
    )


def _progress(job: JobStatus, *, is_running: bool) -> str:
    return progress_text(job) if (job.state is JobState.RUNNING) is is_running else ""


def _ended(job: JobStatus) -> str:
    words = outcome_word(job.last_outcome) if job.last_outcome else "–"
    return f"{words} {_progress(job, is_running=False)}".rstrip()


def _next(scene: Scene, job: JobStatus) -> str:
    if job.next_run_ms is None:
        return "none is planned"
    return f"{clock_text(job.next_run_ms, scene.zone)}   in {next_run_text(job, scene.now_ms)}"


def _limits(limits: BreakerLimits) -> list[tuple[str, str]]:
    return [
        ("judges by", f"{limits.window}, at least {limits.minimum_calls}"),
        ("opens at", f"{limits.failure_rate:g}% failed, or {limits.slow_rate:g}% slower than"
         f" {duration_text(limits.slow_call_ms)}"),
        ("stays open", f"{age_text(limits.open_ms)} first, then twice as long, up to {age_text(limits.open_cap_ms)}"),
        ("closes after", f"{limits.probes} probes"),
    ]  # fmt: skip


def _append_runs(text: Text, scene: Scene, runs: list[JobRun]) -> None:
    text.append("\n\nlast runs", "bold")
    text.append("" if runs else "\nnone since this console watches", "dim")
    for run in runs:
        text.append(f"\n{clock_text(run.started_ms, scene.zone)}  ", "dim")
        text.append(whole(run_text(run)) + (", by hand" if run.triggered else ""))


def _names(names: list[str]) -> str:
    if not names:
        return "none"
    more = f" and {len(names) - _NAMES_SHOWN} more" if len(names) > _NAMES_SHOWN else ""
    return f"{len(names)}: {', '.join(names[:_NAMES_SHOWN])}{more}"


def _percent(rate_pct: float | None) -> str:
    return "too few to tell" if rate_pct is None else f"{rate_pct:.0f}%"
