"""Circuit breakers: what protects a provider's endpoint, and us from it."""

from enum import StrEnum
from typing import ClassVar

from msgspec import Struct

from rtp_tui.model.statistics import Percentiles
from rtp_tui.model.topics import Topic


class BreakerState(StrEnum):
    """Whether calls go through."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"
    FORCED_OPEN = "forced_open"
    FORCED_CLOSED = "forced_closed"


class BreakerLimits(Struct, frozen=True, kw_only=True):
    """What a breaker goes by: the figures of its policy."""

    policy: str
    window: str
    """Which calls it judges by, in words: `the last 20 calls`, `calls of the last 60 s`."""
    minimum_calls: int
    """Fewer in the window do not open it."""
    failure_rate: float
    """Percent from which it opens."""
    slow_rate: float
    slow_call_ms: int
    """A call that takes longer is slow."""
    open_ms: int
    """How long it stays open the first time; each further time twice as long, up to `open_cap_ms`."""
    open_cap_ms: int
    probes: int
    """Calls that it decides by while it is half open."""


class BreakerStatus(Struct, frozen=True, kw_only=True, tag="breaker"):
    """A breaker as of now; announced when its state changes, and while calls are made."""

    topic: ClassVar[Topic] = Topic.BREAKER

    name: str
    """The provider's endpoint: `coingecko/prices`."""
    state: BreakerState
    since_ms: int
    failure_rate: float | None = None
    """Percent of the window's calls; None below the minimum number of calls."""
    slow_rate: float | None = None
    calls: int = 0
    """In the window."""
    not_permitted: int = 0
    """Refused since the start."""
    next_probe_ms: int | None = None
    """When the open breaker lets a probe through, Unix milliseconds."""
    last_error: str | None = None
    concurrent: int = 0
    """Calls under way."""
    concurrent_limit: int | None = None
    waiting: int = 0
    rejected_full: int = 0
    """Calls that found neither a place nor room to wait."""
    retries: int = 0
    """Attempts after the first, since the start."""
    retries_denied: int = 0
    """Attempts that the retry budget did not allow, since the start."""
    response_ms: Percentiles = Percentiles()
    """How long the newest 200 calls took that were let through, as the provider is concerned."""
    limits: BreakerLimits | None = None
