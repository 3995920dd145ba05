"""What happened, as lines a person can read: the log and every change of state."""

from collections import deque
from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace

from rtp_tui.model.alerts import Alert, AlertState, Severity, Silence
from rtp_tui.model.breakers import BreakerState, BreakerStatus
from rtp_tui.model.clients import AuditEntry, ClientList
from rtp_tui.model.drills import DrillStatus
from rtp_tui.model.events import Payload, Snapshot
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
from rtp_tui.tui.gathering import Gathered, Gathering
from rtp_tui.tui.start_up import StartUp, is_ordinary

KEPT_ENTRIES = 500
CONSOLE = "console"
LATE_MS = 300_000
"""What is told so long after it happened stands where it was told, with its own time; a move is told no more."""

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


class Entry(Struct, frozen=True, gc=False):
    """One line of the timeline; `number` grows by one with each."""

    number: int
    at_ms: int
    tone: Tone
    source: str
    message: str
    topic: str = "console"
    """What kind of event told it; `console` where this console did."""
    cause: str = ""
    """Why, where that is known; the message tells it too."""
    names: str = ""
    """What it is about, where that is several instruments or parts."""
    of_ms: int | None = None
    """When it happened, where it was told long after; `at_ms` is then when it was told."""


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


class Timeline:
    """The last 500 entries, oldest first."""

    def __init__(self) -> None:
        self.entries: deque[Entry] = deque(maxlen=KEPT_ENTRIES)
        self._count = 0
        self._problems: dict[str, str] = {}
        self._gathering = Gathering()
        self._start_up: StartUp | None = None
        self._topic = CONSOLE
        self._now_ms: int | None = None
        """While a payload of the live world is noted."""

    def note(self, payload: Payload, before: PipelineState, now_ms: int) -> None:
        """Add what this payload changes, told the state before it; `now_ms` is for those that tell no time."""
        self._topic = payload.topic.value
        # A capture is played on its own time, which is always long ago.
        self._now_ms = None if _is_replay(before) else now_ms
        self._note(payload, before, now_ms)
        self._topic, self._now_ms = CONSOLE, None

    def _note(self, payload: Payload, before: PipelineState, now_ms: int) -> None:
        match payload:
            case Alert():
                self._note_alert(payload, before.alert.active.get(payload.id))
            case Silence():
                self._note_silence(payload, before.alert.silences.get(payload.id), now_ms)
            case Mute():
                self._note_mute(payload, now_ms)
            case ChannelStatus():
                self._note_channel(payload, before.alert.channels.get(payload.name), now_ms)
            case AuditEntry():
                self._note_order(payload)
            case StoreStatus():
                self._note_store(payload, before.measurements.store)
            case InstrumentAdded():
                self._add(now_ms, Tone.INFO, payload.instrument.id, "priced from now on")
            case InstrumentRemoved():
                self._add(now_ms, Tone.INFO, payload.instrument, "priced no more")
            case LogLine():
                self._add(
                    payload.at_ms, _LEVELS.get(payload.level, Tone.INFO), payload.source, payload.message
                )
            case FeedStatus():
                self._note_feed(payload, before.feed.feeds.get(payload.name))
            case ActiveFeed():
                self._note_switch(payload, before.feed.active.get(payload.instrument))
            case BreakerStatus():
                self._note_breaker(payload, before.breaker.breakers.get(payload.name))
            case JobStatus():
                self._note_job(payload, before.job.jobs.get(payload.id), now_ms)
            case JobRun():
                self._note_run(payload)
            case JobRemoved():
                self._add(now_ms, Tone.INFO, payload.id, "removed")
            case PartStatus():
                self._note_part(payload, before.part.parts.get(payload.name))
            case EngineStatus():
                self._note_engine(payload, before.part.engine, now_ms)
            case DrillStatus():
                self._note_drills(payload, before.part.drill, now_ms)
            case MarketSession():
                self._note_session(payload, before.quality.sessions.get(payload.market), now_ms)
            case HealthReport():
                self._note_health(payload, before.quality.health)
            case ClientList():
                self._note_clients(payload, before.measurements.clients)
            case Gap():
                self._note_gap(payload, before.quality.gaps.get((payload.instrument, payload.from_ms)))
            case Anomaly():
                tone = Tone.OK if payload.state is AnomalyState.CONFIRMED else Tone.WARN
                self._add(payload.at_ms, tone, payload.instrument, anomaly_text(payload))
            case SignificantChange():
                self._note_move(payload)
            case _:
                pass

    def note_snapshot(self, snapshot: Snapshot, now_ms: int) -> None:
        """A whole state arrived: the console starts from it."""
        count = len(snapshot.instruments)
        self._add(
            now_ms, Tone.INFO, "console", f"state received: {count} instruments, {len(snapshot.feeds)} feeds"
        )

    def recall(self, past: Sequence[Entry]) -> None:
        """Put what happened before this console began to listen before all else, as far as there is room."""
        room = KEPT_ENTRIES - len(self.entries)
        first = self.entries[0].number if self.entries else self._count + 1
        for number, entry in enumerate(reversed(past[-room:] if room else ()), start=1):
            self.entries.appendleft(replace(entry, number=first - number))

    def note_versions(self, words: str, now_ms: int) -> None:
        """The engine is of another version than the console."""
        self._add(now_ms, Tone.WARN, "console", words)

    def note_console(self, words: str, now_ms: int) -> None:
        """This console did something that is worth finding again."""
        self._add(now_ms, Tone.INFO, CONSOLE, words)

    def note_problems(self, problems: dict[str, str], now_ms: int) -> None:
        """Add what broke in the console's own panes since the last time."""
        for pane, words in problems.items():
            if self._problems.get(pane) != words:
                self._add(now_ms, Tone.BAD, pane, words)
        self._problems = problems

    def _add(self, at_ms: int, tone: Tone, source: str, message: str, cause: str = "") -> None:
        self._count += 1
        is_late = self._now_ms is not None and self._now_ms - at_ms > LATE_MS
        told_ms, of_ms = (self._now_ms or at_ms, at_ms) if is_late else (at_ms, None)
        entry = Entry(self._count, told_ms, tone, source, message, self._topic, cause, of_ms=of_ms)
        self.entries.append(entry)

    def _change(self, number: int, **changes: object) -> bool:
        """Change an entry; False when it is gone."""
        index = number - self.entries[0].number if self.entries else -1
        if index < 0:
            return False
        self.entries[index] = replace(self.entries[index], **changes)
        return True

    def _gather(
        self, at_ms: int, tone: Tone, instrument: str, words: str, alone: str, cause: str = ""
    ) -> None:
        """Put it where the same was just said of other instruments; else `alone`, in a line of its own."""
        line = self._gathering.line(words)
        if line is not None and line.number >= self.entries[0].number and line.takes(at_ms, instrument):
            looks = {"tone": tone, "source": line.source, "message": line.message(words), "names": line.names}
            self._change(line.number, **looks)
            return
        self._add(at_ms, tone, instrument, alone, cause)
        self._gathering.begin(words, Gathered(self._count, at_ms, instrument))

    def _note_switch(self, now: ActiveFeed, before: ActiveFeed | None) -> None:
        """Another feed prices an instrument: a standby, or the preferred one again."""
        if before is not None and before.feed == now.feed:
            return
        if now.reason:
            words = f"priced by {_provider(now)} as standby"
            self._gather(now.since_ms, Tone.WARN, now.instrument, words, f"{words}: {now.reason}", now.reason)
        elif before is not None:
            words = f"priced by {_provider(now)} again"
            self._gather(now.since_ms, Tone.OK, now.instrument, words, words)

    def _note_feed(self, now: FeedStatus, before: FeedStatus | None) -> None:
        if before is not None and before.state is now.state:
            return
        reason = f": {now.error}" if now.error and now.state is FeedState.RECONNECTING else ""
        self._add(now.since_ms, _FEED_TONES[now.state], now.name, f"{now.state}{reason}", reason[2:])

    def _note_breaker(self, now: BreakerStatus, before: BreakerStatus | None) -> None:
        if before is None and now.state is BreakerState.CLOSED:
            return
        if before is None or before.state is not now.state:
            words = now.state.value.replace("_", " ")
            if now.state is BreakerState.OPEN and now.next_probe_ms is not None:
                words += f", probe in {countdown_text(now.next_probe_ms - now.since_ms)}"
            reason = f": {now.last_error}" if now.last_error and now.state is BreakerState.OPEN else ""
            self._add(
                now.since_ms, _BREAKER_TONES[now.state], now.name, f"breaker {words}{reason}", reason[2:]
            )

    def _note_job(self, now: JobStatus, before: JobStatus | None, now_ms: int) -> None:
        """Only what somebody did to it; its runs speak for themselves."""
        if before is None or before.state is now.state:
            return
        if now.state in _HELD:
            self._add(now_ms, Tone.WARN, now.id, now.state.value)
        elif before.state in _HELD and now.state is JobState.IDLE:
            word = "resumed" if before.state is JobState.PAUSED else "enabled"
            self._add(now_ms, Tone.INFO, now.id, word)

    def _note_run(self, run: JobRun) -> None:
        """Those that did not succeed, and those that somebody asked for."""
        if run.triggered or run.outcome in _OUTCOME_TONES:
            cause = run.error or ("asked for by hand" if run.triggered else "")
            self._add(run.ended_ms, _OUTCOME_TONES.get(run.outcome, Tone.OK), run.job, run_text(run), cause)

    def _note_part(self, now: PartStatus, before: PartStatus | None) -> None:
        if before is not None and before.state is now.state and before.restarts == now.restarts:
            return
        if is_ordinary(now, before):
            self._note_start(now)
            return
        if self._start_up is not None:
            self._start_up.drop(now.name)
        detail = f": {now.detail}" if now.detail else ""
        self._add(
            now.since_ms, _PART_TONES.get(now.state, Tone.INFO), now.name, f"{now.state}{detail}", now.detail
        )

    def _note_start(self, now: PartStatus) -> None:
        start_up = self._start_up
        if start_up is None or not start_up.takes(now):
            self._add(now.since_ms, Tone.INFO, "parts", "")
            start_up = self._start_up = StartUp(self._count, now.since_ms)
        start_up.note(now)
        looks = {
            "tone": Tone.OK if start_up.is_over else Tone.INFO,
            "source": start_up.source,
            "message": start_up.words,
            "names": start_up.names,
        }
        if not self._change(start_up.number, **looks):
            self._start_up = None

    def _note_move(self, now: SignificantChange) -> None:
        """A move of long ago, which a filled gap or the last price of a closed market brings, is no news."""
        if self._now_ms is None or self._now_ms - now.at_ms <= LATE_MS:
            tone = Tone.UP if now.change_pct > 0 else Tone.DOWN
            self._add(now.at_ms, tone, now.instrument, f"moved {now.change_pct:+.2f} %")

    def _note_engine(self, now: EngineStatus, before: EngineStatus | None, now_ms: int) -> None:
        if before is None or before.state is not now.state:
            at_ms = now.started_ms if before is None else now_ms
            self._add(at_ms, Tone.INFO, "engine", str(now.state))

    def _note_drills(self, now: DrillStatus, before: DrillStatus | None, now_ms: int) -> None:
        known = before.running if before is not None else ()
        for drill in now.running:
            if drill not in known:
                lasts = countdown_text(drill.until_ms - drill.since_ms)
                self._add(drill.since_ms, Tone.WARN, drill.venue, f"DRILL: {drill.fault} for {lasts}")
        running = {(drill.venue, drill.fault) for drill in now.running}
        for drill in known:
            if (drill.venue, drill.fault) not in running:
                self._add(now_ms, Tone.INFO, drill.venue, f"DRILL: {drill.fault} is over")

    def _note_session(self, now: MarketSession, before: MarketSession | None, now_ms: int) -> None:
        if before is not None and before.session is not now.session:
            self._add(now.since_ms or now_ms, Tone.INFO, now.market, f"session {now.session}")

    def _note_clients(self, now: ClientList, before: ClientList | None) -> None:
        """Those that do not read any more what they are sent."""
        known = {client.id for client in before.clients if client.is_behind} if before else set()
        fresh = [str(client.id) for client in now.clients if client.is_behind and client.id not in known]
        if fresh:
            more = f" and {len(fresh) - _NAMED} more" if len(fresh) > _NAMED else ""
            words = (
                f"{'client' if len(fresh) == 1 else 'clients'} {', '.join(fresh[:_NAMED])}{more} fell behind"
            )
            self._add(now.at_ms, Tone.WARN, "server", words)

    def _note_gap(self, now: Gap, before: Gap | None) -> None:
        """Its beginning and its end; what is tried in between is nobody's news."""
        if before is None or not now.is_pending:
            tone = Tone.OK if now.state is GapState.FILLED else Tone.WARN
            self._gather(
                now.changed_ms, tone, now.instrument, _missing_text(now), gap_text(now), now.cause.value
            )

    def _note_health(self, now: HealthReport, before: HealthReport | None) -> None:
        if before is not None and before.status is not now.status:
            score = "" if now.score is None else f" {now.score}"
            tone = _HEALTH_TONES.get(now.status, Tone.INFO)
            self._add(now.at_ms, tone, "health", f"{now.status}{score}: {now.reason}", now.reason)

    def _note_alert(self, now: Alert, before: Alert | None) -> None:
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
        self._add(now.changed_ms, tone, now.subject or "engine", words, cause)

    def _note_silence(self, now: Silence, before: Silence | None, now_ms: int) -> None:
        who = f" by {now.who}" if now.who else ""
        why = f": {now.comment}" if now.comment else ""
        if now.until_ms > now_ms:
            lasts = countdown_text(now.until_ms - now_ms)
            self._add(
                now_ms, Tone.INFO, now.subject, f"{now.rule} silenced for {lasts}{who}{why}", now.comment
            )
        elif before is not None:
            self._add(now_ms, Tone.INFO, now.subject, f"{now.rule} silenced no more{who}", now.comment)

    def _note_mute(self, now: Mute, now_ms: int) -> None:
        who = f" by {now.who}" if now.who else ""
        why = f": {now.why}" if now.why else ""
        lasts = (
            f"muted for {countdown_text(now.until_ms - now_ms)}" if now.until_ms > now_ms else "told again"
        )
        self._add(now.at_ms, Tone.INFO, "notices", f"{lasts}{who}{why}", now.why)

    def _note_channel(self, now: ChannelStatus, before: ChannelStatus | None, now_ms: int) -> None:
        """That people cannot be told, and that they can again."""
        was = ChannelState.READY if before is None else before.state
        if now.state is was:
            return
        tone = Tone.OK if now.state is ChannelState.READY else Tone.BAD
        why = f": {now.last_error}" if now.last_error else ""
        self._add(now_ms, tone, now.name, f"channel {now.state}{why}", now.last_error)

    def _note_order(self, now: AuditEntry) -> None:
        """Who did what: the cause of what follows."""
        who = f"{now.name or 'somebody'}" + (f" at {now.address}" if now.address else "")
        is_done = now.outcome == "done"
        words = f"{now.command.replace('_', ' ')} by {who}" + ("" if is_done else f": {now.outcome}")
        words += f": {now.message}" if now.message else ""
        self._add(now.at_ms, Tone.INFO if is_done else Tone.WARN, now.subject or "engine", words, who)

    def _note_store(self, now: StoreStatus, before: StoreStatus | None) -> None:
        """That it cannot write, and that it can again."""
        was_ok = before is None or before.ok
        if was_ok is now.ok:
            return
        words = "writes again" if now.ok else f"cannot write: {now.detail}"
        self._add(now.at_ms, Tone.OK if now.ok else Tone.BAD, "store", words, now.detail)


def _is_replay(state: PipelineState) -> bool:
    return state.part.engine is not None and state.part.engine.replay is not None


def _provider(active: ActiveFeed) -> str:
    return active.feed.partition(":")[0]
