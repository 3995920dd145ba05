"""What a key means for the row under the cursor: the command, and what to ask about before it."""

from collections.abc import Callable, Mapping

from msgspec import Struct
from msgspec.structs import replace

from rtp_tui.model.alerts import ListedRule, RuleOrigin
from rtp_tui.model.breakers import BreakerStatus
from rtp_tui.model.clients import ClientStatus
from rtp_tui.model.commands import (
    BreakerAction,
    ControlBreaker,
    ControlFeed,
    ControlJob,
    DisconnectClient,
    FeedAction,
    JobAction,
    Refresh,
    RemoveAlertRule,
    SaveAlertRule,
    TriggerJob,
)
from rtp_tui.model.feeds import FeedState, FeedStatus
from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.jobs import JobState, JobStatus
from rtp_tui.text import age_text
from rtp_tui.tui.durations import duration_text
from rtp_tui.tui.orders import DEADLINE_S, Order
from rtp_tui.tui.panes.breakers import state_text
from rtp_tui.tui.panes.clients import client_of
from rtp_tui.tui.panes.jobs import next_run_text, progress_text
from rtp_tui.tui.panes.rules import rule_named
from rtp_tui.tui.scene import Scene

UNKNOWN_TIMEOUT_MS = 60_000
"""For a run whose job does not tell how long it may take."""


class Proposal(Struct, frozen=True, kw_only=True):
    """A command that could be given."""

    command: Order
    deadline_s: float = DEADLINE_S
    question: str = ""
    """Asked first, where it touches others; nothing is asked when empty."""
    touches: tuple[str, ...] = ()
    """What the command will touch, a sentence each."""
    meanwhile: str = ""
    """Said at once, where the answer takes its time."""


class Nothing(Struct, frozen=True):
    """There is nothing to do, and why."""

    words: str


def proposal(action: str, pane: str, scene: Scene, key: str) -> Proposal | Nothing:
    """What this action does to this row of this pane."""
    state = scene.state
    if pane == "jobs":
        job = state.job.jobs.get(key)
        return Nothing("that job is gone") if job is None else _JOB_ACTIONS[action](scene, job)
    if pane == "breakers":
        breaker = state.breaker.breakers.get(key)
        return (
            Nothing("that breaker is gone") if breaker is None else _BREAKER_ACTIONS[action](scene, breaker)
        )
    if pane == "rules":
        listed = rule_named(scene, key)
        return Nothing("that rule is gone") if listed is None else _RULE_ACTIONS[action](scene, listed)
    if pane == "clients":
        client = client_of(scene, key)
        return Nothing("that client is gone") if client is None else _disconnect(scene, client)
    if pane == "prices" and action == "refresh_selected":
        return Proposal(command=Refresh(instruments=(InstrumentId(key),)))
    feed = _feed_of(scene, pane, key)
    return Nothing("no feed prices this row") if feed is None else _FEED_ACTIONS[action](feed)


def _trigger(scene: Scene, job: JobStatus) -> Proposal:
    return Proposal(
        command=TriggerJob(job=job.id),
        deadline_s=_run_deadline_s(job),
        meanwhile=f"{job.id} runs; how it ended is said here",
    )


def _restart_job(scene: Scene, job: JobStatus) -> Proposal:
    now = f"{job.id} is {job.state}."
    if job.state is JobState.RUNNING:
        now = f"{job.id} is running {progress_text(job)}".rstrip() + ": that run is cancelled."
    return Proposal(
        command=TriggerJob(job=job.id, restart=True),
        deadline_s=_run_deadline_s(job),
        question=f"Restart {job.id}?",
        touches=(now, "It is run from its beginning, now.", *_job_facts(scene, job)),
        meanwhile=f"{job.id} runs again; how it ended is said here",
    )


def _pause_job(scene: Scene, job: JobStatus) -> Proposal:
    is_paused = job.state is JobState.PAUSED
    return Proposal(command=ControlJob(job=job.id, action=JobAction.RESUME if is_paused else JobAction.PAUSE))


def _cancel(scene: Scene, job: JobStatus) -> Proposal | Nothing:
    if job.state is not JobState.RUNNING:
        return Nothing(f"{job.id} does not run")
    return Proposal(command=ControlJob(job=job.id, action=JobAction.CANCEL))


def _switch(scene: Scene, job: JobStatus) -> Proposal:
    if not job.enabled:
        return Proposal(command=ControlJob(job=job.id, action=JobAction.ENABLE))
    return Proposal(
        command=ControlJob(job=job.id, action=JobAction.DISABLE),
        question=f"Disable {job.id}?",
        touches=("It does not run until somebody enables it again.", *_job_facts(scene, job)),
    )


def _reset(scene: Scene, breaker: BreakerStatus) -> Proposal:
    return Proposal(command=ControlBreaker(breaker=breaker.name, action=BreakerAction.RESET))


def _force_open(scene: Scene, breaker: BreakerStatus) -> Proposal:
    return Proposal(
        command=ControlBreaker(breaker=breaker.name, action=BreakerAction.OPEN),
        question=f"Force {breaker.name} open?",
        touches=("Every call is refused until the breaker is reset.", *_breaker_facts(scene, breaker)),
    )


def _force_closed(scene: Scene, breaker: BreakerStatus) -> Proposal:
    return Proposal(
        command=ControlBreaker(breaker=breaker.name, action=BreakerAction.CLOSE),
        question=f"Force {breaker.name} closed?",
        touches=(
            "Every call goes through until the breaker is reset, however many fail.",
            *_breaker_facts(scene, breaker),
        ),
    )


