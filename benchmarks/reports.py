"""Exports of a million ticks and reports over a day of 500 instruments: seconds, rows a second, memory, pauses of the loop."""

import asyncio
import random
import resource
import sys
import tempfile
from pathlib import Path

import msgspec

from rtp_tui.clock import SystemClock
from rtp_tui.model.events import Event
from rtp_tui.model.instrument import Instrument, InstrumentId
from rtp_tui.model.market import Bar, BarOrigin, Tick, TickKind
from rtp_tui.model.queries import GetTicks
from rtp_tui.model.reports import ReportPeriod
from rtp_tui.model.tallies import Tally
from rtp_tui.monitoring.quality import QualityCounts, latency_step
from rtp_tui.monitoring.targets import TargetSettings
from rtp_tui.reports.files import whole_file
from rtp_tui.reports.formats import ExportFormat, row_writer
from rtp_tui.reports.paging import ExportKind, Wanted, columns_of, pages_of
from rtp_tui.reports.rendering import ReportFormat, rendered
from rtp_tui.reports.reporter import Reporter, World
from rtp_tui.state.pipeline_state import PipelineState
from rtp_tui.storage.batch import Batch
from rtp_tui.storage.batch_writer import BatchWriter
from rtp_tui.storage.opening import open_writer
from rtp_tui.storage.sqlite_history import SqliteHistory
from tests.factories import a_feed_status

MINUTE_MS, HOUR_MS, DAY_MS = 60_000, 3_600_000, 86_400_000
START_MS = 1_789_948_800_000
NAMES = [InstrumentId(f"stocks:S{number:03}") for number in range(500)]
TICKS = 1_000_000


class StoredTicks:
    """Answers as the door does."""

    def __init__(self, history: SqliteHistory) -> None:
        self._history = history

    async def query(self, query: object) -> object:
        assert isinstance(query, GetTicks)
        return await self._history.ticks(query)


def write(path: Path) -> None:
    """A million ticks of one instrument; a day of minutes and of hours of all."""
    connection = open_writer(path, START_MS).connection
    writer, dice = BatchWriter(connection, "e"), random.Random(1)
    for first in range(0, TICKS, 50_000):
        batch = Batch()
        for number in range(first, first + 50_000):
            at_ms, price = START_MS + number * 80, 100 + dice.random()
            batch.ticks.append(
                Tick(TickKind.TRADE, NAMES[0], "dhan:S000", at_ms, at_ms + 40, price, 1.5, number)
            )
        writer.write(batch, START_MS + first * 80)
    for name in NAMES:
        batch = Batch()
        minutes = (minute for minute in range(START_MS, START_MS + DAY_MS, MINUTE_MS) if dice.random() > 0.01)
        batch.take(
            Bar(name, "1m", minute, 1.0, 2.0, 0.5, 1.5, 10.0, 5, True, 0, BarOrigin.LIVE, "dhan:S")
            for minute in minutes
        )
        counts = QualityCounts(
            looks=720, fresh=700, observed=900, latency={latency_step(n): 9 for n in range(9)}
        )
        encoded = msgspec.json.encode(counts).decode()
        for hour in range(START_MS, START_MS + DAY_MS, HOUR_MS):
            batch.add_tally(Tally(HOUR_MS, hour, name, encoded))
        writer.write(batch, START_MS)
    batch = Batch()
    for minute in range(START_MS, START_MS + DAY_MS, MINUTE_MS):
        batch.add_tally(Tally(MINUTE_MS, minute, "", '{"ticks":50000,"errors":3,"bars":500}'))
    writer.write(batch, START_MS)
    connection.close()


def size_mb(path: Path) -> float:
    return path.stat().st_size / 1e6


async def export(history: SqliteHistory, form: ExportFormat, target: Path) -> None:
    clock, count = SystemClock(), 0
    began_s = clock.monotonic()
    wanted = Wanted(kind=ExportKind.TICKS, instrument=NAMES[0])
    with whole_file(target) as file:
        writer = row_writer(form, columns_of(wanted.kind), file)
        async for rows in pages_of(wanted, StoredTicks(history)):  # type: ignore[arg-type]
            writer.write(rows)
            count += len(rows)
        writer.close()
    took_s = clock.monotonic() - began_s
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"export {form.value}: {count:,} ticks in {took_s:.1f} s, {count / took_s:,.0f} rows/s,"
          f" {size_mb(target):.0f} MB, peak memory {peak_mb:.0f} MB")  # fmt: skip


async def report(history: SqliteHistory) -> None:
    state = PipelineState([Instrument(id=name, name=name, feeds=("dhan:S",)) for name in NAMES])
    state.apply(Event(1, a_feed_status(name="dhan", expected_ms=1_000)))
    clock = SystemClock()
    world = World(state=state, open_ms=lambda _market, start_ms, end_ms: end_ms - start_ms)
    reporter = Reporter(history, world, TargetSettings(), "UTC", clock)
    pauses: list[float] = []

    async def probe() -> None:
        while True:
            asked_s = clock.monotonic()
            await clock.sleep(0.01)
            pauses.append(clock.monotonic() - asked_s - 0.01)

    async with asyncio.TaskGroup() as group:
        probing = group.create_task(probe())
        began_s = clock.monotonic()
        made = await reporter.report(ReportPeriod.DAILY, "2026-09-21")
        took_s = clock.monotonic() - began_s
        probing.cancel()
    began_s = clock.monotonic()
    sizes = [len(rendered(made, form)) for form in ReportFormat]
    assert len(made.instruments) == len(NAMES)
    print(f"report of a day of {len(NAMES)} instruments: {took_s:.2f} s, longest pause of the loop"
          f" {max(pauses) * 1000:.0f} ms; all forms {1000 * (clock.monotonic() - began_s):.0f} ms, {sizes} bytes")  # fmt: skip


async def measure(folder: Path) -> None:
    history = SqliteHistory(folder / "h.db")
    try:
        await report(history)
        for form in (ExportFormat.CSV, ExportFormat.JSON_LINES, ExportFormat.PARQUET):
            await export(history, form, folder / f"ticks.{form.value}")
    finally:
        await history.close()


def main() -> int:
    """Run it."""
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder) / "h.db")
        asyncio.run(measure(Path(folder)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
