"""Settings of the named policies: how calls to a provider's endpoint are protected."""

from typing import Literal

from msgspec import Struct
from msgspec.structs import replace


class PolicySettings(Struct, frozen=True, kw_only=True):
    """Everything about one guarded call; the defaults fit a source that is polled once a minute."""

    window_type: Literal["count", "time"] = "count"
    """What the breaker judges by: the last `window_calls`, or the calls of the last `window_ms`."""
    window_calls: int = 20
    window_ms: int = 60_000
    minimum_calls: int = 5
    """Fewer calls in the window give no rate, and do not open the breaker."""
    failure_rate_pct: float = 50.0
    """Share of failed calls from which the breaker opens."""
    slow_rate_pct: float = 100.0
    """Share of slow calls from which the breaker opens."""
    slow_call_ms: int = 8_000
    """A call that takes longer is slow."""
    open_ms: int = 30_000
    """How long the breaker stays open the first time; each further time twice as long."""
    open_cap_ms: int = 600_000
    healthy_ms: int = 600_000
    """A breaker closed for so long starts from `open_ms` again."""
    probes: int = 2
    """Calls that a half-open breaker lets through to decide by."""

    max_attempts: int = 3
    retry_base_ms: int = 1_000
    retry_cap_ms: int = 30_000
    """The n-th retry waits a random part of `retry_base_ms` x 2^(n-1), at most this."""
    retry_after_cap_ms: int = 30_000
    """A caller does not wait for a longer Retry-After: its call ends, and the breaker opens until then."""
    freeze_cap_ms: int = 3 * 86_400_000
    """What is left of an absurd Retry-After; the longest bans that providers document last three days."""
    retry_budget_pct: float = 20.0
    """Retries are at most this share of the calls of a window."""
    retry_budget_window_ms: int = 60_000
    retry_budget_floor: int = 4
    """Retries that a window always allows: of few calls a share means nothing."""

    calls_per_minute: float | None = None
    """To all endpoints of the provider together; None: as many as are asked for."""
    burst: int = 5
    """Calls that may follow each other at once after a pause."""

    concurrency: int = 4
    """Calls under way to all endpoints of the provider together."""
    max_waiting: int = 16
    """Calls that may wait for a place, or for the rate limit; more are refused at once."""
    max_wait_ms: int = 10_000

    attempt_timeout_ms: int = 10_000
    deadline_ms: int = 60_000
    """For all attempts and waits of a call, where the caller names no other."""


DEFAULT_POLICIES: dict[str, PolicySettings] = {"default": PolicySettings(), "polled": PolicySettings()}
"""The policies that exist without any configuration; one configured under the same name replaces them."""

FALLBACK_OPEN_MS, FALLBACK_OPEN_CAP_MS = 10_000, 30_000
_MANY = 1_000
_NEVER_PCT = 101.0
"""A share that no calls reach."""


def looked_for(policy: PolicySettings) -> PolicySettings:
    """The policy of what is asked while a connection is lost: a small question each half minute shows when it is back."""
    return replace(
        policy,
        open_ms=min(policy.open_ms, FALLBACK_OPEN_MS),
        open_cap_ms=min(policy.open_cap_ms, FALLBACK_OPEN_CAP_MS),
    )


def let_through(policy: PolicySettings) -> PolicySettings:
    """The policy with little left but its timeouts: it never opens, never retries, and lets a thousand calls pass."""
    return replace(
        policy,
        failure_rate_pct=_NEVER_PCT,
        slow_rate_pct=_NEVER_PCT,
        max_attempts=1,
        freeze_cap_ms=0,
        calls_per_minute=None,
        concurrency=_MANY,
    )
