"""What `rtp-tui web` starts for each page."""

from pathlib import Path

import pytest

from rtp_tui.cli.in_browser import is_in_browser
from rtp_tui.cli.options import GlobalOptions
from rtp_tui.cli.web import console_command, engine_place, host_of, is_open_to_others


def test_a_console_gets_the_options_that_are_its_own() -> None:
    options = GlobalOptions(
        host="0.0.0.0", port=9000, theme="daylight", read_only=True, config=Path("desk.toml")
    )
    command = console_command(options, engine_place(options, "ws://127.0.0.1:8080", False))
    assert command[1:] == (
        *("-m", "rtp_tui", "--config", "desk.toml", "--theme", "daylight", "--read-only"),
        *("--connect", "http://127.0.0.1:8080"),
    )


def test_without_a_url_a_console_attaches_to_the_engine_of_the_data_directory(tmp_path: Path) -> None:
    options = GlobalOptions(host="0.0.0.0", port=9000, data_dir=str(tmp_path))
    assert engine_place(options, None, False) == ("--connect", "http://127.0.0.1:8080")
    assert engine_place(options, None, True) == ("--demo",)


@pytest.mark.parametrize(
    ("driver", "told"), [("textual.drivers.web_driver:WebDriver", True), ("", False), ("other:Driver", False)]
)
def test_a_console_knows_that_a_browser_shows_it(
    monkeypatch: pytest.MonkeyPatch, driver: str, told: bool
) -> None:
    monkeypatch.setenv("TEXTUAL_DRIVER", driver)
    assert is_in_browser() is told


@pytest.mark.parametrize(
    "url",
    [
        "https://desk.example",
        "https://desk.example/",
        "https://desk.example:8443/rtp/",
        "desk.example",
        "DESK.example:80",
    ],
)
def test_the_name_that_browsers_use_is_the_public_urls(url: str) -> None:
    assert host_of(url) == "desk.example"


@pytest.mark.parametrize(
    ("host", "public_url", "is_open"),
    [
        ("127.0.0.1", "", False),
        ("localhost", "", False),
        ("::1", "", False),
        ("0.0.0.0", "", True),
        ("127.0.0.1", "https://desk.example", True),
    ],
)
def test_a_token_is_wanted_of_whoever_may_come_from_elsewhere(
    host: str, public_url: str, is_open: bool
) -> None:
    assert is_open_to_others(host, public_url) is is_open
