"""Asking a venue over HTTP for what its socket does not tell while that is down."""

from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Protocol, TypeVar

from msgspec.structs import replace

from rtp_tui.clock import Clock
from rtp_tui.feeds.intake import Accept
from rtp_tui.feeds.poll import FAILURES
from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.market import TickKind
from rtp_tui.sources.contract import HistorySource, Subscription

ASK_EVERY_S = 5.0
ASK_EVERY_MS = round(ASK_EVERY_S * 1000)
LOOK_EVERY_S = 0.5
ANSWERS_COUNT_S = 3 * ASK_EVERY_S
"""So long after its newest answer the venue is taken to answer."""
ResultT = TypeVar("ResultT")


class Guard(Protocol):
    """What protects the venue's endpoint, and us from it."""

    async def call(
        self, work: Callable[[], Awaitable[ResultT]], *, deadline_s: float | None = None
    ) -> ResultT:
        """Do the work, or refuse to. Raises NotPermitted, AttemptTimedOut, or what the work raised last."""
        ...

    def rest(self) -> None:
        """Nobody asks any more."""
        ...


class Fallback:
    """Polls while subscriptions have no socket; `missing` says which these are."""

    def __init__(
        self,
        history: HistorySource,
        guard: Guard,
        missing: Callable[[], Sequence[Subscription]],
        accept: Accept,
        clock: Clock,
    ) -> None:
        self.error: str | None = None
        """Why the newest question has no answer."""
        self._history = history
        self._guard = guard
        self._missing = missing
        self._accept = accept
        self._clock = clock
        self._is_asking = False
        self._answered_s: float | None = None
        self._heard_ms: dict[InstrumentId, int] = {}

    @property
    def is_answered(self) -> bool:
        """Whether the venue can be asked instead, as far as its last answers tell."""
        return self._answered_s is not None and self._clock.monotonic() - self._answered_s <= ANSWERS_COUNT_S

    def heard_ms(self, instrument: InstrumentId) -> int | None:
        """When an answer last told of an instrument."""
        return self._heard_ms.get(instrument)

    async def run(self) -> None:
        """Ask while anything is missing, until cancelled."""
        while True:
            wanted = self._missing()
            if not wanted:
                self._rest()
                await self._clock.sleep(LOOK_EVERY_S)
                continue
            self._is_asking = True
            asked_s = self._clock.monotonic()
            await self._ask(wanted)
            await self._clock.sleep(max(LOOK_EVERY_S, asked_s + ASK_EVERY_S - self._clock.monotonic()))

    def _rest(self) -> None:
        if self._is_asking:
            self._is_asking = False
            self._answered_s = self.error = None
            self._guard.rest()

    async def _ask(self, wanted: Sequence[Subscription]) -> None:
        try:
            ticks = await self._guard.call(partial(self._history.latest, wanted), deadline_s=ASK_EVERY_S)
        except FAILURES as failure:
            self.error = str(failure)
            return
        self.error = None
        self._answered_s = self._clock.monotonic()
        for tick in ticks:
            self._heard_ms[tick.instrument] = tick.received_ms
            self._accept(replace(tick, kind=TickKind.POLL))
