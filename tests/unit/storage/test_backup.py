"""Copies of the history file."""

import sqlite3
from pathlib import Path

import pytest

from rtp_tui.clock import SystemClock
from rtp_tui.model.queries import GetBars
from rtp_tui.storage.backup import remove_partial, surplus
from rtp_tui.storage.contract import StorageSettings, StoreUnusable
from rtp_tui.storage.sqlite_history import SqliteHistory
from rtp_tui.storage.sqlite_recorder import SqliteRecorder
from tests.factories import BTC, a_bar


def leftovers(folder: Path) -> list[Path]:
    return list(folder.rglob("*.partial"))


async def test_a_backup_holds_what_was_committed_and_is_sound(tmp_path: Path) -> None:
    recorder = SqliteRecorder(tmp_path / "history.db", StorageSettings(), SystemClock(), epoch="e")
    await recorder.open()
    recorder._take_bars = lambda: [a_bar()]
    await recorder.close()
    history = SqliteHistory(tmp_path / "history.db")
    size = await history.back_up(tmp_path / "backups" / "history-1.db")
    bars = await history.bars(GetBars(instrument=BTC))
    await history.close()
    copy = SqliteHistory(tmp_path / "backups" / "history-1.db")
    copied = await copy.bars(GetBars(instrument=BTC))
    await copy.close()

    assert bars.bars == (a_bar(),)
    assert copied == bars
    assert size == (tmp_path / "backups" / "history-1.db").stat().st_size
    with sqlite3.connect(tmp_path / "backups" / "history-1.db") as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()
    assert leftovers(tmp_path) == []


async def test_a_backup_that_cannot_be_written_says_why_and_leaves_nothing(tmp_path: Path) -> None:
    recorder = SqliteRecorder(tmp_path / "history.db", StorageSettings(), SystemClock(), epoch="e")
    await recorder.open()
    await recorder.close()
    (tmp_path / "in the way").write_text("a file")
    history = SqliteHistory(tmp_path / "history.db")

    with pytest.raises(StoreUnusable):
        await history.back_up(tmp_path / "in the way" / "history-1.db")

    await history.close()


def test_only_backups_beyond_the_newest_are_surplus() -> None:
    names = ["history-3.db", "config.toml", "history-1.db", "history-2.db", "history-2.db.partial"]
    assert surplus(names, 2) == ["history-1.db"]
    assert surplus(names, 9) == []


def test_what_a_killed_copy_left_is_removed_and_nothing_else(tmp_path: Path) -> None:
    left = ("history-1.db.partial", "history-1.db.partial-journal")
    kept = ("history-1.db", "config.toml", "mine.partial")
    for name in (*left, *kept):
        (tmp_path / name).touch()
    remove_partial(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == set(kept)
    remove_partial(tmp_path / "absent")


async def test_an_empty_file_is_no_history_to_make_a_backup_of(tmp_path: Path) -> None:
    (tmp_path / "history.db").touch()
    history = SqliteHistory(tmp_path / "history.db")

    with pytest.raises(StoreUnusable, match="no history of this program"):
        await history.back_up(tmp_path / "backups" / "history-1.db")
    await history.close()
    assert not (tmp_path / "backups").exists()
