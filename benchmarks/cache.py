"""What an answer that is at hand costs, next to a dictionary and to the question itself."""

import asyncio
import time
from collections.abc import Awaitable, Callable

from benchmarks.figures import Goal, machine, report
from rtp_tui.cache.cache import Cache
from rtp_tui.cache.settings import CacheSettings
from rtp_tui.clock import SystemClock

ROUNDS, CALLS, KEYS = 15, 20_000, 1_000


async def answer() -> int:
    """The question itself."""
    return 1


async def bare_us(names: list[str]) -> float:
    """Microseconds to ask, with nothing in between."""
    return await _each_us(names, lambda name: answer())


async def dictionary_us(names: list[str]) -> float:
    """Microseconds to look a value up in a dictionary, behind a coroutine as the cache is."""
    known = dict.fromkeys(names, 1)

    async def look_up(name: str) -> int:
        return known[name]

    return await _each_us(names, look_up)


async def hit_us(names: list[str]) -> float:
    """Microseconds to get what is at hand and fresh."""
    async with asyncio.TaskGroup() as group:
        cache = Cache(CacheSettings(max_size=KEYS), SystemClock())
        running = group.create_task(cache.run())
        await asyncio.sleep(0)
        for name in names:
            await cache.get_or_set(name, answer)
        cost = await _each_us(names, lambda name: cache.get_or_set(name, answer))
        assert cache.status().misses == len(names)
        running.cancel()
    return cost


async def miss_us(names: list[str]) -> float:
    """Microseconds to ask through a full cache that has to give up an entry for each answer."""
    async with asyncio.TaskGroup() as group:
        cache = Cache(CacheSettings(max_size=len(names) // 2), SystemClock())
        running = group.create_task(cache.run())
        await asyncio.sleep(0)
        for name in names:
            await cache.get_or_set(name, answer)
        cost = await _each_us(names, lambda name: cache.get_or_set(name, answer))
        assert not cache.status().hits
        running.cancel()
    return cost


async def _each_us(names: list[str], ask: Callable[[str], Awaitable[object]]) -> float:
    began = time.perf_counter()
    for turn in range(CALLS):
        await ask(names[turn % len(names)])
    return (time.perf_counter() - began) / CALLS * 1e6


def main() -> None:
    """Print the cost of an answer: asked for, looked up, at hand, and missed."""
    print(machine())
    names = [f"history:bars:crypto:{number}:1m" for number in range(KEYS)]
    for name, measure, goal in (
        ("bare question", bare_us, None),
        ("dictionary", dictionary_us, None),
        ("hit", hit_us, Goal(10, "µs")),
        ("miss, with an eviction", miss_us, None),
    ):
        costs = [asyncio.run(measure(names)) for _ in range(ROUNDS)]
        report(f"one of {KEYS:,} answers: {name}", costs, "µs", goal)


if __name__ == "__main__":
    main()
