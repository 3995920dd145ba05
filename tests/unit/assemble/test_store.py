"""What the engine remembers with."""

import logging
import sqlite3
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from rtp_tui.assemble.store import history_path, opened_store
from rtp_tui.config.settings import Settings
from rtp_tui.storage.contract import StorageSettings, StoreUnusable
from tests.fakes import FakeClock


def settings(folder: Path, *, strict: bool = False) -> Settings:
    return Settings(data_dir=str(folder), storage=StorageSettings(strict=strict))


def names(folder: Path) -> set[str]:
    return {file.name for file in folder.iterdir()}


async def test_history_is_kept_in_a_file_of_the_data_directory(tmp_path: Path) -> None:
    async with AsyncExitStack() as stack:
        store = await opened_store(settings(tmp_path), "e", FakeClock(), stack)
        assert store.recorder.status().ok
        assert (tmp_path / "history.db").exists()
        assert await store.history.newest_quotes() == ()


async def test_without_a_file_the_engine_goes_on_live_and_says_so(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "history.db").mkdir()
    async with AsyncExitStack() as stack:
        with caplog.at_level(logging.ERROR):
            store = await opened_store(settings(tmp_path), "e", FakeClock(), stack)
        status = store.recorder.status()
        assert not status.ok
        assert status.detail.startswith("history is kept in memory only: ")
        assert str(history_path(settings(tmp_path))) in status.detail
        assert await store.history.newest_quotes() == ()
    assert [record.message for record in caplog.records] == [status.detail]


async def test_a_strict_store_that_cannot_be_opened_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "history.db").mkdir()
    async with AsyncExitStack() as stack:
        with pytest.raises(StoreUnusable, match=r"history\.db"):
            await opened_store(settings(tmp_path, strict=True), "e", FakeClock(), stack)


async def test_a_strict_store_does_not_set_a_damaged_file_aside(tmp_path: Path) -> None:
    path = tmp_path / "history.db"
    path.write_bytes(b"this is no database at all" * 100)
    async with AsyncExitStack() as stack:
        with pytest.raises(StoreUnusable, match="damaged: put a backup in its place with rtp-tui db restore"):
            await opened_store(settings(tmp_path, strict=True), "e", FakeClock(), stack)
        assert names(tmp_path) == {"history.db"}
        store = await opened_store(settings(tmp_path), "e", FakeClock(), stack)
        assert store.recorder.status().ok
        assert "damaged" in store.recorder.status().detail
    assert any(name.startswith("history.db.corrupt-") for name in names(tmp_path))


async def test_a_file_of_a_newer_program_is_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "history.db"
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 999")
    connection.close()
    async with AsyncExitStack() as stack:
        store = await opened_store(settings(tmp_path), "e", FakeClock(), stack)
        assert "newer than this program" in store.recorder.status().detail
    assert "history.db" in names(tmp_path)
    assert not any(name.startswith("history.db.corrupt-") for name in names(tmp_path))
