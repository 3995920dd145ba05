"""The start without a configuration."""

from pathlib import Path

import click
import pytest

from rtp_tui.cli.first_start import (
    DEMO,
    PUBLIC,
    is_first_start,
    say_what_is_served,
    watching,
)
from rtp_tui.cli.options import GlobalOptions, sources_of
from rtp_tui.config.public import public_instruments
from rtp_tui.tui.settings import Choice

KEYLESS = {"binance", "okx", "bybit", "coinbase", "kraken", "coingecko", "yahoo"}


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.delenv("RTP_CONFIG", raising=False)
    return tmp_path


def test_a_start_is_the_first_one_until_something_is_configured(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert is_first_start(GlobalOptions())
    assert not is_first_start(GlobalOptions(desk="crypto"))
    assert not is_first_start(GlobalOptions(config=home / "absent.toml"))
    monkeypatch.setenv("RTP_CONFIG", str(home / "absent.toml"))
    assert not is_first_start(GlobalOptions())
    monkeypatch.delenv("RTP_CONFIG")
    (home / "rtp-tui").mkdir()
    (home / "rtp-tui" / "config.toml").touch()
    assert not is_first_start(GlobalOptions())


def test_a_desk_that_was_chosen_is_run_and_one_that_was_written_is_found() -> None:
    options = GlobalOptions(theme="contrast")
    assert watching(options, Choice("crypto")) == GlobalOptions(theme="contrast", desk="crypto")
    for choice in (Choice("crypto", is_written=True), Choice(DEMO), Choice(PUBLIC), Choice(PUBLIC, True)):
        assert watching(options, choice).desk is None


def test_headless_it_says_in_one_line_what_is_served(capsys: pytest.CaptureFixture[str]) -> None:
    say_what_is_served()
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count("\n") == 1
    assert "config init" in said.err


def test_without_a_configuration_every_public_source_takes_part_and_no_other() -> None:
    assert {f.partition(":")[0] for one in public_instruments() for f in one.feeds} == KEYLESS


def test_a_file_and_a_desk_exclude_each_other() -> None:
    with pytest.raises(click.UsageError):
        sources_of(GlobalOptions(config=Path("c.toml"), desk="crypto"), {})
