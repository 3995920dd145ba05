"""The cache gives what is at hand, asks once for what is not, and forgets what is old."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from rtp_tui.cache.cache import MOST_REFRESHES, Cache
from rtp_tui.cache.flight import Cached
from rtp_tui.cache.settings import CacheSettings
from rtp_tui.model.statistics import CacheStatus
from tests.fakes import FakeClock, settle

SETTINGS = CacheSettings(max_size=3, ttl_ms=300_000, stale_after_ms=30_000)


class Provider:
    """Answers with the number of the question, when it is let."""

    def __init__(self) -> None:
        self.asked = 0
        self.error: Exception | None = None
        self.may_answer = asyncio.Event()
        self.may_answer.set()

    async def load(self) -> int:
        self.asked += 1
        number = self.asked
        await self.may_answer.wait()
        if self.error is not None:
            raise self.error
        return number


@asynccontextmanager
async def running(
    clock: FakeClock,
    settings: CacheSettings = SETTINGS,
    announce: Callable[[CacheStatus], None] = lambda status: None,
) -> AsyncIterator[Cache]:
    cache = Cache(settings, clock, announce)
    async with asyncio.TaskGroup() as group:
        task = group.create_task(cache.run())
        await settle()
        yield cache
        task.cancel()


def constant(value: object) -> Callable[[], Awaitable[object]]:
    async def load() -> object:
        return value

    return load


async def test_what_was_asked_for_is_at_hand_afterwards() -> None:
    clock, provider = FakeClock(), Provider()
    async with running(clock) as cache:
        first = await cache.get_or_set("a", provider.load)
        await clock.advance(29)
        second = await cache.get_or_set("a", provider.load)

    assert first == second
    assert second == Cached(1, clock.now_ms() - 29_000)
    assert provider.asked == 1
    assert (cache.status().hits, cache.status().misses, cache.status().hit_rate) == (1, 1, 50.0)


async def test_a_stale_value_is_given_at_once_and_fetched_anew_behind_by_one_flight() -> None:
    clock, provider = FakeClock(), Provider()
    async with running(clock) as cache:
        await cache.get_or_set("a", provider.load)
        await clock.advance(31)
        provider.may_answer.clear()
        stale = [await cache.get_or_set("a", provider.load) for _ in range(3)]
        await settle()
        assert provider.asked == 2
        provider.may_answer.set()
        await settle()
        fresh = await cache.get_or_set("a", provider.load)

    assert {(one.value, one.is_stale) for one in stale} == {(1, True)}
    assert (fresh.value, fresh.is_stale) == (2, False)
    assert cache.status().stale_hits == 3
    assert cache.status().hit_rate == 80.0


async def test_a_stale_value_stays_when_fetching_it_anew_fails() -> None:
    clock, provider = FakeClock(), Provider()
    async with running(clock) as cache:
        await cache.get_or_set("a", provider.load)
        await clock.advance(31)
        provider.error = ValueError("down")
        assert (await cache.get_or_set("a", provider.load)).value == 1
        await settle()
        assert (await cache.get_or_set("a", provider.load)).value == 1
        await settle()

    assert cache.status().failures == 2


async def test_a_value_is_forgotten_after_its_time_and_counted() -> None:
    clock, provider = FakeClock(), Provider()
    async with running(clock) as cache:
        await cache.get_or_set("a", provider.load)
        await cache.get_or_set("short", constant("x"), ttl_ms=2_000)
        await clock.advance(3)
        assert (cache.status().entries, cache.status().expirations) == (1, 1)
        await clock.advance(300)
        assert (await cache.get_or_set("a", provider.load)).value == 2

    assert cache.status().expirations == 2


async def test_beyond_its_size_the_least_recently_used_goes() -> None:
    async with running(FakeClock()) as cache:
        for key in "abc":
            await cache.get_or_set(key, constant(key))
        await cache.get_or_set("a", constant("never"))
        await cache.get_or_set("d", constant("d"))
        held = [(await cache.get_or_set(key, constant("anew"))).value for key in "acd"]

    assert held == ["a", "c", "d"]
    assert (cache.status().evictions, cache.status().entries, cache.status().limit) == (1, 3, 3)


async def test_all_who_ask_at_once_get_the_answer_of_one_question() -> None:
    provider = Provider()
    provider.may_answer.clear()
    async with running(FakeClock()) as cache, asyncio.TaskGroup() as group:
        callers = [group.create_task(cache.get_or_set("a", provider.load)) for _ in range(5)]
        await settle()
        assert cache.status().flights == 1
        provider.may_answer.set()

    assert {caller.result().value for caller in callers} == {1}
    assert provider.asked == 1
    assert (cache.status().misses, cache.status().joined) == (5, 4)


async def test_a_failure_is_raised_to_all_who_wait_and_the_next_one_asks_again() -> None:
    provider = Provider()
    provider.may_answer.clear()
    provider.error = ValueError("down")
    async with running(FakeClock()) as cache:
        callers = [asyncio.create_task(cache.get_or_set("a", provider.load)) for _ in range(2)]
        await settle()
        provider.may_answer.set()
        outcomes = await asyncio.gather(*callers, return_exceptions=True)
        provider.error = None
        again = await cache.get_or_set("a", provider.load)

    assert [str(outcome) for outcome in outcomes] == ["down", "down"]
    assert again.value == 2
    assert cache.status().failures == 1


async def test_a_caller_that_is_cancelled_leaves_alone() -> None:
    provider = Provider()
    provider.may_answer.clear()
    async with running(FakeClock()) as cache:
        leaving = asyncio.create_task(cache.get_or_set("a", provider.load))
        await settle()
        staying = asyncio.create_task(cache.get_or_set("a", provider.load))
        await settle()
        leaving.cancel()
        await settle()
        provider.may_answer.set()
        answer = await staying

    assert leaving.cancelled()
    assert (answer.value, provider.asked) == (1, 1)


async def test_the_answer_is_kept_though_everybody_left_and_a_failure_disturbs_nobody() -> None:
    provider = Provider()
    provider.may_answer.clear()
    async with running(FakeClock()) as cache:
        for key in ("kept", "failed"):
            leaving = asyncio.create_task(cache.get_or_set(key, provider.load))
            await settle()
            leaving.cancel()
            await settle()
            provider.may_answer.set()
            await settle()
            provider.may_answer.clear()
            provider.error = ValueError("down")
        kept = await cache.get_or_set("kept", provider.load)

    assert kept.value == 1
    assert cache.status().entries == 1


async def test_whoever_waits_when_the_cache_ends_asks_by_themselves() -> None:
    provider = Provider()
    provider.may_answer.clear()
    async with running(FakeClock()) as cache:
        caller = asyncio.create_task(cache.get_or_set("a", provider.load))
        forgotten = asyncio.create_task(cache.get_or_set("b", provider.load))
        await settle()
        cache.invalidate("b")
    await settle()
    provider.may_answer.set()

    assert {(await caller).value, (await forgotten).value} == {3, 4}
    assert cache.status().flights == 0


async def test_nothing_is_shared_or_kept_while_the_cache_does_not_run() -> None:
    provider, cache = Provider(), Cache(SETTINGS, FakeClock())
    values = [(await cache.get_or_set("a", provider.load)).value for _ in range(2)]

    assert values == [1, 2]
    assert cache.status().entries == 0


async def test_a_pattern_forgets_what_it_matches() -> None:
    async with running(FakeClock()) as cache:
        for key in ("history:bars:crypto:BTC:1m", "history:bars:crypto:ETH:1m", "other:crypto:BTC"):
            await cache.get_or_set(key, constant(key))
        assert cache.invalidate("history:*:crypto:BTC:*") == 1
        assert cache.invalidate("history:*:crypto:BTC:*") == 0
        assert cache.invalidate_below(["nothing:", "other:"]) == 1
        assert cache.status().entries == 1
        assert cache.clear() == 1
        assert cache.status().entries == 0


async def test_an_answer_to_what_was_asked_before_it_was_forgotten_is_given_and_not_kept() -> None:
    provider = Provider()
    provider.may_answer.clear()
    async with running(FakeClock()) as cache:
        before = asyncio.create_task(cache.get_or_set("a", provider.load))
        await settle()
        cache.invalidate("*")
        after = asyncio.create_task(cache.get_or_set("a", provider.load))
        await settle()
        provider.may_answer.set()
        assert ((await before).value, (await after).value) == (1, 2)
        assert (await cache.get_or_set("a", provider.load)).value == 2


async def test_optimizing_forgets_what_is_stale_and_nobody_asked_for_again() -> None:
    clock = FakeClock()
    async with running(clock) as cache:
        for key in "ab":
            await cache.get_or_set(key, constant(key))
        await cache.get_or_set("b", constant("b"))
        await clock.advance(31)
        await cache.get_or_set("c", constant("c"))

        assert cache.optimize() == 1
        assert (await cache.get_or_set("a", constant("anew"))).value == "anew"


async def test_what_somebody_asked_for_again_is_told_once_it_is_stale_most_asked_first() -> None:
    clock = FakeClock()
    async with running(clock) as cache:
        for key, times in (("a", 1), ("b", 2), ("c", 4)):
            for _ in range(times):
                await cache.get_or_set(key, constant(key))
        assert cache.asked_again() == []
        await clock.advance(31)

        assert [key for key, _ in cache.asked_again()] == ["c", "b"]


async def test_refreshing_fetches_what_is_not_fresh_and_counts_as_nobodys_question() -> None:
    clock, provider = FakeClock(), Provider()
    async with running(clock) as cache:
        fetched = [await cache.refresh("a", provider.load) for _ in range(2)]
        await clock.advance(31)
        fetched.append(await cache.refresh("a", provider.load))
        provider.error = ValueError("down")
        await clock.advance(31)
        fetched.append(await cache.refresh("a", provider.load))

    assert fetched == [True, True, True, False]
    assert provider.asked == 3
    assert cache.status().hit_rate is None


async def test_only_so_many_values_are_fetched_anew_at_a_time() -> None:
    clock, provider, keys = FakeClock(), Provider(), [str(number) for number in range(MOST_REFRESHES + 1)]
    async with running(clock, CacheSettings()) as cache:
        for key in keys:
            await cache.get_or_set(key, provider.load)
        await clock.advance(31)
        provider.may_answer.clear()
        for key in keys:
            assert (await cache.get_or_set(key, provider.load)).is_stale
        await settle()
        assert cache.status().flights == MOST_REFRESHES
        provider.may_answer.set()

    assert cache.status().put_off == 1


async def test_counters_are_told_when_they_changed() -> None:
    clock, told = FakeClock(), list[CacheStatus]()
    async with running(clock, announce=told.append) as cache:
        await clock.advance(5)
        assert len(told) == 1
        await cache.get_or_set("a", constant("value"))
        await clock.advance(5)

    assert len(told) == 2
    assert (told[-1].entries, told[-1].limit) == (1, 3)
    assert told[-1].bytes == len("value") + 1


async def test_a_final_value_is_not_asked_for_again_while_it_is_kept() -> None:
    clock, provider = FakeClock(), Provider()
    async with running(clock) as cache:
        await cache.get_or_set("a", provider.load, is_final=True)
        await clock.advance(250)
        later = await cache.get_or_set("a", provider.load, is_final=True)
        await settle()
        asked_again = cache.asked_again()

    assert (later.value, later.is_stale, provider.asked, asked_again) == (1, False, 1, [])


async def test_a_final_value_that_nobody_asked_for_again_goes_when_memory_is_short() -> None:
    clock, provider = FakeClock(), Provider()
    async with running(clock) as cache:
        await cache.get_or_set("a", provider.load, is_final=True)
        await clock.advance(31)
        assert cache.optimize() == 1


async def test_what_is_forgotten_while_it_is_asked_for_is_not_kept() -> None:
    clock, provider = FakeClock(), Provider()
    async with running(clock) as cache, asyncio.TaskGroup() as group:
        provider.may_answer.clear()
        waiting = group.create_task(cache.get_or_set("a", provider.load))
        await settle()
        cache.forget("a")
        provider.may_answer.set()
        assert (await waiting).value == 1
        assert (await cache.get_or_set("a", provider.load)).value == 2
