"""A start without a configuration, in a terminal."""

import tomllib
from pathlib import Path

import pytest

from tests.accept.running import RTP_TUI, clean_environment
from tests.accept.terminal import Terminal, terminal

pytestmark = pytest.mark.accept

ASKS = "What to watch"


def asked(screen: Terminal) -> None:
    screen.wait_for(ASKS)
    screen.wait_for("portfolio")


def test_it_asks_what_to_watch_and_leaves_a_clean_terminal_where_nothing_is_chosen(tmp_path: Path) -> None:
    with terminal(RTP_TUI, clean_environment(tmp_path)) as screen:
        asked(screen)
        screen.send("q")
        assert screen.exit_code() == 0
        assert (screen.left_on(), screen.left_to_read()) == ([], b"")
    assert list(tmp_path.rglob("config.toml")) == []


def test_the_demo_that_is_chosen_is_the_demo(tmp_path: Path) -> None:
    with terminal(RTP_TUI, clean_environment(tmp_path)) as screen:
        asked(screen)
        screen.send("\r")
        screen.wait_for(" LIVE ")
        screen.send("q")
        assert screen.exit_code() == 0


def test_a_desk_is_written_where_that_is_asked_for(tmp_path: Path) -> None:
    off = {"RTP_FEATURES__STREAMING": "false", "RTP_FEATURES__SCHEDULER": "false"}
    with terminal(RTP_TUI, {**clean_environment(tmp_path), **off}) as screen:
        asked(screen)
        screen.send("kkw")
        screen.wait_for("USDCOP")
        screen.send("q")
        assert screen.exit_code() == 0
    written = tmp_path / "config" / "rtp-tui" / "config.toml"
    assert [one["id"] for one in tomllib.loads(written.read_text())["instruments"]] == ["fx:USDCOP"]
