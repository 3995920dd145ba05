"""Every action of the table is done by its first key on a running console, and something comes of it.

An action that is added is tried as well, in the first pane that it is for; what must be so beforehand stands in BEFORE.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from msgspec.structs import replace

from rtp_tui.model.drills import DrillStatus
from rtp_tui.tui.actions.action import Action
from rtp_tui.tui.actions.panes import PANE_KEYS
from rtp_tui.tui.actions.table import ACTIONS
from rtp_tui.tui.settings import ConsoleSettings
from tests.frozen_alerts import frozen_alerts, frozen_silences
from tests.frozen_pipeline import FrozenPipeline, a_snapshot
from tests.frozen_portfolios import frozen_portfolios, frozen_value, frozen_watchlists
from tests.tui.running_console import RunningConsole, running_console

BEFORE: dict[str, tuple[str, ...]] = {
    "back": ("space",),
    "last_pane": ("3",),
    "arrange.reset": ("backslash",),
    "mark.range": ("space", "down", "down"),
    "time_zone": ("slash", "a", "a", "p", "l", "enter"),
    "chart.move_right": ("left", "left"),
    "chart.pan_right": ("pageup",),
    "chart.zoom_out": ("plus", "plus"),
    "chart.newest": ("home",),
    "chart.instrument_before": ("down",),
}
"""Keys that are pressed first, without which the action has nothing to do."""
CHART, PANES = "chart", "show_pane"


@asynccontextmanager
async def a_busy_console(tmp_path: Path) -> AsyncIterator[RunningConsole]:
    """Something of everything, on an engine that can be drilled."""
    snapshot = replace(
        a_snapshot(),
        alerts=frozen_alerts(),
        silences=frozen_silences(),
        portfolios=frozen_portfolios(),
        portfolio_values=(frozen_value(),),
        watchlists=frozen_watchlists(),
    )
    settings = ConsoleSettings(name="desk", exports=tmp_path)
    async with running_console((160, 50), FrozenPipeline(snapshot), settings) as console:
        console.api.send(DrillStatus(venues=("binance",), faults=("outage",)))
        await console.after(1.0)
        yield console


def what_is(console: RunningConsole) -> tuple[object, ...]:
    """All that a key can change; the status line, which moves by itself, is not looked at."""
    app = console.app
    return (
        console.lines[1:],
        tuple(map(str, console.api.orders)),
        tuple(console.toasts),
        app.clipboard,
        app.return_code,
        type(app.screen),
        app.lens.is_frozen,
        app.lens.zone,
    )


async def does_something(console: RunningConsole, action: Action) -> bool:
    await console.press(*BEFORE.get(action.name, ()))
    before = what_is(console)
    await console.press(action.keys[0])
    for _ in range(20):
        if what_is(console) != before:
            return True
        await console.after(0.3)
    return False


@pytest.mark.parametrize(
    "action", [one for one in ACTIONS if one.id not in (CHART, PANES)], ids=lambda one: one.name
)
async def test_the_key_of_an_action_does_something(action: Action, tmp_path: Path) -> None:
    async with a_busy_console(tmp_path) as console:
        pane = next((name for name in PANE_KEYS if name in action.panes), "")
        await console.press(*(PANE_KEYS[pane],) if pane else ())
        assert await does_something(console, action)


async def test_the_key_of_each_pane_goes_there(tmp_path: Path) -> None:
    async with a_busy_console(tmp_path) as console:
        for action in (one for one in ACTIONS if one.id == PANES):
            await console.press(action.keys[0])
            assert console.app.main.active.pane.name == action.argument.strip("'")


async def test_each_key_of_the_chart_does_something(tmp_path: Path) -> None:
    async with a_busy_console(tmp_path) as console:
        await console.press("c")
        idle = [
            action.name
            for action in ACTIONS
            if action.id == CHART and not await does_something(console, action)
        ]
        assert idle == []


def test_what_is_done_beforehand_is_for_actions_that_there_are() -> None:
    assert BEFORE.keys() <= {action.name for action in ACTIONS}
