"""Files that cannot be used as they are."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from rtp_tui.storage.contract import StoreUnusable
from rtp_tui.storage.opening import open_reader, open_writer
from tests.factories import NOW_MS


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "history.db"


def opened_note(path: Path) -> str:
    opened = open_writer(path, NOW_MS)
    with closing(opened.connection) as connection:
        assert connection.execute("SELECT count(*) FROM ticks").fetchone() == (0,)
    return opened.note


def a_used_file(path: Path) -> None:
    with closing(open_writer(path, NOW_MS).connection) as connection:
        connection.executemany(
            "INSERT INTO feeds (name) VALUES (?)", [(f"feed {n}" * 50,) for n in range(200)]
        )


def test_a_new_file_and_its_journal_are_private_and_in_a_directory_that_is_made(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "history.db"
    opened = open_writer(path, NOW_MS)
    with closing(opened.connection) as connection:
        connection.execute("INSERT INTO feeds (name) VALUES ('binance')")
        modes = {file.name: file.stat().st_mode & 0o777 for file in path.parent.iterdir()}
    assert opened.note == ""
    assert modes == {"history.db": 0o600, "history.db-wal": 0o600, "history.db-shm": 0o600}


def test_an_empty_file_is_a_new_one(path: Path) -> None:
    path.touch()
    assert opened_note(path) == ""


def test_what_is_no_database_is_set_aside_and_said(path: Path) -> None:
    path.write_bytes(b"this is no database, but it is somebody's" * 100)
    note = opened_note(path)
    aside = path.with_name(f"history.db.corrupt-{NOW_MS}")
    assert aside.name in note
    assert aside.read_bytes().startswith(b"this is no database")


@pytest.mark.parametrize("place", [20, 4096 + 8, 5 * 4096])
def test_a_damaged_page_is_found_and_the_file_set_aside(path: Path, place: int) -> None:
    a_used_file(path)
    with path.open("r+b") as file:
        file.seek(place)
        file.write(b"\xff" * 3000)
    assert "damaged" in opened_note(path)


def test_a_file_that_was_cut_is_set_aside(path: Path) -> None:
    a_used_file(path)
    os.truncate(path, 3 * 4096 + 100)
    assert "damaged" in opened_note(path)


def test_garbage_in_the_journal_is_ignored(path: Path) -> None:
    a_used_file(path)
    path.with_name("history.db-wal").write_bytes(b"garbage" * 1000)
    assert opened_note(path) == ""


def test_a_place_below_a_file_is_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreUnusable, match=r"storage\.path"):
        open_writer(tmp_path / "file" / "history.db", NOW_MS)


def test_a_directory_in_place_of_the_file_is_refused_in_words(path: Path) -> None:
    path.mkdir()
    with pytest.raises(StoreUnusable, match="cannot be opened"):
        open_writer(path, NOW_MS)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_directory_that_cannot_be_written_is_refused_in_words(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(StoreUnusable, match="permissions"):
        open_writer(tmp_path / "history.db", NOW_MS)
    tmp_path.chmod(0o700)


def test_a_locked_file_is_refused_in_words(path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(StoreUnusable, match="locked"):
            open_writer(path, NOW_MS)


def test_a_newer_file_is_left_as_it_is(path: Path) -> None:
    with closing(sqlite3.connect(path)) as newer:
        newer.execute("PRAGMA user_version = 99")
    with pytest.raises(StoreUnusable, match="newer"):
        open_writer(path, NOW_MS)
    assert [file.name for file in path.parent.glob("*corrupt*")] == []


def test_a_reader_does_not_make_a_file(path: Path) -> None:
    with pytest.raises(sqlite3.OperationalError), closing(open_reader(path)):
        pass
    assert not path.exists()
