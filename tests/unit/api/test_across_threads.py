"""The door between the engine's loop in its thread and the console's."""

import asyncio
import threading
from collections.abc import Callable, Iterator

import pytest

from rtp_tui.api.across_threads import PipelineAcrossThreads
from rtp_tui.clock import SystemClock
from rtp_tui.model.commands import ControlFeed, Done, FeedAction
from rtp_tui.model.errors import NotConnected, UnknownFeed, UnknownInstrument
from rtp_tui.model.events import Batch, Disconnected, Snapshot, Update
from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.market import Quote
from rtp_tui.model.queries import BarPage, GetBars
from tests.an_engine import AnEngine
from tests.engine_in_thread import EngineInThread, an_engine_in_a_thread
from tests.factories import BTC, a_trade

PATIENCE_S = 60.0


@pytest.fixture
def thread() -> Iterator[EngineInThread]:
    with an_engine_in_a_thread() as thread:
        yield thread


def trade(number: int, price: float = 100.0) -> Callable[[AnEngine], object]:
    return lambda engine: engine.pipeline.accept(a_trade(sequence=number, price=price))


def prices(batch: Batch) -> list[float | None]:
    return [event.payload.price for event in batch.events if isinstance(event.payload, Quote)]


async def nothing_left(thread: EngineInThread) -> None:
    """Wait until no task of ours and no reader is left in the engine."""
    async with asyncio.timeout(PATIENCE_S):
        while thread.tasks() or thread.engine.pipeline.bus.readers:  # noqa: ASYNC110 - two loops
            await asyncio.sleep(0.01)


async def test_a_watcher_gets_a_snapshot_and_then_what_happens(thread: EngineInThread) -> None:
    async with asyncio.timeout(PATIENCE_S), thread.door.watch(10) as updates:
        snapshot = await anext(updates)
        thread.do(trade(1, price=123.0))
        batch = await anext(updates)

    assert isinstance(snapshot, Snapshot)
    assert isinstance(batch, Batch)
    assert prices(batch) == [123.0]


async def test_queries_commands_and_refusals_cross(thread: EngineInThread) -> None:
    thread.do(trade(1))
    async with asyncio.timeout(PATIENCE_S):
        assert [bar.trades for bar in (await thread.door.query(GetBars(instrument=BTC))).bars] == [1]
        done = await thread.door.execute(ControlFeed(feed="binance", action=FeedAction.PAUSE))
        assert done == Done(message="binance: pause", affected=("binance",))
        with pytest.raises(UnknownInstrument):
            await thread.door.query(GetBars(instrument=InstrumentId("crypto:NOPE")))
        with pytest.raises(UnknownFeed):
            await thread.door.execute(ControlFeed(feed="nope", action=FeedAction.PAUSE))


async def test_a_console_that_does_not_take_for_a_while_gets_one_conflated_batch(
    thread: EngineInThread,
) -> None:
    async with asyncio.timeout(PATIENCE_S), thread.door.watch(1) as updates:
        await anext(updates)
        for number in range(500):
            thread.do(trade(number, price=100.0 + number / 1000))
        batch = await anext(updates)

    assert isinstance(batch, Batch)
    assert prices(batch) == [100.499]


async def test_a_console_that_never_takes_holds_no_more_than_one_reader(thread: EngineInThread) -> None:
    async with asyncio.timeout(PATIENCE_S), thread.door.watch(1) as updates:
        await anext(updates)
        thread.do(trade(1))
        assert thread.engine.pipeline.bus.readers == 1
        assert thread.tasks() == 0


async def test_a_door_can_be_watched_and_asked_before_the_engine_is_there() -> None:
    thread = EngineInThread()

    async def first() -> Update:
        async with thread.door.watch(1) as updates:
            return await anext(updates)

    async with asyncio.timeout(PATIENCE_S), asyncio.TaskGroup() as group:
        watching = group.create_task(first())
        asking = group.create_task(thread.door.query(GetBars(instrument=BTC)))
        await asyncio.sleep(0.02)
        assert not watching.done()
        assert not asking.done()
        thread.start()
    assert isinstance(watching.result(), Snapshot)
    assert asking.result() == BarPage(bars=())
    thread.end()


