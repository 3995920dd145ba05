"""What events say to a person: of each a line, several or none, told the state before it."""

from collections.abc import Iterator

from msgspec import Struct

from rtp_tui.model.alerts import Alert, AlertState, Severity, Silence
from rtp_tui.model.breakers import BreakerState, BreakerStatus
from rtp_tui.model.clients import AuditEntry, ClientList
from rtp_tui.model.drills import DrillStatus
from rtp_tui.model.events import Payload
from rtp_tui.model.feeds import ActiveFeed, FeedState, FeedStatus
from rtp_tui.model.gaps import Gap, GapState
from rtp_tui.model.health import HealthReport, HealthStatus, MarketSession
from rtp_tui.model.jobs import JobOutcome, JobRemoved, JobRun, JobState, JobStatus
from rtp_tui.model.market import InstrumentAdded, InstrumentRemoved, SignificantChange
from rtp_tui.model.notifications import ChannelState, ChannelStatus, Mute
from rtp_tui.model.parts import EngineStatus, PartState, PartStatus
from rtp_tui.model.quality import Anomaly, AnomalyState
from rtp_tui.model.statistics import LogLine, StoreStatus
from rtp_tui.state.pipeline_state import PipelineState
from rtp_tui.tui.cells import Tone
from rtp_tui.tui.durations import countdown_text, duration_text

_LEVELS = {"error": Tone.BAD, "critical": Tone.BAD, "warning": Tone.WARN, "debug": Tone.DIM}
_FEED_TONES = {
    FeedState.LIVE: Tone.OK,
    FeedState.POLLING: Tone.OK,
    FeedState.RECONNECTING: Tone.BAD,
    FeedState.CONNECTING: Tone.INFO,
    FeedState.PAUSED: Tone.WARN,
    FeedState.STOPPED: Tone.WARN,
}
_PART_TONES = {PartState.OK: Tone.OK, PartState.FAILED: Tone.BAD, PartState.RESTARTING: Tone.WARN}
_HEALTH_TONES = {
    HealthStatus.HEALTHY: Tone.OK,
    HealthStatus.DEGRADED: Tone.WARN,
    HealthStatus.CRITICAL: Tone.BAD,
}
_BREAKER_TONES = {
    BreakerState.CLOSED: Tone.OK,
    BreakerState.HALF_OPEN: Tone.INFO,
    BreakerState.OPEN: Tone.BAD,
    BreakerState.FORCED_OPEN: Tone.WARN,
    BreakerState.FORCED_CLOSED: Tone.WARN,
}
_OUTCOME_TONES = {
    JobOutcome.FAILED: Tone.BAD,
    JobOutcome.TIMED_OUT: Tone.BAD,
    JobOutcome.MISSED: Tone.WARN,
    JobOutcome.CANCELLED: Tone.WARN,
}
_ALERT_TONES = {
    AlertState.RESOLVED: Tone.OK,
    AlertState.ACKNOWLEDGED: Tone.INFO,
    AlertState.SILENCED: Tone.INFO,
}
_SEVERITY_TONES = {Severity.INFO: Tone.INFO, Severity.WARNING: Tone.WARN, Severity.CRITICAL: Tone.BAD}
_ALERT_WORDS = {
    AlertState.FIRING: "fires",
    AlertState.ACKNOWLEDGED: "acknowledged",
    AlertState.SILENCED: "silenced",
    AlertState.RESOLVED: "resolved",
}
_NAMED = 3
"""Clients that one entry names."""
_HELD = (JobState.PAUSED, JobState.DISABLED)


class News(Struct, frozen=True, gc=False):
    """One thing worth telling: when it happened, of what, and why where that is known."""

    at_ms: int
    tone: Tone
    source: str
    message: str
    cause: str = ""
    shared: str = ""
    """What is said alike of several instruments: one line may stand for all of them."""
    is_told_late: bool = True
    """It is worth telling long after it happened, too."""


