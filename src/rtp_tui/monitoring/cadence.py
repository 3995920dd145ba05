"""How long ago an instrument was heard, and how often it usually is; told the time."""

LONGEST_EXPECTED_MS = 60_000
_LEARNED_AFTER = 3
_WEIGHT = 0.2


class Cadence:
    """One instrument's newest observation and the typical gap between them.

    Ages are measured with the monotonic clock, so that a step of the wall clock changes none of them.
    """

    __slots__ = ("_gaps", "_heard_s", "_is_interrupted", "_received_ms", "_typical_ms", "precedes_jump")

    def __init__(self, received_ms: int, now_ms: int, now_s: float) -> None:
        self._received_ms = received_ms
        self._heard_s = now_s - max(0, now_ms - received_ms) / 1000
        self._typical_ms = 0.0
        self._gaps = 0
        self._is_interrupted = True
        self.precedes_jump = False
        """The wall clock jumped since it was heard: the machine slept, or its clock was set."""

    def observe(self, received_ms: int, now_ms: int, now_s: float, since_s: float) -> None:
        """Take the newest receive time as seen now; the last look was at `since_s`."""
        if received_ms == self._received_ms:
            return
        heard_s = max(since_s, now_s - max(0, now_ms - received_ms) / 1000)
        if not self._is_interrupted:
            self._learn((heard_s - self._heard_s) * 1000)
        self._received_ms = received_ms
        self._heard_s = heard_s
        self._is_interrupted = self.precedes_jump = False

    def interrupt(self) -> None:
        """Do not learn from the gap that is running: the connection was lost in it."""
        self._is_interrupted = True

    def age_ms(self, now_s: float) -> int:
        """Milliseconds since it was heard, never negative."""
        return max(0, int((now_s - self._heard_s) * 1000))

    def expected_ms(self, of_feed_ms: int) -> int:
        """How often to expect it: as its feed, or three times its typical gap, to 60 s, when that is longer."""
        if self._gaps < _LEARNED_AFTER or self._typical_ms <= of_feed_ms:
            return of_feed_ms
        return max(of_feed_ms, min(LONGEST_EXPECTED_MS, int(3 * self._typical_ms)))

    def _learn(self, gap_ms: float) -> None:
        """An exponentially weighted mean, no gap counting for more than the longest expected."""
        gap_ms = min(gap_ms, LONGEST_EXPECTED_MS)
        self._gaps += 1
        weight = max(_WEIGHT, 1 / self._gaps)
        self._typical_ms += weight * (gap_ms - self._typical_ms)
