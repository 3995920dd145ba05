"""Orders to the cache, and their refusal where there is none."""

from rtp_tui.cache.cache import Cache
from rtp_tui.model.commands import ClearCache, Done, OptimizeCache
from rtp_tui.model.errors import BadRequest, Unavailable

LONGEST_PATTERN = 200


class CacheOrders:
    """Carries out what an operator asks of the cache."""

    def __init__(self, cache: Cache | None) -> None:
        self._cache = cache

    async def clear(self, command: ClearCache) -> Done:
        """Forget everything, or what a pattern matches. Raises Failed."""
        pattern = command.pattern
        if pattern is not None and len(pattern) > LONGEST_PATTERN:
            raise BadRequest(f"pattern: it has at most {LONGEST_PATTERN} characters")
        cache = self._switched_on()
        return _forgotten(cache.clear() if pattern is None else cache.invalidate(pattern))

    async def optimize(self, command: OptimizeCache) -> Done:
        """Forget what is least worth its place. Raises Failed."""
        return _forgotten(self._switched_on().optimize())

    def _switched_on(self) -> Cache:
        if self._cache is None:
            raise Unavailable("nothing is cached: the cache is switched off (cache.enabled)")
        return self._cache


def _forgotten(entries: int) -> Done:
    return Done(message=f"cache: {entries} {'entry' if entries == 1 else 'entries'} forgotten")
