"""A replay is kept out of history that has live data."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from rtp_tui.model.market import Bar, BarOrigin
from rtp_tui.storage.contract import StorageSettings, StoreUnusable
from rtp_tui.storage.replayed import is_of_replays
from rtp_tui.storage.sqlite_recorder import SqliteRecorder
from tests.factories import a_bar, a_trade
from tests.fakes import FakeClock


async def history(path: Path, *bars: Bar, ticks: int = 0) -> Path:
    recorder = SqliteRecorder(path / "history.db", StorageSettings(), FakeClock(), "e")
    await recorder.open()
    recorder._take_bars = lambda: bars
    for number in range(ticks):
        recorder.add_tick(number, a_trade(sequence=number))
    await recorder.close()
    return path / "history.db"


async def test_what_is_absent_or_empty_may_be_written_to(tmp_path: Path) -> None:
    assert is_of_replays(tmp_path / "none.db")
    assert is_of_replays(await history(tmp_path))


async def test_a_replays_history_may_be_written_to_again(tmp_path: Path) -> None:
    assert is_of_replays(await history(tmp_path, a_bar(origin=BarOrigin.REPLAY), ticks=3))


@pytest.mark.parametrize("origin", [BarOrigin.LIVE, BarOrigin.SAMPLED, BarOrigin.BACKFILL])
async def test_one_bar_that_is_not_of_a_replay_is_enough_to_refuse(tmp_path: Path, origin: BarOrigin) -> None:
    bars = (a_bar(open_ms=0, origin=BarOrigin.REPLAY), a_bar(open_ms=60_000, origin=origin))
    assert not is_of_replays(await history(tmp_path, *bars))


async def test_ticks_without_bars_are_live_data(tmp_path: Path) -> None:
    assert not is_of_replays(await history(tmp_path, ticks=1))


def test_a_file_of_something_else_is_not_touched(tmp_path: Path) -> None:
    junk = tmp_path / "history.db"
    junk.write_bytes(b"something else" * 100)
    with pytest.raises(StoreUnusable):
        is_of_replays(junk)


def test_a_file_without_tables_is_empty(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "history.db")) as connection:
        connection.execute("PRAGMA user_version = 0")
        connection.execute("CREATE TABLE other (x)")
    assert is_of_replays(tmp_path / "history.db")
