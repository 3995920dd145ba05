"""Readers are few, cannot write and give up when told to."""

import asyncio
import sqlite3
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from rtp_tui.model.errors import BadRequest
from rtp_tui.model.events import Event, InstrumentView, Snapshot
from rtp_tui.model.queries import GetBars
from rtp_tui.storage.contract import StorageSettings, StoreUnusable
from rtp_tui.storage.sqlite_history import SqliteHistory
from rtp_tui.storage.sqlite_recorder import SqliteRecorder
from tests.factories import BTC, NOW_MS, a_feed_status, a_quote, an_instrument
from tests.fakes import FakeClock

PATIENCE_S = 20.0


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "history.db"


@pytest.fixture
async def recorder(path: Path) -> AsyncIterator[SqliteRecorder]:
    recorder = SqliteRecorder(path, StorageSettings(), FakeClock(NOW_MS), "epoch")
    await recorder.open()
    yield recorder
    await recorder.close()


async def test_reading_without_a_file_says_so(path: Path) -> None:
    history = SqliteHistory(path)
    with pytest.raises(StoreUnusable, match="cannot be opened"):
        await history.newest_quotes()


async def test_readers_are_few_and_waiting_for_one_is_counted(path: Path, recorder: SqliteRecorder) -> None:
    history = SqliteHistory(path, readers=2)
    await asyncio.gather(*(history.newest_quotes() for _ in range(6)))
    assert history.reads.waited == 4
    assert len(history._idle) == 2
    await history.close()


async def test_a_reader_cannot_write(path: Path, recorder: SqliteRecorder) -> None:
    history = SqliteHistory(path)
    with pytest.raises(StoreUnusable, match="read-only"):
        await history._read(lambda connection: connection.execute("DELETE FROM ticks"))
    await history.close()


async def test_a_question_that_cannot_be_put_is_refused(path: Path, recorder: SqliteRecorder) -> None:
    history = SqliteHistory(path)
    with pytest.raises(BadRequest):
        await history.bars(GetBars(instrument=BTC, start_ms=2**70))
    assert await history.newest_quotes() == ()
    await history.close()


async def test_a_question_given_up_frees_its_reader(path: Path, recorder: SqliteRecorder) -> None:
    """While it is answered, and where it was given up before that began."""
    history = SqliteHistory(path, readers=1)
    endless = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n"
    began, may_ask = threading.Event(), threading.Event()

    def ask(connection: sqlite3.Connection) -> object:
        began.set()
        may_ask.wait()
        return connection.execute(endless).fetchone()

    for is_asking in (True, False):
        may_ask.set() if is_asking else may_ask.clear()
        reading = asyncio.create_task(history._read(ask))
        assert await asyncio.to_thread(began.wait, PATIENCE_S)
        reading.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reading
        may_ask.set()
        async with asyncio.timeout(PATIENCE_S):
            assert await history.newest_quotes() == ()
        began.clear()
    await history.close()


async def test_what_another_program_wrote_unreadably_is_left_out(
    path: Path, recorder: SqliteRecorder
) -> None:
    view = InstrumentView(an_instrument(), a_quote(), None, ())
    recorder.add_keyframe(Snapshot(epoch="epoch", seq=1, at_ms=NOW_MS, instruments=(view,)))
    recorder.add_event(Event(1, a_feed_status()), NOW_MS)
    recorder.add_event(Event(2, a_feed_status()), NOW_MS)
    await recorder._commit()
    connection = recorder._file._connection
    assert connection is not None
    for sql in (
        'INSERT INTO quotes VALUES (99, \'{"type": "quote"}\')',
        'UPDATE events SET payload = \'{"type": "of tomorrow"}\' WHERE seq = 1',
        "UPDATE keyframes SET payload = x'00'",
    ):
        await connection.execute(sql)
    history = SqliteHistory(path)
    assert await history.newest_quotes() == (a_quote(stored=True),)
    assert [event.seq for event in await history.state_events(0, "epoch", NOW_MS)] == [2]
    assert await history.keyframe_before(NOW_MS) is None
    await history.close()
