"""A provider's endpoint, called safely.

From outside to inside: deadline > retry > breaker > rate limit > bulkhead > attempt timeout.

- The deadline is the caller's, so it bounds everything: attempts, pauses and waits.
- Retry is outside the breaker, so that each attempt is judged, and none is made once it has opened.
- The breaker comes before the rate limit: what is refused must not use up quota.
- The rate limit comes before the bulkhead: who waits for quota must not hold a place.
- The timeout is innermost: it and the slow-call rate measure the endpoint, not our queues.
"""

from collections import deque
from collections.abc import Awaitable, Callable
from functools import partial
from random import Random
from typing import TypeVar

from rtp_tui.clock import Clock
from rtp_tui.model.breakers import BreakerLimits, BreakerState, BreakerStatus
from rtp_tui.model.commands import BreakerAction
from rtp_tui.model.percentiles import percentiles
from rtp_tui.resilience.circuit_breaker import CircuitBreaker, Permit
from rtp_tui.resilience.lane import Lane
from rtp_tui.resilience.outcome import (
    AttemptTimedOut,
    CircuitOpen,
    DeadlinePassed,
    NotPermitted,
    Outcome,
    Verdict,
)
from rtp_tui.resilience.retry import Retry
from rtp_tui.resilience.settings import PolicySettings
from rtp_tui.text import words_of

ResultT = TypeVar("ResultT")
Classify = Callable[[Exception], Outcome]
"""What an error of the work says about the endpoint; those who know the errors hand it in."""

SUCCESS = Outcome(Verdict.SUCCESS)
UNDECIDED = Outcome(Verdict.IGNORED)
TIMED_OUT = Outcome(Verdict.FAILURE, is_retryable=True)
TIMER_RESOLUTION_S = 0.001
"""Timers end up to so much early."""
MOMENT_TOLERANCE_MS = 250
RESPONSES_KEPT = 200

_COUNTED = (Verdict.SUCCESS, Verdict.FAILURE)
_RETRIES = (BreakerState.CLOSED, BreakerState.FORCED_CLOSED)


