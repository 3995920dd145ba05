"""Stops calling what keeps failing, and asks with a few calls whether it works again.

Pure: it is told the time, in monotonic seconds. The states and the two rates are those of resilience4j,
https://resilience4j.readme.io/docs/circuitbreaker; beyond it, the open time grows, a `Retry-After`
prolongs it, and calls that began in an earlier state have no say in the present one.
"""

from collections.abc import Callable
from typing import NewType

from rtp_tui.model.breakers import BreakerState
from rtp_tui.resilience.settings import PolicySettings
from rtp_tui.resilience.window import Counts, CountWindow, TimeWindow, Window

Permit = NewType("Permit", int)
"""Leave for one call; must come back once, through `record` or `release`."""

JITTER_SHARE = 0.1
"""Breakers that opened together try again up to a tenth earlier than asked, so not all at once."""

_DECIDED_BY_HAND = frozenset({BreakerState.FORCED_OPEN, BreakerState.FORCED_CLOSED})


class CircuitBreaker:
    """One endpoint's breaker; `jitter` gives numbers in [0, 1)."""

    def __init__(self, policy: PolicySettings, jitter: Callable[[], float], now_s: float) -> None:
        self.state = BreakerState.CLOSED
        self.open_until_s = now_s
        """When an open breaker tries again."""
        self.not_permitted = 0
        """Calls refused since the start."""
        self._policy = policy
        self._slow_s = policy.slow_call_ms / 1000
        self._jitter = jitter
        self._period = 0
        """Grows with each change of state; the calls of an earlier one no longer count."""
        self._closed_at_s = now_s
        self._openings = 0
        self._probes_out = 0
        """Probes of this half-open period that were let through and not released."""
        self._window = self._new_window()

    def admit(self, now_s: float) -> Permit | None:
        """Leave for a call, or None: the call must not be made."""
        self.advance(now_s)
        if self.state in (BreakerState.CLOSED, BreakerState.FORCED_CLOSED):
            return Permit(self._period)
        if self.state is BreakerState.HALF_OPEN and self._probes_out < self._policy.probes:
            self._probes_out += 1
            return Permit(self._period)
        self.not_permitted += 1
        return None

    def advance(self, now_s: float) -> None:
        """Let time pass: an open breaker whose time is over becomes half-open."""
        if self.state is BreakerState.OPEN and now_s >= self.open_until_s:
            self._enter(BreakerState.HALF_OPEN)
            self._probes_out = 0
            self._window = CountWindow(self._policy.probes)

    def is_current(self, permit: Permit) -> bool:
        """The breaker has not changed its state since it gave this permit."""
        return permit == self._period

    def record(self, permit: Permit, *, failed: bool, took_s: float, now_s: float) -> None:
        """Count a call that has ended, and decide."""
        if permit != self._period:
            return
        counts = self._window.add(failed, took_s > self._slow_s, now_s)
        if self.state is BreakerState.CLOSED:
            if self._is_too_bad(counts):
                self._open(now_s)
        elif self.state is BreakerState.HALF_OPEN and counts.calls >= self._policy.probes:
            if self._is_too_bad(counts):
                self._open(now_s)
            else:
                self._close(now_s)

    def release(self, permit: Permit) -> None:
        """Take back a call that says nothing about the endpoint; its probe may be used again."""
        if permit == self._period and self.state is BreakerState.HALF_OPEN:
            self._probes_out -= 1

    def hold_until(self, moment_s: float) -> None:
        """Do not try before this moment, whenever the breaker opens: the provider asked for it."""
        self.open_until_s = max(self.open_until_s, moment_s)

    def trip(self, now_s: float) -> None:
        """Open at once, whatever the rates are; a forced state stays."""
        if self.state in (BreakerState.CLOSED, BreakerState.HALF_OPEN):
            self._open(now_s)

    def force(self, state: BreakerState) -> None:
        """Stay open, or closed, until `reset`. Raises ValueError for a state that cannot be forced."""
        if state not in _DECIDED_BY_HAND:
            raise ValueError(f"{state} cannot be forced")
        self._enter(state)
        if state is BreakerState.FORCED_CLOSED:
            self._window = self._new_window()

    def reset(self, now_s: float) -> None:
        """Begin anew: closed, nothing remembered, the shortest open time."""
        self.open_until_s = now_s
        self._openings = 0
        self._close(now_s)

    def counts(self, now_s: float) -> Counts:
        """The calls that the breaker judges by."""
        return self._window.counts(now_s)

    def rates_pct(self, now_s: float) -> tuple[float, float] | None:
        """The shares of failed and of slow calls; None where there are too few to judge."""
        counts = self.counts(now_s)
        if counts.calls < self._calls_needed():
            return None
        return 100 * counts.failed / counts.calls, 100 * counts.slow / counts.calls

    def _is_too_bad(self, counts: Counts) -> bool:
        if counts.calls < self._calls_needed():
            return False
        policy = self._policy
        failed_pct, slow_pct = 100 * counts.failed / counts.calls, 100 * counts.slow / counts.calls
        return failed_pct >= policy.failure_rate_pct or slow_pct >= policy.slow_rate_pct

    def _calls_needed(self) -> int:
        """The probes decide also where they are fewer than the minimum; a short window cannot hold more."""
        policy = self._policy
        if self.state is BreakerState.HALF_OPEN:
            return policy.probes
        return (
            min(policy.minimum_calls, policy.window_calls)
            if policy.window_type == "count"
            else policy.minimum_calls
        )

    def _open(self, now_s: float) -> None:
        was_healthy = now_s - self._closed_at_s >= self._policy.healthy_ms / 1000
        if self.state is BreakerState.CLOSED and was_healthy:
            self._openings = 0
        self.hold_until(now_s + self._open_s())
        self._openings += 1
        self._enter(BreakerState.OPEN)

    def _open_s(self) -> float:
        policy = self._policy
        full_ms: float = min(policy.open_cap_ms, policy.open_ms * 2.0 ** min(self._openings, 30))
        return full_ms / 1000 * (1 - JITTER_SHARE * self._jitter())

    def _close(self, now_s: float) -> None:
        self._closed_at_s = now_s
        self._window = self._new_window()
        self._enter(BreakerState.CLOSED)

    def _enter(self, state: BreakerState) -> None:
        self.state = state
        self._period += 1

    def _new_window(self) -> Window:
        if self._policy.window_type == "count":
            return CountWindow(self._policy.window_calls)
        return TimeWindow(self._policy.window_ms / 1000)
