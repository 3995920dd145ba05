"""Against the simplest map with times: the cache never says otherwise."""

import asyncio

from hypothesis import given
from hypothesis import strategies as st

from rtp_tui.cache.cache import Cache
from rtp_tui.cache.settings import CacheSettings
from tests.fakes import FakeClock, settle

LIMIT, TTL_S, STALE_S = 3, 10, 4
SETTINGS = CacheSettings(max_size=LIMIT, ttl_ms=TTL_S * 1000, stale_after_ms=STALE_S * 1000)

keys = st.sampled_from(["r:a", "r:b", "s:a", "s:b"])
steps = st.lists(
    st.tuples(st.just("get"), keys)
    | st.tuples(st.just("wait"), st.integers(1, 12))
    | st.tuples(st.just("forget"), st.sampled_from(["r:*", "*:a", "*"])),
    max_size=40,
)


class Model:
    """Values with the second they were stored in, in the order of their last use."""

    def __init__(self) -> None:
        self.now = 0
        self.loads = 0
        self.held: dict[str, tuple[int, int]] = {}

    def get(self, key: str) -> tuple[int, bool]:
        self.held = {k: (v, at) for k, (v, at) in self.held.items() if self.now - at < TTL_S}
        if key not in self.held:
            self._store(key)
            return self.held[key][0], False
        value, at = self.held.pop(key)
        self.held[key] = value, at
        is_stale = self.now - at > STALE_S
        if is_stale:
            self._store(key)
        return value, is_stale

    def forget(self, pattern: str) -> None:
        self.held = {key: one for key, one in self.held.items() if not _matches(key, pattern)}

    def _store(self, key: str) -> None:
        self.loads += 1
        self.held.pop(key, None)
        if len(self.held) == LIMIT:
            del self.held[next(iter(self.held))]
        self.held[key] = self.loads, self.now


def _matches(key: str, pattern: str) -> bool:
    return pattern == "*" or key.startswith(pattern[:2]) or key.endswith(pattern[1:])


@given(steps)
def test_any_order_of_asking_waiting_and_forgetting_gives_what_a_map_with_times_gives(
    taken: list[tuple[str, str | int]],
) -> None:
    async def both() -> None:
        clock, model = FakeClock(), Model()
        loads = 0

        async def load() -> int:
            nonlocal loads
            loads += 1
            return loads

        cache = Cache(SETTINGS, clock)
        async with asyncio.TaskGroup() as group:
            running = group.create_task(cache.run())
            await settle()
            for step, subject in taken:
                match step, subject:
                    case "get", str(key):
                        cached = await cache.get_or_set(key, load)
                        await settle()
                        assert (cached.value, cached.is_stale) == model.get(key)
                    case "wait", int(seconds):
                        await clock.advance(seconds)
                        model.now += seconds
                    case "forget", str(pattern):
                        cache.invalidate(pattern)
                        model.forget(pattern)
                assert cache.status().entries <= LIMIT
            assert loads == model.loads
            running.cancel()

    asyncio.run(both())


@given(st.lists(st.booleans(), min_size=1, max_size=6), st.booleans())
def test_whoever_is_cancelled_while_waiting_changes_nothing_for_the_others(
    leave: list[bool], fails: bool
) -> None:
    async def together() -> None:
        answer: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        asked = 0

        async def load() -> int:
            nonlocal asked
            asked += 1
            return await asyncio.shield(answer)

        cache = Cache(SETTINGS, FakeClock())
        async with asyncio.TaskGroup() as group:
            running = group.create_task(cache.run())
            await settle()
            callers = [asyncio.create_task(cache.get_or_set("a", load)) for _ in leave]
            await settle()
            for caller, leaves in zip(callers, leave, strict=True):
                if leaves:
                    caller.cancel()
            await settle()
            if fails:
                answer.set_exception(ValueError("down"))
            else:
                answer.set_result(7)
            outcomes = await asyncio.gather(*callers, return_exceptions=True)
            running.cancel()
        assert asked == 1
        for outcome, leaves in zip(outcomes, leave, strict=True):
            if leaves:
                assert isinstance(outcome, asyncio.CancelledError)
            elif fails:
                assert isinstance(outcome, ValueError)
            else:
                assert not isinstance(outcome, BaseException)
                assert outcome.value == 7

    asyncio.run(together())
