"""How long to wait before trying again. Pure: it is asked, it does not wait.

Source of "full jitter": https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
"""

from random import Random


class Backoff:
    """Delays between zero and a ceiling that doubles from `base_s` to `cap_s`, until it is reset."""

    def __init__(self, base_s: float, cap_s: float, rng: Random) -> None:
        self.cap_s = cap_s
        self._base_s = base_s
        self._rng = rng
        self._ceiling_s = base_s

    def next_s(self) -> float:
        """Seconds to wait after one more failure."""
        delay_s = self._rng.uniform(0.0, self._ceiling_s)
        self._ceiling_s = min(self.cap_s, self._ceiling_s * 2)
        return delay_s

    def reset(self) -> None:
        """Start again from the shortest ceiling: what failed has worked for a while."""
        self._ceiling_s = self._base_s
