"""Questions and commands to the engine, with a deadline and an answer in words."""

from typing import TypeVar

from msgspec import Struct

from rtp_tui.api.contract import PipelineApi
from rtp_tui.clock import Clock
from rtp_tui.model.commands import Command, Done
from rtp_tui.model.errors import Refused
from rtp_tui.model.queries import Query

DEADLINE_S = 5.0
AnswerT = TypeVar("AnswerT")


class Outcome(Struct, frozen=True):
    """What came of an order, for the person who gave it."""

    is_done: bool
    words: str


class Orders:
    """The console's way through the door; never raises what the door refuses."""

    def __init__(self, api: PipelineApi, clock: Clock, *, read_only: bool) -> None:
        self._api = api
        self._clock = clock
        self._read_only = read_only

    async def execute(self, command: Command[Done]) -> Outcome:
        """Carry out a command within five seconds."""
        if self._read_only:
            return Outcome(False, "refused: this console is read-only")
        try:
            async with self._clock.timeout(DEADLINE_S):
                done = await self._api.execute(command)
        except TimeoutError:
            return Outcome(False, f"no answer within {DEADLINE_S:.0f} s; it may still happen")
        except Refused as refusal:
            return Outcome(False, f"refused: {refusal.message}")
        return Outcome(True, done.message)

    async def ask(self, query: Query[AnswerT]) -> AnswerT | Outcome:
        """Answer a question within five seconds, or say why not."""
        try:
            async with self._clock.timeout(DEADLINE_S):
                return await self._api.query(query)
        except TimeoutError:
            return Outcome(False, f"no answer within {DEADLINE_S:.0f} s")
        except Refused as refusal:
            return Outcome(False, refusal.message)
