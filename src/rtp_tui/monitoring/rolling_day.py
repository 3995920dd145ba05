"""Counts of the last 24 hours as minutes; never reset, and continued after a restart. Pure."""

from collections import deque
from collections.abc import Iterable, Mapping

import msgspec

from rtp_tui.model.tallies import Tally

MINUTE_MS = 60_000
MINUTES_A_DAY = 1440
DATA = "ticks"
_counts = msgspec.json.Decoder(dict[str, int])


class RollingDay:
    """Told cumulative counts and the time; knows what each minute of the last 24 hours added."""

    def __init__(self) -> None:
        self._minutes: deque[tuple[int, dict[str, int]]] = deque()
        """Ascending: the number of a minute, and what it added."""
        self._sums: dict[str, int] = {}
        self._last: dict[str, int] = {}
        self._untold: dict[int, dict[str, int]] = {}
        """Minutes that changed since they were last taken."""

    def restore(self, tallies: Iterable[Tally]) -> None:
        """Continue the minutes of an earlier run, ascending."""
        for tally in tallies:
            minute = self._minute(tally.start_ms // MINUTE_MS)
            self._add(minute, _counts.decode(tally.counts))
        self._untold.clear()

    def note(self, counts: Mapping[str, int], now_ms: int) -> dict[str, int]:
        """Take cumulative counts; what was added in the last 24 hours. A clock that was set back adds to the newest."""
        number = now_ms // MINUTE_MS
        if self._minutes and self._minutes[-1][0] - number >= MINUTES_A_DAY:
            self._minutes.clear()
            self._sums.clear()
        number = max(number, self._minutes[-1][0]) if self._minutes else number
        minute = self._minute(number)
        self._add(minute, {name: max(0, count - self._last.get(name, 0)) for name, count in counts.items()})
        self._last = dict(counts)
        self._untold[number] = minute
        self._forget(number - MINUTES_A_DAY)
        return dict(self._sums)

    def take_changed(self) -> tuple[Tally, ...]:
        """The minutes that changed since the last call, to be kept."""
        changed = self.changed()
        self._untold = {}
        return changed

    def changed(self) -> tuple[Tally, ...]:
        """The same, without taking them."""
        return tuple(
            Tally(MINUTE_MS, number * MINUTE_MS, "", msgspec.json.encode(counts).decode())
            for number, counts in sorted(self._untold.items())
        )

    def first_ms(self) -> int | None:
        """When the oldest known minute began."""
        return self._minutes[0][0] * MINUTE_MS if self._minutes else None

    def minutes_with_data(self, start_ms: int, end_ms: int) -> int:
        """How many minutes of a span brought anything."""
        first, last = start_ms // MINUTE_MS, end_ms // MINUTE_MS
        return sum(first <= number < last and counts.get(DATA, 0) > 0 for number, counts in self._minutes)

    def _minute(self, number: int) -> dict[str, int]:
        if not self._minutes or self._minutes[-1][0] < number:
            self._minutes.append((number, {}))
        return self._minutes[-1][1]

    def _add(self, minute: dict[str, int], counts: Mapping[str, int]) -> None:
        for name, count in counts.items():
            if count:  # most are zero in most minutes, and there are 1,440 of them
                minute[name] = minute.get(name, 0) + count
            self._sums[name] = self._sums.get(name, 0) + count

    def _forget(self, last: int) -> None:
        while self._minutes and self._minutes[0][0] <= last:
            number, counts = self._minutes.popleft()
            self._untold.pop(number, None)
            for name, count in counts.items():
                self._sums[name] -= count
