"""Minutes built again from stored trades."""

import pytest
from msgspec.structs import replace

from rtp_tui.api.answers import Answers
from rtp_tui.api.recomputing import Recomputing
from rtp_tui.model.commands import RecomputeBars
from rtp_tui.model.errors import BadRequest
from rtp_tui.model.market import Bar
from rtp_tui.pipeline import Pipeline
from rtp_tui.processing.processor import Processor
from rtp_tui.state.pipeline_state import PipelineState
from rtp_tui.storage.batch import Batch
from rtp_tui.storage.memory import Memory, MemoryHistory, MemoryRecorder
from tests.factories import BTC, NOW_MS, a_trade, an_instrument
from tests.fakes import FakeClock

MINUTE_MS = 60_000
OPEN_MS = NOW_MS // MINUTE_MS * MINUTE_MS - 10 * MINUTE_MS


class World:
    """One instrument with three trades of one minute that is over."""

    def __init__(self) -> None:
        self.clock, self.memory = FakeClock(), Memory()
        recorder = MemoryRecorder(self.memory, self.clock)
        state = PipelineState([an_instrument("crypto:BTC")])
        self.pipeline = Pipeline("e", state, Processor([an_instrument("crypto:BTC")]), recorder, self.clock)
        history = MemoryHistory(self.memory)
        answers = Answers(self.pipeline, history, lambda *_: None, self.clock)
        self.recomputing = Recomputing(self.pipeline, history, answers, self.clock)
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
    assert (await world.recompute()).endswith("0 built anew")


async def test_more_than_a_day_is_refused() -> None:
    with pytest.raises(BadRequest, match="1440 minutes"):
        await World().recomputing.recompute(RecomputeBars(instrument=BTC, start_ms=0))
