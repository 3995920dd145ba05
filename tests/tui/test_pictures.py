"""Every pane as people see it, at three sizes and without colour, from a state and a clock that stand still.

`RTP_UPDATE_PICTURES=1 pytest tests/tui/test_pictures.py` writes them anew; look at the difference before it is kept.
"""

import os
from pathlib import Path

import pytest

from rtp_tui.tui.actions.panes import PANE_KEYS
from tests.frozen_pipeline import LOG_LINES, a_snapshot
from tests.tui.running_console import RunningConsole, running_console
from tests.tui.test_every_size import an_eventful_engine

PICTURES = Path(__file__).parent / "pictures"
SIZES = ((80, 24), (120, 40), (200, 60))
STILL_THERE = next(status for status in a_snapshot().jobs)
"""Said again before each pane: an engine that is not heard is not trusted."""
IS_UPDATING = bool(os.environ.get("RTP_UPDATE_PICTURES"))


@pytest.mark.parametrize("size", SIZES, ids=lambda size: "x".join(map(str, size)))
async def test_every_pane_looks_as_it_did(size: tuple[int, int]) -> None:
    async with running_console(size, an_eventful_engine()) as console:
        assert_as_pictured(await pictures_of(console), size)


async def test_every_pane_says_the_same_without_colour(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with running_console(SIZES[0], an_eventful_engine()) as console:
        assert_as_pictured(await pictures_of(console), SIZES[0])


async def pictures_of(console: RunningConsole) -> dict[str, str]:
    """Pane to the whole screen while it is looked at."""
    console.api.send(*LOG_LINES)
    pictures = {}
    for pane, key in PANE_KEYS.items():
        console.api.send(STILL_THERE)
        await console.press(key)
        await console.after(1.0)
        pictures[pane] = "\n".join(line.rstrip() for line in console.text.splitlines()) + "\n"
    return pictures


def assert_as_pictured(pictures: dict[str, str], size: tuple[int, int]) -> None:
    folder = PICTURES / "x".join(map(str, size))
    if IS_UPDATING:
        folder.mkdir(parents=True, exist_ok=True)
        for pane, picture in pictures.items():
            (folder / f"{pane}.txt").write_text(picture, "utf-8")
    assert {file.stem for file in folder.glob("*.txt")} == pictures.keys()
    for pane, picture in pictures.items():
        assert picture == (folder / f"{pane}.txt").read_text("utf-8"), pane
