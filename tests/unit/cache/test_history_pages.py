"""Pages of the past are read once, and again when the past changed."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from rtp_tui.cache.cache import Cache
from rtp_tui.cache.history_pages import SETTLED_MS, HistoryPages
from rtp_tui.cache.settings import CacheSettings
from rtp_tui.cache.upkeep import MEMORY_LIMIT_BYTES, CacheUpkeep
from rtp_tui.model.events import Event, Payload
from rtp_tui.model.feeds import FeedState
from rtp_tui.model.market import BarsBackfilled
from rtp_tui.model.queries import BarPage, GetBars
from rtp_tui.model.statistics import PipelineStatistics
from tests.factories import BTC, ETH, NOW_MS, a_bar, a_feed_status
from tests.fakes import FakeClock, settle

MINUTE_MS = 60_000
PAST = GetBars(instrument=BTC, start_ms=NOW_MS - 60 * MINUTE_MS, end_ms=NOW_MS - SETTLED_MS)


class House:
    """A store that counts how often it is read, with a cache in front of it."""

    def __init__(self, clock: FakeClock) -> None:
        self.reads: list[GetBars] = []
        self.cache = Cache(CacheSettings(), clock)
        self.upkeep = CacheUpkeep(self.cache, clock)
        self.committed_seq = 0
        self.pages = HistoryPages(self.read, self.cache, self.upkeep, lambda: self.committed_seq, clock)

    async def read(self, query: GetBars) -> BarPage:
        self.reads.append(query)
        return BarPage(bars=(a_bar(instrument=query.instrument, open_ms=len(self.reads)),))

    def note(self, *payloads: Payload, seq: int = 1) -> None:
        self.upkeep.note([Event(seq, payload) for payload in payloads])

    async def reads_anew(self, query: GetBars = PAST) -> bool:
        before = len(self.reads)
        await self.pages.bars(query)
        return len(self.reads) > before


@pytest.fixture
async def house() -> AsyncIterator[House]:
    async with a_house() as one:
        yield one


@asynccontextmanager
async def a_house() -> AsyncIterator[House]:
    one = House(FakeClock(NOW_MS))
    async with asyncio.TaskGroup() as group:
        task = group.create_task(one.cache.run())
        await settle()
        yield one
        task.cancel()


def backfilled() -> BarsBackfilled:
    return BarsBackfilled(BTC, "1m", 5, NOW_MS - 9 * MINUTE_MS, NOW_MS - 4 * MINUTE_MS, (1.0,))


async def test_a_page_of_the_past_is_read_once(house: House) -> None:
    assert await house.pages.bars(PAST) == await house.pages.bars(PAST)
    assert house.reads == [PAST]


@pytest.mark.parametrize(
    "query",
    [
        GetBars(instrument=BTC),
        GetBars(instrument=BTC, end_ms=NOW_MS - SETTLED_MS + 1),
        GetBars(instrument=BTC, end_ms=NOW_MS - SETTLED_MS, timeframe="1h"),
    ],
)
async def test_a_page_that_may_still_grow_is_always_read(query: GetBars, house: House) -> None:
    await house.pages.bars(query)
    assert await house.reads_anew(query)


async def test_every_field_of_the_query_tells_pages_apart(house: House) -> None:
    assert PAST.start_ms is not None
    for query in (
        PAST,
        GetBars(instrument=ETH, start_ms=PAST.start_ms, end_ms=PAST.end_ms),
        GetBars(instrument=BTC, start_ms=PAST.start_ms + 1, end_ms=PAST.end_ms),
        GetBars(instrument=BTC, start_ms=PAST.start_ms, end_ms=PAST.start_ms + 5),
        GetBars(instrument=BTC, start_ms=PAST.start_ms, end_ms=PAST.end_ms, limit=5),
        GetBars(instrument=BTC, start_ms=PAST.start_ms, end_ms=PAST.end_ms, cursor="7"),
    ):
        assert await house.reads_anew(query)


@pytest.mark.parametrize(
    "payload",
    [
        backfilled(),
        a_bar(instrument=BTC, open_ms=NOW_MS - 30 * MINUTE_MS, revision=1),
        a_bar(instrument=BTC, open_ms=NOW_MS - 30 * MINUTE_MS, revision=0),
    ],
    ids=["backfill", "revision", "late bar"],
)
async def test_a_change_of_the_past_is_read_once_it_is_stored(payload: Payload, house: House) -> None:
    other = GetBars(instrument=ETH, start_ms=PAST.start_ms, end_ms=PAST.end_ms)
    await house.pages.bars(PAST)
    await house.pages.bars(other)
    house.note(payload, seq=7)

    assert await house.reads_anew()
    assert await house.reads_anew(), "the change is not stored yet: what is read may be older"
    house.committed_seq = 7
    assert await house.reads_anew()
    assert not await house.reads_anew()
    assert not await house.reads_anew(other)


async def test_a_bar_that_closes_in_its_time_changes_nothing_of_the_past(house: House) -> None:
    await house.pages.bars(PAST)
    house.note(a_bar(instrument=BTC, open_ms=NOW_MS - MINUTE_MS, revision=0))

    assert not await house.reads_anew()


async def test_what_a_feed_brought_is_forgotten_when_it_comes_back_and_not_when_it_goes(house: House) -> None:
    house.committed_seq = 99

    def feed(state: FeedState) -> Payload:
        return a_feed_status(name="binance", state=state, instruments=(BTC,))

    await house.cache.get_or_set("binance:markets", lambda: asyncio.sleep(0, "reply"))
    await house.pages.bars(PAST)
    house.note(feed(FeedState.LIVE), feed(FeedState.LIVE))
    house.note(feed(FeedState.RECONNECTING), feed(FeedState.CONNECTING))
    assert not await house.reads_anew()
    house.note(feed(FeedState.LIVE))

    assert await house.reads_anew()
    assert house.cache.status().entries == 1


async def test_the_cache_is_optimized_once_when_memory_runs_short() -> None:
    clock = FakeClock(NOW_MS)
    cache = Cache(CacheSettings(), clock)
    upkeep = CacheUpkeep(cache, clock)
    async with asyncio.TaskGroup() as group:
        task = group.create_task(cache.run())
        await settle()
        short, enough = (PipelineStatistics(at_ms=0, resident_bytes=n) for n in (MEMORY_LIMIT_BYTES + 1, 1))
        for entries, told in ((0, short), (1, short), (1, enough), (0, short)):
            await cache.get_or_set("hardly asked", lambda: asyncio.sleep(0, 1))
            await clock.advance(31)
            upkeep.note([Event(1, told)])
            assert cache.status().entries == entries
            cache.clear()
        task.cancel()