def _disconnect(scene: Scene, client: ClientStatus) -> Proposal:
    channels = f"{client.channels} channel{'s' * (client.channels != 1)}"
    since = age_text(scene.now_ms - client.connected_ms)
    return Proposal(
        command=DisconnectClient(client=client.id),
        question=f"Disconnect client {client.id}?",
        touches=(
            f"{client.name or 'It'} is at {client.address}, connected for {since}, and follows {channels}.",
            "It is told that an operator sent it away. It may come back.",
        ),
    )


def _switch_rule(scene: Scene, listed: ListedRule) -> Proposal:
    rule = listed.rule
    command = SaveAlertRule(rule=replace(rule, enabled=not rule.enabled))
    if not rule.enabled:
        return Proposal(command=command)
    return Proposal(
        command=command,
        question=f"Disable the rule {rule.id}?",
        touches=(
            f"{rule.condition}.",
            "What it made fire is resolved, and nobody is told until it is enabled again.",
        ),
    )


def _remove_rule(scene: Scene, listed: ListedRule) -> Proposal | Nothing:
    rule = listed.rule
    if listed.origin is not RuleOrigin.SAVED:
        origin = listed.origin.value.replace("_", " ")
        return Nothing(f"{rule.id} is {origin}: {scene.key('switch_job')} disables it")
    return Proposal(
        command=RemoveAlertRule(id=rule.id),
        question=f"Remove the rule {rule.id}?",
        touches=(
            f"{rule.condition}.",
            "What it made fire is resolved. A built-in or configured rule of its name holds again.",
        ),
    )


def _restart_feed(feed: FeedStatus) -> Proposal:
    return Proposal(
        command=ControlFeed(feed=feed.name, action=FeedAction.RESTART),
        question=f"Restart {feed.name}?",
        touches=(
            f"{feed.name} is {feed.state}. Its connection is closed and opened again.",
            f"{_instruments(len(feed.instruments))} not heard meanwhile.",
        ),
    )


def _pause_feed(feed: FeedStatus) -> Proposal:
    is_paused = feed.state is FeedState.PAUSED
    action = FeedAction.RESUME if is_paused else FeedAction.PAUSE
    return Proposal(command=ControlFeed(feed=feed.name, action=action))


def _refresh_feed(feed: FeedStatus) -> Proposal | Nothing:
    if not feed.instruments:
        return Nothing(f"{feed.name} has no instruments")
    return Proposal(command=Refresh(instruments=feed.instruments))


_JOB_ACTIONS: Mapping[str, Callable[[Scene, JobStatus], Proposal | Nothing]] = {
    "trigger_job": _trigger,
    "restart": _restart_job,
    "pause": _pause_job,
    "cancel_run": _cancel,
    "switch_job": _switch,
}
_BREAKER_ACTIONS: Mapping[str, Callable[[Scene, BreakerStatus], Proposal]] = {
    "reset_breaker": _reset,
    "open_breaker": _force_open,
    "close_breaker": _force_closed,
}
_RULE_ACTIONS: Mapping[str, Callable[[Scene, ListedRule], Proposal | Nothing]] = {
    "switch_job": _switch_rule,
    "remove": _remove_rule,
}
_FEED_ACTIONS: Mapping[str, Callable[[FeedStatus], Proposal | Nothing]] = {
    "restart": _restart_feed,
    "pause": _pause_feed,
    "refresh_selected": _refresh_feed,
}


def instruments_of(scene: Scene, job: JobStatus) -> tuple[InstrumentId, ...]:
    """Those that a job is for."""
    known = scene.state.market.instruments
    if "*" in job.instruments:
        return tuple(known)
    classes = {entry.partition(":")[0] for entry in job.instruments if entry.endswith(":*")}
    return tuple(key for key in known if key in job.instruments or key.partition(":")[0] in classes)


def _run_deadline_s(job: JobStatus) -> float:
    return (job.timeout_ms or UNKNOWN_TIMEOUT_MS) / 1000 + DEADLINE_S


def _job_facts(scene: Scene, job: JobStatus) -> tuple[str, ...]:
    count = len(instruments_of(scene, job))
    last, due = job.duration_ms.last, next_run_text(job, scene.now_ms)
    return (
        *((f"It is for {count} instrument{'s' * (count > 1)}.",) if count else ()),
        "It has not run yet." if last is None else f"Its last run took {duration_text(last)}.",
        *((f"Its next run is {due if due == 'due' else f'in {due}'}.",) if job.next_run_ms else ()),
    )


def _breaker_facts(scene: Scene, breaker: BreakerStatus) -> tuple[str, ...]:
    provider = breaker.name.partition("/")[0]
    feeds = [feed for feed in scene.state.feed.feeds.values() if provider in (feed.source, feed.name)]
    count = len({instrument for feed in feeds for instrument in feed.instruments})
    return (
        f"It is {state_text(scene, breaker)}.",
        *((f"{_instruments(count)} priced by {provider}.",) if count else ()),
    )


def _instruments(count: int) -> str:
    return f"{count} instrument{'s are' if count != 1 else ' is'}"


def _feed_of(scene: Scene, pane: str, key: str) -> FeedStatus | None:
    """The feed of a row: itself, or the one that priced it."""
    if pane == "feeds":
        return scene.state.feed.feeds.get(key)
    quote = scene.state.market.quotes.get(InstrumentId(key))
    return scene.state.feed.feeds.get(quote.source.partition(":")[0]) if quote else None
