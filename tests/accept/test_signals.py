"""A pattern of the simulated exchange, seen by a strategy that runs and by a backtest of the same minutes."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest
from msgspec import Struct
from msgspec.structs import replace

from rtp_tui.assemble.engine import Engine, assembled
from rtp_tui.config.settings import Settings
from rtp_tui.model.instrument import Instrument, InstrumentId
from rtp_tui.model.market import Bar
from rtp_tui.model.queries import GetBars, GetSignals, RunBacktest
from rtp_tui.model.signals import Backtest, Signal, Strategy
from rtp_tui.simulator.exchange import SimulatedExchange
from rtp_tui.sources.provider_settings import SourceSettings
from rtp_tui.sources.registry import simulated_venues
from tests.accept.fast_clock import FastClock, run_fast
from tests.accept.quick_store import leave_the_disk_its_time

pytestmark = pytest.mark.accept

FACTOR, LONGEST_S = 60.0, 3_600.0
MINUTE_MS = 60_000
BTC = InstrumentId("crypto:BTC")
FALL_PCT, RISE_PCT = -4.0, 5.0
FALLS_FOR_MIN = 3
DIP = Strategy(name="dip", when="change(2m) < -2 %", cool_down_ms=0)


class World:
    """An engine with one strategy, and the book that its one instrument trades in."""

    def __init__(self, engine: Engine, exchange: SimulatedExchange, clock: FastClock) -> None:
        self.engine = engine
        self.book = exchange.market.books["BTCUSDT"]
        self.clock = clock

    async def until(self, is_so: Callable[[], bool]) -> None:
        until_s = self.clock.monotonic() + LONGEST_S
        while not is_so():
            assert self.clock.monotonic() < until_s, self.engine.pipeline.state.feed.feeds
            await self.clock.sleep(1.0)

    async def next_minute(self, count: int = 1) -> int:
        """Three seconds into the minute after so many; when that minute began."""
        open_ms = (self.clock.now_ms() // MINUTE_MS + count) * MINUTE_MS
        await self.clock.sleep((open_ms + 3_000 - self.clock.now_ms()) / 1000)
        return open_ms

    @property
    def signals(self) -> list[Signal]:
        return list(self.engine.pipeline.state.analytics.signals.values())


@asynccontextmanager
async def world(folder: Path) -> AsyncIterator[World]:
    clock = FastClock(FACTOR, longest_step_s=0.5)
    exchange = SimulatedExchange(clock, trades_per_second=100, tick_interval_ms=500, markets=())
    passing = asyncio.create_task(clock.run())
    try:
        async with exchange.listening():
            settings = Settings(
                data_dir=str(folder),
                instruments=(Instrument(id=BTC, name="Bitcoin", feeds=("binance:BTCUSDT",)),),
                sources=simulated_venues(SourceSettings(), exchange.ws_url, exchange.rest_url),
                strategies=(DIP,),
            )
            async with assembled(settings, clock) as engine, asyncio.TaskGroup() as group:
                await leave_the_disk_its_time(engine)
                group.create_task(engine.supervisor.run())
                try:
                    yield World(engine, exchange, clock)
                finally:
                    engine.supervisor.stop()
    finally:
        passing.cancel()
        with suppress(asyncio.CancelledError):
            await passing


class Seen(Struct):
    """What came of a fall and a rise."""

    fell_ms: int
    signals: list[Signal]
    bars: tuple[Bar, ...]
    stored: tuple[Signal, ...]
    test: Backtest


async def fall_and_rise(folder: Path) -> Seen:
    """A price falls, and rises again some minutes later."""
    async with world(folder) as here:
        pipeline = here.engine.pipeline
        await here.until(lambda: len([bar for bar in pipeline.bars_in_memory(BTC) if bar.closed]) >= 4)
        fell_ms = await here.next_minute()
        here.book.jump(FALL_PCT)
        await here.next_minute(FALLS_FOR_MIN)
        here.book.jump(RISE_PCT)
        await here.until(lambda: any(one.outcomes for one in here.signals))

        signals = here.signals
        end_ms = fell_ms + 7 * MINUTE_MS
        bars = (await here.engine.api.query(GetBars(instrument=BTC, end_ms=end_ms))).bars
        stored = (await here.engine.api.query(GetSignals(strategy="dip"))).signals
        test = await here.engine.api.query(
            RunBacktest(rule="dip", start_ms=fell_ms - 2 * MINUTE_MS, end_ms=end_ms)
        )
        return Seen(fell_ms, signals, bars, stored, test)


def test_a_fall_and_a_rise_give_one_signal_live_and_in_the_backtest_with_the_same_right_outcome(
    tmp_path: Path,
) -> None:
    seen = run_fast(fall_and_rise(tmp_path))
    [signal], [stored], test = seen.signals, seen.stored, seen.test
    closes = {bar.open_ms + MINUTE_MS: bar.close for bar in seen.bars if bar.closed}
    assert signal.at_ms == seen.fell_ms + MINUTE_MS
    assert signal.price == closes[signal.at_ms]
    [change] = signal.terms
    assert change.text == "change(2m)"
    assert change.value == pytest.approx(100 * (signal.price / closes[signal.at_ms - 2 * MINUTE_MS] - 1))
    outcome, after = signal.outcomes[0], closes[signal.at_ms + 5 * MINUTE_MS]
    assert (outcome.after_ms, outcome.price, outcome.is_hit) == (5 * MINUTE_MS, after, True)
    assert outcome.move_pct == pytest.approx(100 * (after / signal.price - 1))
    assert after / signal.price == pytest.approx(1 + RISE_PCT / 100, abs=0.02)
    assert stored == signal
    # A backtest knows the spread of now alone.
    assert [replace(one, spread=signal.spread) for one in test.signals] == [signal]
    assert (test.triggers, test.scores[0].hits) == (1, 1)
