"""Whether the wall clock was set: held against the monotonic one."""

from rtp_tui.clock import Clock

STEPPED_MS = 2_000
"""It was set where it went so much further, or less far, than time did."""


class WallSteps:
    """Remembers how far the two clocks are apart."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._apart_ms = self._read_ms()

    def take_ms(self) -> int:
        """By how much it was set since this was last asked, or the machine slept; 0 where it was not."""
        set_by_ms = self._read_ms() - self._apart_ms
        if abs(set_by_ms) < STEPPED_MS:
            return 0
        self._apart_ms += set_by_ms
        return set_by_ms

    def _read_ms(self) -> int:
        return self._clock.now_ms() - round(self._clock.monotonic() * 1000)
