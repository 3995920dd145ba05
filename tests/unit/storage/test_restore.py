"""A backup, put in place elsewhere, gives the same answers."""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from rtp_tui.model.events import Event, Snapshot
from rtp_tui.model.queries import GetAlerts, GetBars, GetEvents, GetFilings, GetGaps
from rtp_tui.model.tallies import Tally
from rtp_tui.storage.backup import companion, copy_companions, restore
from rtp_tui.storage.batch import Batch
from rtp_tui.storage.batch_writer import BatchWriter
from rtp_tui.storage.opening import open_writer
from rtp_tui.storage.sqlite_history import SqliteHistory
from tests.factories import BTC, NOW_MS, a_bar, a_feed_status, a_gap, a_quote_tick, a_trade

DAY_MS = 86_400_000


def full(path: Path) -> None:
    """A history with something of everything that a run leaves."""
    connection = open_writer(path, NOW_MS).connection
    batch = Batch(7)
    batch.ticks.extend([a_trade(sequence=1), a_quote_tick(bid=1.0, ask=2.0)])
    batch.take([a_bar(), a_bar(timeframe="1h", missing=3), a_bar(timeframe="1d")])
    batch.events = [(Event(seq, a_feed_status()), NOW_MS + seq) for seq in range(1, 30)]
    batch.add_gap(a_gap())
    batch.add_tally(Tally(60_000, NOW_MS, "", "{}"))
    batch.keyframes = [Snapshot(epoch="epoch", seq=3, at_ms=NOW_MS)]
    writer = BatchWriter(connection, "epoch")
    writer.write(batch, NOW_MS)
    writer.roll_up(BTC, (NOW_MS - DAY_MS, NOW_MS - DAY_MS + 1), lambda minutes: ())
    connection.close()


def dump(path: Path) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table."""
    connection = sqlite3.connect(path)
    tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
    rows = {name: connection.execute(f"SELECT * FROM {name} ORDER BY 1").fetchall() for name in tables}
    connection.close()
    return rows


@asynccontextmanager
async def reading(path: Path) -> AsyncIterator[SqliteHistory]:
    history = SqliteHistory(path)
    try:
        yield history
    finally:
        await history.close()


async def answers(path: Path) -> list[object]:
    async with reading(path) as history:
        return [
            *[await history.bars(GetBars(instrument=BTC, timeframe=one)) for one in ("1m", "1h", "1d")],
            await history.newest_bars(BTC, "1m", 5),
            await history.newest_quotes(),
            await history.rolled(),
            await history.events(GetEvents()),
            await history.gaps(GetGaps()),
            await history.tallies(60_000, 0),
            await history.alerts(GetAlerts()),
            await history.alert_memory(NOW_MS),
            await history.silences(0),
            await history.filings(GetFilings(instrument=BTC)),
            await history.keyframe_before(NOW_MS),
            await history.state_events(0, "epoch", NOW_MS + DAY_MS),
            await history.trades(0, NOW_MS + DAY_MS, 10),
        ]


async def test_every_answer_and_every_row_is_the_same_elsewhere(tmp_path: Path) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    here.mkdir()
    full(here / "history.db")
    (here / "jobs.json").write_text("[]")
    (here / "instruments.json").write_text('{"added":[]}')
    (tmp_path / "config.toml").write_text("[server]\nport = 1\n")
    backup = here / "backups" / "history-1.db"
    async with reading(here / "history.db") as history:
        await history.back_up(backup)
    copy_companions(backup, here, tmp_path / "config.toml")

    assert restore(backup, there / "history.db", there, NOW_MS) == []

    assert dump(there / "history.db") == dump(here / "history.db")
    assert await answers(there / "history.db") == await answers(here / "history.db")
    for name in ("jobs.json", "instruments.json"):
        assert (there / name).read_bytes() == (here / name).read_bytes()
    assert companion(backup, "config.toml").read_text() == "[server]\nport = 1\n"
    assert (there / "history.db").stat().st_mode & 0o077 == 0


def test_what_was_there_is_kept_and_no_journal_of_it_is_taken_for_the_new_one(tmp_path: Path) -> None:
    full(tmp_path / "history-1.db")
    for name in ("history.db", "history.db-wal", "jobs.json"):
        (tmp_path / name).write_text("old")

    kept = restore(tmp_path / "history-1.db", tmp_path / "history.db", tmp_path, NOW_MS)

    assert {path.name for path in kept} == {
        f"{name}.before-restore-{NOW_MS}" for name in ("history.db", "history.db-wal", "jobs.json")
    }
    assert not (tmp_path / "history.db-wal").exists()
    assert not (tmp_path / "jobs.json").exists()


@pytest.mark.parametrize("what", ["garbage", "cut", "foreign"])
def test_a_backup_that_is_none_replaces_nothing(tmp_path: Path, what: str) -> None:
    backup = tmp_path / "history-1.db"
    full(backup)
    if what == "garbage":
        backup.write_bytes(b"no database" * 1000)
    elif what == "cut":
        backup.write_bytes(backup.read_bytes()[:20_000])
    else:
        backup.unlink()
        sqlite3.connect(backup).execute("CREATE TABLE t (a)").connection.close()
    (tmp_path / "history.db").write_text("old")

    with pytest.raises(sqlite3.Error):
        restore(backup, tmp_path / "history.db", tmp_path, NOW_MS)

    assert (tmp_path / "history.db").read_text() == "old"
    assert not list(tmp_path.glob("*.partial"))
