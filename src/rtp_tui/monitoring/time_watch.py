"""Notices that the process did not run for a while, and that somebody set the clock."""

from collections.abc import Callable, Iterator
from enum import StrEnum

from msgspec import Struct

from rtp_tui.clock import Clock
from rtp_tui.model.statistics import LogLine

LOOK_EVERY_S = 1.0
SUSPENDED_S = 5.0
"""Shorter pauses are a busy machine: nothing is lost in them."""
STEPPED_MS = 2_000
"""Less between two looks is a clock that is being adjusted."""
_AGREE_S = 0.05
_TRIES = 5


class JumpKind(StrEnum):
    """What made time jump."""

    SUSPENDED = "suspended"
    """The machine slept, or the process was stopped."""
    STEPPED = "stepped"
    """The wall clock was set."""


class TimeJump(Struct, frozen=True):
    """Time went on without us, or the wall clock was set: from what it said before to what it says now."""

    kind: JumpKind
    seconds: float
    """How long nothing ran, or by how much the clock was set; negative: back."""
    from_ms: int
    to_ms: int

    @property
    def words(self) -> str:
        """For the log."""
        if self.kind is JumpKind.SUSPENDED:
            return f"the process was suspended for {self.seconds:.0f} s"
        return f"the clock was set {'ahead' if self.seconds > 0 else 'back'} by {abs(self.seconds):.0f} s"


class Reading(Struct, frozen=True):
    """All clocks at one moment."""

    wall_ms: int
    monotonic_s: float
    asleep_s: float
    """How long the machine has slept: the monotonic clock stood meanwhile."""
    stopped_s: float
    """How long the process has not run though the monotonic clock went on."""


def jumps_between(before: Reading, now: Reading) -> Iterator[TimeJump]:
    """What happened to time between two readings."""
    asleep_s = now.asleep_s - before.asleep_s
    suspended_s = asleep_s + now.stopped_s - before.stopped_s
    passed_ms = (now.monotonic_s - before.monotonic_s + asleep_s) * 1000
    set_by_ms = now.wall_ms - before.wall_ms - passed_ms
    if suspended_s >= SUSPENDED_S:
        yield TimeJump(JumpKind.SUSPENDED, suspended_s, before.wall_ms, now.wall_ms)
    if abs(set_by_ms) >= STEPPED_MS:
        yield TimeJump(JumpKind.STEPPED, set_by_ms / 1000, before.wall_ms, now.wall_ms)


class TimeWatch:
    """Looks at the clocks once a second; tells the log, and `jumped`, what happened to time."""

    def __init__(
        self,
        clock: Clock,
        announce: Callable[[LogLine], None],
        jumped: Callable[[TimeJump], None],
        *,
        asleep_s: Callable[[], float],
        stopped_s: Callable[[], float],
    ) -> None:
        self.suspensions = 0
        self.suspended_s = 0.0
        self.clock_steps = 0
        self._clock = clock
        self._announce = announce
        self._jumped = jumped
        self._asleep_s = asleep_s
        self._stopped_s = stopped_s
        self._before = self._read()

    async def run(self) -> None:
        """Part "time": look for ever."""
        while True:
            await self._clock.sleep(LOOK_EVERY_S)
            self.look()

    def look(self) -> None:
        """One look at all clocks."""
        before, self._before = self._before, self._read()
        for jump in jumps_between(before, self._before):
            self._count(jump)
            line = LogLine(at_ms=jump.to_ms, level="warning", source="time", message=jump.words)
            self._announce(line)
            self._jumped(jump)

    def _count(self, jump: TimeJump) -> None:
        if jump.kind is JumpKind.SUSPENDED:
            self.suspensions += 1
            self.suspended_s += jump.seconds
        else:
            self.clock_steps += 1

    def _read(self) -> Reading:
        """All clocks at one moment: read again where the process was stopped between two of them."""
        for _ in range(_TRIES):
            began_s = self._clock.monotonic()
            reading = Reading(self._clock.now_ms(), began_s, self._asleep_s(), self._stopped_s())
            if self._clock.monotonic() - began_s < _AGREE_S:
                break
        return reading
