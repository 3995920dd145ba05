"""Makes the pictures of this folder from the running console: `python -m screenshots.make`.

A demo engine runs in its own thread as it does for `rtp-tui --demo`, with a portfolio, a watchlist and two alert
rules of somebody who works with it; the console is shown without a terminal.
"""

import asyncio
import io
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace
from rich.console import Console
from rich.segment import Segment
from textual.pilot import Pilot

from rtp_tui.api.contract import PipelineApi
from rtp_tui.cli.engine_thread import EngineThread
from rtp_tui.clock import SystemClock
from rtp_tui.config.load import SettingsSources, load_settings
from rtp_tui.config.settings import Settings
from rtp_tui.model.alerts import AlertRule, Severity
from rtp_tui.model.commands import EndDrills, SaveAlertRule, SavePortfolio, SaveWatchlist, StartDrill
from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.portfolios import Portfolio, Position
from rtp_tui.model.watchlists import Watchlist
from rtp_tui.tui.app import ConsoleApp
from rtp_tui.tui.settings import ConsoleSettings
from screenshots.drawing import Frame, Line, animation, picture

FOLDER = Path(__file__).parent
HISTORY_WITHIN_S = 40.0
"""Risk is measured when a portfolio is saved, by the bars that are there then."""
WARM_UP_S = 30.0
SETTLE_S = 1.6
SMALL, MEDIUM, LARGE = (80, 24), (120, 40), (200, 60)

PORTFOLIO = Portfolio(
    "desk",
    (
        Position(InstrumentId("crypto:BTC"), 1.5, 61_200.0),
        Position(InstrumentId("crypto:ETH"), 24.0, 2_550.0),
        Position(InstrumentId("crypto:SOL"), 310.0, 128.4),
        Position(InstrumentId("crypto:LINK"), -900.0, 13.9),
        Position(InstrumentId("stocks:AAPL"), 120.0, 244.1),
        Position(InstrumentId("stocks:NVDA"), 250.0, 171.3),
    ),
)
WATCHLIST = Watchlist("majors", tuple(map(InstrumentId, ("crypto:BTC", "crypto:ETH", "crypto:SOL"))))
RULES = (
    AlertRule(id="btc-moves", condition="crypto:BTC price > 20000", severity=Severity.INFO),
    AlertRule(
        id="big-losers", condition="change_24h_pct < -7", severity=Severity.WARNING, instruments=("crypto:*",)
    ),
)


class Shot(Struct, frozen=True):
    """One picture: its name, the size of the terminal, the keys before it and those that undo them."""

    name: str
    size: tuple[int, int] = MEDIUM
    keys: Sequence[str] = ()
    after: Sequence[str] = ()
    theme: str = "midnight"


class Step(Struct, frozen=True):
    """One frame of the moving picture."""

    title: str
    keys: Sequence[str] = ()
    seconds: float = 1.0


SHOTS = (
    Shot("console-120x40"),
    Shot("console-80x24", SMALL),
    Shot("console-200x60", LARGE),
    Shot("chart-120x40", keys=("c", "i"), after=("i", "escape")),
    Shot("chart-200x60", LARGE, ("c", "i", "I", "h"), ("i", "I", "h", "escape")),
    Shot("explain-120x40", keys=("enter",), after=("escape",)),
    Shot("alerts-120x40", keys=("exclamation_mark",), after=("1",)),
    Shot("portfolio-120x40", keys=("dollar_sign",), after=("1",)),
    Shot("portfolio-200x60", LARGE, ("dollar_sign",), ("1",)),
    Shot("cards-120x40", keys=("number_sign",), after=("number_sign",)),
    Shot("cards-200x60", LARGE, ("number_sign",), ("number_sign",)),
    Shot("quality-120x40", keys=("Q",), after=("1",)),
    Shot("performance-120x40", keys=("P",), after=("1",)),
    Shot("help-120x40", keys=("question_mark",), after=("escape",)),
)
QUIET_STEPS = (
    Step("rtp-tui --demo", seconds=1.2),
    Step("rtp-tui --demo", seconds=0.6),
    Step("rtp-tui --demo", seconds=0.6),
    Step("enter: where does this number come from?", ("down", "enter"), 2.4),
    Step("c: its chart", ("escape", "c"), 1.6),
    Step("i: averages and bands", ("i",), 1.6),
    Step("$: what it means for the book", ("i", "escape", "dollar_sign"), 2.2),
)
BAD_STEPS = (
    Step("a drill: the venues are gone, and it says so", ("1",), 2.4),
    Step("!: what fires", ("exclamation_mark",), 2.4),
)


