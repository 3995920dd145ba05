"""What is worked out each minute."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import numpy as np
import pytest

from rtp_tui.analytics.indicators.catalogue import UnknownIndicator
from rtp_tui.analytics.indicators.newest import Newest
from rtp_tui.analytics.indicators.presets import PRESETS
from rtp_tui.analytics.indicators.rounds import IndicatorRounds
from rtp_tui.analytics.indicators.thread import IndicatorThread
from rtp_tui.bus import Bus
from rtp_tui.jobs.indicators import IndicatorsJob
from rtp_tui.model.events import Event
from rtp_tui.model.instrument import InstrumentId, Priority
from rtp_tui.model.jobs import Progress
from rtp_tui.model.market import Bar, BarsBackfilled
from rtp_tui.scheduling.settings import JobSettings
from tests.factories import BTC, ETH, a_bar, an_instrument
from tests.fakes import FakeClock
from tests.indicated import FIRST_MS, MINUTE_MS, wandering_bars

pytest.importorskip("talib", reason="TA-Lib is not installed")


class World:
    """Two instruments with stored bars, of which ether is more important, and a bus to hear of new ones on."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.bus = Bus()
        self.instruments = [an_instrument(), an_instrument("crypto:ETH", priority=Priority.HIGH)]
        self.stored = {BTC: wandering_bars(300), ETH: wandering_bars(300, seed=8, instrument=ETH)}
        self.asked: list[InstrumentId] = []
        self.thread = IndicatorThread(self.clock)
        self.rounds = IndicatorRounds(self.thread, self.read, lambda: self.instruments, self.clock)

    async def read(self, instrument: InstrumentId) -> Sequence[Bar]:
        self.asked.append(instrument)
        return self.stored.get(instrument, [])

    async def tell(self, *payloads: Bar | BarsBackfilled) -> None:
        """Announce, and wait until it was noted."""
        for seq, payload in enumerate(payloads):
            self.bus.publish(Event(seq, payload))
        await self.settle()

    async def settle(self) -> None:
        for _ in range(4):
            await asyncio.sleep(0)
            await self.thread.work(lambda _: None)
        await self.clock.advance(1.0)
        for _ in range(4):
            await asyncio.sleep(0)
            await self.thread.work(lambda _: None)


@asynccontextmanager
async def running(world: World | None = None) -> AsyncIterator[World]:
    world = world or World()
    async with asyncio.TaskGroup() as group:
        task = group.create_task(world.rounds.run(lambda: world.bus.reading(conflates=True)))
        await asyncio.sleep(0)
        await world.clock.advance(3.0)
        yield world
        task.cancel()
    world.thread.close()


async def test_presets_are_worked_out_of_all_instruments() -> None:
    async with running() as world:
        found = await world.rounds.work_out()

    assert set(found.instruments) == {BTC, ETH}
    assert found.open_ms(BTC) == FIRST_MS + 299 * MINUTE_MS
    assert found.value(BTC, "rsi(14)") is not None
    assert {name.partition(".")[0].partition("(")[0] for name in found.series} == {
        name.partition("(")[0] for name in PRESETS
    }
    assert world.rounds.newest is found


async def test_the_values_before_the_newest_are_kept_for_crossings() -> None:
    async with running() as world:
        before = (await world.rounds.work_out()).value(BTC, "ema(9)")
        await world.tell(a_bar(open_ms=FIRST_MS + 300 * MINUTE_MS, close=120.0))
        found = await world.rounds.work_out()

    assert found.value(BTC, "ema(9)", 1) == pytest.approx(before)
    assert found.value(BTC, "ema(9)") != pytest.approx(before)
    assert found.value(BTC, "ema(9)", 9) is None
    assert found.value(BTC, "rsi(99)") is None
    assert found.value(InstrumentId("crypto:X"), "ema(9)") is None


