"""Texts of others, whatever they hold, in every pane and in everything that opens over it."""

import unicodedata
from contextlib import suppress

import pytest
from rich.cells import cell_len
from textual.events import Paste
from textual.widgets import Input
from wcwidth import wcwidth

from rtp_tui.model.errors import Refused
from rtp_tui.model.statistics import LogLine
from rtp_tui.text import safe
from rtp_tui.tui.filtering import BadFilter
from rtp_tui.tui.settings import ConsoleSettings
from tests.accept.attacks import ATTACKS, MARK
from tests.accept.hostile_engine import poisoned
from tests.factories import NOW_MS
from tests.frozen_pipeline import FrozenPipeline
from tests.tui.running_console import RunningConsole, running_console
from tests.tui.test_every_size import KEYS, OVERLAYS, an_eventful_engine, assert_whole

WIDE = "名前が広い 각 한국"
JOINED = "👩\u200d👩\u200d👧 👍🏽 ❤\ufe0f 1\ufe0f\u20e3 🇺🇸"
STACKED = "Z\u0351\u036b\u0343\u0a3c\u0301a\u0300"
HOSTILE = (
    *ATTACKS,
    WIDE,
    JOINED,
    STACKED,
    "\u3000\u00a0\u2028\u0085",
    "x" * 5000,
    "\u115f\u3164\uffa0",
    "[/]",
    "\\[bold]",
)
POISON = "".join(HOSTILE[:-4]) + "y" * 300


def a_hostile_engine() -> FrozenPipeline:
    api = an_eventful_engine()
    return FrozenPipeline(poisoned(api.snapshot, POISON))


def whole_lines(console: RunningConsole) -> list[str]:
    """With every character, of which some take no cell."""
    strips = console.app.screen._compositor.render_strips()
    return ["".join(segment.text for segment in strip) for strip in strips]


def assert_harmless(console: RunningConsole, what: object) -> None:
    """Nothing that a terminal obeys, and every line as wide for terminals as it is for us."""
    width = console.app.size.width
    for y, line in enumerate(whole_lines(console)):
        assert line.isprintable(), (what, y, [hex(ord(c)) for c in line if not c.isprintable()])
        assert sum(map(wcwidth, line)) == cell_len(line) == width, (what, y, line)


@pytest.mark.parametrize("size", [(30, 5), (80, 24), (120, 40), (200, 60)], ids=str)
async def test_nothing_hostile_is_shown_and_no_column_moves(size: tuple[int, int]) -> None:
    async with running_console(size, a_hostile_engine(), ConsoleSettings(name=POISON)) as console:
        console.api.send(LogLine(at_ms=NOW_MS, level="error", source=POISON, message=POISON))
        for key in KEYS:
            await console.press(key)
            assert_whole(console, key)
            assert_harmless(console, key)
            await console.press("enter")
            assert_harmless(console, (key, "enter"))
            await console.press("escape")
        assert MARK in console.text or size < (60, 12)
        for overlay in OVERLAYS:
            await console.press("1", *overlay)
            assert_harmless(console, overlay)
            await console.press("escape", "escape", "escape")


async def test_what_is_refused_in_hostile_words_is_told_harmlessly() -> None:
    async with running_console(api=a_hostile_engine()) as console:
        console.api.refusal = Refused(POISON)
        await console.press("r")
        await console.after(0.5)
        assert console.toasts
        assert_harmless(console, "toast")


@pytest.mark.parametrize("keys", [("slash",), ("colon",), ("A",)], ids=str)
async def test_what_is_pasted_is_shown_harmlessly(keys: tuple[str, ...]) -> None:
    async with running_console((80, 24)) as console:
        for text in HOSTILE:
            await console.press(*keys)
            typed = console.app.screen.query_one(Input)
            assert typed.has_focus
            typed.clear()
            console.app.post_message(Paste(text))
            await console.after(0.3)
            assert_harmless(console, (keys, ascii(text)))
            await console.after(0.3)
            assert_harmless(console, (keys, ascii(text)))
            await console.press("escape", "escape")


async def test_a_filter_of_hostile_words_is_a_filter() -> None:
    async with running_console((80, 24)) as console:
        for text in HOSTILE:
            with suppress(BadFilter):
                console.pane("prices").set_filter(text)
            await console.after(1.2)
            assert_harmless(console, ascii(text))


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text)[:20])
def test_a_safe_text_takes_the_cells_that_every_terminal_gives_it(text: str) -> None:
    shown = safe(text)
    assert shown.isprintable()
    assert sum(map(wcwidth, shown)) == cell_len(shown)
    assert not any(unicodedata.category(character) in ("Cc", "Cf", "Cs", "Zl", "Zp") for character in shown)


def test_flags_and_tones_are_what_all_terminals_agree_on() -> None:
    assert safe("🇺🇸 👍🏽 ❤\ufe0f") == "US 👍 ❤"
