"""Jump mode: a letter at each pane goes there."""

import pytest

from rtp_tui.tui.screens.jump import JumpScreen
from tests.tui.running_console import running_console


@pytest.mark.parametrize("active", ["prices", "movers", "gaps"])
async def test_a_letter_stands_at_the_tab_that_it_goes_to_though_others_have_no_room(active: str) -> None:
    async with running_console((80, 24)) as console:
        main = console.app.main
        main.action_show_pane(active)
        await console.after()
        tabs, title = console.lines[1], main.active.pane.title
        await console.press("apostrophe")
        letter = console.lines[1][tabs.index(title) - 2]
        assert letter in {place.letter for place in console.app.screen._places}  # type: ignore[attr-defined]
        await console.press(letter)
        assert main.active.pane.name == active


@pytest.mark.parametrize("size", [(40, 10), (80, 24), (120, 40), (200, 60)])
async def test_every_pane_has_a_letter_at_every_size(size: tuple[int, int]) -> None:
    async with running_console(size) as console:
        await console.press("ctrl+o")
        screen = console.app.screen
        assert isinstance(screen, JumpScreen)
        assert len({place.letter for place in screen._places}) == len(console.app.main.desk.views)
        await console.press("escape")
        assert not isinstance(console.app.screen, JumpScreen)
