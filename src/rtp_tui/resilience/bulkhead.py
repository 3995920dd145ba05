"""A bound on how many calls are under way at once, and on how many wait for their turn."""

import asyncio
from collections import deque

from rtp_tui.clock import Clock
from rtp_tui.resilience.outcome import BulkheadFull


class Bulkhead:
    """So many places, handed on in the order in which they were asked for."""

    def __init__(self, limit: int, max_waiting: int) -> None:
        self.limit = limit
        self.in_use = 0
        self.rejected = 0
        """Calls that found no place in time, since the start."""
        self._max_waiting = max_waiting
        self._waiting: deque[asyncio.Future[None]] = deque()

    @property
    def waiting(self) -> int:
        """Calls that wait for a place now."""
        return len(self._waiting)

    async def enter(self, name: str, clock: Clock, within_s: float) -> None:
        """Take a place, which `leave` must give back; `name` is who asks. Raises BulkheadFull."""
        if self.in_use < self.limit:
            self.in_use += 1
        elif self.waiting < self._max_waiting:
            await self._wait(name, clock, within_s)
        else:
            raise self._full(name, f"{self.limit} calls under way, {self.waiting} waiting")

    def leave(self) -> None:
        """Give a place back: to whoever has waited longest."""
        while self._waiting:
            place = self._waiting.popleft()
            if not place.done():
                place.set_result(None)
                return
        self.in_use -= 1

    async def _wait(self, name: str, clock: Clock, within_s: float) -> None:
        place: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(place)
        try:
            async with clock.timeout(within_s):
                await place
        except TimeoutError:
            self._decline(place)
            raise self._full(name, f"no place within {within_s:.1f} s") from None
        except BaseException:
            # A cancellation may come in the moment in which the place is handed over: it must not be lost.
            self._decline(place)
            raise

    def _decline(self, place: asyncio.Future[None]) -> None:
        """Stop waiting; a place that was handed over in the same moment goes to the next."""
        if place in self._waiting:
            self._waiting.remove(place)
        elif not place.cancelled():
            self.leave()

    def _full(self, name: str, message: str) -> BulkheadFull:
        self.rejected += 1
        return BulkheadFull(name, message)
