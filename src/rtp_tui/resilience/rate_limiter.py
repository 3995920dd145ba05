"""Calls per minute to one provider, and the pause that it asks for: a token bucket that can be frozen."""

from rtp_tui.clock import Clock
from rtp_tui.resilience.outcome import Throttled

SHORTEST_WAIT_S = 1e-6
"""What clocks cannot tell from now."""


class RateLimiter:
    """A bucket of `burst` tokens that fills at a rate; without a rate it only knows to freeze."""

    def __init__(self, calls_per_minute: float | None, burst: int, max_waiting: int, now_s: float) -> None:
        self.frozen_until_s = now_s
        """No call before this moment."""
        self.spread_until_s = now_s
        """The same, but of our own accord: a quota comes to its end, and nothing is wrong."""
        self.waiting = 0
        self.rejected = 0
        """Calls that could not be made in time, since the start."""
        self._rate_per_s = None if calls_per_minute is None else calls_per_minute / 60
        self._burst = float(burst)
        self._tokens = float(burst)
        self._filled_at_s = now_s
        self._max_waiting = max_waiting

    def freeze(self, until_s: float) -> None:
        """Let no call through before this moment, and then one first: a crowd would be frozen again."""
        if until_s > self.frozen_until_s:
            self.frozen_until_s = self._filled_at_s = until_s
            self._tokens = 1.0

    def spread(self, until_s: float) -> None:
        """Let no call through before this moment, so that a quota lasts."""
        self.spread_until_s = until_s

    def unfreeze(self, now_s: float) -> None:
        """Forget the pause that was asked for."""
        if now_s < self.frozen_until_s:
            self.frozen_until_s = self._filled_at_s = now_s

    def wait_s(self, now_s: float) -> float:
        """Seconds until a call may be made; 0: now."""
        self._fill(now_s)
        wait_s = max(self.frozen_until_s, self.spread_until_s) - now_s
        if self._rate_per_s is not None and self._tokens < 1:
            wait_s = max(wait_s, (1 - self._tokens) / self._rate_per_s)
        return wait_s if wait_s > SHORTEST_WAIT_S else 0.0

    def take(self) -> None:
        """Use the token that `wait_s` said is there."""
        if self._rate_per_s is not None:
            self._tokens -= 1

    async def acquire(self, name: str, clock: Clock, within_s: float) -> None:
        """Take a token, waiting for it where it comes in time; `name` is who asks. Raises Throttled."""
        give_up_s = clock.monotonic() + within_s
        while (wait_s := self.wait_s(now_s := clock.monotonic())) > 0:
            if now_s + wait_s > give_up_s or self.waiting >= self._max_waiting:
                self.rejected += 1
                raise Throttled(name, f"rate limited for {wait_s:.1f} s, {self.waiting} waiting")
            self.waiting += 1
            try:
                await clock.sleep(wait_s)
            finally:
                self.waiting -= 1
        self.take()

    def _fill(self, now_s: float) -> None:
        if self._rate_per_s is not None and now_s > self._filled_at_s:
            gained = (now_s - self._filled_at_s) * self._rate_per_s
            self._tokens = min(self._burst, self._tokens + gained)
            self._filled_at_s = now_s
