"""kill -9 between rolling up and deleting loses nothing."""

import asyncio
import sys
from pathlib import Path

import pytest

from rtp_tui.api.rolled_bars import RolledBars
from rtp_tui.clock import SystemClock
from rtp_tui.model.market import Bar
from rtp_tui.model.queries import GetBars
from rtp_tui.processing.bar_grid import DAY_MS, TIMEFRAMES_MS, BarGrid
from rtp_tui.processing.rollup import rolled_up
from rtp_tui.storage.batch import Batch
from rtp_tui.storage.batch_writer import BatchWriter
from rtp_tui.storage.opening import open_writer
from rtp_tui.storage.sqlite_history import SqliteHistory
from tests.accept import rolling_process
from tests.factories import BTC, a_bar

pytestmark = pytest.mark.accept

MIDNIGHT_MS, DAYS = 1_790_000_000_000 // DAY_MS * DAY_MS, 12
NOW_MS = MIDNIGHT_MS + (DAYS + 2) * DAY_MS
KILLED_AFTER_S = (0.0, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3)


async def test_hours_and_days_are_what_the_minutes_were_however_often_it_is_killed(tmp_path: Path) -> None:
    minutes = [
        a_bar(
            open_ms=MIDNIGHT_MS + n * 60_000,
            open=100.0 + n % 7,
            high=120.0 + n % 31,
            close=99.0 + n % 5,
            trades=n % 9,
        )
        for n in range(DAYS * 1440)
    ]
    write(tmp_path / "history.db", minutes)
    for after_s in KILLED_AFTER_S:
        await rolled(tmp_path, after_s)
        assert await asked(tmp_path, "1d") == by_hand(minutes, "1d")
    await rolled(tmp_path, None)
    for timeframe in ("1h", "1d"):
        assert await asked(tmp_path, timeframe) == by_hand(minutes, timeframe)
    history = SqliteHistory(tmp_path / "history.db")
    left = await history.bars(GetBars(instrument=BTC))
    await history.close()
    assert left.bars == (), "all minutes were to go"


def write(path: Path, minutes: list[Bar]) -> None:
    connection = open_writer(path, NOW_MS).connection
    batch = Batch()
    batch.take(minutes)
    BatchWriter(connection, "epoch").write(batch, NOW_MS)
    connection.close()


async def rolled(folder: Path, killed_after_s: float | None) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        rolling_process.__name__,
        str(folder),
        str(NOW_MS),
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    assert await asyncio.wait_for(process.stdout.readline(), 60) == b"ready\n"
    if killed_after_s is None:
        assert await asyncio.wait_for(process.stdout.readline(), 120) == b"done\n"
    else:
        await asyncio.sleep(killed_after_s)
        process.kill()
    await process.wait()


async def asked(folder: Path, timeframe: str) -> list[Bar]:
    history = SqliteHistory(folder / "history.db")
    door = RolledBars(history.bars, history.bars, rolling_process.always_open, SystemClock(), history.rolled)
    page = await door.page(GetBars(instrument=BTC, timeframe=timeframe, limit=10_000), "24x7")
    await history.close()
    assert page.next_cursor is None
    return list(page.bars)


def by_hand(minutes: list[Bar], timeframe: str) -> list[Bar]:
    return rolled_up(minutes, timeframe, BarGrid(TIMEFRAMES_MS[timeframe]), NOW_MS)
