"""Alerts, rules and silences from the keyboard and the palette."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from msgspec.structs import replace
from textual.widgets import Input

from rtp_tui.model.commands import (
    AcknowledgeAlert,
    RemoveAlertRule,
    RemoveSilence,
    SaveAlertRule,
    SaveSilence,
)
from rtp_tui.model.errors import BadRequest
from rtp_tui.model.queries import GetAlertRules, GetEvents, GetGaps, GetQuality
from rtp_tui.tui.screens.prompt import Prompt
from rtp_tui.tui.screens.sheet import Question, Sheet
from rtp_tui.tui.settings import ConsoleSettings
from tests.factories import NOW_MS, a_quote
from tests.frozen_alerts import frozen_alerts, frozen_silences
from tests.frozen_pipeline import FrozenPipeline, a_snapshot
from tests.tui.running_console import RunningConsole, running_console

HOUR_MS = 3_600_000
ALERTS = "exclamation_mark"


@asynccontextmanager
async def alarmed(size: tuple[int, int] = (120, 40)) -> AsyncIterator[RunningConsole]:
    """A console of an engine with alerts in every state."""
    snapshot = replace(a_snapshot(), alerts=frozen_alerts(), silences=frozen_silences())
    async with running_console(size, FrozenPipeline(snapshot)) as console:
        yield console


def typed(console: RunningConsole) -> str:
    return console.app.screen.query_one(Input).value


async def test_acknowledging_asks_why_and_takes_nothing_for_an_answer() -> None:
    async with alarmed() as console:
        await console.press(ALERTS, "a")
        assert isinstance(console.app.screen, Prompt)
        await console.press("enter")
        assert console.api.orders == [AcknowledgeAlert(id="old")]
        assert console.toasts == ["old: done"]


async def test_a_comment_goes_with_the_acknowledgement() -> None:
    async with alarmed() as console:
        await console.press(ALERTS, "down", "a")
        await console.type("on it")
        await console.press("enter")
        assert console.api.orders == [AcknowledgeAlert(id="move", why="on it")]


async def test_esc_acknowledges_nothing() -> None:
    async with alarmed() as console:
        await console.press(ALERTS, "a", "escape")
        assert not isinstance(console.app.screen, Prompt)
        assert console.api.orders == []


async def test_what_does_not_fire_cannot_be_acknowledged() -> None:
    async with alarmed() as console:
        await console.press(ALERTS, "end", "a")
        assert console.toasts == ["only what fires can be acknowledged"]


async def test_two_keys_silence_an_alert_for_an_hour() -> None:
    async with alarmed() as console:
        await console.press(ALERTS, "n", "enter")
        (order,) = console.api.orders
        assert isinstance(order, SaveSilence)
        assert (order.rule, order.subject) == ("data-too-old", "crypto:UNI")
        assert HOUR_MS <= order.until_ms - NOW_MS < HOUR_MS + 10_000
        assert console.toasts[-1].startswith("silenced until ")


async def test_down_takes_eight_hours_and_anything_else_can_be_typed() -> None:
    async with alarmed() as console:
        await console.press(ALERTS, "n", "down")
        assert typed(console) == "8h"
        await console.press(*("backspace",) * 2)
        await console.type("2d being mended")
        await console.press("enter")
        (order,) = console.api.orders
        assert isinstance(order, SaveSilence)
        assert 48 * HOUR_MS <= order.until_ms - NOW_MS < 48 * HOUR_MS + 10_000
        assert order.comment == "being mended"


async def test_what_was_not_understood_stands_there_again_with_the_reason() -> None:
    async with alarmed() as console:
        await console.press(ALERTS, "n", *("backspace",) * 2)
        await console.type("soon")
        await console.press("enter")
        assert "soon is no duration such as 30m, 1h or 1d" in console.text
        assert typed(console) == "soon"
        assert console.api.orders == []


async def test_an_alert_that_is_silenced_speaks_again_on_request() -> None:
    async with alarmed() as console:
        await console.press(ALERTS, *("down",) * 4, "N")
        assert console.api.orders == [RemoveSilence(id="s1")]
        await console.press("home", "N")
        assert console.toasts[-1] == "no silence keeps that alert quiet"


async def test_a_silence_is_ended_from_the_list_of_silences() -> None:
    async with alarmed() as console:
        await console.press("L", "N")
        assert console.api.orders == [RemoveSilence(id="s1")]


async def test_a_rule_is_proposed_on_the_instrument_under_the_cursor() -> None:
    async with alarmed() as console:
        await console.press("down", "A")
        assert typed(console) == "price > 3547.56"
        await console.press("down", "enter")
        (order,) = console.api.orders
        assert isinstance(order, SaveAlertRule)
        assert order.rule.condition == "crypto:ETH price < 3477.32"


async def test_a_rule_that_the_engine_refuses_can_be_mended() -> None:
    async with alarmed() as console:
        console.api.refusal = BadRequest("condition: at character 1: no field")
        await console.press("A", "enter")
        assert isinstance(console.app.screen, Prompt)
        assert "at character 1: no field" in console.text
        console.api.refusal = None
        await console.press("enter")
        assert not isinstance(console.app.screen, Prompt)
        assert console.toasts[-1].startswith("crypto-btc-price-above-68508.42")


async def test_rules_are_listed_explained_disabled_and_removed() -> None:
    async with alarmed() as console:
        await console.press("U")
        assert "crypto-btc-" in console.text
        await console.press("enter")
        assert isinstance(console.app.screen, Sheet)
        assert "crypto:BTC price > 70000" in console.text
        await console.press("escape", "delete")
        assert isinstance(console.app.screen, Question)
        await console.press("y")
        assert console.api.orders == [RemoveAlertRule(id="crypto-btc-price-above-70000")]
        await console.press("down", "d")
        order = console.api.orders[-1]
        assert isinstance(order, SaveAlertRule)
        assert (order.rule.id, order.rule.enabled) == ("memory", True)
        await console.press("down", "delete")
        assert console.toasts[-1] == "data-too-old is built in: d disables it"
        await console.press("d", "y")
        order = console.api.orders[-1]
        assert isinstance(order, SaveAlertRule)
        assert (order.rule.id, order.rule.enabled) == ("data-too-old", False)


async def test_the_palette_silences_the_selected_alert() -> None:
    async with alarmed() as console:
        await console.press(ALERTS)
        await console.choose("silence 8h")
        (order,) = console.api.orders
        assert isinstance(order, SaveSilence)
        assert (order.rule, order.subject) == ("data-too-old", "crypto:UNI")
        assert 8 * HOUR_MS <= order.until_ms - NOW_MS < 8 * HOUR_MS + 10_000


async def test_the_palette_removes_a_rule_after_asking() -> None:
    async with alarmed() as console:
        await console.choose("alert remove memory")
        assert isinstance(console.app.screen, Question)
        await console.press("y")
        assert console.api.orders == [RemoveAlertRule(id="memory")]


async def test_a_read_only_console_refuses_the_palette_too() -> None:
    async with running_console(settings=ConsoleSettings(read_only=True)) as console:
        await console.choose("unsilence s1")
        assert console.toasts == ["refused: this console is read-only"]
        assert console.api.orders == []


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60)])
async def test_every_new_pane_is_reached_by_its_key_and_tells_at_length(size: tuple[int, int]) -> None:
    said = {
        ALERTS: ("data-too-old", "374 against 300"),
        "L": ("crypto:ATOM", "maintenance"),
        "U": ("price > 70000", "saved"),
        "Q": ("crypto:ATOM", "weight 30"),
        "M": ("backfilling", "2 times"),
        "P": ("loop lag", "loop lag"),
    }
    async with alarmed(size) as console:
        for key, (row, detail) in said.items():
            await console.press(key)
            await console.after()
            assert row in console.text, key
            await console.press("enter")
            assert isinstance(console.app.screen, Sheet), key
            assert detail in console.text, key
            await console.press("escape")


def asked_of(console: RunningConsole) -> set[type]:
    """What panes asked; the past is asked for once, whatever is on screen."""
    return {type(query) for query in console.api.asked} - {GetEvents}


async def test_panes_ask_only_while_they_are_on_screen() -> None:
    async with running_console((80, 24)) as console:
        for _ in range(15):
            console.api.send(a_quote())
            await console.after(2.0)
        assert asked_of(console) == set()
        await console.press("Q")
        assert asked_of(console) == {GetQuality, GetGaps}
        await console.press("U")
        assert asked_of(console) == {GetQuality, GetGaps, GetAlertRules}


async def test_a_click_on_the_badge_shows_the_alerts() -> None:
    async with alarmed() as console:
        x = console.lines[0].index("▲ 2 alerts")
        await console.pilot.click(offset=(x + 2, 0))
        await console.after()
        assert console.app.main.active.pane.name == "alerts"


async def test_without_blocks_and_colours_the_words_remain() -> None:
    snapshot = replace(a_snapshot(), alerts=frozen_alerts(), silences=frozen_silences())
    settings = ConsoleSettings(ascii_only=True)
    async with running_console((120, 40), FrozenPipeline(snapshot), settings) as console:
        for key in (ALERTS, "L", "Q", "P"):
            await console.press(key)
            assert console.text.isascii(), key
        await console.press(ALERTS, "n")
        assert console.text.isascii()
        assert "data-too-old" in console.text


@pytest.mark.parametrize("pane", [ALERTS, "U", "1"])
async def test_where_there_is_room_for_few_keys_those_of_the_pane_stay(pane: str) -> None:
    hints = {ALERTS: ("a ack", "n silence"), "U": ("d disable", "del remove"), "1": ("r refresh", "A alert")}
    async with alarmed((80, 24)) as console:
        await console.press(pane)
        for hint in hints[pane]:
            assert hint in console.lines[-1]
