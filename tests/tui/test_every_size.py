"""From the smallest terminal to the largest: nothing fails, nothing is wider than the screen, no number is cut."""

import re
from collections.abc import Sequence

import pytest
from msgspec.structs import replace
from rich.cells import cell_len

from rtp_tui.model.statistics import CacheStatus
from rtp_tui.tui.actions.panes import PANE_KEYS
from rtp_tui.tui.cells import shown_columns
from rtp_tui.tui.settings import ConsoleSettings
from rtp_tui.tui.widgets.pane_view import PaneView
from tests.factories import a_signal
from tests.frozen_alerts import frozen_alerts, frozen_silences
from tests.frozen_pipeline import LOG_LINES, FrozenPipeline, a_snapshot
from tests.frozen_portfolios import a_risk, frozen_portfolios, frozen_value, frozen_watchlists
from tests.tui.running_console import RunningConsole, running_console

SIZES = ((30, 5), (59, 11), (80, 24), (119, 29), (120, 40), (300, 100))
OVERLAYS: tuple[Sequence[str], ...] = (
    ("m",),
    ("enter",),
    ("question_mark",),
    ("colon",),
    ("slash",),
    ("c",),
    ("A",),
)
KEYS = tuple(PANE_KEYS.values())


def an_eventful_engine() -> FrozenPipeline:
    return FrozenPipeline(
        replace(
            a_snapshot(),
            alerts=frozen_alerts(),
            silences=frozen_silences(),
            signals=(a_signal(),),
            portfolios=frozen_portfolios(),
            portfolio_values=(frozen_value(),),
            risks=(a_risk(),),
            watchlists=frozen_watchlists(),
            cache=CacheStatus(hits=3),
        )
    )


def assert_whole(console: RunningConsole, what: object) -> None:
    width, height = console.app.size
    lines = [
        "".join(segment.text for segment in strip) for strip in console.app.screen._compositor.render_strips()
    ]
    assert len(lines) == height, what
    for y, shown in enumerate(lines):
        assert cell_len(shown) == width, (what, y, shown)
        assert "this pane failed" not in shown, (what, lines)
    for view in console.app.main.query(PaneView):
        assert not view.problem, (what, view.pane.name, view.problem)


@pytest.mark.parametrize("size", SIZES, ids=lambda size: "x".join(map(str, size)))
async def test_every_pane_and_everything_that_opens_over_it_fits(size: tuple[int, int]) -> None:
    async with running_console(size, an_eventful_engine()) as console:
        console.api.send(*LOG_LINES)
        for key in KEYS:
            await console.press(key)
            assert_whole(console, key)
        for overlay in OVERLAYS:
            await console.press("1", *overlay)
            assert_whole(console, overlay)
            await console.press("escape", "escape", "escape")
            assert console.app.main.is_current, overlay


async def test_the_screen_may_change_its_size_at_any_moment() -> None:
    async with running_console((120, 40), an_eventful_engine()) as console:
        for key, size in zip(KEYS, (*SIZES, *reversed(SIZES), *SIZES), strict=False):
            await console.press(key)
            await console.pilot.resize_terminal(*size)
            await console.after()
            assert_whole(console, (key, size))


@pytest.mark.parametrize("width", [30, 45, 60, 80, 120])
async def test_numbers_are_whole_or_not_there(width: int) -> None:
    """What is shown of a column of numbers is one of the pane's own texts, or a row of `#`."""
    async with running_console((width, 24), an_eventful_engine()) as console:
        for key in KEYS:
            await console.press(key)
            view = console.app.main.active
            shown = shown_columns(view.columns, view.scrollable_content_region.width)
            scene = console.app.lens.scene(console.app.follower, 0, console.clock.now_ms())
            for row in list(view._rows.values())[:5]:
                strip = view._strip(row, view.scrollable_content_region.width).text
                for index, cell_width in shown:
                    text = row.cells[index].text.strip()
                    if view.columns[index].is_number and text:
                        assert text in strip or "#" * cell_width in strip, (key, scene.now_ms, strip)


async def test_the_smallest_screen_can_be_left() -> None:
    async with running_console((30, 5), settings=ConsoleSettings()) as console:
        assert re.search(r"LIVE|73", console.text)
        await console.press("q")
        assert not console.app.is_running
