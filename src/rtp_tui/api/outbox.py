"""Edits made while the engine is away, kept and sent in their order once it is back.

Only for orders that are safe to repeat and right however late (`Command.may_wait`).
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import TypeVar

from rtp_tui.clock import Clock
from rtp_tui.model.errors import NotConnected

AnswerT = TypeVar("AnswerT")

MOST_KEPT = 100
KEPT_FOR_S = 600.0


class _Turn:
    """One order's place in the line."""

    def __init__(self) -> None:
        self.has_come = asyncio.Event()
        self.refusal = ""


class Outbox:
    """A line of orders: open while the engine is heard, shut while it is away."""

    def __init__(self, clock: Clock, *, most: int = MOST_KEPT, kept_for_s: float = KEPT_FOR_S) -> None:
        self.crowded_out = 0
        """Orders refused because too many came after them."""
        self._clock = clock
        self._most = most
        self._kept_for_s = kept_for_s
        self._line: deque[_Turn] = deque()
        self._is_open = True

    def __len__(self) -> int:
        return len(self._line)

    async def send(self, order: Callable[[], Awaitable[AnswerT]]) -> AnswerT:
        """What the order answers when its turn has come; given again where the engine was lost under it.

        Raises Refused: what the order raises, or NotConnected after 10 min, when crowded out, or at the end.
        """
        turn = self._queue()
        try:
            async with self._clock.timeout(self._kept_for_s):
                return await self._when_called(turn, order)
        except TimeoutError:
            raise NotConnected(f"the engine did not come back within {self._kept_for_s / 60:g} min") from None
        finally:
            if turn in self._line:
                self._line.remove(turn)
            self._call()

    def open(self) -> None:
        """The engine is heard: what waits is sent, one after the other."""
        self._is_open = True
        self._call()

    def shut(self) -> None:
        """The engine is away: what comes waits."""
        self._is_open = False

    def close(self) -> None:
        """Nothing is sent any more: what waits is refused."""
        while self._line:
            self._refuse_oldest("the console ended before the engine came back")

    def _queue(self) -> _Turn:
        if len(self._line) >= self._most:
            self.crowded_out += 1
            self._refuse_oldest(f"{self._most} later edits wait for the engine already")
        turn = _Turn()
        self._line.append(turn)
        self._call()
        return turn

    def _refuse_oldest(self, words: str) -> None:
        turn = self._line.popleft()
        turn.refusal = words
        turn.has_come.set()

    def _call(self) -> None:
        if self._is_open and self._line:
            self._line[0].has_come.set()

    async def _when_called(self, turn: _Turn, order: Callable[[], Awaitable[AnswerT]]) -> AnswerT:
        while True:
            await turn.has_come.wait()
            if turn.refusal:
                raise NotConnected(turn.refusal)
            try:
                return await order()
            except NotConnected:
                turn.has_come.clear()
                self._is_open = False
