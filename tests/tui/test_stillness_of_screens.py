"""Nothing on screen moves by itself: what is typed into does not blink, and nothing slides or fades."""

from collections.abc import Iterable

import pytest
from textual.dom import DOMNode
from textual.widgets import Input

from rtp_tui.tui.settings import ConsoleSettings
from tests.tui.running_console import SharedStylesheet, running_console


@pytest.mark.parametrize("keys", [("slash",), ("colon",), ("A",)], ids=str)
async def test_no_cursor_blinks(keys: tuple[str, ...]) -> None:
    async with running_console(settings=ConsoleSettings(over_ssh=True)) as console:
        await console.press(*keys)
        fields = console.app.screen.query(Input)
        assert fields
        assert not any(field.cursor_blink for field in fields)


async def test_nothing_is_animated() -> None:
    async with running_console(settings=ConsoleSettings(over_ssh=True)) as console:
        assert console.app.animation_level == "none"
        for keys in (("question_mark",), ("pagedown",), ("escape",), ("end",), ("m",)):
            await console.press(*keys)
            assert not console.app.animator._animations


async def test_which_pane_has_the_keys_is_painted_in_two_panes_and_not_all_over_the_screen() -> None:
    async with running_console() as console:
        await console.press("1")
        before = console.app.cells_painted
        await console.press("2")
        painted = console.app.cells_painted - before

        panes = sum(console.pane(name).outer_size.area for name in ("prices", "jobs"))
        strips = 4 * console.app.size.width
        assert 0 < painted <= panes + strips < console.app.size.area


async def test_the_styles_of_a_whole_screen_are_not_read_again_while_it_starts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    read: list[int] = []
    reading = SharedStylesheet.update_nodes

    def counted(self: SharedStylesheet, nodes: Iterable[DOMNode], animate: bool = False) -> None:
        nodes = list(nodes)
        read.append(len(nodes))
        reading(self, nodes, animate)

    monkeypatch.setattr(SharedStylesheet, "update_nodes", counted)
    async with running_console() as console:
        assert "LIVE" in console.lines[0]
    assert max(read) < 5