async def test_whoever_gave_up_waiting_for_the_engine_does_not_close_the_door() -> None:
    thread = EngineInThread()
    asking = asyncio.create_task(thread.door.query(GetBars(instrument=BTC)))
    await asyncio.sleep(0.01)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking

    thread.start()
    async with asyncio.timeout(PATIENCE_S):
        assert await thread.door.query(GetBars(instrument=BTC)) == BarPage(bars=())
    thread.end()


async def test_an_engine_that_ended_before_its_door_opened_is_not_waited_for() -> None:
    door = PipelineAcrossThreads(SystemClock())
    door.close()

    with pytest.raises(NotConnected):
        await door.query(GetBars(instrument=BTC))


async def test_the_engines_end_tells_the_watcher_once_and_ends_the_updates(thread: EngineInThread) -> None:
    async with asyncio.timeout(PATIENCE_S), thread.door.watch(1) as updates:
        await anext(updates)
        ending = asyncio.create_task(asyncio.to_thread(thread.end))
        rest = [update async for update in updates]
        await ending

    assert [type(update) for update in rest] == [Disconnected]


async def test_an_engine_that_ended_while_nobody_took_is_noticed_at_the_next_take(
    thread: EngineInThread,
) -> None:
    async with asyncio.timeout(PATIENCE_S), thread.door.watch(1) as updates:
        await anext(updates)
        await asyncio.to_thread(thread.end)
        rest = [update async for update in updates]

    assert [type(update) for update in rest] == [Disconnected]


async def test_a_watcher_can_leave_after_the_engine_has_ended(thread: EngineInThread) -> None:
    async with asyncio.timeout(PATIENCE_S), thread.door.watch(1) as updates:
        await anext(updates)
        await asyncio.to_thread(thread.end)


async def test_after_the_engines_end_everything_is_refused(thread: EngineInThread) -> None:
    await asyncio.to_thread(thread.end)

    with pytest.raises(NotConnected):
        await thread.door.query(GetBars(instrument=BTC))
    with pytest.raises(NotConnected):
        await thread.door.execute(ControlFeed(feed="binance", action=FeedAction.PAUSE))


async def test_a_question_in_flight_when_the_engine_ends_is_refused() -> None:
    class Slow(AnEngine):
        async def _bars(self, query: GetBars) -> BarPage:
            await asyncio.sleep(60)
            return BarPage(bars=())

    thread = EngineInThread(engine=Slow)
    thread.start()
    asking = asyncio.create_task(thread.door.query(GetBars(instrument=BTC)))
    await asyncio.sleep(0.05)
    await asyncio.to_thread(thread.end)

    async with asyncio.timeout(PATIENCE_S):
        with pytest.raises(NotConnected):
            await asking


async def test_work_that_an_ended_loop_never_began_is_refused_and_not_waited_for() -> None:
    """Between the loop's last turn and its closing it takes work that it will never begin."""
    door, loop = PipelineAcrossThreads(SystemClock()), asyncio.new_event_loop()
    door.open(loop, AnEngine(SystemClock()).api)
    asking = asyncio.create_task(door.query(GetBars(instrument=BTC)))
    await asyncio.sleep(0.02)
    assert not asking.done()

    await asyncio.to_thread(door.close)
    async with asyncio.timeout(PATIENCE_S):
        with pytest.raises(NotConnected):
            await asking
        with pytest.raises(NotConnected):
            await door.query(GetBars(instrument=BTC))
    loop.close()


@pytest.mark.parametrize("waits_s", [0.0, 0.005, 0.05])
async def test_cancelling_the_watcher_leaves_nothing_running_in_the_engine(
    thread: EngineInThread, waits_s: float
) -> None:
    async def watch() -> None:
        async with thread.door.watch(1) as updates:
            async for _ in updates:
                pass

    for _ in range(5):
        watching = asyncio.create_task(watch())
        await asyncio.sleep(waits_s)
        watching.cancel()
        with pytest.raises(asyncio.CancelledError):
            await watching
    await nothing_left(thread)


