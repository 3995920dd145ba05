"""What can be configured of the cache."""

from msgspec import Struct


class CacheSettings(Struct, frozen=True, kw_only=True):
    """How much is kept, and for how long."""

    enabled: bool = True
    max_size: int = 1000
    """In entries."""
    ttl_ms: int = 300_000
    stale_after_ms: int = 30_000
    """A value that is older is still given at once, says that it is stale, and is fetched anew behind."""
