"""The console: wires the door, the clock and the screen together, and decides nothing."""

import asyncio
import signal
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, ClassVar

from textual import events, on, work
from textual.app import App
from textual.binding import BindingType
from textual.command import Provider
from textual.notifications import SeverityLevel

from rtp_tui.api.contract import PipelineApi
from rtp_tui.clock import Clock
from rtp_tui.model.alerts import Alert, Severity
from rtp_tui.model.commands import StartDrill
from rtp_tui.model.drills import DrillStatus
from rtp_tui.model.errors import Refused
from rtp_tui.model.queries import EventPage, GetBars, Query
from rtp_tui.text import safe
from rtp_tui.tui.actions import Action, bindings
from rtp_tui.tui.answers import Inquiries, with_answer, with_refusal
from rtp_tui.tui.driver import ConsoleDriver, TerminalReadsAgain, console_driver
from rtp_tui.tui.follower import Follower
from rtp_tui.tui.frame_clock import FrameClock
from rtp_tui.tui.keys_apart import keys_apart
from rtp_tui.tui.link import ASK, Link
from rtp_tui.tui.operations import Operations
from rtp_tui.tui.orders import Orders, Outcome
from rtp_tui.tui.painter import Painter
from rtp_tui.tui.palette import ActionCommands, AlertCommands, DrillCommands, InstrumentCommands
from rtp_tui.tui.panes.status_line import Meter
from rtp_tui.tui.past import entries_of, questions
from rtp_tui.tui.proposals import Proposal
from rtp_tui.tui.scene import Lens, Scene
from rtp_tui.tui.screens.drills import DrillScreen
from rtp_tui.tui.screens.help import help_text
from rtp_tui.tui.screens.main import MainScreen
from rtp_tui.tui.screens.sheet import Details, Sheet
from rtp_tui.tui.settings import ConsoleSettings
from rtp_tui.tui.stillness import Moment
from rtp_tui.tui.themes import DEFAULT_THEME, ConsoleTheme, load_themes

_FAREWELL_S = 1.0
_CONFLATE_MS = 100
_LOUDNESS: Mapping[Severity, SeverityLevel] = MappingProxyType(
    {Severity.INFO: "information", Severity.WARNING: "warning", Severity.CRITICAL: "error"}
)
ALERTS_KEY = "!"


