"""Hours in minutes: an engine and its exchange on a clock that runs sixty times as fast, over a midnight.

Memory must stay flat, ticks and events within their sizes, hours and days must be stored before their minutes go and
be what an independent count of the minutes says: `python -m benchmarks.fast_day [HOURS [FACTOR]]`.
"""

import asyncio
import statistics
import sys
import tempfile
import time
from array import array
from contextlib import suppress
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from benchmarks.figures import machine
from rtp_tui.api.contract import PipelineApi
from rtp_tui.assemble.engine import Engine, assembled
from rtp_tui.config.settings import Settings
from rtp_tui.model.events import Batch
from rtp_tui.model.instrument import Instrument, InstrumentId
from rtp_tui.model.market import Bar
from rtp_tui.model.queries import GetBars
from rtp_tui.monitoring.performance import resident_bytes
from rtp_tui.scheduling.settings import JobSettings
from rtp_tui.simulator.exchange import SimulatedExchange
from rtp_tui.sources.provider_settings import SourceSettings
from rtp_tui.sources.registry import simulated_venues
from rtp_tui.storage.contract import StorageSettings
from tests.accept.fast_clock import FastClock, run_fast
from tests.accept.quick_store import leave_the_disk_its_time

HOURS, FACTOR = 8.0, 60.0
DAY_MS, HOUR_MS, MINUTE_MS = 86_400_000, 3_600_000, 60_000
BEFORE_MIDNIGHT_SHARE = 0.6
"""Of the time: then the day is over, and is stored."""
LONGEST_STEP_S = 0.5
LIMITS = StorageSettings(
    tick_retention_ms=HOUR_MS,
    tick_max_bytes=1_000_000,
    bar_retention_ms=HOUR_MS,
    hour_retention_ms=365 * DAY_MS,
    event_max_bytes=400_000,
    keyframe_max_bytes=500_000,
)
INSTRUMENTS = tuple(
    Instrument(id=InstrumentId(f"crypto:{name}"), name=name, feeds=(f"binance:{name}USDT",))
    for name in ("BTC", "ETH", "SOL")
)
WARM_SHARE = 0.3
_MB = 1_000_000


class FastDay(Struct, frozen=True):
    """What was found at the end."""

    hours: float
    factor: float
    """Reached, not wished."""
    resident_mb: tuple[float, ...]
    """At ten moments."""
    growth_mb: float
    """From warm to the end, by the line through its samples."""
    ticks_accepted: int
    ticks_stored: int
    minutes_left: int
    minutes_closed: int
    hours_stored: int
    hours_differing: int
    """Of those stored: an independent count of the minutes says otherwise."""
    size_mb: float
    dropped: int
    counted_ticks: int
    """By the rolling day."""
    lag_p99_ms: float


async def fast_day(
    folder: Path,
    hours: float = HOURS,
    factor: float = FACTOR,
    before_midnight_share: float = BEFORE_MIDNIGHT_SHARE,
) -> FastDay:
    """Live through so many hours, a share of them before midnight."""
    midnight_ms = time.time_ns() // 1_000_000 // DAY_MS * DAY_MS
    began_ms = midnight_ms - round(hours * before_midnight_share * HOUR_MS)
    clock = FastClock(factor, began_ms, LONGEST_STEP_S)
    exchange = SimulatedExchange(clock, trades_per_second=6, tick_interval_ms=1_000, markets=())
    settings = Settings(
        data_dir=str(folder),
        instruments=INSTRUMENTS,
        storage=LIMITS,
        jobs=(JobSettings(id="cleanup", interval_ms=HOUR_MS),),
    )
    passing = asyncio.create_task(clock.run())
    try:
        async with exchange.listening():
            sources = simulated_venues(SourceSettings(), exchange.ws_url, exchange.rest_url)
            settings = replace(settings, sources=sources)
            async with assembled(settings, clock) as engine, asyncio.TaskGroup() as group:
                await leave_the_disk_its_time(engine)
                group.create_task(engine.supervisor.run())
                seen = Seen(began_ms, hours)
                watching = group.create_task(_see(engine.api, seen))
                try:
                    return await _live(engine, clock, hours, seen)
                finally:
                    watching.cancel()
                    engine.supervisor.stop()
    finally:
        passing.cancel()
        with suppress(asyncio.CancelledError):
            await passing


