"""What is worked out each minute, by an engine that runs on and by one that was started just now."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path

import numpy as np
import pytest

from rtp_tui.analytics.indicators.newest import Newest
from rtp_tui.analytics.indicators.presets import MOST_BARS
from rtp_tui.assemble.engine import Engine, assembled
from rtp_tui.assemble.ground import Ground
from rtp_tui.assemble.indicators import Indicating, indicating
from rtp_tui.config.settings import FeatureSettings, Settings
from rtp_tui.model.market import Bar
from rtp_tui.scheduling.trading_calendar import TradingCalendar
from rtp_tui.storage.batch import Batch
from rtp_tui.storage.batch_writer import BatchWriter
from rtp_tui.storage.opening import open_writer
from rtp_tui.storage.sqlite_history import SqliteHistory
from tests.factories import BTC, NOW_MS, an_instrument
from tests.fakes import FakeClock
from tests.indicated import wandering_bars

pytest.importorskip("talib", reason="TA-Lib is not installed")

STORED, LATER = MOST_BARS + 100, 150


def store(bars: Iterable[Bar], path: Path) -> None:
    batch = Batch(1)
    batch.take(list(bars))
    connection = open_writer(path, NOW_MS).connection
    BatchWriter(connection, "before").write(batch, NOW_MS)
    connection.close()


@asynccontextmanager
async def indicating_on(path: Path, folder: Path) -> AsyncIterator[tuple[Engine, Indicating, FakeClock]]:
    """An engine whose other parts do not run, and what works everything out over a history file."""
    clock = FakeClock(NOW_MS)
    settings = Settings(
        data_dir=str(folder),
        features=FeatureSettings(streaming=False, scheduler=False, server=False),
        instruments=(an_instrument(BTC),),
    )
    async with assembled(settings, clock) as engine, asyncio.TaskGroup() as group:
        history = SqliteHistory(path)
        ground = Ground(settings, engine.pipeline, history, TradingCalendar({}), clock)
        indicated = indicating(ground)
        indicated.rounds.want("test", ["*"])
        running = group.create_task(indicated.rounds.run(lambda: engine.pipeline.reading(conflates=True)))
        await asyncio.sleep(0)
        await clock.advance(3.0)
        yield engine, indicated, clock
        running.cancel()
        indicated.thread.close()
        await history.close()


async def noted(bar: Bar, indicated: Indicating, clock: FakeClock) -> None:
    """Wait until the newest bar is known."""

    async def knows() -> bool:
        return await indicated.thread.work(
            lambda bench: bench.rings.held[BTC].columns.open_ms[-1] == bar.open_ms
        )

    while not await knows():
        await clock.advance(1.0)


async def test_every_number_is_the_same_after_a_restart(tmp_path: Path) -> None:
    bars = wandering_bars(STORED + LATER)
    store(bars[:STORED], tmp_path / "before.db")
    store(bars, tmp_path / "after.db")
    began, told = set[int](), list[Newest]()
    async with indicating_on(tmp_path / "before.db", tmp_path / "a") as (engine, indicated, clock):
        told.append(await indicated.rounds.work_out())
        for start in range(STORED, len(bars), 30):
            for bar in bars[start : start + 30]:
                engine.pipeline.announce(bar)
            await noted(bars[start + 29], indicated, clock)
            told.append(await indicated.rounds.work_out())
            began.add(
                await indicated.thread.work(lambda bench: int(bench.rings.held[BTC].columns.open_ms[0]))
            )
    async with indicating_on(tmp_path / "after.db", tmp_path / "b") as (_, indicated, _clock):
        anew = await indicated.rounds.work_out()

    assert len(began) > 1, "the series did not move on"
    assert anew.series == told[-1].series
    assert anew.instruments[BTC].open_ms == told[-1].instruments[BTC].open_ms
    np.testing.assert_array_equal(anew.instruments[BTC].rows, told[-1].instruments[BTC].rows)
