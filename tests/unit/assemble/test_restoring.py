"""A history file that opens and cannot be read ends no start: it is said, and the engine goes on without."""

import asyncio
import logging
import os
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from pathlib import Path

import pytest

from rtp_tui.assemble.engine import Engine, assembled
from rtp_tui.config.settings import FeatureSettings, Settings
from rtp_tui.model.errors import Failed
from rtp_tui.model.events import InstrumentView, Snapshot
from rtp_tui.model.queries import GetBars
from rtp_tui.storage.batch import Batch
from rtp_tui.storage.batch_writer import BatchWriter
from rtp_tui.storage.contract import StorageSettings, StoreUnusable
from rtp_tui.storage.opening import open_writer
from tests.factories import BTC, NOW_MS, a_bar, a_job, a_quote, an_instrument
from tests.fakes import FakeClock

OPEN_MS = NOW_MS // 60_000 * 60_000 - 60_000
NOT_CHECKED_BYTES = 256_000_001
"""A file as large as this is not read whole when it is opened; here it is a hole."""
BTC_NAMED = an_instrument(BTC)

Damage = Callable[[Path], None]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A history with a price, a minute and a job."""
    batch = Batch(1)
    batch.take([a_bar(open_ms=OPEN_MS)])
    view = InstrumentView(BTC_NAMED, a_quote(), None, ())
    batch.keyframes = [
        Snapshot(epoch="before", seq=1, at_ms=NOW_MS - 1, instruments=(view,), jobs=(a_job(),))
    ]
    path = tmp_path / "history.db"
    with closing(open_writer(path, NOW_MS).connection) as connection:
        BatchWriter(connection, "before").write(batch, NOW_MS)
    return path


def statement(words: str) -> Damage:
    def damage(path: Path) -> None:
        with closing(sqlite3.connect(path)) as connection, connection:
            connection.execute(words)

    return damage


def page_of(table: str) -> Damage:
    def damage(path: Path) -> None:
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            found = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", (table,))
            page = found.fetchone()[0]
        with path.open("r+b") as file:
            file.seek((page - 1) * 4096)
            file.write(b"\xff" * 4096)
        os.truncate(path, NOT_CHECKED_BYTES)

    return damage


ROWS = [
    pytest.param(statement("UPDATE bars SET origin = 'bacofill'"), id="a word that nobody wrote"),
    pytest.param(statement("UPDATE bars SET origin = CAST(X'62FF' AS TEXT)"), id="a text that is none"),
]
PAGES = [pytest.param(page_of(table), id=f"a page of {table}") for table in ("bars", "quotes", "keyframes")]


@asynccontextmanager
async def engine_on(path: Path, *, strict: bool = False) -> AsyncIterator[Engine]:
    settings = Settings(
        data_dir=str(path.parent),
        features=FeatureSettings(streaming=False, server=False),
        instruments=(BTC_NAMED,),
        storage=StorageSettings(strict=strict),
    )
    async with assembled(settings, FakeClock(NOW_MS)) as engine:
        yield engine


async def test_a_whole_file_is_gone_on_from(path: Path) -> None:
    async with engine_on(path) as engine:
        assert list(engine.pipeline.processor.quotes())


@pytest.mark.parametrize("damage", ROWS)
async def test_a_row_that_cannot_be_read_is_said_and_ends_no_start(
    path: Path, damage: Damage, caplog: pytest.LogCaptureFixture
) -> None:
    damage(path)
    with caplog.at_level(logging.WARNING):
        async with engine_on(path) as engine:
            with pytest.raises(Failed, match="a row of the history file is damaged: rtp-tui db restore"):
                await engine.api.query(GetBars(instrument=BTC))
    [told] = [record.message for record in caplog.records if "earlier runs" in record.message]
    assert told.startswith(f"prices and bars of earlier runs are not known: {path}: a row")
    assert [record for record in caplog.records if record.exc_info] == []


@pytest.mark.parametrize("damage", PAGES)
async def test_a_large_file_with_a_damaged_page_is_set_aside_once_the_engine_runs(
    path: Path, damage: Damage, caplog: pytest.LogCaptureFixture
) -> None:
    damage(path)
    with caplog.at_level(logging.WARNING):
        async with engine_on(path) as engine:
            writing = asyncio.create_task(engine.pipeline.write())
            async with asyncio.timeout(60):
                while not engine.pipeline.recorder.status().commits:  # noqa: ASYNC110 - a thread commits
                    await asyncio.sleep(0.01)
            assert list(path.parent.glob("history.db.corrupt-*"))
            writing.cancel()
    assert any("of earlier runs are not known" in record.message for record in caplog.records)


@pytest.mark.parametrize("damage", [page_of("bars"), page_of("quotes")])
async def test_a_strict_start_ends_with_what_to_do(path: Path, damage: Damage) -> None:
    damage(path)
    with pytest.raises(StoreUnusable, match="damaged: put a backup in its place with rtp-tui db restore"):
        async with engine_on(path, strict=True):
            pass
    assert list(path.parent.glob("history.db.corrupt-*")) == []