class Seen:
    """The newest word on every minute, in room taken at the start: what looks for growth must not grow."""

    def __init__(self, began_ms: int, hours: float) -> None:
        self._first_ms = began_ms - began_ms % HOUR_MS - HOUR_MS
        self._places = round(hours * 60) + 180
        self._figures = {one.id: array("d", bytes(8 * 5 * self._places)) for one in INSTRUMENTS}

    def note(self, bar: Bar) -> None:
        """Remember what was told of a minute."""
        place = (bar.open_ms - self._first_ms) // MINUTE_MS
        if 0 <= place < self._places:
            told = array("d", (bar.open, bar.high, bar.low, bar.close, bar.trades))
            self._figures[bar.instrument][place * 5 : place * 5 + 5] = told

    def hour(self, instrument: InstrumentId, open_ms: int) -> list[tuple[float, ...]]:
        """Open, high, low, close and trades of the minutes of an hour that were told."""
        first = (open_ms - self._first_ms) // MINUTE_MS * 5
        figures = self._figures[instrument][max(0, first) : max(0, first + 300)]
        minutes = [tuple(figures[at : at + 5]) for at in range(0, len(figures), 5)]
        return [minute for minute in minutes if minute[0]]

    def __len__(self) -> int:
        return sum(figures[at] > 0 for figures in self._figures.values() for at in range(0, len(figures), 5))


async def _see(api: PipelineApi, seen: Seen) -> None:
    """The newest word on every minute, as the door tells it."""
    async with api.watch() as updates:
        async for update in updates:
            if isinstance(update, Batch):
                for event in update.events:
                    if isinstance(event.payload, Bar) and event.payload.closed:
                        seen.note(event.payload)


async def _live(engine: Engine, clock: FastClock, hours: float, seen: Seen) -> FastDay:
    samples: list[tuple[float, float]] = []
    began_s = time.monotonic()
    while clock.monotonic() < hours * 3600:
        await clock.sleep(60.0)
        samples.append((clock.monotonic(), resident_bytes() / _MB))
    took_s = time.monotonic() - began_s
    await engine.pipeline.recorder.trim()
    store = engine.pipeline.recorder.status()
    figures = engine.pipeline.state.measurements.statistics
    assert figures is not None
    left, stored, differing = await _held_against(engine.api, seen)
    warm = samples[int(len(samples) * WARM_SHARE) :]
    slope, _ = statistics.linear_regression(*zip(*warm, strict=True))
    tenth = max(1, len(samples) // 10)
    return FastDay(
        hours=round(clock.monotonic() / 3600, 2),
        factor=round(clock.monotonic() / took_s, 1),
        resident_mb=tuple(round(mb, 1) for _, mb in samples[::tenth]),
        growth_mb=round(slope * (warm[-1][0] - warm[0][0]), 2),
        ticks_accepted=figures.accepted,
        ticks_stored=store.ticks_stored,
        minutes_left=left,
        minutes_closed=len(seen),
        hours_stored=stored,
        hours_differing=differing,
        size_mb=round(store.size_bytes / _MB, 2),
        dropped=store.dropped,
        counted_ticks=figures.last_24h["ticks"],
        lag_p99_ms=figures.loop_lag_ms.p99,
    )


async def _held_against(api: PipelineApi, seen: Seen) -> tuple[int, int, int]:
    """Minutes that are left; hours before midnight, and how many of them are not what their minutes come to."""
    left = stored = differing = 0
    for priced in INSTRUMENTS:
        left += len((await api.query(GetBars(instrument=priced.id, limit=10_000))).bars)
        page = await api.query(GetBars(instrument=priced.id, timeframe="1h", limit=1_000))
        for hour in page.bars[:-1]:
            minutes = seen.hour(priced.id, hour.open_ms)
            if len(minutes) < 60:
                continue  # of the time before anybody looked: its minutes were fetched
            opens, highs, lows, closes, trades = zip(*minutes, strict=True)
            told = (opens[0], max(highs), min(lows), closes[-1], sum(trades))
            stored += 1
            differing += told != (hour.open, hour.high, hour.low, hour.close, hour.trades)
    return left, stored, differing


async def measure(hours: float, factor: float) -> None:
    """Print what was found."""
    with tempfile.TemporaryDirectory() as folder:
        found = await fast_day(Path(folder), hours, factor)
    print(machine())
    for name in found.__struct_fields__:
        print(f"{name}: {getattr(found, name)}")


if __name__ == "__main__":
    given = [float(one) for one in sys.argv[1:]]
    run_fast(measure(*(given + [HOURS, FACTOR][len(given) :])))
