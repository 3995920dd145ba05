"""Orders to the cache say what came of them."""

import pytest

from rtp_tui.cache.cache import Cache
from rtp_tui.cache.orders import LONGEST_PATTERN, CacheOrders
from rtp_tui.cache.settings import CacheSettings
from rtp_tui.model.commands import ClearCache, OptimizeCache
from rtp_tui.model.errors import BadRequest, Unavailable
from tests.fakes import FakeClock
from tests.unit.cache.test_warming import Provider, a_running_cache


async def test_everything_or_what_a_pattern_matches_is_forgotten() -> None:
    async with a_running_cache(FakeClock()) as cache:
        for key in ("a:1", "a:2", "b:1"):
            await cache.get_or_set(key, Provider().load(key))
        orders = CacheOrders(cache)

        assert (await orders.clear(ClearCache(pattern="b:*"))).message == "cache: 1 entry forgotten"
        assert (await orders.optimize(OptimizeCache())).message == "cache: 0 entries forgotten"
        assert (await orders.clear(ClearCache())).message == "cache: 2 entries forgotten"


async def test_a_pattern_has_a_longest_length() -> None:
    with pytest.raises(BadRequest, match="at most"):
        await CacheOrders(Cache(CacheSettings(), FakeClock())).clear(
            ClearCache(pattern="*a" * LONGEST_PATTERN)
        )


async def test_a_cache_that_is_switched_off_says_so() -> None:
    for ordering in (CacheOrders(None).clear(ClearCache()), CacheOrders(None).optimize(OptimizeCache())):
        with pytest.raises(Unavailable, match="switched off"):
            await ordering
