"""A console on a frozen pipeline, for tests to drive."""

import asyncio
import unicodedata
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, ClassVar

from rich.console import RenderableType
from textual._compositor import ChopsUpdate
from textual._styles_cache import StylesCache
from textual.command import CommandList, CommandPalette
from textual.css.model import RuleSet
from textual.css.stylesheet import Stylesheet
from textual.css.types import CSSLocation
from textual.events import Key
from textual.keys import REPLACED_KEYS, _get_unicode_name_from_key
from textual.pilot import Pilot
from textual.screen import Screen

from rtp_tui.tui.app import ConsoleApp
from rtp_tui.tui.settings import ConsoleSettings
from rtp_tui.tui.widgets.pane_view import PaneView
from tests.fakes import FakeClock, settle
from tests.frozen_pipeline import FrozenPipeline

LASTING = {"follow", "frames", "keys"}
"""What a console always does; whatever else goes on may be in a thread, which takes real time."""
TURNS_OF_A_KEY = 3
"""A key may open a screen, which asks the engine, which answers."""


class SharedStylesheet(Stylesheet):
    """Takes rules as a console before read them, from the same text with the same colours.

    To read them is a tenth of what a console takes to start.
    """

    _read: ClassVar[dict[object, list[RuleSet]]] = {}

    def _parse_rules(
        self,
        css: str,
        read_from: CSSLocation,
        is_default_rules: bool = False,
        tie_breaker: int = 0,
        scope: str = "",
    ) -> list[RuleSet]:
        text = (css, read_from, is_default_rules, tie_breaker, scope)
        key = (*text, frozenset(self._variables.items()))
        if key not in self._read:
            self._read[key] = super()._parse_rules(*text)
        return self._read[key]


class RememberingApp(ConsoleApp):
    """Remembers what it told, which a console forgets after some seconds of the machine's time, and how much it painted."""

    def __init__(self, api: FrozenPipeline, clock: FakeClock, settings: ConsoleSettings) -> None:
        super().__init__(api, clock, settings)
        self.stylesheet = SharedStylesheet(variables=self.stylesheet._variables)
        self.told: list[str] = []
        self.cells_painted = 0

    def notify(self, message: str, **how: Any) -> None:
        self.told.append(message)
        super().notify(message, **how)

    def _display(self, screen: Screen[Any], renderable: RenderableType | None) -> None:
        if isinstance(renderable, ChopsUpdate):
            self.cells_painted += sum(right - left for _, left, right in renderable.spans)
        elif renderable is not None:
            self.cells_painted += screen.size.area
        super()._display(screen, renderable)


