"""When a venue that was lost seems to be back, and who may try to connect before its time. Pure; told the time.

The wait between two tries is drawn at random and may be a minute. A venue that answers questions again, or that lets
one of a feed's connections in, is worth a try sooner: one connection tries, and the others follow it. The moments of
different programs differ as their questions do, so that a venue is not met by all of them at once.
"""

from collections.abc import Awaitable, Iterable, Sequence
from math import inf
from typing import TypeVar

from rtp_tui.clock import Clock
from rtp_tui.model.market import Bar, Tick
from rtp_tui.sources.contract import HistorySource, Subscription, UnknownSymbol

EARLY_EVERY_S = 10.0
"""So long after its last failure a connection may try early, and so far apart are a feed's tries for an answer."""
FOLLOW_EVERY_S = 2.0
"""Where one is connected again the others follow so far apart: venues count connections."""
ResultT = TypeVar("ResultT")


class Comeback:
    """What a feed knows of its venue while connections are lost."""

    def __init__(self) -> None:
        self.early_tries = 0
        """How many tries were made before their time."""
        self._is_away = False
        self._answered_s = -inf
        self._tried_s = -inf

    def note_failure(self) -> None:
        """A question had no answer."""
        self._is_away = True

    def note_answer(self, now_s: float) -> None:
        """A question was answered, which is news after one that was not."""
        if self._is_away:
            self._is_away = False
            self._answered_s = now_s

    def note_try(self, now_s: float) -> None:
        """A connection tries before its time."""
        self.early_tries += 1
        self._tried_s = now_s

    def is_due(self, failed_s: float, now_s: float, opened_s: float = -inf) -> bool:
        """Whether a connection that last failed at `failed_s` may try now; the newest open socket is of `opened_s`."""
        if now_s - failed_s < EARLY_EVERY_S:
            return False
        if opened_s > failed_s:
            return now_s - self._tried_s >= FOLLOW_EVERY_S
        return self._answered_s > failed_s and now_s - self._tried_s >= EARLY_EVERY_S


class Witness:
    """A provider's history that lets it be known whether questions are answered."""

    def __init__(self, history: HistorySource, comeback: Comeback, clock: Clock) -> None:
        self._history = history
        self._comeback = comeback
        self._clock = clock

    async def latest(self, subscriptions: Sequence[Subscription]) -> Iterable[Tick]:
        """See `HistorySource`. Raises SourceError."""
        return await self._heard(self._history.latest(subscriptions))

    async def bars(
        self, subscription: Subscription, timeframe: str, start_ms: int, end_ms: int
    ) -> Sequence[Bar]:
        """See `HistorySource`. Raises SourceError."""
        return await self._heard(self._history.bars(subscription, timeframe, start_ms, end_ms))

    async def _heard(self, question: Awaitable[ResultT]) -> ResultT:
        try:
            answer = await question
        except UnknownSymbol:
            raise
        except BaseException:
            # A question that is given up, because its time was over, had no answer either.
            self._comeback.note_failure()
            raise
        self._comeback.note_answer(self._clock.monotonic())
        return answer
