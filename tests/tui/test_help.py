"""Key ?: a page of tour before all keys; and what a read-only console leaves out."""

import pytest

from rtp_tui.model.events import Snapshot
from rtp_tui.tui.actions.keymap import Keymap
from rtp_tui.tui.actions.panes import PANE_KEYS
from rtp_tui.tui.actions.table import ACTIONS
from rtp_tui.tui.follower import Connection
from rtp_tui.tui.painter import Painter
from rtp_tui.tui.panes.pane import Pane
from rtp_tui.tui.screens.desk import Desk
from rtp_tui.tui.screens.help import help_text
from rtp_tui.tui.screens.tour import tour_text
from rtp_tui.tui.settings import ConsoleSettings
from rtp_tui.tui.themes import load_themes
from tests.factories import NOW_MS
from tests.frozen_pipeline import FrozenPipeline
from tests.tui.running_console import running_console
from tests.tui.scenes import a_scene

PAINTER = Painter(load_themes()["midnight"])


async def test_help_opens_with_a_tour_that_is_one_page_at_80x24() -> None:
    async with running_console((80, 24)) as console:
        await console.press("question_mark")
        for line in tour_text(PAINTER, Keymap()).plain.splitlines():
            assert line.rstrip() in console.text, line
        await console.press("pagedown", "pagedown", "end")
        assert "standby" in console.text


def test_every_key_of_the_tour_is_one() -> None:
    text = tour_text(PAINTER, Keymap()).plain
    known = {key for action in ACTIONS for key in action.key_text.split()}
    told = {"/", "enter", ":", "c", "#", "F", "1", "tab", "m", "!", "$", "V", "Z", "E", ";", "?"}
    assert told <= known
    assert all(key in text for key in told)
    assert "ctrl+y" in tour_text(PAINTER, Keymap({"filter": "ctrl+y"})).plain


async def test_a_read_only_console_offers_no_key_that_it_refuses() -> None:
    async with running_console((200, 60), settings=ConsoleSettings(read_only=True)) as console:
        assert "r refresh" not in console.lines[-1]
        assert "/ filter" in console.lines[-1]
    async with running_console((200, 60)) as console:
        assert "r refresh" in console.lines[-1]


def test_help_says_which_keys_are_refused() -> None:
    assert "(refused: read-only)" in help_text(PAINTER, Keymap(read_only=True)).plain
    assert "(asks the engine)" in help_text(PAINTER, Keymap()).plain


def test_the_line_of_keys_of_every_pane_is_harmless_in_read_only() -> None:
    for pane in {pane for action in ACTIONS for pane in action.panes}:
        assert not [action for action in Keymap(read_only=True).key_line(pane) if action.is_dangerous]


NOTHING = Snapshot(epoch="e", seq=0, at_ms=NOW_MS)


@pytest.mark.parametrize("connection", [Connection.LIVE, Connection.STARTING, Connection.OFFLINE])
def test_every_empty_pane_says_why_or_what_to_press(connection: Connection) -> None:
    scene = a_scene(snapshot=NOTHING, connection=connection)
    for name, pane in Desk(PAINTER).panes.items():
        if pane.keys(scene) or name == "chart":
            continue
        words = pane.empty(scene)
        _, colon, reason = words.partition(":")
        assert colon, (name, words)
        assert len(reason.split()) > 1, (name, words)
        assert words != Pane.empty(pane, scene)


async def test_every_pane_shows_its_reason_on_an_empty_engine() -> None:
    async with running_console((160, 50), FrozenPipeline(NOTHING)) as console:
        scene = a_scene(snapshot=NOTHING)
        for name, key in PANE_KEYS.items():
            await console.press(key)
            pane = console.pane(name)
            assert pane.display, name
            assert not console.app.main.desk.problems, name
            if not pane.keys:
                assert pane.pane.empty(scene).partition(":")[0] in console.text, name