class RunningConsole:
    """The app, the clock that moves it and the pipeline that feeds it."""

    def __init__(
        self, app: RememberingApp, pilot: Pilot[None], clock: FakeClock, api: FrozenPipeline
    ) -> None:
        self.app = app
        self.pilot = pilot
        self.clock = clock
        self.api = api

    async def after(self, seconds: float = 0.2) -> None:
        """Let time pass and everything be painted."""
        await self.turn()
        await self.until(lambda: not self._is_searching())
        await self.clock.advance(seconds)
        await self.turn()

    async def turn(self) -> None:
        """Let what was sent be handled, whatever that sends in turn too, and what it changed be painted.

        Whatever scrolls goes a step; as nothing is animated, that is all the way.
        The pilot's own way has every widget answer a message of its own, which takes 4 ms for each turn.
        """
        await settle()
        while self._has_unhandled():
            await settle()
        self.app.animator()
        self.app.screen._on_timer_update()

    def _has_unhandled(self) -> bool:
        """Some key or message waits; nobody handles it any more once the app has failed, or has been told to end."""
        pumps = (self.app, *self.app.screen.walk_children(with_self=True))
        has_keys = not (self.app._exit or self.app.typed.are_done)
        has_messages = not all(pump._message_queue.empty() for pump in pumps)
        return self.app._exception is None and (has_keys or has_messages)

    async def press(self, *keys: str) -> None:
        """Press keys, each when what the one before brought about is done; then let it be painted.

        The pilot's own way waits twice for the process to be idle after each key, which takes 40 ms and longer.
        """
        for key in keys:
            self._send(key)
            for _ in range(TURNS_OF_A_KEY):
                await self.turn()
        await self._painted()

    async def press_at_once(self, *keys: str) -> None:
        """Press keys faster than any of them is answered, as a terminal that was late hands them on."""
        for key in keys:
            self._send(key)
        for _ in range(TURNS_OF_A_KEY):
            await self.turn()
        await self._painted()

    def _send(self, key: str) -> None:
        driver = self.app._driver
        assert driver is not None
        event = Key(key, character_of(key))
        event.set_sender(self.app)
        driver.send_message(event)

    async def _painted(self) -> None:
        if any(not work.is_finished and work.group not in LASTING for work in self.app.workers):
            await self.pilot.pause()
        await self.after()

    async def type(self, text: str) -> None:
        """Type a text, character by character."""
        names = {
            " ": "space",
            ">": "greater_than_sign",
            "<": "less_than_sign",
            "!": "exclamation_mark",
            ".": "full_stop",
        }
        await self.press(*(names.get(character, character) for character in text))

    async def choose(self, words: str) -> None:
        """Open the palette, type, and take the first of what it found; it searches in the loop's own time."""
        await self.offered(words)
        await self.press("enter")
        await self.until(lambda: not isinstance(self.app.screen, CommandPalette))
        await self.after()
        await self.until(self._may_paint)
        await self.turn()

    def _may_paint(self) -> bool:
        """A palette that closes has nothing painted for 50 ms of real time."""
        return not self.app._batch_count

    async def offered(self, words: str) -> list[str]:
        """Open the palette and type; what it found, each with its help."""
        await self.press("colon")
        await self.type(words)
        await self.until(self._has_found)
        return [str(option.prompt) for option in self.app.screen.query_one(CommandList).options]

    def _has_found(self) -> bool:
        return not self._is_searching() and self.app.screen.query_one(CommandList).option_count > 0

    def _is_searching(self) -> bool:
        """The palette looks for what was typed, in real time."""
        screen = self.app.screen
        return isinstance(screen, CommandPalette) and any(
            work.node is screen and not work.is_finished for work in self.app.workers
        )

    async def until_evidence_is_written(self) -> None:
        """A thread writes it, and would leave half a file behind."""
        await self.until(
            lambda: all(work.is_finished for work in self.app.workers if work.group == "evidence")
        )

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait in real time for what happens outside the loop."""
        async with asyncio.timeout(20):
            while not condition():
                await self.pilot.pause(0.01)

    def pane(self, name: str) -> PaneView:
        return self.app.main.query_one(f"#{name}", PaneView)

    @property
    def lines(self) -> list[str]:
        """What is on screen, line by line."""
        width, height = self.app.size
        strips = self.app.screen._compositor.render_strips()
        return ["".join(segment.text for segment in strip)[:width] for strip in strips[:height]]

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    @property
    def symbols(self) -> list[str]:
        """Symbols of the prices pane from top to bottom."""
        return [key.partition(":")[2] for key in self.pane("prices").keys]

    @property
    def toasts(self) -> list[str]:
        return list(self.app.told)


def character_of(key: str) -> str | None:
    """What a key writes; None for one that only does something."""
    if len(key) == 1:
        return key
    try:
        return unicodedata.lookup(_get_unicode_name_from_key(REPLACED_KEYS.get(key, key)))
    except KeyError:
        return None


@asynccontextmanager
async def running_console(
    size: tuple[int, int] = (120, 40),
    api: FrozenPipeline | None = None,
    settings: ConsoleSettings | None = None,
) -> AsyncIterator[RunningConsole]:
    """Start a console, let it show its first frames, end it."""
    clock, api = FakeClock(), api or FrozenPipeline()
    app = RememberingApp(api, clock, settings or ConsoleSettings(name="prod@ldn"))
    try:
        async with app.run_test(size=size) as pilot:
            console = RunningConsole(app, pilot, clock, api)
            await console.after()
            yield console
            await console.until_evidence_is_written()
            failed = app.operations.errands.failed
            assert failed == {}, "a bug that people are told of instead of losing the console"
    finally:
        forget_lines()


def forget_lines() -> None:
    """Let go of consoles that ended: this cache of Textual's keeps dozens, each of 18,000 objects to look through."""
    StylesCache.get_inner_outer.cache_clear()
