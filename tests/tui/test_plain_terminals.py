"""Without colours, and without anything but ASCII, every pane says the same."""

from pathlib import Path

import pytest

from rtp_tui.model.errors import Refused
from rtp_tui.model.market import Quote
from rtp_tui.tui.actions.panes import PANE_KEYS
from rtp_tui.tui.cells import Tone
from rtp_tui.tui.settings import ConsoleSettings
from rtp_tui.tui.widgets.pane_view import PaneView
from tests.factories import NOW_MS, a_quote
from tests.frozen_pipeline import LOG_LINES
from tests.tui.running_console import RunningConsole, running_console
from tests.tui.test_every_size import KEYS, OVERLAYS, an_eventful_engine

ASCII = ConsoleSettings(name="prod@ldn", ascii_only=True, exports=Path("/nowhere"))


def assert_ascii(console: RunningConsole, what: object) -> None:
    where = [line for line in console.lines if not line.isascii()]
    assert not where, (
        what,
        {character for character in "".join(where) if not character.isascii()},
        where[:4],
    )


@pytest.mark.parametrize("size", [(30, 5), (80, 24), (120, 40), (200, 60)], ids=str)
async def test_an_ascii_console_shows_nothing_else(size: tuple[int, int]) -> None:
    async with running_console(size, an_eventful_engine(), ASCII) as console:
        console.api.send(*LOG_LINES)
        for key in KEYS:
            await console.press(key)
            assert_ascii(console, key)
            await console.press("enter")
            assert_ascii(console, (key, "enter"))
            await console.press("escape")
        for overlay in OVERLAYS:
            await console.press("1", *overlay)
            assert_ascii(console, overlay)
            await console.press("escape", "escape", "escape")
        for keys in (("4", "O"), ("c", "i", "I"), ("l",), ("g",), ("escape",), ("s",), ("F",), ("f",)):
            await console.press(*keys)
            assert_ascii(console, keys)


async def test_toasts_of_an_ascii_console_are_ascii_too() -> None:
    async with running_console(api=an_eventful_engine(), settings=ASCII) as console:
        console.api.refusal = Refused("the bank — “no” … ✖")
        await console.press("r")
        await console.after(0.5)
        assert console.toasts
        assert all(toast.isascii() for toast in console.toasts)
        assert_ascii(console, "toast")


STATES = {Tone.OK, Tone.WARN, Tone.BAD, Tone.UP, Tone.DOWN, Tone.ROSE, Tone.FELL}


async def test_no_state_is_told_by_colour_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two rows of a pane that read the same have the same tones: whoever sees no colour misses nothing."""
    monkeypatch.setenv("NO_COLOR", "1")
    async with running_console((200, 60), an_eventful_engine()) as console:
        console.api.send(*LOG_LINES)
        for name, key in PANE_KEYS.items():
            await console.press(key)
            scene = console.app.lens.scene(console.app.follower, 0, console.clock.now_ms())
            scene = console.app.main.chosen(scene)
            view = console.pane(name)
            tones: dict[tuple[str, str], tuple[Tone, str]] = {}
            for row_key in view.pane.keys(scene):
                row = view.pane.row(scene, row_key)
                words = " ".join(cell.text.strip() for cell in row.cells)
                for column, cell in zip(view.columns, row.cells, strict=True):
                    if cell.tone in STATES and cell.text.strip():
                        seen = tones.setdefault((column.name, words), (cell.tone, row_key))
                        assert seen[0] is cell.tone, (name, column.name, cell.text, seen, row_key)


async def test_rising_and_falling_are_told_by_sign_and_glyph() -> None:
    async with running_console((120, 40)) as console:
        rows = {line.split()[0].strip("│"): line for line in console.lines if "▲" in line or "▼" in line}
        assert all(("▲" in line) == ("+" in line) for line in rows.values())
        assert any("▼" in line for line in rows.values())


async def test_a_price_that_moves_is_marked_without_colour_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with running_console((120, 40)) as console:
        view = console.pane("prices")
        before = {style_of(view, 0), style_of(view, 1)}
        quote: Quote = a_quote(price=70_000.0, received_ms=NOW_MS)
        console.api.send(quote)
        await console.after()
        assert style_of(view, 0) not in before


def style_of(view: PaneView, index: int) -> tuple[object, ...]:
    """Which parts of a row are bold or lie on something else; nothing of this is a hue."""
    strip = view.render_line(index + 1)
    return tuple(bool(s.style and s.style.bold) for s in strip), len(
        {str(s.style and s.style.bgcolor) for s in strip}
    )


async def test_the_console_says_that_it_has_no_colours_by_greys_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    for theme in ("midnight", "daylight", "terminal", "deuteranopia"):
        async with running_console((80, 24), settings=ConsoleSettings(theme=theme)) as console:
            text = console.app.export_screenshot()
            assert console.app.no_color
            assert text
            filtered = [
                segment.style
                for y in range(24)
                for segment in console.app.main.render_line(y)
                if segment.style
            ]
            assert all(
                style.color is None or style.color.triplet is None or is_grey(style.color.triplet)
                for style in filtered
            )


def is_grey(triplet: tuple[int, int, int]) -> bool:
    return max(triplet) - min(triplet) <= 2