def news_of(payload: Payload, before: PipelineState, now_ms: int) -> Iterator[News]:
    """What this payload changes, told the state before it; `now_ms` is for those that tell no time."""
    match payload:
        case Alert():
            yield from _of_alert(payload, before.alert.active.get(payload.id))
        case Silence():
            yield from _of_silence(payload, before.alert.silences.get(payload.id), now_ms)
        case Mute():
            yield _of_mute(payload, now_ms)
        case ChannelStatus():
            yield from _of_channel(payload, before.alert.channels.get(payload.name), now_ms)
        case AuditEntry():
            yield _of_order(payload)
        case StoreStatus():
            yield from _of_store(payload, before.measurements.store)
        case InstrumentAdded():
            yield News(now_ms, Tone.INFO, payload.instrument.id, "priced from now on")
        case InstrumentRemoved():
            yield News(now_ms, Tone.INFO, payload.instrument, "priced no more")
        case LogLine():
            tone = _LEVELS.get(payload.level, Tone.INFO)
            yield News(payload.at_ms, tone, payload.source, payload.message)
        case FeedStatus():
            yield from _of_feed(payload, before.feed.feeds.get(payload.name))
        case ActiveFeed():
            yield from _of_switch(payload, before.feed.active.get(payload.instrument))
        case BreakerStatus():
            yield from _of_breaker(payload, before.breaker.breakers.get(payload.name))
        case JobStatus():
            yield from _of_job(payload, before.job.jobs.get(payload.id), now_ms)
        case JobRun():
            yield from _of_run(payload)
        case JobRemoved():
            yield News(now_ms, Tone.INFO, payload.id, "removed")
        case PartStatus():
            yield from _of_part(payload, before.part.parts.get(payload.name))
        case EngineStatus():
            yield from _of_engine(payload, before.part.engine, now_ms)
        case DrillStatus():
            yield from _of_drills(payload, before.part.drill, now_ms)
        case MarketSession():
            yield from _of_session(payload, before.quality.sessions.get(payload.market), now_ms)
        case HealthReport():
            yield from _of_health(payload, before.quality.health)
        case ClientList():
            yield from _of_clients(payload, before.measurements.clients)
        case Gap():
            yield from _of_gap(payload, before.quality.gaps.get((payload.instrument, payload.from_ms)))
        case Anomaly():
            tone = Tone.OK if payload.state is AnomalyState.CONFIRMED else Tone.WARN
            yield News(payload.at_ms, tone, payload.instrument, anomaly_text(payload))
        case SignificantChange():
            yield _of_move(payload)
        case _:
            pass


def gap_text(gap: Gap) -> str:
    """A gap in words: `3 minutes missing (disconnect): filled from other:BTC-USD`."""
    words = _missing_text(gap) + (f" from {gap.filled_from}" if gap.filled_from else "")
    return words + (f", {gap.detail}" if gap.detail else "")


def _missing_text(gap: Gap) -> str:
    minutes = (gap.to_ms - gap.from_ms) // 60_000
    return f"{minutes} minute{'s' * (minutes != 1)} missing ({gap.cause}): {gap.state}"


def anomaly_text(anomaly: Anomaly) -> str:
    """An anomaly in words: `outlier quarantined: +900.0 % from the price before`."""
    state = "" if anomaly.state is AnomalyState.NOTED else f" {anomaly.state}"
    return f"{anomaly.kind.replace('_', ' ')}{state}: {anomaly.detail}"


def run_text(run: JobRun) -> str:
    """How a run ended: `failed after 3.2s, 2 attempts: HTTP 503`, `succeeded in 420ms, 12/12`."""
    took = duration_text(run.ended_ms - run.started_ms)
    words = f"{run.outcome.value.replace('_', ' ')} "
    words += f"in {took}" if run.outcome is JobOutcome.SUCCEEDED else f"after {took}"
    if run.progress is not None:
        words += f", {run.progress.done}/{run.progress.expected}"
    if run.attempts > 1:
        words += f", {run.attempts} attempts"
    return words + (f": {run.error}" if run.error else "")


def _of_switch(now: ActiveFeed, before: ActiveFeed | None) -> Iterator[News]:
    """Another feed prices an instrument: a standby, or the preferred one again."""
    if before is not None and before.feed == now.feed:
        return
    if now.reason:
        words = f"priced by {_provider(now)} as standby"
        yield News(
            now.since_ms, Tone.WARN, now.instrument, f"{words}: {now.reason}", now.reason, shared=words
        )
    elif before is not None:
        words = f"priced by {_provider(now)} again"
        yield News(now.since_ms, Tone.OK, now.instrument, words, shared=words)


