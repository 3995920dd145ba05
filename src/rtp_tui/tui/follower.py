"""What the console holds true: everything the door sent, folded, and whether it can be trusted."""

from collections import deque
from collections.abc import Callable
from enum import StrEnum
from typing import NamedTuple

from msgspec import Struct

from rtp_tui.model.alerts import Alert
from rtp_tui.model.clients import ClientList
from rtp_tui.model.events import Batch, Disconnected, Event, Snapshot, Update
from rtp_tui.model.health import HealthReport
from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.jobs import JobRun
from rtp_tui.model.market import Bar, BarsBackfilled, Quote
from rtp_tui.model.parts import EngineStatus
from rtp_tui.model.statistics import CacheStatus, PipelineStatistics, ServerStatus, StoreStatus
from rtp_tui.state.pipeline_state import PipelineState
from rtp_tui.tui.alarms import Alarms
from rtp_tui.tui.answers import NOTHING_ASKED
from rtp_tui.tui.drafts import Drafts
from rtp_tui.tui.timeline import Timeline
from rtp_tui.tui.trends import Trends

SILENCE_S = 3.0
"""The engine announces its counters every second; three without a word mean that it is not heard."""
FLASH_S = 0.4
REST_S = 1.2
"""A price that changes all the time flashes no more often: a screen full of flashes says nothing."""
SCORES_KEPT = 60
RUNS_KEPT = 500
_RATE_WINDOW_S = 5
_MEASUREMENTS = (PipelineStatistics, StoreStatus, CacheStatus, ServerStatus, ClientList)
"""What the engine tells of itself all the time, at rest too: it is seen when the clock moves on anyway."""


class Connection(StrEnum):
    """How far what is shown can be trusted."""

    STARTING = "starting"
    LIVE = "live"
    SILENT = "silent"
    OFFLINE = "offline"


class Loss(Struct, frozen=True):
    """The engine is not heard: since when, why, and when it will be tried again."""

    since_ms: int
    reason: str
    retry_ms: int | None


class Heard(NamedTuple):
    """A quote by when the engine received it, and when this console heard of it by its own clock."""

    received_ms: int
    heard_ms: int


class Flash(Struct, frozen=True, gc=False):
    """A price that has just changed."""

    rose: bool
    until: float


