"""The console's looks in a real terminal: themes that are edited, production, no colours, texts of an enemy."""

import re
from pathlib import Path

import pytest

from rtp_tui.tui.actions.panes import PANE_KEYS
from tests.accept.attacks import MARK, assert_clean, without_bells
from tests.accept.consoles import console, is_whole
from tests.accept.hostile_engine import hostile_engine
from tests.accept.running import RTP_TUI, clean_environment, served
from tests.accept.terminal import terminal

pytestmark = pytest.mark.accept

_COLOR = re.compile(rb"[34]8;2;(\d+);(\d+);(\d+)")
_MINE = 'base = "midnight"\n[colors]\nbackground = "{}"\n'
_NAMES = {"exclamation_mark": "!", "dollar_sign": "$"}


def test_a_theme_of_one_s_own_is_followed_while_it_is_edited(tmp_path: Path) -> None:
    folder = tmp_path / "config" / "rtp-tui" / "themes"
    folder.mkdir(parents=True)
    (folder / "mine.toml").write_text(_MINE.format("#102030"))
    with console(tmp_path, "--demo", "--theme", "mine") as screen:
        assert b"48;2;16;32;48" in screen.raw
        start = len(screen.raw)
        (folder / "mine.toml").write_text(_MINE.format("#302010"))
        screen.wait_until(lambda now: b"48;2;48;32;16" in now.raw_since(start))

        (folder / "mine.toml").write_text("colours = 3")
        screen.wait_for("theme mine")
        assert screen.quit() == 0


def test_production_is_said_to_attached_consoles_too(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text('[server]\nport = 0\nenvironment = "prod"\n')
    options = ("--demo", "--serve", "--config", str(file))
    with (
        served(tmp_path / "engine", *options) as engine,
        console(tmp_path / "home", "--connect", engine.url) as screen,
    ):
        screen.wait_for(" PROD ")
        screen.send("4")
        screen.send("O")
        screen.wait_for("This is production")
        screen.send("n")
        assert screen.quit() == 0


@pytest.mark.parametrize("theme", ["midnight", "terminal"])
def test_without_colours_there_are_greys_and_no_black_on_black(tmp_path: Path, theme: str) -> None:
    with terminal(
        ["env", "NO_COLOR=1", *RTP_TUI, "--demo", "--theme", theme], clean_environment(tmp_path)
    ) as screen:
        screen.wait_for(" LIVE ")
        colors = {tuple(map(int, found)) for found in _COLOR.findall(screen.raw)}
        assert all(max(color) - min(color) <= 2 for color in colors)
        assert len(colors) > 3
        assert screen.quit() == 0


def test_an_enemy_s_texts_reach_no_terminal_raw_and_move_no_column(tmp_path: Path) -> None:
    with (
        hostile_engine() as url,
        terminal([*RTP_TUI, "--connect", url], clean_environment(tmp_path)) as screen,
    ):
        screen.wait_for(MARK)
        for key in PANE_KEYS.values():
            screen.send(_NAMES.get(key, key))
            screen.settle()
            screen.wait_until(is_whole)
            screen.send("\r")
            screen.settle()
            screen.send("\x1b")
            screen.settle()
        for keys in (
            ":",
            "theme ",
            "\x1b",
            "/",
            "\x1b[200~\x1b]0;PWNED\x07\u202ex\x1b[201~",
            "\x1b",
            "?",
            "\x1b",
        ):
            screen.send(keys)
            screen.settle()
        assert screen.process.poll() is None, screen.text
        assert "this pane failed" not in screen.text
        assert screen.quit() == 0
        assert_clean(without_bells(screen.raw))
