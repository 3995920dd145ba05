"""The wait between two frames: short while things move, until the next second while nothing does."""

import asyncio
from collections.abc import Callable
from contextlib import suppress

from rtp_tui.clock import Clock
from rtp_tui.tui.follower import Follower
from rtp_tui.tui.frame_clock import FrameClock


class Rest:
    """Waits at the pace of a frame clock; at rest longer, but never once it was called."""

    def __init__(self, clock: Clock, frame_clock: FrameClock, follower: Follower) -> None:
        self._clock = clock
        self._frame_clock = frame_clock
        self._follower = follower
        self._called = asyncio.Event()
        follower.on_change = self.end

    def end(self) -> None:
        """There is something to show, or soon will be."""
        self._called.set()

    async def until_next_frame(self, is_still: Callable[[float], bool]) -> float:
        """Return when the next frame may be due: the time then. `is_still` says whether nothing moves."""
        started, interval_s = self._clock.monotonic(), self._frame_clock.interval_s
        await self._clock.sleep(interval_s)
        now = self._clock.monotonic()
        self._frame_clock.woke_late_by(now - started - interval_s)
        if self._follower.flashes or not is_still(now):
            return now
        self._called.clear()
        with suppress(TimeoutError):
            async with self._clock.timeout(1 - self._clock.now_ms() % 1000 / 1000):
                await self._called.wait()
        return self._clock.monotonic()
