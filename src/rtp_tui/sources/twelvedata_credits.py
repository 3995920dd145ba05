"""What each key of Twelve Data may still ask. Told the time, which decides: a minute and a day end on the clock, in UTC.

Source: https://support.twelvedata.com/en/articles/5615854-credits
"""

from msgspec import Struct

from rtp_tui.model.feeds import Quota

MINUTE_MS, DAY_MS = 60_000, 86_400_000


class _Spent(Struct):
    """Credits of the present minute and of the present day."""

    minute: int = 0
    in_minute: int = 0
    day: int = 0
    in_day: int = 0


class Credits:
    """Counts what is spent; a limit of 0 is none."""

    def __init__(self, per_minute: int, per_day: int) -> None:
        self._per_minute = per_minute
        self._per_day = per_day
        self._spent: dict[str, _Spent] = {}

    def left(self, reference: str, wanted: int, now_ms: int) -> int:
        """How many of the wanted credits a key has now."""
        spent = self._now(reference, now_ms)
        if self._per_minute:
            wanted = min(wanted, self._per_minute - spent.in_minute)
        if self._per_day:
            wanted = min(wanted, self._per_day - spent.in_day)
        return max(0, wanted)

    def spend(self, reference: str, count: int, now_ms: int) -> None:
        """Count credits of a key."""
        spent = self._now(reference, now_ms)
        spent.in_minute += count
        spent.in_day += count

    def end_minute(self, reference: str, now_ms: int) -> float:
        """The provider says that nothing is left in this minute; seconds until the next one."""
        spent = self._now(reference, now_ms)
        spent.in_minute = max(spent.in_minute, self._per_minute)
        return seconds_to_next(MINUTE_MS, now_ms)

    def end_day(self, reference: str, now_ms: int) -> float:
        """The provider says that nothing is left of this day; seconds until the next one."""
        spent = self._now(reference, now_ms)
        spent.in_day = max(spent.in_day, self._per_day)
        return seconds_to_next(DAY_MS, now_ms)

    def wait_s(self, reference: str, now_ms: int) -> float:
        """How long a key without credits has to wait for some."""
        is_day_over = self._per_day and self._now(reference, now_ms).in_day >= self._per_day
        return seconds_to_next(DAY_MS if is_day_over else MINUTE_MS, now_ms)

    def quota(self, reference: str, now_ms: int) -> Quota | None:
        """What a key has spent of its day, or of its minute where its day has no limit."""
        spent = self._now(reference, now_ms)
        if self._per_day:
            return _quota(spent.in_day, self._per_day, DAY_MS, now_ms)
        return _quota(spent.in_minute, self._per_minute, MINUTE_MS, now_ms) if self._per_minute else None

    def _now(self, reference: str, now_ms: int) -> _Spent:
        spent = self._spent.setdefault(reference, _Spent())
        minute, day = now_ms // MINUTE_MS, now_ms // DAY_MS
        if minute != spent.minute:
            spent.minute, spent.in_minute = minute, 0
        if day != spent.day:
            spent.day, spent.in_day = day, 0
        return spent


def seconds_to_next(length_ms: int, now_ms: int) -> float:
    """Until the clock shows a whole minute, or a whole day."""
    return (length_ms - now_ms % length_ms) / 1000


def _quota(used: int, limit: int, length_ms: int, now_ms: int) -> Quota:
    reset_ms = now_ms - now_ms % length_ms + length_ms
    return Quota(used=used, limit=limit, left=max(0, limit - used), reset_ms=reset_ms)
