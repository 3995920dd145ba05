"""The door in the engine's own loop."""

import asyncio
from itertools import pairwise

import pytest

from rtp_tui.api.local import SNAPSHOT_EVERY_S
from rtp_tui.bus import READER_LIMIT
from rtp_tui.model.commands import ControlFeed, Done, FeedAction
from rtp_tui.model.errors import BadRequest, UnknownFeed, UnknownInstrument
from rtp_tui.model.events import Batch, Event, Snapshot, Update
from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.market import Quote
from rtp_tui.model.queries import GetBars, GetEvents
from rtp_tui.state.pipeline_state import PipelineState
from tests.an_engine import AnEngine
from tests.factories import BTC, ETH, NOW_MS, a_feed_status, a_trade
from tests.fakes import FakeClock, settle


class Watcher:
    """Takes updates as fast as they come, in a task of its own."""

    def __init__(self, engine: AnEngine, conflate_ms: int = 100) -> None:
        self.updates: list[Update] = []
        self._task = asyncio.create_task(self._run(engine, conflate_ms))

    async def _run(self, engine: AnEngine, conflate_ms: int) -> None:
        async with engine.api.watch(conflate_ms) as updates:
            async for update in updates:
                self.updates.append(update)

    @property
    def batches(self) -> list[Batch]:
        return [update for update in self.updates if isinstance(update, Batch)]

    @property
    def snapshots(self) -> list[Snapshot]:
        return [update for update in self.updates if isinstance(update, Snapshot)]

    async def leave(self) -> None:
        self._task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await self._task


def trade(engine: AnEngine, first: int, count: int, instrument: InstrumentId = BTC) -> None:
    for n in range(first, first + count):
        engine.pipeline.accept(
            a_trade(instrument=instrument, sequence=n, price=100.0 + n / 1e6, event_ms=NOW_MS)
        )


async def test_the_first_update_is_the_state_as_it_is() -> None:
    engine = AnEngine(FakeClock())
    trade(engine, 0, 3)
    watcher = Watcher(engine)
    await settle()

    assert watcher.updates == [engine.pipeline.snapshot()]
    await watcher.leave()


async def test_nothing_is_sent_while_nothing_happens() -> None:
    clock = FakeClock()
    watcher = Watcher(AnEngine(clock))
    await clock.advance(60)

    assert len(watcher.updates) == 1
    await watcher.leave()


async def test_batches_come_no_more_often_than_asked_for() -> None:
    clock = FakeClock()
    engine = AnEngine(clock)
    watcher = Watcher(engine, conflate_ms=100)
    await settle()
    for n in range(100):
        trade(engine, n, 1)
        await clock.advance(0.01)

    assert 10 <= len(watcher.batches) <= 11
    assert all(len(batch.events) == 1 for batch in watcher.batches)
    await watcher.leave()


async def test_with_no_conflation_every_quote_comes() -> None:
    engine = AnEngine(FakeClock())
    watcher = Watcher(engine, conflate_ms=0)
    await settle()
    trade(engine, 0, 50)
    await settle()

    assert sum(len(batch.events) for batch in watcher.batches) == 50
    await watcher.leave()


async def test_quotes_are_the_newest_of_each_instrument_and_all_else_is_gapless() -> None:
    clock = FakeClock()
    engine = AnEngine(clock)
    watcher = Watcher(engine)
    await settle()
    for n in range(5):
        trade(engine, n, 1)
        trade(engine, n, 1, ETH)
        engine.pipeline.announce(a_feed_status(frames=n))
    await clock.advance(1)

    [batch] = watcher.batches
    quotes = [event.payload for event in batch.events if isinstance(event.payload, Quote)]
    assert [quote.instrument for quote in quotes] == [BTC, ETH]
    assert len(batch.events) == 7
    assert [event.seq for event in batch.events] == sorted(event.seq for event in batch.events)
    await watcher.leave()


async def test_a_reader_that_falls_behind_gets_a_snapshot_after_five_seconds_and_it_is_counted() -> None:
    clock = FakeClock()
    engine = AnEngine(clock)
    watcher = Watcher(engine, conflate_ms=0)
    await settle()
    trade(engine, 0, READER_LIMIT + 1)
    await clock.advance(SNAPSHOT_EVERY_S - 0.1)
    assert len(watcher.updates) == 1

    await clock.advance(0.2)
    assert [type(update) for update in watcher.updates] == [Snapshot, Snapshot]
    assert watcher.snapshots[-1].seq == engine.pipeline.state.seq
    assert engine.pipeline.bus.overruns == 1
    await watcher.leave()


