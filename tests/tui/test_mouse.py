"""Everything that a key does and that can be pointed at can be clicked."""

import pytest
from msgspec.structs import replace
from textual.events import MouseScrollDown
from textual.widgets import Input

from rtp_tui.model.drills import DrillStatus
from rtp_tui.tui.screens.drills import DrillScreen
from rtp_tui.tui.screens.prompt import Prompt
from rtp_tui.tui.screens.sheet import Question, Sheet
from rtp_tui.tui.widgets.pane_view import PaneView
from tests.frozen_alerts import frozen_alerts
from tests.frozen_pipeline import LOG_LINES, FrozenPipeline, a_snapshot
from tests.tui.running_console import RunningConsole, running_console


async def click(console: RunningConsole, words: str, *, times: int = 1, line: int | None = None) -> None:
    """Click on these words, where they are on screen."""
    lines = console.lines
    y = line if line is not None else next(y for y, text in enumerate(lines) if words in text)
    await console.pilot.click(offset=(lines[y].index(words) + 1, y), times=times)
    await console.after()


def shown(console: RunningConsole) -> set[str]:
    return {view.pane.name for view in console.app.main.query(PaneView) if view.display}


def alerting() -> FrozenPipeline:
    return FrozenPipeline(replace(a_snapshot(), alerts=frozen_alerts()))


@pytest.mark.parametrize(
    ("words", "pane"),
    [
        ("health", "health"),
        ("feeds ✖", "feeds"),
        ("breaker open", "breakers"),
        ("job failing", "jobs"),
        ("clients ○", "clients"),
        ("firing", "alerts"),
    ],
)
async def test_a_fact_of_the_status_line_leads_to_its_pane(words: str, pane: str) -> None:
    async with running_console((200, 60), alerting()) as console:
        await click(console, words, line=0)
        assert console.app.main.active.pane.name == pane


async def test_the_chip_freezes_and_the_clock_turns_the_zone() -> None:
    async with running_console() as console:
        await click(console, "LIVE", line=0)
        assert console.app.lens.is_frozen
        await click(console, "FROZEN", line=0)
        assert not console.app.lens.is_frozen
        zone = console.app.lens.zone
        await click(console, "14:13", line=0)
        assert console.app.lens.zone is not zone or console.app.lens.zone.utcoffset(None) == zone.utcoffset(
            None
        )


async def test_a_title_takes_the_keys_and_twice_makes_it_the_only_pane() -> None:
    async with running_console() as console:
        await click(console, "Breakers")
        assert console.app.main.active.pane.name == "breakers"
        await click(console, "Breakers", times=2)
        assert shown(console) == {"breakers"}
        await click(console, "Breakers", times=2)
        assert "prices" in shown(console)


async def test_a_click_selects_a_row_and_a_double_click_explains_it() -> None:
    async with running_console() as console:
        await click(console, "coingecko/prices")
        assert console.pane("breakers").cursor == "coingecko/prices"
        assert console.app.main.is_current
        await click(console, "yahoo/chart", times=2)
        assert isinstance(console.app.screen, Sheet)
        assert "yahoo/chart" in console.text


async def test_a_click_on_a_selected_row_opens_nothing() -> None:
    async with running_console() as console:
        await click(console, "coingecko/prices")
        await console.pilot.pause(0.6)
        await click(console, "coingecko/prices")
        assert console.app.main.is_current


async def test_the_wheel_scrolls_without_moving_the_cursor() -> None:
    async with running_console((80, 24)) as console:
        view = console.pane("prices")
        await console.pilot._post_mouse_events([MouseScrollDown], widget="#prices", button=0)
        await console.after()
        assert view.scroll_offset.y > 0
        assert view.cursor == "crypto:BTC"


async def test_tabs_keys_and_news_can_be_clicked() -> None:
    async with running_console((80, 24)) as console:
        console.api.send(*LOG_LINES)
        await console.after(1.2)
        await click(console, " 3 Feeds", line=1)
        assert console.app.main.active.pane.name == "feeds"
        await click(console, LOG_LINES[-1].message[:12], line=22)
        assert console.app.main.active.pane.name == "log"
        await click(console, "help", line=23)
        assert isinstance(console.app.screen, Sheet)


async def test_a_sheet_closes_by_its_words_and_by_a_click_beside_it() -> None:
    async with running_console() as console:
        await console.press("question_mark")
        await click(console, "esc closes")
        assert console.app.main.is_current
        await console.press("question_mark")
        await console.pilot.click(offset=(0, 0))
        await console.after()
        assert console.app.main.is_current


async def test_a_question_is_answered_by_clicks() -> None:
    async with running_console() as console:
        await console.press("4", "O")
        assert isinstance(console.app.screen, Question)
        await click(console, "n no")
        assert console.app.main.is_current
        assert not console.api.orders
        await console.press("O")
        await click(console, "y yes")
        assert console.app.main.is_current
        assert console.api.orders


async def test_offers_of_a_prompt_can_be_clicked() -> None:
    async with running_console(api=alerting()) as console:
        await console.press("exclamation_mark", "n")
        assert isinstance(console.app.screen, Prompt)
        line = next(y for y, text in enumerate(console.lines) if "8h" in map(str.strip, text.split("│")))
        await click(console, "8h", line=line)
        assert console.app.screen.query_one(Input).value == "8h"
        await click(console, "esc leaves it")
        assert console.app.main.is_current


async def test_a_drill_is_chosen_and_begun_by_clicks() -> None:
    drills = DrillStatus(
        faults=("outage", "stall"),
        venues=("binance", "kraken", "okx", "bybit", "coinbase", "yahoo"),
        running=(),
    )
    async with running_console(api=FrozenPipeline(replace(a_snapshot(), drill=drills))) as console:
        await console.press("X")
        assert isinstance(console.app.screen, DrillScreen)
        line = next(y for y, text in enumerate(console.lines) if "stall" in text)
        await click(console, "-", line=line)
        assert console.app.screen.is_current
        await click(console, "esc closes")
        assert console.app.main.is_current
