"""A user's own keys: checked, bound, and shown wherever keys are."""

import pytest

from rtp_tui.tui.actions.keymap import Keymap, problems_of
from rtp_tui.tui.actions.table import ACTIONS
from rtp_tui.tui.settings import ConsoleSettings
from tests.tui.running_console import running_console


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