class Follower:
    """Folds updates into a PipelineState; told the time, waits for nothing."""

    def __init__(self, own_version: str = "") -> None:
        """`own_version` is compared with the engine's, where that may be another one."""
        self.versions = ""
        """Both versions, where they differ."""
        self._own_version = own_version
        self.state = PipelineState()
        self.timeline = Timeline()
        self.scores: deque[int] = deque(maxlen=SCORES_KEPT)
        self.reports: deque[HealthReport] = deque(maxlen=SCORES_KEPT)
        """Of health, those whose parts were not those of the one before; oldest first."""
        self.heard: dict[InstrumentId, Heard] = {}
        """When this console heard the newest quotes."""
        self.runs: deque[JobRun] = deque(maxlen=RUNS_KEPT)
        """How the newest runs of jobs ended, oldest first."""
        self.trends = Trends()
        self.alarms = Alarms()
        self.answers = NOTHING_ASKED
        self.drafts = Drafts()
        self.flashes: dict[InstrumentId, Flash] = {}
        self.loss: Loss | None = None
        self.gathering = ""
        """How far the bundle is that this console gathers; empty while there is none."""
        self.on_change: Callable[[], None] = lambda: None
        """Called when `changes` grows, and when the engine is heard again."""
        self._changes = 0
        self._bar_changes: dict[InstrumentId, int] = {}
        self._rests_until: dict[InstrumentId, float] = {}
        self._heard_at: float | None = None
        self._heard_ms: int | None = None
        """The same by the wall clock."""
        self._counts: deque[tuple[int, int]] = deque(maxlen=_RATE_WINDOW_S + 1)

    @property
    def changes(self) -> int:
        """Grows whenever there is something new to show that should not wait for the next second."""
        return self._changes

    @changes.setter
    def changes(self, count: int) -> None:
        if count != self._changes:
            self._changes = count
            self.on_change()

    def take(self, update: Update, now: float, now_ms: int) -> None:
        """Fold one update that arrived now."""
        if self.connection(now) is not Connection.LIVE:
            self.on_change()
        self.changes += _is_pressing(update)
        if isinstance(update, Disconnected):
            self._lose(update)
            return
        self.loss = None
        self._heard_at = now
        if isinstance(update, Snapshot):
            self._catch_up(update, now)
            self._start_from(update, now_ms)
        else:
            self._fold(update, now, now_ms)
        self._heard_ms = now_ms

    def lose(self, reason: str, now_ms: int) -> None:
        """The door gave up; what it said of that before says more."""
        self.changes += 1
        since_ms, told = (self.loss.since_ms, self.loss.reason) if self.loss else (now_ms, "")
        self.loss = Loss(since_ms, told or reason, None)

    def connection(self, now: float) -> Connection:
        """Whether the engine is heard now."""
        if self.loss is not None:
            return Connection.OFFLINE
        if self._heard_at is None:
            return Connection.STARTING
        return Connection.SILENT if now - self._heard_at > SILENCE_S else Connection.LIVE

    def silent_s(self, now: float) -> float:
        """Seconds since anything was heard."""
        return 0.0 if self._heard_at is None else now - self._heard_at

    def updates_per_second(self, now: float) -> float:
        """Events folded a second over the last few whole seconds."""
        second = int(now)
        past = [count for at, count in self._counts if second - _RATE_WINDOW_S <= at < second]
        return sum(past) / _RATE_WINDOW_S

    def is_muted(self, now_ms: int) -> bool:
        """Nothing is told by itself of alerts: at this console, or nowhere because the engine was told so."""
        mute = self.state.alert.mute
        return self.alarms.is_muted or (mute is not None and mute.until_ms > now_ms)

    def end_flashes(self, now: float) -> None:
        """Forget the changes that were shown for long enough."""
        ended = [key for key, flash in self.flashes.items() if flash.until <= now]
        for key in ended:
            del self.flashes[key]
        self.changes += bool(ended)

    def take_bar_changes(self) -> dict[InstrumentId, int]:
        """Of which instruments bars changed since the last call, and from which moment on."""
        changes, self._bar_changes = self._bar_changes, {}
        return changes

    def _lose(self, update: Disconnected) -> None:
        since_ms = self.loss.since_ms if self.loss else update.at_ms
        self.loss = Loss(since_ms, update.reason, update.at_ms + update.retry_in_ms)
        self.flashes.clear()

    def _catch_up(self, snapshot: Snapshot, now: float) -> None:
        """Note what may have happened between the last word and a new snapshot, which no event tells any more."""
        if self._heard_ms is None:
            return
        for view in snapshot.instruments:
            self._note_bars(view.instrument.id, self._heard_ms)
        for alert in snapshot.alerts:
            self.alarms.note(alert, self.state.alert.active.get(alert.id), now)

    def _start_from(self, snapshot: Snapshot, now_ms: int) -> None:
        self._rests_until.clear()
        self.drafts.start_over()
        lines = self.state.part.log.lines
        self.state = PipelineState.of(snapshot)
        self.state.part.log.lines.extend(lines)
        self.timeline.note_snapshot(snapshot, now_ms)
        self._compare_versions(snapshot.engine, now_ms)
        self.heard.clear()
        if snapshot.health is not None:
            self._note_health(snapshot.health)

    def _compare_versions(self, engine: EngineStatus | None, now_ms: int) -> None:
        before, self.versions = self.versions, ""
        if engine is not None and self._own_version and engine.version != self._own_version:
            self.versions = f"server {engine.version} (this console {self._own_version})"
        if self.versions and self.versions != before:
            self.timeline.note_versions(self.versions, now_ms)

    def _fold(self, batch: Batch, now: float, now_ms: int) -> None:
        self._count(len(batch.events), int(now))
        for event in batch.events:
            self._note(event, now, now_ms)
            self.state.apply(event)

    def _note(self, event: Event, now: float, now_ms: int) -> None:
        payload = event.payload
        if type(payload) is Quote:
            self._flash(payload, now)
            self.heard[payload.instrument] = Heard(payload.received_ms, now_ms)
            return
        self.timeline.note(payload, self.state, now_ms)
        if isinstance(payload, Bar | BarsBackfilled):
            since_ms = payload.open_ms if isinstance(payload, Bar) else payload.from_ms
            self._note_bars(payload.instrument, since_ms)
        self.trends.note(payload)
        self.drafts.note(payload)
        if isinstance(payload, Alert):
            self.alarms.note(payload, self.state.alert.active.get(payload.id), now)
        if isinstance(payload, JobRun):
            self.runs.append(payload)
        if isinstance(payload, HealthReport):
            self._note_health(payload)

    def _note_bars(self, instrument: InstrumentId, since_ms: int) -> None:
        known = self._bar_changes.get(instrument, since_ms)
        self._bar_changes[instrument] = min(known, since_ms)

    def _note_health(self, report: HealthReport) -> None:
        if report.score is not None:
            self.scores.append(report.score)
        if not self.reports or self.reports[-1].parts != report.parts:
            self.reports.append(report)

    def _flash(self, quote: Quote, now: float) -> None:
        before = self.state.market.quotes.get(quote.instrument)
        if before is None or before.price is None or quote.price is None or before.price == quote.price:
            return
        if self._rests_until.get(quote.instrument, now) <= now:
            self._rests_until[quote.instrument] = now + REST_S
            self.flashes[quote.instrument] = Flash(quote.price > before.price, now + FLASH_S)

    def _count(self, events: int, second: int) -> None:
        if self._counts and self._counts[-1][0] == second:
            events += self._counts.pop()[1]
        self._counts.append((second, events))


def _is_pressing(update: Update) -> bool:
    """It is more than measurements."""
    if not isinstance(update, Batch):
        return True
    return not all(isinstance(event.payload, _MEASUREMENTS) for event in update.events)