def main() -> None:
    wanted = sys.argv[1:]
    with tempfile.TemporaryDirectory(prefix="rtp-tui-pictures-") as directory:
        clock = SystemClock()
        engine = EngineThread(demo_settings(directory), clock)
        try:
            app = ConsoleApp(engine.door, clock, ConsoleSettings(name="demo", notifies=False))
            asyncio.run(Photographer(app, engine.door, clock, wanted).take_pictures())
        finally:
            engine.stop()


def demo_settings(directory: str) -> Settings:
    """The demo's settings, whatever the user configured."""
    sources = SettingsSources(environment={}, flags={"--data-dir": directory}, user_file=False)
    return replace(load_settings(sources).settings, demo=True)


class Photographer:
    """Leads one running console from picture to picture; all of them, or those whose names hold a wanted word."""

    def __init__(self, app: ConsoleApp, door: PipelineApi, clock: SystemClock, wanted: Sequence[str]) -> None:
        self._app = app
        self._door = door
        self._clock = clock
        self._wanted = wanted

    async def take_pictures(self) -> None:
        async with self._app.run_test(size=MEDIUM) as pilot:
            await self._clock.sleep(HISTORY_WITHIN_S)
            await self._begin_work()
            await self._clock.sleep(WARM_UP_S)
            for shot in self._shots():
                if self._is_wanted(shot.name):
                    await self._take(shot, pilot)
            if self._is_wanted("moving"):
                await self._take_moving(pilot)

    def _shots(self) -> tuple[Shot, ...]:
        """Those of the list, and one in each theme."""
        themes = [name for name in self._app.available_themes if name in self._own_themes()]
        return (*SHOTS, *(Shot(f"theme-{name}", theme=name) for name in themes))

    def _own_themes(self) -> set[str]:
        return {file.stem for file in (FOLDER.parent / "themes").glob("*.toml")}

    def _is_wanted(self, name: str) -> bool:
        return not self._wanted or any(word in name for word in self._wanted)

    async def _begin_work(self) -> None:
        await self._door.execute(SavePortfolio(portfolio=PORTFOLIO))
        await self._door.execute(SaveWatchlist(watchlist=WATCHLIST))
        for rule in RULES:
            await self._door.execute(SaveAlertRule(rule=rule))

    async def _take(self, shot: Shot, pilot: Pilot[None]) -> None:
        """Resize, dress, press, wait for the next frames, write."""
        await pilot.resize_terminal(*shot.size)
        self._app.looks.wear(shot.theme)
        await self._press(pilot, shot.keys)
        await self._clock.sleep(SETTLE_S)
        self._write(shot.name, picture(self._lines(), "rtp-tui --demo", self._app.ansi_theme))
        await self._press(pilot, shot.after)
        self._app.looks.wear("midnight")

    async def _take_moving(self, pilot: Pilot[None]) -> None:
        """A quiet day, then a bad one: the venues of most prices are gone."""
        await pilot.resize_terminal(*MEDIUM)
        frames = [await self._frame(step, pilot) for step in QUIET_STEPS]
        await self._door.execute(StartDrill(fault="outage", seconds=120.0))
        await self._clock.sleep(40.0)
        frames += [await self._frame(step, pilot) for step in BAD_STEPS]
        self._write("moving-120x40", animation(frames, self._app.ansi_theme))
        await self._take(Shot("drill-120x40"), pilot)
        await self._take(Shot("drill-200x60", LARGE, ("1",)), pilot)
        await self._door.execute(EndDrills())

    async def _frame(self, step: Step, pilot: Pilot[None]) -> Frame:
        await self._press(pilot, step.keys)
        await self._clock.sleep(SETTLE_S if step.keys else 0.8)
        return Frame(self._lines(), step.title, step.seconds)

    async def _press(self, pilot: Pilot[None], keys: Sequence[str]) -> None:
        for key in keys:
            await pilot.press(key)
            await self._clock.sleep(0.4)

    def _lines(self) -> tuple[Line, ...]:
        """What is on the screen."""
        app = self._app
        update = app.screen._compositor.render_update(full=True, screen_stack=app._background_screens)
        console = Console(
            width=app.size.width, file=io.StringIO(), force_terminal=True, color_system="truecolor"
        )
        assert update is not None
        segments = (segment for segment in console.render(update) if not segment.control)
        lines = [tuple(Segment.simplify(line)) for line in Segment.split_lines(segments)]
        return tuple(line for line in lines if line)[: app.size.height]

    def _write(self, name: str, svg: str) -> None:
        (FOLDER / f"{name}.svg").write_text(svg, "utf-8")
        print(f"{name}.svg {len(svg) // 1000} kB", flush=True)


if __name__ == "__main__":
    main()
