"""Questions at a steady pace, for a provider that counts them by the second."""

from asyncio import Queue
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from math import ceil
from typing import Protocol

from rtp_tui.clock import Clock
from rtp_tui.net.http import Headers, HttpReply, Params


class Asking(Protocol):
    """A client that fetches, and asks by JSON."""

    async def get(
        self, path: str, params: Params | None = None, headers: Headers | None = None
    ) -> HttpReply: ...

    async def post(
        self, path: str, body: bytes | None = None, *, headers: Headers | None = None
    ) -> HttpReply: ...


class PacedHttp:
    """Fetches at most `calls_per_s`, in the order in which it is asked to; whoever comes too early waits.

    A question that was late on its way is counted by the provider when it arrives, which is before it is answered:
    of as many as a second allows none goes out before the first of them was answered so long ago.
    """

    def __init__(self, http: Asking, clock: Clock, calls_per_s: float) -> None:
        self._http = http
        self._clock = clock
        self._interval_s = 1 / calls_per_s
        self._free_s = float("-inf")
        places = ceil(calls_per_s)
        self._window_s = places / calls_per_s
        self._places: Queue[float] = Queue()
        """When each of them may be taken again."""
        for _ in range(places):
            self._places.put_nowait(float("-inf"))

    async def get(self, path: str, params: Params | None = None, headers: Headers | None = None) -> HttpReply:
        """Fetch when it is our turn. Raises HttpError."""
        async with self._turn():
            return await self._http.get(path, params, headers)

    async def post(
        self, path: str, body: bytes | None = None, *, headers: Headers | None = None
    ) -> HttpReply:
        """Ask by JSON when it is our turn. Raises HttpError."""
        async with self._turn():
            return await self._http.post(path, body, headers=headers)

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[None]:
        place_s = await self._places.get()
        try:
            now_s = self._clock.monotonic()
            turn_s = max(now_s, self._free_s, place_s)
            self._free_s = turn_s + self._interval_s
            if turn_s > now_s:
                await self._clock.sleep(turn_s - now_s)
            place_s = float("inf")
            yield
        finally:
            # Whoever left before the turn came has asked nothing.
            self._places.put_nowait(min(place_s, self._clock.monotonic() + self._window_s))