class ConsoleApp(App[None]):
    """One console on one engine."""

    CSS_PATH = Path(__file__).with_name("console.tcss")
    TITLE = "rtp-tui"
    COMMANDS: ClassVar[set[type[Provider] | Callable[[], type[Provider]]]] = {
        ActionCommands,
        AlertCommands,
        DrillCommands,
        InstrumentCommands,
    }
    BINDINGS: ClassVar[list[BindingType]] = list(bindings(on_app=True))

    def __init__(self, api: PipelineApi, clock: Clock, settings: ConsoleSettings) -> None:
        self.console_themes: dict[str, ConsoleTheme] = load_themes()
        super().__init__(driver_class=console_driver(may_suspend=not settings.local))
        self.animation_level = "none"
        self.api = api
        self.clock = clock
        self.settings = settings
        self.follower = Follower(settings.version)
        self.lens = Lens()
        self.inquiries = Inquiries()
        self._has_recalled = False
        self.link = Link()
        self.frame_clock = FrameClock(over_ssh=settings.over_ssh)
        self.operations = Operations(self, Orders(api, clock, read_only=settings.read_only))
        for theme in self.console_themes.values():
            self.register_theme(theme.for_textual())
        self.theme = settings.theme if settings.theme in self.console_themes else DEFAULT_THEME
        place = settings.name or settings.where
        self.main = MainScreen(self._painter(), f"{place} read-only" if settings.read_only else place)

    def get_default_screen(self) -> MainScreen:
        return self.main

    def on_mount(self) -> None:
        self.set_class(self.settings.ascii_only, "-ascii")
        self._listen_to_signals()
        self.paint_frames()
        # The engine starts when it is first asked: after the first paint, which then need not share the interpreter.
        self.call_after_refresh(self.follow)

    @work(group="follow")
    async def follow(self) -> None:
        """Fold what the door sends, for as long as it sends."""
        try:
            async with self.api.watch(_CONFLATE_MS) as updates:
                async for update in updates:
                    self.follower.take(update, self.clock.monotonic(), self.clock.now_ms())
            self.follower.lose("the engine ended", self.clock.now_ms())
        except Refused as refusal:
            self.follower.lose(refusal.message, self.clock.now_ms())

    @work(group="frames")
    async def paint_frames(self) -> None:
        """Paint at the pace of the frame clock, whenever the terminal has taken the last frame."""
        while True:
            started = self.clock.monotonic()
            if self.link.may_send(started) and not self._is_still(started):
                self.frame()
            interval_s = self.frame_clock.interval_s
            await self.clock.sleep(interval_s)
            self.frame_clock.woke_late_by(self.clock.monotonic() - started - interval_s)

    def frame(self) -> None:
        """Show what is true now, and ask the terminal to say when it has."""
        now = self.clock.monotonic()
        self.follower.end_flashes(now)
        moment = self._moment(now)
        scene = self.lens.scene(self.follower, now, self.clock.now_ms())
        self._tell_alarms(now)
        self.follower.timeline.note_problems(self.main.problems, self.clock.now_ms())
        if not self.main.is_mounted:
            return
        self._keep_chart(scene)
        changed = self.main.frame(scene, self._meter(), now, self.link.rows)
        if scene.is_trusted and not scene.frozen_ms:
            self._recall_once(scene.now_ms)
            for name, query in self.inquiries.due(self.main.names_shown, now, scene.now_ms).items():
                self.inquire(name, query)
        if isinstance(self.screen, DrillScreen) and self.drills is not None:
            self.screen.show(self.drills, scene.now_ms)
        elif isinstance(self.screen, Details):
            changed |= self.screen.show(scene)
        self.frame_clock.stillness.showed(moment, changed=changed)
        if changed and not self.is_headless:
            self.call_after_refresh(self._ask_terminal)

    @work(group="chart", exclusive=True)
    async def load_bars(self, query: GetBars) -> None:
        """Ask for bars; another instrument's question takes the place of this one."""
        await self.operations.load_bars(self.main.chart.session, query, self.clock.now_ms())
        self.follower.changes += 1

    def _keep_chart(self, scene: Scene) -> None:
        session, changes = self.main.chart.session, self.follower.take_bar_changes()
        if session.instrument in changes:
            session.note_change(changes[session.instrument])
        query = session.next_query(scene) if self.main.chart.display else None
        if query is not None:
            self.load_bars(query)

    async def on_event(self, event: events.Event) -> None:
        if isinstance(event, events.InputEvent | events.Resize):
            self.frame_clock.stillness.touched(self.clock.monotonic())
        for one in keys_apart(event):
            await super().on_event(one)

    def on_cursor_position(self, event: events.CursorPosition) -> None:
        self.link.answered(self.clock.monotonic())

    @on(TerminalReadsAgain)
    def repaint_whole(self) -> None:
        self.refresh(layout=True)

    def leave(self, code: int) -> None:
        """End in order, with this exit code."""
        self.link.close()
        self.end(code)

    @work(group="end", exclusive=True)
    async def end(self, code: int) -> None:
        """Wait for the terminal's outstanding answer, so that the shell does not get it; then end."""
        until = self.clock.monotonic() + _FAREWELL_S
        while self.link.awaits_answer and self.clock.monotonic() < until:
            await self.clock.sleep(0.02)
        self.exit(return_code=code)

    @on(MainScreen.Wanted)
    def perform(self, wanted: MainScreen.Wanted) -> None:
        """Do what the main screen cannot."""
        now, now_ms = self.clock.monotonic(), self.clock.now_ms()
        match wanted.action.id:
            case "freeze":
                self.lens.turn_freeze(self.follower, now, now_ms)
            case "time_zone":
                self.lens.turn_zone(now_ms)
            case "mute":
                self._turn_mute()
            case "help":
                self.push_screen(Sheet("Keys", help_text(self._painter(), is_demo=self.drills is not None)))
            case _:
                self.operate(wanted.action, self.lens.scene(self.follower, now, now_ms))
        self.frame()

    @work(group="operations")
    async def operate(self, action: Action, scene: Scene) -> None:
        """Talk to the engine without holding up the screen."""
        await self.operations.perform(action, self.main.active, scene)
        if action.is_dangerous:
            self.inquiries.forget()

    @work(group="inquiries")
    async def inquire(self, name: str, query: Query[Any]) -> None:
        """Ask what a pane on screen wants to know."""
        answer = await self.operations.ask(query)
        known = self.follower.answers
        if isinstance(answer, Outcome):
            self.follower.answers = with_refusal(known, name, answer.words)
        else:
            self.follower.answers = with_answer(known, name, answer)
        self.follower.changes += 1

    @property
    def drills(self) -> DrillStatus | None:
        """What can be drilled; None where the engine is no demo."""
        return self.follower.state.part.drill

    @property
    def selected_alert(self) -> Alert | None:
        """The alert under the cursor; None where another pane is looked at."""
        view, active = self.main.active, self.follower.state.alert.active
        return active.get(view.cursor or "") if view.pane.name == "alerts" else None

    @work(group="operations")
    async def drill(self, order: StartDrill) -> None:
        """Let a venue misbehave, as the palette was told."""
        await self.operations.order(order)

    @work(group="operations")
    async def propose(self, proposed: Proposal) -> None:
        """Carry out what was typed in the palette, if that is agreed to."""
        await self.operations.propose(proposed)
        self.inquiries.forget()

    def action_leave(self) -> None:
        self.leave(0)

    def action_theme(self) -> None:
        names = list(self.console_themes)
        self.theme = names[(names.index(self.theme) + 1) % len(names)]
        self.main.paint_with(self._painter())

    def action_palette(self) -> None:
        self.action_command_palette()

    def action_suspend(self) -> None:
        if self.settings.local:
            self.notify("not here: suspending would stop the feeds of this process", severity="warning")
        else:
            self.action_suspend_process()

    def plain(self, text: str) -> str:
        """The text as this terminal may have it."""
        return self._painter().plain(text)

    def _recall_once(self, now_ms: int) -> None:
        if not self._has_recalled:
            self._has_recalled = True
            self.recall(now_ms)

    @work(group="inquiries")
    async def recall(self, now_ms: int) -> None:
        """Begin the timeline with what happened before."""
        entries = self.follower.timeline.entries
        began_ms = entries[0].at_ms if entries else now_ms
        pages = [await self.operations.ask(question) for question in questions(now_ms)]
        events = [event for page in pages if isinstance(page, EventPage) for event in page.events]
        self.follower.timeline.recall(entries_of(events, began_ms))

    def _tell_alarms(self, now: float) -> None:
        """Say what began to fire, and ring."""
        toast = self.follower.alarms.due(now) if self.settings.notifies else None
        if toast is not None and not self.follower.is_muted(self.clock.now_ms()):
            words = self.plain(safe(f"{toast.words}   {ALERTS_KEY} shows alerts"))
            self.notify(words, title="alert", severity=_LOUDNESS[toast.severity], markup=False, timeout=8)
            self.bell()

    def _turn_mute(self) -> None:
        self.follower.alarms.turn_mute()
        is_muted = self.follower.alarms.is_muted
        words = (
            "muted: alerts neither show toasts nor ring here; B ends that"
            if is_muted
            else "alerts tell again"
        )
        self.notify(words, markup=False, timeout=4)

    def _is_still(self, now: float) -> bool:
        self.follower.end_flashes(now)
        return self.frame_clock.stillness.holds(self._moment(now), now)

    def _moment(self, now: float) -> Moment:
        return Moment(self.follower.changes, self.clock.now_ms() // 1000, self.follower.connection(now))

    def _ask_terminal(self) -> None:
        if self._driver is not None and self.link.sent(self.clock.monotonic()):
            self._driver.write(ASK)

    def _meter(self) -> Meter:
        dropped = self._driver.dropped if isinstance(self._driver, ConsoleDriver) else 0
        return Meter(self.link.rtt_ms, self.frame_clock.fps, dropped)

    def _painter(self) -> Painter:
        return Painter(self.console_themes[self.theme], ascii_only=self.settings.ascii_only)

    def _listen_to_signals(self) -> None:
        if self.is_headless:
            return
        loop = asyncio.get_running_loop()
        for number, code in ((signal.SIGTERM, 0), (signal.SIGHUP, 0), (signal.SIGINT, 130)):
            loop.add_signal_handler(number, self.leave, code)
