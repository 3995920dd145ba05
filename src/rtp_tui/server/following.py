"""Following the engine: what happened is folded into the hub once, and what has to wait for its pace is written then."""

import asyncio
from contextlib import suppress

from rtp_tui.api.contract import PipelineApi
from rtp_tui.clock import Clock
from rtp_tui.model.events import Batch, Snapshot
from rtp_tui.server.hub import Hub

COALESCE_S = 0.01
"""How long events gather in the door before they are folded and written: one wake-up for many ticks."""
PULSE_S = 0.05
CAUGHT_UP_WITHIN_S = 0.25


class Following:
    """The server's one reader of the engine."""

    def __init__(self, api: PipelineApi, hub: Hub, clock: Clock) -> None:
        self._api = api
        self._hub = hub
        self._clock = clock
        self._something = asyncio.Event()
        self._folded = asyncio.Event()

    async def follow(self, has_begun: asyncio.Event) -> None:
        """Tell the hub what happens, until cancelled; `has_begun` is set once there is a state to answer with."""
        async with self._api.watch(conflate_ms=0) as updates:
            async for update in updates:
                if isinstance(update, Snapshot):
                    self._hub.load(update)
                    has_begun.set()
                elif isinstance(update, Batch):
                    for event in update.events:
                        self._hub.note(event)
                self._folded.set()
                if self._hub.flush() is not None:
                    self._something.set()
                await self._clock.sleep(COALESCE_S)

    async def pulse(self) -> None:
        """Write what had to wait for its pace, until cancelled."""
        while True:
            await self._something.wait()
            self._something.clear()
            while (delay_s := self._hub.flush()) is not None:
                # Something that is due sooner may come meanwhile.
                await self._clock.sleep(min(delay_s, PULSE_S))

    async def caught_up(self) -> None:
        """Wait until what has happened so far is folded; not for long, since an order may change nothing."""
        self._folded.clear()
        with suppress(TimeoutError):
            async with self._clock.timeout(CAUGHT_UP_WITHIN_S):
                await self._folded.wait()
