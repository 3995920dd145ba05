"""When a job's turns come. Pure: told both clocks, it neither reads nor waits.

Intervals go by the monotonic clock, so that no step of the wall clock moves them. Cron expressions and closes
of markets go by the wall clock.
"""

from collections.abc import Callable
from datetime import datetime
from hashlib import blake2b
from zoneinfo import ZoneInfo

from cronsim import CronSim
from msgspec import Struct

from rtp_tui.model.health import MarketSession

FIRST_WITHIN_MS = 10_000
"""A job's first turn comes so soon, or within its interval."""
AFTER_CLOSE_WITHIN_MS = 60_000
LONG_MS = 600_000
"""Intervals from here on go on over a restart, instead of beginning again."""
GRACE_MS = 60_000
"""A turn by the wall clock that comes later than this was missed."""
SAME_CLOCK_MS = 3 * 3_600_000
"""Turns taken are not repeated when the clock was set back by less: cron(8) of Debian."""


class Moment(Struct, frozen=True):
    """What both clocks say at once."""

    wall_ms: int
    monotonic_s: float


class Taken(Struct, frozen=True):
    """A turn that came: how late, and what is to become of it."""

    late_ms: float
    is_missed: bool = False
    """It came while nothing could run; it counts once, however many turns went by."""
    runs: bool = True


class Every(Struct, frozen=True):
    """A turn each so many milliseconds."""

    interval_ms: int

    def __str__(self) -> str:
        return f"every {duration_text(self.interval_ms)}"


class Cron(Struct, frozen=True):
    """Turns at the times of a cron expression, told in a time zone."""

    expression: str
    timezone: str

    def __str__(self) -> str:
        return self.expression if self.timezone == "UTC" else f"{self.expression} {self.timezone}"

    def turn_after(self, after_ms: int) -> int | None:
        """The first turn that comes later, Unix milliseconds; None when there is none in 50 years.

        A local time that a change of clocks skips comes when they have changed; one that comes twice counts once.
        """
        for turn in CronSim(
            self.expression, datetime.fromtimestamp(after_ms / 1000, ZoneInfo(self.timezone))
        ):
            turn_ms = int(turn.timestamp()) * 1000
            if turn_ms > after_ms:
                return turn_ms
        return None


class AfterClose(Struct, frozen=True):
    """A turn at each close of a market."""

    market: str

    def __str__(self) -> str:
        return f"after the close of {self.market}"

    def turn_after(
        self, after_ms: int, session: Callable[[str, int], MarketSession], phase: float
    ) -> int | None:
        """The first turn that comes later: a close and a part of a minute; None while no close is known."""
        offset_ms = round(phase * AFTER_CLOSE_WITHIN_MS)
        close_ms = session(self.market, after_ms - offset_ms).next_close_ms
        return None if close_ms is None else close_ms + offset_ms


Schedule = Every | Cron | AfterClose


def phase_of(job: str) -> float:
    """Where in its interval a job's turns lie, in [0, 1): always the same for an id, spread over all ids."""
    return int.from_bytes(blake2b(job.encode(), digest_size=4).digest(), "big") / 2**32


class IntervalTurns:
    """Turns by the monotonic clock, an interval apart; the interval may be another at each turn."""

    def __init__(self, phase: float) -> None:
        self._phase = phase
        self.due_s = 0.0
        """Monotonic seconds of the next turn."""

    def begin(self, now: Moment, interval_ms: int, last_run_ms: int | None = None) -> None:
        """Plan the first turn: soon, or where a long interval of an earlier run ends."""
        self.due_s = now.monotonic_s + self._phase * min(interval_ms, FIRST_WITHIN_MS) / 1000
        if last_run_ms is not None and interval_ms >= LONG_MS and last_run_ms <= now.wall_ms:
            left_ms = last_run_ms + interval_ms - now.wall_ms
            self.due_s = max(self.due_s, now.monotonic_s + left_ms / 1000)

    def take(self, now: Moment, interval_ms: int) -> Taken:
        """Take the turn that is due and plan the next, which lies ahead; turns that went by are not made up for."""
        interval_s = interval_ms / 1000
        late_s = max(0.0, now.monotonic_s - self.due_s)
        is_missed = late_s >= interval_s
        self.due_s += interval_s * (late_s // interval_s + 1)
        if self.due_s <= now.monotonic_s:  # by rounding
            self.due_s += interval_s
        return Taken(late_s * 1000, is_missed, runs=not is_missed)

    def hasten(self, due_s: float) -> None:
        """Bring the next turn forward."""
        self.due_s = min(self.due_s, due_s)


class WallTurns:
    """Turns by the wall clock, which may step and stand still."""

    def __init__(self, turn_after: Callable[[int], int | None]) -> None:
        self._turn_after = turn_after
        self._taken_ms: int | None = None
        self.due_ms: int | None = None
        """Unix milliseconds of the next turn; None while none is known."""

    def begin(self, now: Moment, unseen_ms: int | None = None) -> None:
        """Plan the first turn: the next, or one that an earlier run did not live to see."""
        self.due_ms = self._turn_after(now.wall_ms)
        if unseen_ms is not None and unseen_ms <= now.wall_ms and self._is_nearer(unseen_ms, now):
            self.due_ms = unseen_ms

    def take(self, now: Moment) -> Taken:
        """Take the turn that is due and plan the next.

        A turn that passed unseen is made up for once, while it is nearer than the next one.
        """
        due_ms = now.wall_ms if self.due_ms is None else self.due_ms
        late_ms = max(0, now.wall_ms - due_ms)
        self._taken_ms = now.wall_ms
        self.due_ms = self._turn_after(now.wall_ms)
        is_missed = late_ms > GRACE_MS
        return Taken(late_ms, is_missed, runs=not is_missed or self._is_nearer(due_ms, now))

    def look_again(self, now: Moment) -> None:
        """Plan the next turn anew: the clock was set back, or closes became known."""
        after_ms = now.wall_ms
        if self._taken_ms is not None and 0 < self._taken_ms - now.wall_ms < SAME_CLOCK_MS:
            after_ms = self._taken_ms
        self.due_ms = self._turn_after(after_ms)

    def _is_nearer(self, passed_ms: int, now: Moment) -> bool:
        return self.due_ms is None or now.wall_ms - passed_ms < self.due_ms - now.wall_ms


def duration_text(duration_ms: int) -> str:
    """A duration in its largest unit that leaves no rest: `500 ms`, `30 s`, `5 min`, `24 h`."""
    for unit, size_ms in (("h", 3_600_000), ("min", 60_000), ("s", 1000)):
        if duration_ms >= size_ms and duration_ms % size_ms == 0:
            return f"{duration_ms // size_ms} {unit}"
    return f"{duration_ms} ms"