def _of_feed(now: FeedStatus, before: FeedStatus | None) -> Iterator[News]:
    if before is not None and before.state is now.state:
        return
    reason = f": {now.error}" if now.error and now.state is FeedState.RECONNECTING else ""
    yield News(now.since_ms, _FEED_TONES[now.state], now.name, f"{now.state}{reason}", reason[2:])


def _of_breaker(now: BreakerStatus, before: BreakerStatus | None) -> Iterator[News]:
    if before is None and now.state is BreakerState.CLOSED:
        return
    if before is None or before.state is not now.state:
        words = now.state.value.replace("_", " ")
        if now.state is BreakerState.OPEN and now.next_probe_ms is not None:
            words += f", probe in {countdown_text(now.next_probe_ms - now.since_ms)}"
        reason = f": {now.last_error}" if now.last_error and now.state is BreakerState.OPEN else ""
        yield News(now.since_ms, _BREAKER_TONES[now.state], now.name, f"breaker {words}{reason}", reason[2:])


def _of_job(now: JobStatus, before: JobStatus | None, now_ms: int) -> Iterator[News]:
    """Only what somebody did to it; its runs speak for themselves."""
    if before is None or before.state is now.state:
        return
    if now.state in _HELD:
        yield News(now_ms, Tone.WARN, now.id, now.state.value)
    elif before.state in _HELD and now.state is JobState.IDLE:
        word = "resumed" if before.state is JobState.PAUSED else "enabled"
        yield News(now_ms, Tone.INFO, now.id, word)


def _of_run(run: JobRun) -> Iterator[News]:
    """Those that did not succeed, and those that somebody asked for."""
    if run.triggered or run.outcome in _OUTCOME_TONES:
        cause = run.error or ("asked for by hand" if run.triggered else "")
        yield News(run.ended_ms, _OUTCOME_TONES.get(run.outcome, Tone.OK), run.job, run_text(run), cause)


def _of_part(now: PartStatus, before: PartStatus | None) -> Iterator[News]:
    if before is not None and before.state is now.state and before.restarts == now.restarts:
        return
    detail = f": {now.detail}" if now.detail else ""
    yield News(
        now.since_ms, _PART_TONES.get(now.state, Tone.INFO), now.name, f"{now.state}{detail}", now.detail
    )


def _of_move(now: SignificantChange) -> News:
    """A move of long ago, which a filled gap or the last price of a closed market brings, is no news."""
    tone = Tone.UP if now.change_pct > 0 else Tone.DOWN
    return News(now.at_ms, tone, now.instrument, f"moved {now.change_pct:+.2f} %", is_told_late=False)


def _of_engine(now: EngineStatus, before: EngineStatus | None, now_ms: int) -> Iterator[News]:
    if before is None or before.state is not now.state:
        at_ms = now.started_ms if before is None else now_ms
        yield News(at_ms, Tone.INFO, "engine", str(now.state))


def _of_drills(now: DrillStatus, before: DrillStatus | None, now_ms: int) -> Iterator[News]:
    known = before.running if before is not None else ()
    for drill in now.running:
        if drill not in known:
            lasts = countdown_text(drill.until_ms - drill.since_ms)
            yield News(drill.since_ms, Tone.WARN, drill.venue, f"DRILL: {drill.fault} for {lasts}")
    running = {(drill.venue, drill.fault) for drill in now.running}
    for drill in known:
        if (drill.venue, drill.fault) not in running:
            yield News(now_ms, Tone.INFO, drill.venue, f"DRILL: {drill.fault} is over")


def _of_session(now: MarketSession, before: MarketSession | None, now_ms: int) -> Iterator[News]:
    if before is not None and before.session is not now.session:
        yield News(now.since_ms or now_ms, Tone.INFO, now.market, f"session {now.session}")


def _of_clients(now: ClientList, before: ClientList | None) -> Iterator[News]:
    """Those that do not read any more what they are sent."""
    known = {client.id for client in before.clients if client.is_behind} if before else set()
    fresh = [str(client.id) for client in now.clients if client.is_behind and client.id not in known]
    if fresh:
        more = f" and {len(fresh) - _NAMED} more" if len(fresh) > _NAMED else ""
        words = f"{'client' if len(fresh) == 1 else 'clients'} {', '.join(fresh[:_NAMED])}{more} fell behind"
        yield News(now.at_ms, Tone.WARN, "server", words)


