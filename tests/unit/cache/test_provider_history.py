"""Minutes that are over are asked of a provider once."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager

import pytest

from rtp_tui.cache.cache import Cache
from rtp_tui.cache.provider_history import SETTLED_MS, CachedHistory
from rtp_tui.cache.settings import CacheSettings
from rtp_tui.cache.upkeep import CacheUpkeep
from rtp_tui.model.events import Event
from rtp_tui.model.feeds import FeedState
from rtp_tui.model.market import Bar, Tick
from rtp_tui.sources.contract import RateLimited, Subscription
from tests.factories import BTC, NOW_MS, a_bar, a_feed_status
from tests.fakes import FakeClock, settle

MINUTE_MS = 60_000
WANTED = Subscription(BTC, "BTCUSDT")
END_MS = NOW_MS // MINUTE_MS * MINUTE_MS - 2 * SETTLED_MS
START_MS = END_MS - 5 * MINUTE_MS


class Provider:
    """Knows the minutes that it is told to, and counts the questions."""

    def __init__(self, minutes: Sequence[int]) -> None:
        self.asked = 0
        self.minutes = minutes
        self.error: Exception | None = None

    async def latest(self, subscriptions: Sequence[Subscription]) -> Iterable[Tick]:
        self.asked += 1
        return ()

    async def bars(
        self, subscription: Subscription, timeframe: str, start_ms: int, end_ms: int
    ) -> Sequence[Bar]:
        self.asked += 1
        await asyncio.sleep(0)
        if self.error is not None:
            raise self.error
        return [a_bar(open_ms=open_ms, closed=True) for open_ms in self.minutes]


class House:
    """A provider behind a cache that forgets."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.provider = Provider(range(START_MS, END_MS, MINUTE_MS))
        self.cache = Cache(CacheSettings(), self.clock)
        self.upkeep = CacheUpkeep(self.cache, self.clock)
        self.history = CachedHistory("venue", self.provider, self.cache, self.clock)

    async def bars(self, end_ms: int = END_MS) -> int:
        return len(await self.history.bars(WANTED, "1m", START_MS, end_ms))


@pytest.fixture
async def house() -> AsyncIterator[House]:
    async with living(House()) as house:
        yield house


@asynccontextmanager
async def living(house: House) -> AsyncIterator[House]:
    async with asyncio.TaskGroup() as group:
        task = group.create_task(house.cache.run())
        await settle()
        yield house
        task.cancel()


async def test_settled_minutes_are_asked_for_once_however_often_they_are_wanted(house: House) -> None:
    assert [await house.bars() for _ in range(3)] == [5, 5, 5]
    await house.clock.advance(300)
    assert (await house.bars(), house.provider.asked) == (5, 1)


async def test_who_asks_at_the_same_time_shares_the_answer(house: House) -> None:
    assert tuple(await asyncio.gather(house.bars(), house.bars())) == (5, 5)
    assert house.provider.asked == 1


async def test_another_range_is_another_question(house: House) -> None:
    await house.bars()
    await house.bars(END_MS - MINUTE_MS)
    assert house.provider.asked == 2


async def test_minutes_that_may_still_be_corrected_are_asked_for_each_time(house: House) -> None:
    for _ in range(2):
        await house.bars(house.clock.now_ms() - SETTLED_MS + 1)
    assert house.provider.asked == 2


async def test_an_answer_that_lacks_a_minute_is_not_kept(house: House) -> None:
    house.provider.minutes = house.provider.minutes[1:]
    assert await house.bars() == 4
    house.provider.minutes = range(START_MS, END_MS, MINUTE_MS)
    assert await house.bars() == 5


async def test_minutes_that_were_not_asked_for_complete_nothing(house: House) -> None:
    house.provider.minutes = range(START_MS - 9 * MINUTE_MS, START_MS, MINUTE_MS)
    await house.bars()
    await house.bars()
    assert house.provider.asked == 2


async def test_a_failure_reaches_who_asked_and_is_not_kept(house: House) -> None:
    house.provider.error = RateLimited("patience", 3.0)
    with pytest.raises(RateLimited):
        await house.bars()
    house.provider.error = None
    assert await house.bars() == 5


async def test_after_a_gap_of_the_feed_the_provider_is_asked_again(house: House) -> None:
    await house.bars()
    for seq, state in enumerate((FeedState.LIVE, FeedState.RECONNECTING, FeedState.LIVE), start=1):
        house.upkeep.note([Event(seq, a_feed_status(name="venue", state=state))])
    await house.bars()
    assert house.provider.asked == 2


async def test_prices_now_are_never_kept(house: House) -> None:
    await house.history.latest([WANTED])
    await house.history.latest([WANTED])
    assert house.provider.asked == 2


async def test_while_the_cache_does_not_run_the_provider_is_asked_itself() -> None:
    house = House()
    assert [await house.bars(), await house.bars()] == [5, 5]
    assert house.provider.asked == 2
