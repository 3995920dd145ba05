"""Minutes built again from stored trades."""

import pytest
from msgspec.structs import replace

from rtp_tui.api.answers import Answers
from rtp_tui.api.recomputing import Recomputing
from rtp_tui.model.commands import RecomputeBars
from rtp_tui.model.errors import BadRequest
from rtp_tui.model.market import Bar, BarOrigin
from rtp_tui.model.queries import GetBars
from rtp_tui.pipeline import Pipeline
from rtp_tui.processing.processor import Processor
from rtp_tui.state.pipeline_state import PipelineState
from rtp_tui.storage.batch import Batch
from rtp_tui.storage.memory import Memory, MemoryHistory, MemoryRecorder
from tests.factories import BTC, NOW_MS, a_trade, an_instrument
from tests.fakes import FakeClock

MINUTE_MS = 60_000
FEED = "binance:BTCUSDT"
OPEN_MS = NOW_MS // MINUTE_MS * MINUTE_MS - 10 * MINUTE_MS


class World:
    """One instrument with three trades of one minute that is over."""

    def __init__(self) -> None:
        self.clock, self.memory = FakeClock(), Memory()
        self.begin_anew_with(FEED)
        self.trades = [
            a_trade(price=100.0 + n, sequence=n, size=1.0, event_ms=OPEN_MS + n * 1000) for n in (1, 2, 3)
        ]
        for trade in self.trades:
            self.pipeline.accept(trade)
        self.pipeline.processor.close_bars(NOW_MS + 2 * MINUTE_MS)
        batch = Batch()
        batch.ticks.extend(self.trades)
        self.memory.keep(batch)

    @property
    def bar(self) -> Bar:
        return self.pipeline.bars_in_memory(BTC)[0]

    def store(self, *bars: Bar) -> None:
        batch = Batch()
        batch.take(bars)
        self.memory.keep(batch)

    def begin_anew_with(self, *feeds: str) -> None:
        """An engine that begins with what is stored, and with these feeds of the instrument."""
        instrument = an_instrument("crypto:BTC", feeds=feeds)
        recorder, history = MemoryRecorder(self.memory, self.clock), MemoryHistory(self.memory)
        state, processor = PipelineState([instrument]), Processor([instrument])
        self.pipeline = Pipeline("e", state, processor, recorder, self.clock)
        self.answers = Answers(self.pipeline, history, lambda *_: None, self.clock)
        self.recomputing = Recomputing(self.pipeline, history, self.answers, self.clock)

    async def bars(self) -> tuple[Bar, ...]:
        return (await self.answers.bars(GetBars(instrument=BTC))).bars

    async def recompute(self) -> str:
        return (await self.recomputing.recompute(RecomputeBars(instrument=BTC))).message


async def test_a_minute_that_its_trades_confirm_stays() -> None:
    world = World()
    before = world.bar
    assert (await world.recompute()).endswith("1 minutes looked at, 0 built anew")
    assert world.bar == before


async def test_a_minute_that_its_trades_contradict_is_built_anew() -> None:
    world = World()
    right = world.bar
    wrong = world.pipeline.processor.revise(replace(right, high=999.0, volume=1.0))
    assert wrong is not None
    assert (await world.recompute()).endswith("1 built anew")
    assert (world.bar.high, world.bar.volume, world.bar.closed) == (right.high, right.volume, True)
    assert world.bar.revision > wrong.revision


async def test_where_trades_are_missing_the_minute_stays() -> None:
    world = World()
    world.memory.ticks.popleft()
    message = await world.recompute()
    assert message.endswith("0 built anew, 1 left as before for want of trades")


@pytest.mark.parametrize("feeds", [("other:BTC",), ("other:BTC", FEED)])
async def test_a_stored_minute_of_a_feed_that_does_not_price_any_more_is_built_anew(
    feeds: tuple[str, ...],
) -> None:
    world = World()
    right = world.bar
    world.store(replace(right, high=999.0))
    world.begin_anew_with(*feeds)

    assert (await world.recompute()).endswith("1 built anew")
    [bar] = await world.bars()
    assert (bar.high, bar.source) == (right.high, right.source)


async def test_minutes_of_several_feeds_are_built_anew_together_and_those_without_trades_stay() -> None:
    world = World()
    right = world.bar
    untraded = replace(right, open_ms=OPEN_MS - MINUTE_MS, high=999.0, source="other:BTC")
    fetched = replace(right, open_ms=OPEN_MS + MINUTE_MS, origin=BarOrigin.BACKFILL)
    world.store(untraded, replace(right, high=999.0), fetched)
    world.begin_anew_with("other:BTC")

    message = await world.recompute()
    assert message.endswith("3 minutes looked at, 1 built anew, 2 left as before for want of trades")
    assert [bar.high for bar in await world.bars()] == [999.0, right.high, right.high]


async def test_more_than_a_day_is_refused() -> None:
    with pytest.raises(BadRequest, match="1440 minutes"):
        await World().recomputing.recompute(RecomputeBars(instrument=BTC, start_ms=0))


@pytest.mark.parametrize("timeframe", ["5m", "15m"])
async def test_bars_that_are_rolled_up_when_asked_for_follow_from_their_minutes(timeframe: str) -> None:
    command = RecomputeBars(instrument=BTC, timeframe=timeframe)
    done = await World().recomputing.recompute(command)
    assert done.message.endswith("1 minutes looked at, 0 built anew")


async def test_a_timeframe_without_bars_is_refused() -> None:
    with pytest.raises(BadRequest, match="timeframe: one of 1m, 5m"):
        await World().recomputing.recompute(RecomputeBars(instrument=BTC, timeframe="2h"))
