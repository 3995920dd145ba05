"""Circuit breakers as other programs read them."""

from msgspec import Struct, convert, structs

from rtp_tui.model.breakers import BreakerLimits, BreakerState, BreakerStatus
from rtp_tui.model.statistics import Percentiles


class BreakerBody(Struct, frozen=True, kw_only=True):
    """A breaker as of now; rates in percent of the window's calls."""

    name: str
    state: BreakerState
    since_ms: int
    failure_rate: float | None = None
    slow_rate: float | None = None
    calls: int = 0
    not_permitted: int = 0
    next_probe_ms: int | None = None
    time_to_probe_ms: int | None = None
    last_error: str | None = None
    concurrent: int = 0
    concurrent_limit: int | None = None
    waiting: int = 0
    rejected_full: int = 0
    retries: int = 0
    retries_denied: int = 0
    response_ms: Percentiles = Percentiles()
    limits: BreakerLimits | None = None


class OrderedBreakerBody(BreakerBody, frozen=True, kw_only=True):
    """A breaker after an order to it, with what came of the order."""

    message: str


def breaker_body(breaker: BreakerStatus, now_ms: int) -> BreakerBody:
    """A breaker under the names of the interface."""
    probe_ms = breaker.next_probe_ms
    time_to_probe_ms = None if probe_ms is None else max(0, probe_ms - now_ms)
    body = convert(breaker, BreakerBody, from_attributes=True)
    return structs.replace(body, time_to_probe_ms=time_to_probe_ms)


def ordered_breaker_body(breaker: BreakerStatus, now_ms: int, message: str) -> OrderedBreakerBody:
    """The same after an order."""
    return OrderedBreakerBody(message=message, **structs.asdict(breaker_body(breaker, now_ms)))
