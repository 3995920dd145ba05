"""The theme that is worn: chosen by key and by name, followed while its file is edited."""

import os
from pathlib import Path

import pytest

from rtp_tui.tui.settings import ConsoleSettings
from rtp_tui.tui.theme_shelf import ThemeShelf
from tests.tui.running_console import RunningConsole, running_console

OWN = 'base = "midnight"\n[colors]\nbackground = "{}"\n'


def wearing(folder: Path, theme: str = "mine") -> ConsoleSettings:
    return ConsoleSettings(name="prod@ldn", theme=theme, themes=folder)


def save(folder: Path, text: str, name: str = "mine") -> None:
    """Another content, and a later time than any before: two saves may fall into one tick of the file system."""
    file = folder / f"{name}.toml"
    later = file.stat().st_mtime_ns + 1_000_000 if file.exists() else None
    file.write_text(text)
    if later is not None:
        os.utime(file, ns=(later, later))


def grounds(console: RunningConsole) -> set[str]:
    """The colours behind the first line of prices, and behind the screen."""
    strip = console.pane("prices").render_line(3)
    behind = {str(segment.style.bgcolor.name) for segment in strip if segment.style and segment.style.bgcolor}
    return behind | {console.app.screen.styles.background.hex.lower()}


async def test_t_goes_through_all_themes_and_names_find_each(tmp_path: Path) -> None:
    save(tmp_path, OWN.format("#111111"))
    async with running_console(settings=wearing(tmp_path, "midnight")) as console:
        worn = [console.app.theme]
        for _ in range(7):
            await console.press("T")
            worn.append(console.app.theme)
        assert worn[0] == worn[-1] == "midnight"
        assert set(worn) == {*console.app.looks.themes}
        assert "mine" in worn

        await console.choose("theme daylight")
        assert console.app.theme == "daylight"
        assert grounds(console) == {"#fbfaf7"}


async def test_an_edited_file_is_applied_within_a_second(tmp_path: Path) -> None:
    save(tmp_path, OWN.format("#111111"))
    async with running_console(settings=wearing(tmp_path)) as console:
        assert grounds(console) == {"#111111"}
        save(tmp_path, OWN.format("#1a0a0a"))
        await console.after(1.1)
        assert grounds(console) == {"#1a0a0a"}


async def test_a_broken_file_keeps_the_colours_and_says_why_once(tmp_path: Path) -> None:
    save(tmp_path, OWN.format("#111111"))
    async with running_console(settings=wearing(tmp_path)) as console:
        save(tmp_path, OWN.format("#11111"))
        for _ in range(4):
            await console.after(1.1)
        assert grounds(console) == {"#111111"}
        (said,) = console.toasts
        assert 'theme mine: background: "#11111" is neither' in said
        assert "its colours stay as they were" in said

        save(tmp_path, OWN.format("#1a0a0a"))
        await console.after(1.1)
        assert grounds(console) == {"#1a0a0a"}


async def test_a_file_that_goes_away_keeps_the_colours(tmp_path: Path) -> None:
    save(tmp_path, OWN.format("#111111"))
    async with running_console(settings=wearing(tmp_path)) as console:
        (tmp_path / "mine.toml").unlink()
        await console.after(1.1)
        assert grounds(console) == {"#111111"}
        assert not console.toasts


async def test_a_theme_that_comes_later_can_be_chosen(tmp_path: Path) -> None:
    folder = tmp_path / "themes"
    async with running_console(settings=wearing(folder, "midnight")) as console:
        folder.mkdir()
        save(folder, OWN.format("#111111"))
        await console.after(1.1)
        await console.choose("theme mine")
        assert grounds(console) == {"#111111"}


async def test_a_theme_that_is_broken_at_the_start_is_said_and_the_default_worn(tmp_path: Path) -> None:
    save(tmp_path, "colours = 3")
    async with running_console(settings=wearing(tmp_path)) as console:
        assert console.app.theme == "midnight"
        assert any("theme mine:" in said and "cannot be chosen" in said for said in console.toasts)


async def test_a_theme_that_is_not_there_is_refused_with_what_was_meant() -> None:
    async with running_console() as console:
        console.app.looks.wear("daylihgt")
        await console.after()
        assert console.app.theme == "midnight"
        assert console.toasts == ['no theme "daylihgt": daylight?']


async def test_without_colour_the_terminal_s_own_colours_are_not_worn(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with running_console(settings=ConsoleSettings(theme="terminal")) as console:
        assert console.app.theme == "midnight"
        assert "terminal" not in console.app.looks.themes
        console.app.looks.wear("terminal")
        await console.after()
        assert console.app.theme == "midnight"
        assert "NO_COLOR" in console.toasts[0]


async def test_the_terminal_s_own_background_is_behind_everything_that_wears_it() -> None:
    async with running_console(settings=ConsoleSettings(theme="terminal")) as console:
        for keys in ((), ("question_mark",)):
            await console.press(*keys)
            strips = console.app.screen._compositor.render_strips()
            styles = [segment.style for strip in strips for segment in strip if segment.style]
            made_up = {
                str(color.name)
                for style in styles
                for color in (style.color, style.bgcolor)
                if color is not None and color.triplet is not None
            }
            assert not made_up


def test_looking_at_files_that_did_not_change_costs_next_to_nothing(tmp_path: Path) -> None:
    save(tmp_path, OWN.format("#111111"))
    shelf = ThemeShelf(tmp_path)
    themes = shelf.themes
    assert not shelf.look_again()
    assert shelf.themes is themes
