"""Where consoles are remembered: of one person's terminals together, of each browser apart."""

import os
from pathlib import Path

import pytest

from rtp_tui.browser.console_process import BROWSER, Opened, console_environment
from rtp_tui.cli.console_memory import MOST_IN_BROWSERS, memory_file
from rtp_tui.config.settings import Settings


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.delenv(BROWSER, raising=False)
    return tmp_path


def shown_in(monkeypatch: pytest.MonkeyPatch, browser: str) -> Path | None:
    """The file of a console that `rtp-tui web` starts for a browser."""
    monkeypatch.setenv(BROWSER, console_environment({}, Opened(80, 24, browser))[BROWSER])
    return memory_file(Settings(), "http://127.0.0.1:8080")


def test_an_engine_has_a_file_of_its_own() -> None:
    assert memory_file(Settings(), "prod") != memory_file(Settings(), "test")
    assert memory_file(Settings(remember=False), "prod") is None


def test_no_two_browsers_and_no_terminal_share_one(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = memory_file(Settings(), "http://127.0.0.1:8080")
    files = {terminal, shown_in(monkeypatch, "ab"), shown_in(monkeypatch, "cd"), shown_in(monkeypatch, "ab")}
    assert len(files) == 3
    assert all(file is not None for file in files)


def test_of_a_browser_that_keeps_no_cookies_nothing_is_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    assert shown_in(monkeypatch, "") is None


def test_browsers_that_were_not_seen_for_longest_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = [shown_in(monkeypatch, f"{number:04}") for number in range(MOST_IN_BROWSERS + 3)]
    for at, path in enumerate(seen):
        assert path is not None
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("{}")
        os.utime(path, (at, at))
    oldest = shown_in(monkeypatch, "0000")
    assert oldest is not None
    left = set(oldest.parent.iterdir())
    assert oldest in left, "it is in use"
    assert len(left) == MOST_IN_BROWSERS
    assert seen[1] not in left
