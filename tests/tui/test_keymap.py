"""A user's own keys: checked, bound, and shown wherever keys are."""

import re

import pytest
from msgspec.structs import replace

from rtp_tui.model.events import Snapshot
from rtp_tui.tui.actions.keymap import Keymap, problems_of
from rtp_tui.tui.actions.table import ACTIONS
from rtp_tui.tui.painter import Painter
from rtp_tui.tui.screens.desk import Desk
from rtp_tui.tui.settings import ConsoleSettings
from rtp_tui.tui.themes import load_themes
from tests.factories import NOW_MS
from tests.tui.running_console import running_console
from tests.tui.scenes import a_scene


def test_the_names_of_actions_are_distinct_and_their_own_keys_are_no_problem() -> None:
    names = [action.name for action in ACTIONS]
    assert len(names) == len(set(names))
    own = {action.name: " ".join(action.keys) for action in ACTIONS if action.id != "palette"}
    assert list(problems_of(own)) == []


@pytest.mark.parametrize(
    ("own", "words"),
    [
        ({"freez": "f"}, 'no action freez (did you mean "freeze"?)'),
        ({"freeze": "t"}, '"t" is the key of trigger_job already: Run the selected job now'),
        ({"freeze": "alt+f"}, '"alt+f" is no key'),
        ({"freeze": "hyper"}, '"hyper" is no key'),
        ({"freeze": ""}, "is without a key"),
        ({"freeze": "j"}, '"j" moves the cursor in each table'),
    ],
)
def test_keys_that_cannot_be_are_told_with_what_is_wrong(own: dict[str, str], words: str) -> None:
    [(name, said)] = problems_of(own)
    assert name in own
    assert words in said


def test_two_actions_can_swap_their_keys() -> None:
    own = {"freeze": "t", "trigger_job": "f"}
    assert list(problems_of(own)) == []
    assert Keymap(own).for_textual == own


def test_signs_are_written_as_they_are() -> None:
    assert list(problems_of({"freeze": "% ctrl+y"})) == []
    assert Keymap({"freeze": "%"}).for_textual == {"freeze": "percent_sign"}


async def test_a_wished_for_key_works_the_old_one_does_not_and_everything_shows_it() -> None:
    settings = ConsoleSettings(
        name="prod", keys={"freeze": "t ctrl+y", "trigger_job": "f", "chart.kind": "u"}
    )
    async with running_console(settings=settings) as console:
        await console.press("2", "f")
        assert not console.app.lens.is_frozen
        assert len(console.api.orders) == 1
        await console.press("t")
        assert console.app.lens.is_frozen
        await console.press("ctrl+y")
        assert not console.app.lens.is_frozen
        assert "f trigger" in console.lines[-1]
        await console.press("1", "c")
        before = console.text
        await console.press("u")
        assert console.text != before
    async with running_console((120, 200), settings=settings) as console:
        await console.press("question_mark")
        line = next(line for line in console.lines if "Freeze the screen" in line)
        assert " t ctrl+y " in line


async def test_a_sheet_is_copied_whole() -> None:
    async with running_console() as console:
        await console.press("2", "enter", "y")
        assert "crypto-prices" in console.app.clipboard


OTHERS = Keymap({action.name: f"f{number}" for number, action in enumerate(ACTIONS, start=1)})
"""Another key for everything."""
NO_KEYS = frozenset("a-<>&")
"""Keys that are words or signs as well."""
DEFAULTS = {key for action in ACTIONS for key in action.key_text.split() if len(key) == 1} - NO_KEYS | {"esc"}


def defaults_in(text: str) -> set[str]:
    return {word.strip(",.;()") or word for word in re.split(r"\s|: ", text)} & DEFAULTS


def test_what_a_pane_says_names_the_keys_that_this_user_has() -> None:
    nothing = a_scene(snapshot=Snapshot(epoch="e", seq=0, at_ms=NOW_MS))
    desk = Desk(Painter(load_themes()["midnight"]))
    for name, pane in desk.panes.items():
        told = " ".join((pane.empty(nothing), pane.heading(nothing), pane.tab(nothing)))
        assert defaults_in(told), name
        scene = replace(nothing, keymap=OTHERS)
        told = " ".join((pane.empty(scene), pane.heading(scene), pane.tab(scene)))
        assert not defaults_in(told), told
        assert pane.heading(scene).startswith("f")


async def test_on_screen_only_the_keys_that_this_user_has_are_named() -> None:
    own = {"freeze": "ctrl+f", "show_pane.jobs": "f2", "back": "f3", "faults_only": "f4", "mute": "f5"}
    async with running_console((160, 50), settings=ConsoleSettings(keys=own)) as console:
        assert "f2 Jobs" in console.text
        await console.press("ctrl+f")
        assert "ctrl+f goes on" in console.lines[0]
        await console.press("ctrl+f", "left_square_bracket")
        assert "f3 is now" in console.lines[0]
        await console.press("r")
        assert "f3 goes back to now" in console.toasts[-1]
        await console.press("f3", "f5")
        assert "f5 ends that" in console.toasts[-1]
        await console.press("6", "f4")
        assert "no faults: f4 shows all" in console.text