class Guard:
    """One endpoint's protection; announces each change of the breaker's state at once.

    Changed figures are announced by `refresh`, which is to be called about once a second.
    """

    def __init__(
        self,
        name: str,
        policy: PolicySettings,
        clock: Clock,
        announce: Callable[[BreakerStatus], None],
        classify: Classify,
        rng: Random,
        *,
        lane: Lane | None = None,
        policy_name: str = "default",
    ) -> None:
        now_s = clock.monotonic()
        self.name = name
        self.breaker = CircuitBreaker(policy, rng.random, now_s)
        self.lane = lane or Lane(policy, now_s)
        self._retry = Retry(policy, clock, rng)
        self._policy = policy
        self._clock = clock
        self._announce = announce
        self._classify = classify
        self._limits = _limits(policy_name, policy)
        self._last_error: str | None = None
        self.is_used = False
        self._state = self.breaker.state
        self._since_ms = clock.now_ms()
        self._probe_at = _WallMoment()
        self._announced: BreakerStatus | None = None
        self._responses_ms: deque[float] = deque(maxlen=RESPONSES_KEPT)

    async def call(
        self, work: Callable[[], Awaitable[ResultT]], *, deadline_s: float | None = None
    ) -> ResultT:
        """Do the work, or refuse it; `deadline_s` is for all of it, the policy's when not given.

        Raises CircuitOpen, Throttled, BulkheadFull, DeadlinePassed (all NotPermitted), AttemptTimedOut,
        or what the work raised last.
        """
        self.is_used = True
        patience_s = self._policy.deadline_ms / 1000 if deadline_s is None else deadline_s
        until_s = self._clock.monotonic() + patience_s
        return await self._retry.run(partial(self._attempt, work, until_s), self._patience_s, until_s)

    def control(self, action: BreakerAction) -> None:
        """Force the breaker open or closed, or begin anew, which also ends a pause the provider asked for."""
        now_s = self._clock.monotonic()
        if action is BreakerAction.RESET:
            self.breaker.reset(now_s)
            self.lane.limiter.unfreeze(now_s)
        else:
            is_open = action is BreakerAction.OPEN
            self.breaker.force(BreakerState.FORCED_OPEN if is_open else BreakerState.FORCED_CLOSED)
        self._follow_state()

    def rest(self) -> None:
        """Nobody asks any more: what an open breaker found will say nothing of the next time. A forced one stays."""
        if self.breaker.state in (BreakerState.OPEN, BreakerState.HALF_OPEN):
            self.breaker.reset(self._clock.monotonic())
            self._follow_state()

    def refresh(self) -> None:
        """Let time pass for the breaker, and announce what has changed since the last announcement."""
        self.breaker.advance(self._clock.monotonic())
        self._follow_state()
        if (status := self.status()) != self._announced:
            self._tell(status)

    def status(self) -> BreakerStatus:
        """The breaker and the calls through it, as of now."""
        now_s = self._clock.monotonic()
        breaker, bulkhead, limiter = self.breaker, self.lane.bulkhead, self.lane.limiter
        failure_rate, slow_rate = breaker.rates_pct(now_s) or (None, None)
        return BreakerStatus(
            name=self.name,
            state=breaker.state,
            since_ms=self._since_ms,
            failure_rate=failure_rate,
            slow_rate=slow_rate,
            calls=breaker.counts(now_s).calls,
            not_permitted=breaker.not_permitted,
            next_probe_ms=self._next_probe_ms(),
            last_error=self._last_error,
            concurrent=bulkhead.in_use,
            concurrent_limit=bulkhead.limit,
            waiting=bulkhead.waiting + limiter.waiting,
            rejected_full=bulkhead.rejected + limiter.rejected,
            retries=self._retry.retries,
            retries_denied=self._retry.denied,
            response_ms=percentiles(self._responses_ms),
            limits=self._limits,
        )

    async def _attempt(self, work: Callable[[], Awaitable[ResultT]], until_s: float) -> ResultT:
        permit = self._admitted()
        try:
            await self._take_turn(until_s)
        except BaseException:
            # Whatever ends the wait, be it a cancellation: a permit that stays out is a probe less for good.
            self.breaker.release(permit)
            raise
        try:
            if not self.breaker.is_current(permit):
                permit = self._admitted()
            return await self._judged(work, permit, until_s)
        finally:
            self.lane.leave()

    def _admitted(self) -> Permit:
        now_s = self._clock.monotonic()
        self._heed(self.lane.limiter.frozen_until_s, now_s)
        permit = self.breaker.admit(now_s)
        self._follow_state()
        if permit is None:
            raise CircuitOpen(self.name, self._next_probe_ms())
        return permit

    async def _take_turn(self, until_s: float) -> None:
        await self.lane.limiter.acquire(self.name, self._clock, self._wait_s(until_s))
        await self.lane.enter(self.name, self._clock, self._wait_s(until_s))

    def _wait_s(self, until_s: float) -> float:
        """How long a call may wait for its turn. Raises DeadlinePassed."""
        left_s = until_s - self._clock.monotonic()
        if left_s <= 0:
            raise DeadlinePassed(self.name, "deadline passed before the call began")
        return min(left_s, self._policy.max_wait_ms / 1000)

    async def _judged(
        self, work: Callable[[], Awaitable[ResultT]], permit: Permit, until_s: float
    ) -> ResultT:
        """Do the work in its time, and let the breaker know how it ended."""
        began_s = self._clock.monotonic()
        timeout_s = self._policy.attempt_timeout_ms / 1000
        outcome = UNDECIDED
        try:
            async with self._clock.timeout(min(timeout_s, until_s - began_s)):
                result = await work()
            outcome = SUCCESS
            return result
        except TimeoutError as error:
            outcome, failure = self._cut_short(error, began_s, until_s)
            self._last_error = words_of(failure)
            raise failure from None
        except Exception as error:
            # Every error says something about the endpoint: what, is for those to say who know the errors.
            outcome = self._classify(error)
            self._last_error = words_of(error)
            raise
        finally:
            self._note(outcome, permit, began_s)

    def _cut_short(self, error: TimeoutError, began_s: float, until_s: float) -> tuple[Outcome, Exception]:
        """Whose time was over: an endpoint is not blamed for time that the caller did not give it."""
        timeout_s = self._policy.attempt_timeout_ms / 1000
        took_s = self._clock.monotonic() - began_s
        if took_s < min(timeout_s, until_s - began_s) - TIMER_RESOLUTION_S:
            return TIMED_OUT, error
        if until_s - began_s >= timeout_s:
            return TIMED_OUT, AttemptTimedOut(f"{self.name}: no answer within {timeout_s:g} s")
        was_slow = took_s > self._policy.slow_call_ms / 1000
        late = DeadlinePassed(self.name, f"deadline passed after {took_s:.1f} s")
        return TIMED_OUT if was_slow else UNDECIDED, late

    def _note(self, outcome: Outcome, permit: Permit, began_s: float) -> None:
        now_s = self._clock.monotonic()
        if (asked_s := self._asked_s(outcome)) > 0:
            self.lane.limiter.freeze(now_s + asked_s)
            self.breaker.hold_until(now_s + asked_s)
        if outcome.verdict in _COUNTED:
            self._responses_ms.append((now_s - began_s) * 1000)
            failed = outcome.verdict is Verdict.FAILURE
            self.breaker.record(permit, failed=failed, took_s=now_s - began_s, now_s=now_s)
        else:
            self.breaker.release(permit)
        self._heed(now_s + asked_s, now_s)
        self._follow_state()

    def _heed(self, frozen_until_s: float, now_s: float) -> None:
        """Open, and so show it, where the provider asked for more patience than a caller has."""
        if frozen_until_s - now_s > self._policy.retry_after_cap_ms / 1000 + TIMER_RESOLUTION_S:
            self.breaker.hold_until(frozen_until_s)
            self.breaker.trip(now_s)

    def _asked_s(self, outcome: Outcome) -> float:
        """The provider's Retry-After, within reason; 0 where it asked for nothing."""
        if outcome.retry_after_s is None:
            return 0.0
        return min(max(0.0, outcome.retry_after_s), self._policy.freeze_cap_ms / 1000)

    def _patience_s(self, error: Exception) -> float | None:
        """See `Patience`: never inside a breaker that is not closed, nor longer than a caller can wait."""
        if isinstance(error, NotPermitted) or self.breaker.state not in _RETRIES:
            return None
        outcome = TIMED_OUT if isinstance(error, TimeoutError) else self._classify(error)
        asked_s = self._asked_s(outcome)
        is_hopeless = not outcome.is_retryable or outcome.verdict is not Verdict.FAILURE
        return None if is_hopeless or asked_s > self._policy.retry_after_cap_ms / 1000 else asked_s

    def _next_probe_ms(self) -> int | None:
        if self.breaker.state is not BreakerState.OPEN:
            return None
        return self._probe_at.unix_ms(self.breaker.open_until_s, self._clock)

    def _follow_state(self) -> None:
        if self.breaker.state is not self._state:
            self._state = self.breaker.state
            self._since_ms = self._clock.now_ms()
            self._tell(self.status())

    def _tell(self, status: BreakerStatus) -> None:
        self._announced = status
        self._announce(status)


class _WallMoment:
    """A monotonic moment as Unix time, which does not tremble by what two clocks differ in a reading."""

    def __init__(self) -> None:
        self._unix_ms = 0

    def unix_ms(self, moment_s: float, clock: Clock) -> int:
        unix_ms = clock.now_ms() + round((moment_s - clock.monotonic()) * 1000)
        if abs(unix_ms - self._unix_ms) > MOMENT_TOLERANCE_MS:
            self._unix_ms = unix_ms
        return self._unix_ms


def _limits(policy_name: str, policy: PolicySettings) -> BreakerLimits:
    by_count = policy.window_type == "count"
    return BreakerLimits(
        policy=policy_name,
        window=f"the last {policy.window_calls} calls"
        if by_count
        else f"calls of the last {policy.window_ms / 1000:g} s",
        minimum_calls=policy.minimum_calls,
        failure_rate=policy.failure_rate_pct,
        slow_rate=policy.slow_rate_pct,
        slow_call_ms=policy.slow_call_ms,
        open_ms=policy.open_ms,
        open_cap_ms=policy.open_cap_ms,
        probes=policy.probes,
    )
