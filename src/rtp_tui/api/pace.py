"""How often to be told, so that a slow link carries news and not a backlog: pure, told the time.

A pong waits behind everything that was sent before it, so its round trip is how far the link is behind.
"""

PING_S = 2.0
BEHIND_S, ABREAST_S = 1.0, 0.25
SLOWEST_MS = 4_000
_SLOWER, _PONGS_ABREAST = 3, 3


class Pace:
    """Slower as soon as the link is behind, and with each further second; faster after it has kept up for a while."""

    def __init__(self, wanted_ms: int) -> None:
        self.conflate_ms = wanted_ms
        self._wanted_ms = wanted_ms
        self._shortest_s = float("inf")
        self._asked_s: float | None = None
        self._began_s = 0.0
        self._slowed = 0
        self._abreast = 0

    def begin(self, now_s: float) -> None:
        """A new connection: what was measured of the last one says nothing, but the pace stays."""
        self._asked_s, self._began_s = None, now_s
        self._shortest_s = float("inf")
        self._abreast = 0

    def wants_ping(self, now_s: float) -> bool:
        """It is time to measure, and no question is out."""
        return self._asked_s is None and now_s - self._began_s >= PING_S

    def asked(self, now_s: float) -> None:
        """A ping was sent."""
        if self._asked_s is None:
            self._asked_s = self._began_s = now_s
            self._slowed = 0

    def is_slower(self, now_s: float) -> bool:
        """Something else than the pong arrived; true when the pace changed because that is late."""
        if self._asked_s is None or now_s - self._asked_s < BEHIND_S * (self._slowed + 1):
            return False
        self._slowed += 1
        self._abreast = 0
        return self._set(min(SLOWEST_MS, _SLOWER * self.conflate_ms) if self._wanted_ms else 0)

    def answered(self, now_s: float) -> bool:
        """A pong arrived; true when the pace changed."""
        changed = self.is_slower(now_s)
        if self._asked_s is not None:
            took_s, self._asked_s = now_s - self._asked_s, None
            self._shortest_s = min(self._shortest_s, took_s)
            is_abreast = took_s < BEHIND_S and took_s - self._shortest_s < ABREAST_S
            self._abreast = self._abreast + 1 if is_abreast else 0
        if self._abreast < _PONGS_ABREAST:
            return changed
        self._abreast = 0
        return self._set(max(self._wanted_ms, self.conflate_ms // 2))

    def _set(self, pace_ms: int) -> bool:
        before_ms, self.conflate_ms = self.conflate_ms, max(self._wanted_ms, pace_ms)
        return self.conflate_ms != before_ms
