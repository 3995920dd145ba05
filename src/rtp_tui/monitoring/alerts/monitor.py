"""Part "alerts": holds what happens against the rules, announces what comes of it, and hands on what people are to be told."""

import logging
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager

from msgspec import Struct
from msgspec.structs import replace

from rtp_tui.bus import Reader
from rtp_tui.clock import Clock
from rtp_tui.model.alerts import Alert, AlertMemory, AlertRule, ListedRule, Notification, Silence
from rtp_tui.model.events import Event
from rtp_tui.model.market import Bar, InstrumentRemoved, Quote
from rtp_tui.model.quality import Anomaly
from rtp_tui.monitoring.alerts.book import AlertBook
from rtp_tui.monitoring.alerts.evaluation import AlertEvaluation
from rtp_tui.monitoring.alerts.measures import Disk
from rtp_tui.monitoring.alerts.rules import Rules
from rtp_tui.monitoring.alerts.shelf import RuleShelf
from rtp_tui.monitoring.wall_steps import WallSteps
from rtp_tui.state.pipeline_state import PipelineState

LOOK_EVERY_S = 0.1
PAUSED_S = 5.0
"""Where so much time passed between two looks nobody heard anything meanwhile: that is no silence."""
MEASURE_EVERY_S = 1.0

_log = logging.getLogger(__name__)

Deliver = Callable[[Notification], None]
"""Takes what people are to be told; never waits, and raises nothing."""


class AlertWorld(Struct, frozen=True, kw_only=True):
    """What the alerts are about, and whom they tell."""

    state: PipelineState
    reading: Callable[[], AbstractContextManager[Reader]]
    keep: Callable[[Alert | Silence], None]
    """Announces and stores."""
    deliver: Deliver
    disk: Callable[[], Disk | None]


class AlertMonitor:
    """Follows quotes as they change and everything else once a second."""

    def __init__(self, world: AlertWorld, shelf: RuleShelf, memory: AlertMemory, clock: Clock) -> None:
        now_ms = clock.now_ms()
        self._world = world
        self._shelf = shelf
        self._clock = clock
        self._book = AlertBook()
        rules = Rules(shelf.in_force())
        self._evaluation = AlertEvaluation(self._book, rules, now_ms)
        self._book.restore(memory.alerts, memory.silences, rules, now_ms)
        self._measured_s = clock.monotonic() - MEASURE_EVERY_S
        self._looked_s = clock.monotonic()
        self._wall_steps = WallSteps(clock)

    @property
    def book(self) -> AlertBook:
        """All that holds."""
        return self._book

    @property
    def rules(self) -> tuple[ListedRule, ...]:
        """All rules, by id."""
        return self._shelf.listed()

    async def run(self) -> None:
        """Look ten times a second, for ever."""
        for silence in self._book.silences:
            self._world.keep(silence)
        with self._world.reading() as reader:
            self._note_all()
            while True:
                self.look(reader)
                await self._clock.sleep(LOOK_EVERY_S)

    def look(self, reader: Reader) -> None:
        """Take what happened since the last look; once a second measure too."""
        self._follow_clock()
        if reader.has_overrun:
            reader.start_over()
            self._note_all()
        self._note_events(reader.take().events)
        if self._clock.monotonic() - self._measured_s >= MEASURE_EVERY_S:
            self._measured_s = self._clock.monotonic()
            self._evaluation.measure(self._world.state, self._clock.now_ms(), self._world.disk())
        self._tell()

    def acknowledge(self, id: str, who: str, why: str) -> Alert:  # noqa: A002 - as the alert names it
        """Note that somebody knows of an alert. Raises LookupError where none of that id fires."""
        alert = self._book.acknowledge(id, who, why, self._clock.now_ms())
        self._tell()
        return alert

    def keep_quiet(self, silence: Silence) -> None:
        """Take a silence, or the newest word on one."""
        self._book.keep_quiet(silence, self._clock.now_ms())
        self._world.keep(silence)
        self._tell()

    def end_silence(self, silence: Silence, who: str) -> None:
        """End a silence now; its comment says who did."""
        words = "; ".join(filter(None, (silence.comment, f"ended by {who}")))
        self.keep_quiet(replace(silence, until_ms=self._clock.now_ms(), comment=words))

    def save_rule(self, rule: AlertRule) -> None:
        """Go by one more rule, or by another of its id. Raises ValueError where there are too many."""
        self._shelf.save(rule)
        self._use_rules()

    def remove_rule(self, id: str) -> None:  # noqa: A002 - as the rule names it
        """Go by a saved rule no more. Raises LookupError and ValueError."""
        self._shelf.remove(id)
        self._use_rules()

    def configure_rules(self, rules: Iterable[AlertRule]) -> None:
        """Go by other rules of the configuration; what was saved goes before them as it did."""
        self._shelf.configure(rules)
        self._use_rules()

    def _use_rules(self) -> None:
        rules = Rules(self._shelf.in_force())
        self._book.use(rules, self._clock.now_ms())
        self._evaluation.use(rules)
        self._note_all()
        self._tell()

    def _follow_clock(self) -> None:
        """Where the wall clock was set, or nothing ran, nothing is older or younger for it."""
        set_by_ms, before_s = self._wall_steps.take_ms(), self._looked_s
        self._looked_s = self._clock.monotonic()
        if set_by_ms:
            self._book.follow_clock(set_by_ms)
        if set_by_ms or self._looked_s - before_s >= PAUSED_S:
            self._evaluation.follow_clock(self._clock.now_ms())

    def _note_all(self) -> None:
        """All that is known of prices, where what changed is not known."""
        self._evaluation.note_quotes(self._world.state.market.quotes.values(), self._clock.now_ms())

    def _note_events(self, events: tuple[Event, ...]) -> None:
        now_ms = self._clock.now_ms()
        for event in events:
            payload = event.payload
            if type(payload) is Quote:
                self._evaluation.note_quotes((payload,), now_ms)
            elif type(payload) is Bar:
                self._evaluation.note_bar(payload)
            elif type(payload) is Anomaly:
                self._evaluation.note_anomaly(payload, now_ms)
            elif type(payload) is InstrumentRemoved:
                self._evaluation.forget(payload.instrument)

    def _tell(self) -> None:
        now_ms = self._clock.now_ms()
        notifications = self._book.take_notifications(now_ms)
        for alert in self._book.take_changes():
            _log.log(
                logging.WARNING if alert.is_firing else logging.INFO,
                "alert %s %s: %s",
                alert.rule,
                alert.state,
                alert.message,
            )
            self._world.keep(alert)
        for notification in notifications:
            self._world.deliver(notification)
