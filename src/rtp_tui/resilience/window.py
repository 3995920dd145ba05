"""What a circuit breaker remembers: the last N calls, or the calls of the last seconds. Told the time."""

from collections import deque
from typing import Protocol

BUCKETS = 60
"""A rolling count forgets in steps of a 60th of its window, and holds no more than these."""


class RollingCount:
    """How many there were in the last seconds."""

    def __init__(self, window_s: float) -> None:
        self._bucket_s = window_s / BUCKETS
        self._buckets: deque[tuple[int, int]] = deque()
        self._total = 0

    def add(self, now_s: float) -> None:
        """Count one."""
        number = self._forget(now_s)
        count = 1
        if self._buckets and self._buckets[-1][0] == number:
            count += self._buckets.pop()[1]
        self._buckets.append((number, count))
        self._total += 1

    def total(self, now_s: float) -> int:
        """Those that are not forgotten."""
        self._forget(now_s)
        return self._total

    def _forget(self, now_s: float) -> int:
        number = int(now_s / self._bucket_s)
        while self._buckets and self._buckets[0][0] <= number - BUCKETS:
            self._total -= self._buckets.popleft()[1]
        return number


class Counts:
    """Calls of a window, and how many of them failed or were slow; a slow failure is both."""

    __slots__ = ("calls", "failed", "slow")

    def __init__(self, calls: int = 0, failed: int = 0, slow: int = 0) -> None:
        self.calls = calls
        self.failed = failed
        self.slow = slow


class Window(Protocol):
    """Remembers calls and forgets them again."""

    def add(self, failed: bool, slow: bool, now_s: float) -> Counts:
        """Remember a call, and answer with the counts that include it."""
        ...

    def counts(self, now_s: float) -> Counts:
        """What is remembered."""
        ...


class CountWindow:
    """The last N calls, however long ago."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._calls: deque[tuple[bool, bool]] = deque()
        self._counts = Counts()

    def add(self, failed: bool, slow: bool, now_s: float) -> Counts:
        """See `Window.add`."""
        counts = self._counts
        if len(self._calls) == self._size:
            had_failed, was_slow = self._calls.popleft()
            counts.failed -= had_failed
            counts.slow -= was_slow
        self._calls.append((failed, slow))
        counts.calls = len(self._calls)
        counts.failed += failed
        counts.slow += slow
        return counts

    def counts(self, now_s: float) -> Counts:
        """See `Window.counts`."""
        return self._counts


class TimeWindow:
    """The calls of the last seconds, however many."""

    def __init__(self, window_s: float) -> None:
        self._calls = RollingCount(window_s)
        self._failed = RollingCount(window_s)
        self._slow = RollingCount(window_s)

    def add(self, failed: bool, slow: bool, now_s: float) -> Counts:
        """See `Window.add`."""
        self._calls.add(now_s)
        if failed:
            self._failed.add(now_s)
        if slow:
            self._slow.add(now_s)
        return self.counts(now_s)

    def counts(self, now_s: float) -> Counts:
        """See `Window.counts`."""
        return Counts(self._calls.total(now_s), self._failed.total(now_s), self._slow.total(now_s))
