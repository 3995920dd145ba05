"""Warming up fetches what is named, the important first, within its bounds."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

from rtp_tui.cache.cache import Cache
from rtp_tui.cache.entries import Load
from rtp_tui.cache.settings import CacheSettings
from rtp_tui.cache.warming import BUDGET_S, CONCURRENCY, MOST_LOADS, Warmer, WarmUp, asked_again
from rtp_tui.jobs.warmup import WarmupJob
from rtp_tui.model.instrument import Priority
from rtp_tui.model.jobs import Progress
from rtp_tui.scheduling.settings import JobSettings
from tests.fakes import FakeClock, settle


class Provider:
    """Notes what is asked for; answers when it is let."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.may_answer = asyncio.Event()
        self.may_answer.set()
        self.broken: set[str] = set()

    def load(self, key: str) -> Load:
        async def answer() -> object:
            self.asked.append(key)
            await self.may_answer.wait()
            if key in self.broken:
                raise ValueError("down")
            return key

        return answer

    def warm_ups(self, keys: Iterable[str], priority: Priority = Priority.MEDIUM) -> list[WarmUp]:
        return [WarmUp(key, self.load(key), priority) for key in keys]


@asynccontextmanager
async def a_running_cache(clock: FakeClock) -> AsyncIterator[Cache]:
    cache = Cache(CacheSettings(), clock)
    async with asyncio.TaskGroup() as group:
        task = group.create_task(cache.run())
        await settle()
        yield cache
        task.cancel()


def ignore(_fresh: int, _total: int) -> None:
    """Nobody wants to know."""


async def test_the_most_important_values_are_fetched_first_and_each_once() -> None:
    clock, provider = FakeClock(), Provider()
    async with a_running_cache(clock) as cache:
        strategies = [
            lambda: provider.warm_ups(["l1", "h2"], Priority.LOW),
            lambda: provider.warm_ups(["m1"]),
            lambda: provider.warm_ups(["h1", "h2"], Priority.HIGH),
        ]
        assert await Warmer(cache, clock, strategies).warm(ignore) == (4, 4)
        await cache.get_or_set("m1", provider.load("m1"))

    assert provider.asked == ["h1", "h2", "m1", "l1"]
    assert cache.status().hits == 1


async def test_what_is_fresh_is_not_fetched_and_what_fails_does_not_stop_the_others() -> None:
    clock, provider = FakeClock(), Provider()
    provider.broken = {"b"}
    async with a_running_cache(clock) as cache:
        await cache.get_or_set("a", provider.load("a"))
        warmer = Warmer(cache, clock, [lambda: provider.warm_ups("abc")])
        assert await warmer.warm(ignore) == (2, 3)

    assert provider.asked == ["a", "b", "c"]


async def test_only_so_many_values_are_fetched_at_once_and_in_all() -> None:
    clock, provider = FakeClock(), Provider()
    provider.may_answer.clear()
    async with a_running_cache(clock) as cache:
        keys = [str(number) for number in range(MOST_LOADS + 5)]
        warming = asyncio.create_task(Warmer(cache, clock, [lambda: provider.warm_ups(keys)]).warm(ignore))
        await settle()
        assert len(provider.asked) == CONCURRENCY
        provider.may_answer.set()
        assert await warming == (MOST_LOADS, MOST_LOADS)

    assert len(provider.asked) == MOST_LOADS


async def test_a_warm_up_ends_within_its_time() -> None:
    clock, provider = FakeClock(), Provider()
    provider.may_answer.clear()
    async with a_running_cache(clock) as cache:
        warming = asyncio.create_task(Warmer(cache, clock, [lambda: provider.warm_ups("ab")]).warm(ignore))
        await clock.advance(BUDGET_S + 1)
        assert await warming == (0, 2)


async def test_the_job_keeps_warm_what_is_asked_for_again_and_tells_how_far_it_is() -> None:
    clock, provider, reports = FakeClock(), Provider(), list[Progress]()
    async with a_running_cache(clock) as cache:
        job = WarmupJob(Warmer(cache, clock, [asked_again(cache)]))
        for key in ("once", "twice", "twice"):
            await cache.get_or_set(key, provider.load(key))
        await clock.advance(31)
        done = await job.run(JobSettings(id="cache-warmup", kind="warmup"), reports.append)
        again = await cache.get_or_set("twice", provider.load("twice"))

    assert done == Progress(1, 1)
    assert reports == [Progress(1, 1)]
    assert not again.is_stale
    assert provider.asked == ["once", "twice", "twice"]
