"""How a call ended, as far as its protection is concerned, and what a guard refuses calls with."""

from enum import StrEnum

from msgspec import Struct


class Verdict(StrEnum):
    """What a call says about its endpoint."""

    SUCCESS = "success"
    FAILURE = "failure"
    """The endpoint did not do its part; counts against it."""
    IGNORED = "ignored"
    """Says nothing about the endpoint: a cancellation, or a question that was wrong."""
    DENIED = "denied"
    """The endpoint works and refuses us: needs a person's attention, neither a retry nor a breaker."""


class Outcome(Struct, frozen=True):
    """How a call ended; what `classify` makes of an error."""

    verdict: Verdict
    is_retryable: bool = False
    """Asking the same again may help. Of 4xx answers only 408, 425 and 429."""
    retry_after_s: float | None = None
    """How long the provider asks us to stay away; from its `Retry-After`."""


class NotPermitted(Exception):
    """A guard did not let a call through, or not to its end. Never followed by another attempt."""

    def __init__(self, name: str, message: str) -> None:
        super().__init__(f"{name}: {message}")
        self.name = name


class CircuitOpen(NotPermitted):
    """The breaker is open: `next_probe_ms` is when it tries again, None where a person decides that."""

    def __init__(self, name: str, next_probe_ms: int | None) -> None:
        super().__init__(name, "circuit open")
        self.next_probe_ms = next_probe_ms


class BulkheadFull(NotPermitted):
    """All places are taken, and there was no room to wait or no place came free in time."""


class Throttled(NotPermitted):
    """The rate limit, or the provider's own wish, allows no call within the time there is."""


class DeadlinePassed(NotPermitted):
    """The caller's time is over; an attempt that was under way was cut short."""


class AttemptTimedOut(TimeoutError):
    """One attempt took longer than the policy gives it; a failure of the endpoint, tried again."""
