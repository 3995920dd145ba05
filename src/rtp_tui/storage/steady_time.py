"""The time as it would be had nobody set the clock meanwhile: for deleting what is old, which cannot be taken back."""

from rtp_tui.clock import Clock


class SteadyTime:
    """Goes on from the wall clock at the start by the monotonic one, and is never ahead of the wall clock.

    It stands while the machine sleeps: then things are kept a little longer.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._began_ms = clock.now_ms()
        self._began_s = clock.monotonic()

    def now_ms(self) -> int:
        """Unix milliseconds."""
        steady_ms = self._began_ms + int((self._clock.monotonic() - self._began_s) * 1000)
        return min(steady_ms, self._clock.now_ms())
