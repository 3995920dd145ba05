"""How long to wait before the next attempt: pure, told the time."""

from collections.abc import Callable

FIRST_RETRY_S, LONGEST_RETRY_S = 0.5, 10.0
LASTED_S = 10.0
_MOST_DOUBLINGS = 10


class Backoff:
    """Full jitter: anything up to a bound that doubles, so that many clients do not return at once.

    Only a connection that lasted starts it over: a server that takes and drops clients is not stormed.
    """

    def __init__(self, random_share: Callable[[], float]) -> None:
        self.attempt = 0
        """Attempts since the last connection that lasted."""
        self._random_share = random_share
        self._up_since_s: float | None = None

    def succeeded(self, now_s: float) -> None:
        """The engine is heard."""
        if self._up_since_s is None:
            self._up_since_s = now_s

    def failed(self, now_s: float, patience_s: float) -> float:
        """Count a loss or a failed attempt; the seconds to wait, never fewer than the server asked for."""
        if self._up_since_s is not None and now_s - self._up_since_s >= LASTED_S:
            self.attempt = 0
        self._up_since_s = None
        self.attempt += 1
        return patience_s + self._jittered_s()

    def _jittered_s(self) -> float:
        bound_s = min(LONGEST_RETRY_S, FIRST_RETRY_S * 2.0 ** min(self.attempt, _MOST_DOUBLINGS))
        return FIRST_RETRY_S + (bound_s - FIRST_RETRY_S) * self._random_share()
