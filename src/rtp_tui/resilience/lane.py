"""What all endpoints of a provider share: a pace and places."""

from rtp_tui.clock import Clock
from rtp_tui.model.feeds import Quota
from rtp_tui.resilience.bulkhead import Bulkhead
from rtp_tui.resilience.quota_pace import QuotaPace
from rtp_tui.resilience.rate_limiter import RateLimiter
from rtp_tui.resilience.settings import PolicySettings


class Lane:
    """What all endpoints of a provider share: its rate limit and the places of its bulkhead.

    `overall` bounds the calls to all providers together: a call takes a place of its provider's first, so that
    those who wait for a slow provider hold nobody else up.
    """

    def __init__(self, policy: PolicySettings, now_s: float, overall: Bulkhead | None = None) -> None:
        self.limiter = RateLimiter(policy.calls_per_minute, policy.burst, policy.max_waiting, now_s)
        self.bulkhead = Bulkhead(policy.concurrency, policy.max_waiting)
        self._overall = overall
        self._pace = QuotaPace()

    async def enter(self, name: str, clock: Clock, within_s: float) -> None:
        """Take a place of the provider's and one of all, which `leave` gives back. Raises BulkheadFull."""
        await self.bulkhead.enter(name, clock, within_s)
        if self._overall is None:
            return
        try:
            await self._overall.enter(name, clock, within_s)
        except BaseException:
            # Whatever ends the wait, be it a cancellation: the first place is not to be lost with it.
            self.bulkhead.leave()
            raise

    def heed(self, quota: Quota, clock: Clock) -> None:
        """Slow down where the provider says that its quota comes to an end."""
        pause_s = self._pace.pause_s(quota, clock.now_ms())
        self.limiter.spread(clock.monotonic() + pause_s)

    def leave(self) -> None:
        """Give both places back."""
        if self._overall is not None:
            self._overall.leave()
        self.bulkhead.leave()
