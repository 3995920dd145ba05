"""The cache as other programs read it."""

from msgspec import Struct


class CacheStatusBody(Struct, frozen=True, kw_only=True):
    """The cache's counters since the start; `hit_rate` in percent, null while nothing was asked."""

    hits: int
    misses: int
    stale_hits: int
    joined: int
    failures: int
    evictions: int
    expirations: int
    entries: int
    limit: int
    bytes: int
    flights: int
    put_off: int
    hit_rate: float | None
