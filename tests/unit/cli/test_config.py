"""`rtp-tui config`."""

import json
import stat
import tomllib
from pathlib import Path

import pytest

from rtp_tui.cli import exit_codes
from rtp_tui.cli.main import run
from rtp_tui.config.shipped import example_text

Captured = pytest.CaptureFixture[str]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "new" / "config.toml"


def config(file: Path, *arguments: str) -> int:
    return run(["config", *arguments, "--config", str(file)])


def test_the_path_is_told_whether_or_not_it_is_there(file: Path, capsys: Captured) -> None:
    assert config(file, "path") == exit_codes.OK
    assert capsys.readouterr().out == f"{file}\n"


def test_init_writes_the_example_for_its_owner_alone(file: Path) -> None:
    assert config(file, "init") == exit_codes.OK
    assert file.read_text() == example_text()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert config(file, "check") == exit_codes.OK


def test_init_writes_a_ready_made_desk_that_is_named(file: Path, capsys: Captured) -> None:
    assert config(file, "init", "--desk", "usdcop") == exit_codes.OK
    assert [one["id"] for one in tomllib.loads(file.read_text())["instruments"]] == ["fx:USDCOP"]
    assert config(file, "check") == exit_codes.OK
    assert run(["config", "check", "--desk", "crypto"]) == exit_codes.OK
    assert capsys.readouterr().out.splitlines()[-1] == "desk crypto: no mistakes"
    assert run(["config", "check", "--desk", "nobody"]) == exit_codes.USAGE


def test_init_keeps_what_is_there_unless_forced(file: Path, capsys: Captured) -> None:
    file.parent.mkdir()
    file.write_text("theme = 'contrast'")

    assert config(file, "init") == exit_codes.CANNOT_CREATE
    assert "--force" in capsys.readouterr().err
    assert file.read_text() == "theme = 'contrast'"
    assert config(file, "init", "--force") == exit_codes.OK
    assert file.read_text() == example_text()
    assert list(file.parent.iterdir()) == [file]


def test_init_where_nothing_can_be_written_says_so(tmp_path: Path, capsys: Captured) -> None:
    (tmp_path / "file").touch()

    assert config(tmp_path / "file" / "config.toml", "init") == exit_codes.CANNOT_CREATE
    assert "cannot be written" in capsys.readouterr().err


def test_what_is_shown_is_toml(file: Path, capsys: Captured) -> None:
    config(file, "init")
    capsys.readouterr()

    assert config(file, "show") == exit_codes.OK
    assert tomllib.loads(capsys.readouterr().out)["server"]["port"] == 8080


def test_each_value_is_shown_with_its_origin(file: Path, capsys: Captured) -> None:
    config(file, "init")
    file.write_text("[server]\nport = 9\n")
    capsys.readouterr()

    config(file, "show", "--origin", "--theme", "daylight")

    shown = capsys.readouterr().out.splitlines()
    assert f"{file}:2\tserver.port = 9" in shown
    assert 'command line --theme\ttheme = "daylight"' in shown
    assert 'default\tserver.host = "127.0.0.1"' in shown


def test_a_flag_without_a_value_sets_its_key(file: Path, capsys: Captured) -> None:
    config(file, "init")
    capsys.readouterr()

    config(file, "show", "--origin", "--ascii")

    assert "command line --ascii\tascii = true" in capsys.readouterr().out.splitlines()


def test_json_holds_settings_and_origins(file: Path, capsys: Captured) -> None:
    config(file, "init")
    capsys.readouterr()

    config(file, "show", "--origin", "--json")

    shown = json.loads(capsys.readouterr().out)
    assert shown["settings"]["storage"]["tick_max_size"] == "5GB"
    assert shown["origins"]["storage.tick_max_size"] == "default"


def test_passwords_are_not_shown(file: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    config(file, "init")
    monkeypatch.setenv("RTP_NET__PROXY", "http://user:hunter2@proxy:1")
    for arguments in (["show"], ["show", "--origin"], ["show", "--json"]):
        config(file, *arguments)

    assert "hunter2" not in capsys.readouterr().out