async def test_however_often_a_reader_falls_behind_snapshots_are_five_seconds_apart() -> None:
    clock = FakeClock()
    engine = AnEngine(clock)
    watcher = Watcher(engine, conflate_ms=0)
    await settle()
    for second in range(20):
        for n in range(READER_LIMIT + 1):
            engine.pipeline.bus.publish(Event(n, a_feed_status(frames=second)))
        await clock.advance(1)

    moments = [snapshot.at_ms for snapshot in watcher.snapshots]
    assert len(moments) >= 4
    assert min(b - a for a, b in pairwise(moments)) >= SNAPSHOT_EVERY_S * 1000
    assert engine.pipeline.bus.overruns == len(moments) - 1
    await watcher.leave()


async def test_after_an_overrun_batches_go_on_and_fold_to_the_engines_state() -> None:
    clock = FakeClock()
    engine = AnEngine(clock)
    watcher = Watcher(engine, conflate_ms=0)
    await settle()
    trade(engine, 0, READER_LIMIT + 1)
    await clock.advance(SNAPSHOT_EVERY_S)
    trade(engine, READER_LIMIT + 1, 5)
    await clock.advance(1)

    state = PipelineState.of(watcher.snapshots[-1])
    for event in watcher.batches[-1].events:
        state.apply(event)
    assert state.snapshot("epoch", 0) == engine.pipeline.state.snapshot("epoch", 0)
    await watcher.leave()


async def test_a_reader_that_falls_behind_costs_the_others_nothing() -> None:
    clock = FakeClock()
    engine = AnEngine(clock)
    slow, fast = Watcher(engine, conflate_ms=0), Watcher(engine, conflate_ms=100)
    await settle()
    trade(engine, 0, READER_LIMIT + 1)
    await clock.advance(1)

    assert len(slow.updates) == 1
    assert len(fast.batches) == 1
    await slow.leave()
    await fast.leave()


async def test_a_watcher_that_leaves_frees_its_reader() -> None:
    engine = AnEngine(FakeClock())
    watchers = [Watcher(engine), Watcher(engine, conflate_ms=0)]
    await settle()
    assert engine.pipeline.bus.readers == 2

    for watcher in watchers:
        await watcher.leave()
    assert engine.pipeline.bus.readers == 0


async def test_a_watcher_that_never_takes_frees_its_reader_too() -> None:
    engine = AnEngine(FakeClock())
    async with engine.api.watch():
        assert engine.pipeline.bus.readers == 1

    assert engine.pipeline.bus.readers == 0


async def test_what_happened_before_the_first_take_is_in_the_snapshot_and_not_told_again() -> None:
    clock = FakeClock()
    engine = AnEngine(clock)
    async with engine.api.watch() as updates:
        trade(engine, 0, 3)
        snapshot = await anext(updates)
        trade(engine, 3, 1)
        batch = await anext(updates)

    assert isinstance(snapshot, Snapshot)
    assert isinstance(batch, Batch)
    assert (snapshot.seq, [event.seq for event in batch.events]) == (3, [4])


async def test_queries_and_commands_reach_their_handlers() -> None:
    engine = AnEngine(FakeClock())
    trade(engine, 0, 3)

    assert [bar.trades for bar in (await engine.api.query(GetBars(instrument=BTC))).bars] == [3]
    order = ControlFeed(feed="binance", action=FeedAction.PAUSE)
    assert await engine.api.execute(order) == Done(message="binance: pause", affected=("binance",))
    assert engine.orders == [order]


async def test_refusals_reach_who_asked() -> None:
    engine = AnEngine(FakeClock())

    with pytest.raises(UnknownInstrument):
        await engine.api.query(GetBars(instrument=InstrumentId("crypto:NOPE")))
    with pytest.raises(UnknownFeed):
        await engine.api.execute(ControlFeed(feed="nope", action=FeedAction.PAUSE))
    with pytest.raises(BadRequest):
        await engine.api.query(GetEvents())
