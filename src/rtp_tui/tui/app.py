"""The console: wires the door, the clock and the screen together, and decides nothing."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import events, on, work
from textual.binding import BindingType
from textual.driver import Driver
from textual.filter import LineFilter

from rtp_tui.api.contract import PipelineApi
from rtp_tui.clock import Clock
from rtp_tui.model.drills import DrillStatus
from rtp_tui.model.errors import Refused
from rtp_tui.tui.actions.action import Action
from rtp_tui.tui.actions.bindings import bindings
from rtp_tui.tui.actions.keymap import Keymap
from rtp_tui.tui.driver import (
    ConsoleDriver,
    TerminalIsBack,
    TerminalReadsAgain,
    console_driver,
    leave_on_signals,
)
from rtp_tui.tui.environment import is_production
from rtp_tui.tui.farewell import end, step_aside
from rtp_tui.tui.first_picture import PaintedWhole
from rtp_tui.tui.follower import Follower
from rtp_tui.tui.frame_clock import FrameClock
from rtp_tui.tui.keys_in_turn import TypedInTurn
from rtp_tui.tui.link import ASK, Link
from rtp_tui.tui.looks import Looks
from rtp_tui.tui.memory import keeper_at
from rtp_tui.tui.offers import offers, open_command_line
from rtp_tui.tui.operations import Operations
from rtp_tui.tui.orders import Orders
from rtp_tui.tui.panes.status_line import Meter
from rtp_tui.tui.remembering import Remembering
from rtp_tui.tui.rest import Rest
from rtp_tui.tui.scene import Lens, Scene
from rtp_tui.tui.screens.keeping_up import KeepsUp
from rtp_tui.tui.screens.main import MainScreen
from rtp_tui.tui.settings import ConsoleSettings
from rtp_tui.tui.stillness import Moment

if TYPE_CHECKING:
    from rtp_tui.tui.proposals import Proposal

_CONFLATE_MS = 100


def _driver_class(settings: ConsoleSettings) -> type[Driver]:
    if not settings.in_browser:
        return console_driver(may_suspend=not settings.local)
    from rtp_tui.tui.browser_driver import BrowserDriver  # heavy: only a browser's console needs it

    return BrowserDriver


class ConsoleApp(TypedInTurn, PaintedWhole):
    """One console on one engine."""

    CSS_PATH = Path(__file__).with_name("console.tcss")
    TITLE = "rtp-tui"
    COMMANDS = offers()
    BINDINGS: ClassVar[list[BindingType]] = list(bindings(on_app=True))
    action_palette = open_command_line

    def __init__(self, api: PipelineApi, clock: Clock, settings: ConsoleSettings) -> None:
        super().__init__(_driver_class(settings))
        self.api = api
        self.clock = clock
        self.settings = settings
        self.follower = Follower(settings.version)
        keymap = Keymap(settings.keys, read_only=settings.read_only)
        self.lens = Lens(keymap)
        self.link = Link()
        self.frame_clock = FrameClock(over_ssh=settings.over_ssh)
        self.operations = Operations(self, Orders(api, clock, read_only=settings.read_only))
        self.looks = Looks(self)
        self.main = MainScreen(self.looks.painter, settings.place, keymap, self.begin)
        self.set_keymap(keymap.for_textual)
        self.remembering = Remembering(self, keeper_at(settings.memory))
        self.rest = Rest(clock, self.frame_clock, self.follower)

    def get_line_filters(self) -> Sequence[LineFilter]:
        return [self.looks.guard, *super().get_line_filters()]

    def get_default_screen(self) -> MainScreen:
        return self.main

    def on_mount(self) -> None:
        self.set_class(self.settings.ascii_only, "-ascii")
        if not self.is_headless:
            leave_on_signals(self.leave)
        self.remembering.restore()
        self.hand_on_keys()
        self.hold_back()

    def begin(self) -> None:
        """Paint for the first time: the panes have just learnt their sizes."""
        self.frame()
        self.let_go()
        self.paint_frames()
        self.call_after_refresh(self.settings.painted)
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
            now = await self.rest.until_next_frame(self._is_still)
            self.looks.keep_up(now)
            self.remembering.keep_up(now)
            if self.link.may_send(now) and not self._is_still(now):
                self.frame()

    def frame(self) -> None:
        """Show what is true now, and ask the terminal to say when it has."""
        now = self.clock.monotonic()
        moment = self._moment(now)
        scene = self.scene
        self.operations.telling.tell_alarms(now, self.clock.now_ms())
        self.follower.timeline.note_problems(self.operations.errands.problems, self.clock.now_ms())
        if not self.main.is_mounted:
            return
        self.operations.asking.keep_chart(self.main.chart, scene)
        self.set_class(is_production(scene), "-production")
        changed = self.main.frame(scene, self._meter(), now, self.link.rows)
        self.operations.asking.keep_up(scene, self.main.desk.names_shown, now)
        if isinstance(self.screen, KeepsUp):
            changed |= self.screen.show(scene)
        is_whole = self.link.is_quick and self.main.desk.is_as_before()
        self.frame_clock.stillness.showed(moment, is_settled=is_whole or not changed)
        if changed and not self.is_headless:
            self.call_after_refresh(self._ask_terminal)

    async def on_event(self, event: events.Event) -> None:
        if self.link.is_closing and isinstance(event, events.Key | events.MouseEvent):
            return
        if isinstance(event, events.InputEvent | events.Resize):
            self.frame_clock.stillness.touched(self.clock.monotonic())
            self.rest.end()
        await super().on_event(event)

    def on_cursor_position(self, event: events.CursorPosition) -> None:
        self.link.answered(self.clock.monotonic())

    @on(TerminalReadsAgain)
    def repaint_whole(self) -> None:
        self.refresh(layout=True)

    @on(TerminalIsBack)
    def come_back(self) -> None:
        self.link.open()
        self.repaint_whole()

    def leave(self, code: int) -> None:
        """End in order, with this exit code."""
        self.link.close()
        self.run_worker(end(self, code), group="end", exclusive=True)

    @on(MainScreen.Wanted)
    def perform(self, wanted: MainScreen.Wanted) -> None:
        """Do what the main screen cannot."""
        now, now_ms, scene = self.clock.monotonic(), self.clock.now_ms(), self.scene
        match wanted.action.id:
            case "freeze":
                self.lens.turn_freeze(self.follower, now, now_ms)
            case "step_back" | "step_on" | "leap_back" | "leap_on" as way:
                self.operations.looking_back.move(way)
            case "time_zone":
                self.lens.turn_zone(now_ms, scene.exchange_zone)
            case "mute":
                self.operations.telling.turn_mute()
            case _:
                self.operate(wanted.action, scene)
        self.frame()

    def operate(self, action: Action, scene: Scene) -> None:
        """Talk to the engine without holding up the screen."""
        self.operations.errands.run(
            "operation", partial(self.operations.wishes.perform, action, self.main.active, scene)
        )

    def action_take(self, what: str) -> None:
        """A picture of the screen, or the bundle of an incident; from whatever is on screen."""
        self.operations.errands.run("evidence", partial(self.operations.evidence.take, what))

    @property
    def drills(self) -> DrillStatus | None:
        """What can be drilled; None where the engine is no demo."""
        return self.follower.state.part.drill

    def propose(self, proposed: "Proposal") -> None:
        """Carry out what was typed in the palette, if that is agreed to."""
        self.operations.errands.run("operation", partial(self.operations.wishes.propose, proposed))

    def action_leave(self) -> None:
        self.leave(0)

    def action_theme(self) -> None:
        self.looks.wear_next()

    def action_suspend(self) -> None:
        if self.settings.local:
            self.notify("not here: suspending would stop the feeds of this process", severity="warning")
        else:
            self.run_worker(step_aside(self), group="end", exclusive=True)

    def plain(self, text: str) -> str:
        """The text as this terminal may have it."""
        return self.looks.painter.plain(text)

    @property
    def scene(self) -> Scene:
        """What is true now, as it is looked at."""
        scene = self.lens.scene(self.follower, self.clock.monotonic(), self.clock.now_ms())
        return self.main.chosen(scene)

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
