"""Figures of a feed. Pure: told the time and the counts."""

from collections import deque
from statistics import median_low

OFFSETS_KEPT = 200


class FrameRate:
    """Frames a second over the last few seconds, from a growing count that is looked at now and then."""

    def __init__(self, window_s: float = 5.0) -> None:
        self._window_s = window_s
        self._samples: deque[tuple[float, int]] = deque(maxlen=64)

    def sample(self, now_s: float, frames: int) -> None:
        """Note the count at a moment; moments only grow."""
        self._samples.append((now_s, frames))
        while len(self._samples) > 2 and self._samples[1][0] <= now_s - self._window_s:
            self._samples.popleft()

    def per_second(self) -> float:
        """The rate between the oldest and the newest sample of the window."""
        if len(self._samples) < 2:
            return 0.0
        (start_s, first), (end_s, last) = self._samples[0], self._samples[-1]
        return (last - first) / (end_s - start_s) if end_s > start_s else 0.0

    def clear(self) -> None:
        """Forget all samples: nothing is being counted now."""
        self._samples.clear()


class ClockOffset:
    """Median of the venue's clock minus ours over the newest observations that carry a time."""

    def __init__(self) -> None:
        self._offsets: deque[int] = deque(maxlen=OFFSETS_KEPT)

    def add(self, event_ms: int, received_ms: int) -> None:
        """Note one observation's two times."""
        self._offsets.append(event_ms - received_ms)

    def median_ms(self) -> int | None:
        """None until something is known."""
        return median_low(self._offsets) if self._offsets else None
