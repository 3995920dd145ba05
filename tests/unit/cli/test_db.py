"""`rtp-tui db`: honest words, and nothing lost."""

import sqlite3
from pathlib import Path

import pytest

from rtp_tui.cli import exit_codes
from rtp_tui.cli.main import run
from rtp_tui.storage.lock import DataDirectory
from tests.unit.storage.test_restore import dump, full


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    full(tmp_path / "data" / "history.db")
    return tmp_path / "data"


def db(data: Path, *arguments: str) -> int:
    return run(["--data-dir", str(data), "db", *arguments])


def test_a_sound_file_is_told_with_what_is_in_it(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert db(data, "check") == exit_codes.OK
    said = capsys.readouterr().out
    assert "sound" in said
    assert "events: 29 rows" in said


def test_a_damaged_file_fails_the_check_with_a_reason(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (data / "history.db").write_bytes(b"nothing that anybody could read" * 500)
    assert db(data, "check") == exit_codes.FAILURE
    assert "damaged" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["check", "backup", "vacuum"])
def test_without_a_history_there_is_nothing_to_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    assert db(tmp_path, command) == exit_codes.FAILURE
    assert "there is no history file" in capsys.readouterr().err


def test_a_backup_is_restored_elsewhere(data: Path, tmp_path: Path) -> None:
    assert db(data, "backup", str(tmp_path / "kept")) == exit_codes.OK
    (backup,) = (tmp_path / "kept").glob("history-*.db")
    elsewhere = tmp_path / "elsewhere"
    assert db(elsewhere, "restore", str(backup)) == exit_codes.OK
    assert dump(elsewhere / "history.db") == dump(data / "history.db")


def test_nothing_is_replaced_or_shrunk_under_an_engine(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with DataDirectory(data).locked():
        assert db(data, "vacuum") == exit_codes.IN_USE
        assert db(data, "restore", str(data / "history.db")) == exit_codes.IN_USE
        assert "stop --server" in capsys.readouterr().err
        assert db(data, "check") == exit_codes.OK


def test_unused_room_is_given_back(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    connection = sqlite3.connect(data / "history.db")
    connection.execute("CREATE TABLE big (a)")
    connection.executemany("INSERT INTO big VALUES (?)", [("x" * 1000,)] * 2_000)
    connection.execute("DELETE FROM big")
    connection.commit()
    connection.close()
    before = (data / "history.db").stat().st_size
    assert db(data, "vacuum") == exit_codes.OK
    assert (data / "history.db").stat().st_size < before / 2
    assert "before" in capsys.readouterr().out


def test_a_place_that_cannot_be_written_is_said(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (data / "file").write_text("")
    assert db(data, "backup", str(data / "file" / "folder")) in (exit_codes.CANNOT_WRITE, exit_codes.USAGE)
    assert "file" in capsys.readouterr().err
