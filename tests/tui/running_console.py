"""A console on a frozen pipeline, for tests to drive."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from textual.pilot import Pilot

from rtp_tui.tui.app import ConsoleApp
from rtp_tui.tui.settings import ConsoleSettings
from rtp_tui.tui.widgets.pane_view import PaneView
from tests.fakes import FakeClock
from tests.frozen_pipeline import FrozenPipeline


class RunningConsole:
    """The app, the clock that moves it and the pipeline that feeds it."""

    def __init__(self, app: ConsoleApp, pilot: Pilot[None], clock: FakeClock, api: FrozenPipeline) -> None:
        self.app = app
        self.pilot = pilot
        self.clock = clock
        self.api = api

    async def after(self, seconds: float = 0.2) -> None:
        """Let time pass and everything be painted."""
        await self.pilot.pause(0)
        await self.clock.advance(seconds)
        await self.pilot.pause(0)

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
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
        return [notification.message for notification in self.app._notifications]


@asynccontextmanager
async def running_console(
    size: tuple[int, int] = (120, 40),
    api: FrozenPipeline | None = None,
    settings: ConsoleSettings | None = None,
) -> AsyncIterator[RunningConsole]:
    """Start a console, let it show its first frames, end it."""
    clock, api = FakeClock(), api or FrozenPipeline()
    app = ConsoleApp(api, clock, settings or ConsoleSettings(name="prod@ldn"))
    async with app.run_test(size=size) as pilot:
        console = RunningConsole(app, pilot, clock, api)
        await console.after()
        yield console
