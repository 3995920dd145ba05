"""Trying again: when it may help, after a pause, a bounded number of times, within a budget.

Full jitter: https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
Retry budgets: https://sre.google/sre-book/handling-overload/
"""

from collections.abc import Awaitable, Callable
from random import Random
from typing import TypeVar

from tenacity import AsyncRetrying, RetryCallState, retry_if_exception

from rtp_tui.clock import Clock
from rtp_tui.resilience.settings import PolicySettings
from rtp_tui.resilience.window import RollingCount

ResultT = TypeVar("ResultT")
Patience = Callable[[Exception], float | None]
"""Seconds that must pass at least before the next attempt; None: another attempt is no use."""


class RetryBudget:
    """Retries are at most a share of the calls of a window, so that they cannot double an outage's load."""

    def __init__(self, share_pct: float, window_s: float, floor: int) -> None:
        self.denied = 0
        """Retries that the budget did not allow, since the start."""
        self._share = share_pct / 100
        self._floor = floor
        self._calls = RollingCount(window_s)
        self._retries = RollingCount(window_s)

    def count_call(self, now_s: float) -> None:
        """One more call was asked for, whatever its attempts will be."""
        self._calls.add(now_s)

    def spend(self, now_s: float) -> bool:
        """Take one retry out of the budget; False: there is none left."""
        allowed = max(self._floor, int(self._share * self._calls.total(now_s)))
        if self._retries.total(now_s) >= allowed:
            self.denied += 1
            return False
        self._retries.add(now_s)
        return True


class Retry:
    """Makes the attempts of a call, waiting in between through the clock it is given."""

    def __init__(self, policy: PolicySettings, clock: Clock, rng: Random) -> None:
        self.retries = 0
        """Attempts after the first, since the start."""
        self.budget = RetryBudget(
            policy.retry_budget_pct, policy.retry_budget_window_ms / 1000, policy.retry_budget_floor
        )
        self._policy = policy
        self._clock = clock
        self._rng = rng

    @property
    def denied(self) -> int:
        """Attempts that the budget did not allow, since the start."""
        return self.budget.denied

    async def run(
        self, attempt: Callable[[], Awaitable[ResultT]], patience: Patience, until_s: float
    ) -> ResultT:
        """Attempt until it works or must end; no attempt begins after `until_s`. Raises what was raised last."""
        self.budget.count_call(self._clock.monotonic())
        try:
            return await attempt()
        except Exception as error:
            # Of any error `patience` knows whether another attempt is of use; what is not tried again is raised.
            if patience(error) is None:
                raise
            failure = error
        return await self._go_on(failure, attempt, patience, until_s)

    async def _go_on(
        self,
        failure: Exception,
        attempt: Callable[[], Awaitable[ResultT]],
        patience: Patience,
        until_s: float,
    ) -> ResultT:
        """Leave it to tenacity, whose first attempt is the one that has failed.

        Only a failure brings tenacity in: its loop alone costs more than a whole guarded call may.
        """
        failures = [failure]

        async def next_attempt() -> ResultT:
            if failures:
                raise failures.pop()
            return await attempt()

        retrying = AsyncRetrying(
            sleep=self._clock.sleep,
            retry=retry_if_exception(lambda error: _patience_s(error, patience) is not None),
            wait=lambda state: self._delay_s(state, patience),
            stop=lambda state: not self._may_retry(state, until_s),
            reraise=True,
        )
        return await retrying(next_attempt)

    def _delay_s(self, state: RetryCallState, patience: Patience) -> float:
        assert state.outcome is not None
        policy = self._policy
        doublings = min(state.attempt_number - 1, 30)
        ceiling_ms: float = min(policy.retry_cap_ms, policy.retry_base_ms * 2.0**doublings)
        asked_s = _patience_s(state.outcome.exception(), patience) or 0.0
        return max(asked_s, ceiling_ms / 1000 * self._rng.random())

    def _may_retry(self, state: RetryCallState, until_s: float) -> bool:
        """The budget is asked last, so that nothing is spent on a retry that cannot be."""
        now_s = self._clock.monotonic()
        if state.attempt_number >= self._policy.max_attempts or now_s + state.upcoming_sleep >= until_s:
            return False
        if not self.budget.spend(now_s):
            return False
        self.retries += 1
        return True


def _patience_s(error: BaseException | None, patience: Patience) -> float | None:
    """A cancellation is never followed by another attempt."""
    return patience(error) if isinstance(error, Exception) else None