async def test_cancelling_twice_leaves_nothing_running_either(thread: EngineInThread) -> None:
    async def watch() -> None:
        async with thread.door.watch(1) as updates:
            async for _ in updates:
                pass

    watching = asyncio.create_task(watch())
    await asyncio.sleep(0.05)
    watching.cancel()
    await asyncio.sleep(0)
    watching.cancel()
    with pytest.raises(asyncio.CancelledError):
        await watching
    await nothing_left(thread)


@pytest.mark.parametrize("taken", [0, 1])
async def test_an_engine_too_busy_to_notice_that_a_watcher_left_closes_in_order(
    thread: EngineInThread, taken: int
) -> None:
    """It hears of the wish for more, of its withdrawal and of the closing all in one turn."""
    wants_more = asyncio.Event()
    is_held, goes_on = threading.Event(), threading.Event()

    def hold(_: AnEngine) -> None:
        is_held.set()
        goes_on.wait(PATIENCE_S)

    async def watch() -> None:
        async with thread.door.watch(1) as updates:
            for _ in range(taken):
                await anext(updates)
            await wants_more.wait()
            await anext(updates)

    watching = asyncio.create_task(watch())
    await asyncio.sleep(0.05)
    holding = asyncio.create_task(asyncio.to_thread(thread.do, hold))
    assert await asyncio.to_thread(is_held.wait, PATIENCE_S)
    wants_more.set()
    await asyncio.sleep(0.01)
    watching.cancel()
    await asyncio.sleep(0.01)
    goes_on.set()
    async with asyncio.timeout(PATIENCE_S):
        await holding
        with pytest.raises(asyncio.CancelledError):
            await watching
    await nothing_left(thread)


async def test_leaving_frees_the_reader(thread: EngineInThread) -> None:
    async with asyncio.timeout(PATIENCE_S), thread.door.watch(1) as updates:
        await anext(updates)
    await nothing_left(thread)


async def test_cancelling_a_question_cancels_its_handler_in_the_engine() -> None:
    class Slow(AnEngine):
        async def _bars(self, query: GetBars) -> BarPage:
            await asyncio.sleep(60)
            return BarPage(bars=())

    thread = EngineInThread(engine=Slow)
    thread.start()
    asking = asyncio.create_task(thread.door.query(GetBars(instrument=BTC)))
    async with asyncio.timeout(PATIENCE_S):
        while thread.tasks() != 1:  # noqa: ASYNC110 - two loops
            await asyncio.sleep(0.01)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    await nothing_left(thread)
    thread.end()


async def test_the_engine_is_started_when_its_door_is_first_used_and_only_once() -> None:
    starts: list[str] = []
    door = PipelineAcrossThreads(SystemClock(), lambda: starts.append("started"))
    assert starts == []

    async with door.watch() as updates, door.watch() as others:
        asking = [asyncio.ensure_future(anext(updates)), asyncio.ensure_future(anext(others))]
        await asyncio.sleep(0.01)
        door.fail(RuntimeError("no disk"))
        told = await asyncio.gather(*asking)

    assert starts == ["started"]
    assert [type(update) for update in told] == [Disconnected, Disconnected]


@pytest.mark.parametrize(
    "error",
    [RuntimeError("no disk"), ExceptionGroup("of its parts", [ExceptionGroup("", [OSError("no disk")])])],
)
async def test_an_engine_that_cannot_start_is_told_in_words(error: Exception) -> None:
    door = PipelineAcrossThreads(SystemClock())
    door.fail(error)

    async with door.watch() as updates:
        update = await anext(updates)
    with pytest.raises(NotConnected, match="no disk"):
        await door.query(GetBars(instrument=BTC))

    assert isinstance(update, Disconnected)
    assert update.reason == "the engine could not start: no disk"
