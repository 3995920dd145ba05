"""Warming up: what will be asked for is fetched before it is, the most important first."""

from asyncio import TaskGroup
from collections import deque
from collections.abc import Callable, Iterable, Sequence

from msgspec import Struct

from rtp_tui.cache.cache import Cache
from rtp_tui.cache.entries import Load
from rtp_tui.clock import Clock
from rtp_tui.model.instrument import Priority

CONCURRENCY = 4
MOST_LOADS = 100
BUDGET_S = 20.0
"""One warm-up ends within this time, whatever is left."""

_RANK = {Priority.HIGH: 0, Priority.MEDIUM: 1, Priority.LOW: 2}


class WarmUp(Struct, frozen=True):
    """A value that should be at hand."""

    key: str
    load: Load
    priority: Priority = Priority.MEDIUM


Strategy = Callable[[], Iterable[WarmUp]]
"""Names what should be at hand now."""


class Warmer:
    """Keeps warm what its strategies name: at most so many values, so many at once, for so long."""

    def __init__(self, cache: Cache, clock: Clock, strategies: Sequence[Strategy]) -> None:
        self._cache = cache
        self._clock = clock
        self._strategies = strategies

    async def warm(self, advance: Callable[[int, int], None]) -> tuple[int, int]:
        """Fetch what is named and not fresh; of how many how many now are. `advance` is told both as they grow."""
        wanted = self._wanted()
        warming = _Warming(self._cache, wanted, advance)
        try:
            async with self._clock.timeout(BUDGET_S), TaskGroup() as group:
                for _ in range(CONCURRENCY):
                    group.create_task(warming.work())
        except TimeoutError:
            pass
        return warming.fresh, len(wanted)

    def _wanted(self) -> list[WarmUp]:
        named = [warm_up for strategy in self._strategies for warm_up in strategy()]
        named.sort(key=lambda one: _RANK[one.priority])
        unique: dict[str, WarmUp] = {}
        for warm_up in named:
            unique.setdefault(warm_up.key, warm_up)
        return list(unique.values())[:MOST_LOADS]


class _Warming:
    """One warm-up under way."""

    def __init__(self, cache: Cache, wanted: Sequence[WarmUp], advance: Callable[[int, int], None]) -> None:
        self.fresh = 0
        self._cache = cache
        self._todo = deque(wanted)
        self._total = len(wanted)
        self._advance = advance

    async def work(self) -> None:
        while self._todo:
            warm_up = self._todo.popleft()
            is_fresh = await self._cache.refresh(warm_up.key, warm_up.load)
            self.fresh += is_fresh
            self._advance(self.fresh, self._total)


def asked_again(cache: Cache) -> Strategy:
    """What somebody got from the cache and would now get stale: whoever asked will ask again."""
    return lambda: [WarmUp(key, load, Priority.LOW) for key, load in cache.asked_again()]
