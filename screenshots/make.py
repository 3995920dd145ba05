"""Makes the pictures of this folder from the running console: `python screenshots/make.py`.

A demo engine runs in its own thread as it does for `rtp-tui --demo`; the console is shown without a terminal.
"""

import asyncio
import re
import tempfile
from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace
from textual.pilot import Pilot

from rtp_tui.cli.engine_thread import EngineThread
from rtp_tui.clock import SystemClock
from rtp_tui.config.load import SettingsSources, load_settings
from rtp_tui.config.settings import Settings
from rtp_tui.tui.app import ConsoleApp
from rtp_tui.tui.settings import ConsoleSettings

FOLDER = Path(__file__).parent
WARM_UP_S = 20.0


_FONT_FACE = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)
"""Fonts from elsewhere: who looks at a picture of ours uses a font of their own."""


class Shot(Struct, frozen=True):
    """One picture: its name, the size of the terminal and the keys pressed before it."""

    name: str
    size: tuple[int, int]
    keys: Sequence[str] = ()
    after: Sequence[str] = ()
    """Keys that undo it."""


SHOTS = (
    Shot("console-200x60", (200, 60)),
    Shot("console-120x40", (120, 40)),
    Shot("console-80x24", (80, 24)),
    Shot("explain-120x40", (120, 40), ("enter",), ("escape",)),
    Shot("alerts-120x40", (120, 40), ("exclamation_mark",), ("1",)),
    Shot("quality-120x40", (120, 40), ("Q",), ("1",)),
    Shot("performance-120x40", (120, 40), ("P",), ("1",)),
    Shot("daylight-120x40", (120, 40), ("T", "T"), ("T",)),
)


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="rtp-tui-pictures-") as directory:
        clock = SystemClock()
        engine = EngineThread(demo_settings(directory), clock)
        try:
            app = ConsoleApp(engine.door, clock, ConsoleSettings(name="demo"))
            asyncio.run(take_pictures(app, clock))
        finally:
            engine.stop()


def demo_settings(directory: str) -> Settings:
    """The demo's settings, whatever the user configured."""
    sources = SettingsSources(environment={}, flags={"--data-dir": directory}, user_file=False)
    return replace(load_settings(sources).settings, demo=True)


async def take_pictures(app: ConsoleApp, clock: SystemClock) -> None:
    """Every picture of one running console."""
    async with app.run_test(size=SHOTS[0].size) as pilot:
        await clock.sleep(WARM_UP_S)
        for shot in SHOTS:
            await take(shot, pilot, clock)


async def take(shot: Shot, pilot: Pilot[None], clock: SystemClock) -> None:
    """Resize, press, wait for the next frames, write."""
    await pilot.resize_terminal(*shot.size)
    await pilot.press(*shot.keys)
    await clock.sleep(1.5)
    picture = _FONT_FACE.sub("", pilot.app.export_screenshot(title="rtp-tui"))
    (FOLDER / f"{shot.name}.svg").write_text(picture, "utf-8")
    print(f"{shot.name}.svg")
    await pilot.press(*shot.after)


if __name__ == "__main__":
    main()