def _of_gap(now: Gap, before: Gap | None) -> Iterator[News]:
    """Its beginning and its end; what is tried in between is nobody's news."""
    if before is None or not now.is_pending:
        tone = Tone.OK if now.state is GapState.FILLED else Tone.WARN
        words, cause = _missing_text(now), now.cause.value
        yield News(now.changed_ms, tone, now.instrument, gap_text(now), cause, shared=words)


def _of_health(now: HealthReport, before: HealthReport | None) -> Iterator[News]:
    if before is not None and before.status is not now.status:
        score = "" if now.score is None else f" {now.score}"
        tone = _HEALTH_TONES.get(now.status, Tone.INFO)
        yield News(now.at_ms, tone, "health", f"{now.status}{score}: {now.reason}", now.reason)


def _of_alert(now: Alert, before: Alert | None) -> Iterator[News]:
    """What anybody may be told of: pending ones, and those that came to nothing, are nobody's news."""
    was = AlertState.PENDING if before is None else before.state
    if now.state in (was, AlertState.PENDING) or (was is AlertState.PENDING and not now.fired_ms):
        return
    step = now.history[-1] if now.history else None
    who = f" by {step.who}" if step is not None and step.who else ""
    why = f": {step.why}" if step is not None and step.why else ""
    tone = _ALERT_TONES.get(now.state, _SEVERITY_TONES[now.severity])
    words = f"alert {_ALERT_WORDS[now.state]}{who}{why}: {now.message}"
    cause = f"rule {now.rule}{who}{why}"
    yield News(now.changed_ms, tone, now.subject or "engine", words, cause)


def _of_silence(now: Silence, before: Silence | None, now_ms: int) -> Iterator[News]:
    who = f" by {now.who}" if now.who else ""
    why = f": {now.comment}" if now.comment else ""
    if now.until_ms > now_ms:
        lasts = countdown_text(now.until_ms - now_ms)
        yield News(now_ms, Tone.INFO, now.subject, f"{now.rule} silenced for {lasts}{who}{why}", now.comment)
    elif before is not None:
        yield News(now_ms, Tone.INFO, now.subject, f"{now.rule} silenced no more{who}", now.comment)


def _of_mute(now: Mute, now_ms: int) -> News:
    who = f" by {now.who}" if now.who else ""
    why = f": {now.why}" if now.why else ""
    lasts = f"muted for {countdown_text(now.until_ms - now_ms)}" if now.until_ms > now_ms else "told again"
    return News(now.at_ms, Tone.INFO, "notices", f"{lasts}{who}{why}", now.why)


def _of_channel(now: ChannelStatus, before: ChannelStatus | None, now_ms: int) -> Iterator[News]:
    """That people cannot be told, and that they can again."""
    was = ChannelState.READY if before is None else before.state
    if now.state is was:
        return
    tone = Tone.OK if now.state is ChannelState.READY else Tone.BAD
    why = f": {now.last_error}" if now.last_error else ""
    yield News(now_ms, tone, now.name, f"channel {now.state}{why}", now.last_error)


def _of_order(now: AuditEntry) -> News:
    """Who did what: the cause of what follows."""
    who = f"{now.name or 'somebody'}" + (f" at {now.address}" if now.address else "")
    is_done = now.outcome == "done"
    words = f"{now.command.replace('_', ' ')} by {who}" + ("" if is_done else f": {now.outcome}")
    words += f": {now.message}" if now.message else ""
    return News(now.at_ms, Tone.INFO if is_done else Tone.WARN, now.subject or "engine", words, who)


def _of_store(now: StoreStatus, before: StoreStatus | None) -> Iterator[News]:
    """That it cannot write, and that it can again."""
    was_ok = before is None or before.ok
    if was_ok is now.ok:
        return
    words = "writes again" if now.ok else f"cannot write: {now.detail}"
    yield News(now.at_ms, Tone.OK if now.ok else Tone.BAD, "store", words, now.detail)


def _provider(active: ActiveFeed) -> str:
    return active.feed.partition(":")[0]