async def test_bars_of_a_providers_history_are_read_from_the_store() -> None:
    async with running() as world:
        await world.rounds.work_out()
        world.stored[BTC] = wandering_bars(400)
        world.asked.clear()
        await world.tell(
            BarsBackfilled(instrument=BTC, timeframe="1m", bars=9, from_ms=0, to_ms=1, closes=())
        )
        found = await world.rounds.work_out()

    assert world.asked == [BTC]
    assert found.open_ms(BTC) == FIRST_MS + 399 * MINUTE_MS


async def test_a_corrected_bar_gives_the_numbers_that_a_start_with_it_gives() -> None:
    corrected = a_bar(open_ms=FIRST_MS + 250 * MINUTE_MS, close=300.0, high=301.0)
    async with running() as world:
        world.rounds.want("rule", ["*"])
        before = await world.rounds.work_out()
        await world.tell(corrected, a_bar(open_ms=FIRST_MS + 300 * MINUTE_MS, close=120.0))
        found = await world.rounds.work_out()
    again = World()
    again.stored[BTC][250] = corrected
    again.stored[BTC].append(a_bar(open_ms=FIRST_MS + 300 * MINUTE_MS, close=120.0))
    async with running(again):
        again.rounds.want("rule", ["*"])
        anew = await again.rounds.work_out()

    assert found.series == anew.series
    for instrument in (BTC, ETH):
        np.testing.assert_array_equal(found.instruments[instrument].rows, anew.instruments[instrument].rows)
    assert found.value(BTC, "ema(200)", 1) != before.value(BTC, "ema(200)")


async def test_open_bars_and_longer_ones_are_not_taken() -> None:
    later = FIRST_MS + 300 * MINUTE_MS
    async with running() as world:
        await world.tell(a_bar(open_ms=later, closed=False), a_bar(open_ms=later, timeframe="5m"))
        found = await world.rounds.work_out()

    assert found.open_ms(BTC) == later - MINUTE_MS


async def test_somebody_wants_indicators_and_then_others() -> None:
    async with running() as world:
        world.rounds.want("rule a", ["cci(20)", "RSI"])
        assert "cci(20)" in (await world.rounds.work_out()).series
        world.rounds.want("rule a", ["mom(5)"])
        series = (await world.rounds.work_out()).series

    assert "mom(5)" in series
    assert "cci(20)" not in series


async def test_an_indicator_that_refuses_its_arguments_leaves_the_others_be() -> None:
    async with running() as world:
        world.rounds.want("rule", ["sma(0)", "sma(5)"])
        found = await world.rounds.work_out()

    assert "sma does not take 0" in found.refused["sma(0)"]
    assert found.value(BTC, "sma(5)") is not None


async def test_what_there_is_not_is_refused_when_it_is_wanted() -> None:
    world = World()
    with pytest.raises(UnknownIndicator, match="did you mean 'rsi'"):
        world.rounds.want("rule", ["rssi"])
    with pytest.raises(ValueError, match="of 1000 at most"):
        world.rounds.want("rule", [f"sma({period})" for period in range(2, 1_100)])


async def test_followers_are_given_each_round() -> None:
    given: list[Newest] = []
    async with running() as world:
        world.rounds.follow(given.append)
        await world.rounds.work_out()

    assert given == [world.rounds.newest]


async def test_a_job_tells_how_far_it_is_and_may_want_every_function() -> None:
    told: list[Progress] = []
    async with running() as world:
        job = JobSettings(id="all", kind="indicators", indicators=("*",))
        progress = await IndicatorsJob(world.rounds).run(job, told.append)

    assert progress == Progress(2, 2)
    assert told == [Progress(2, 2)]
    assert world.rounds.newest is not None
    assert len(world.rounds.newest.series) > 201


async def test_an_instrument_without_bars_is_left_out() -> None:
    world = World()
    del world.stored[ETH]
    async with running(world):
        found = await world.rounds.work_out()

    assert set(found.instruments) == {BTC}
