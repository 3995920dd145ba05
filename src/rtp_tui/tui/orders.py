"""Questions and commands to the engine, with a deadline and an answer in words."""

from typing import TypeVar

from msgspec import Struct

from rtp_tui.api.contract import PipelineApi
from rtp_tui.clock import Clock
from rtp_tui.model.alerts import Silence
from rtp_tui.model.commands import Command, Done
from rtp_tui.model.errors import Refused
from rtp_tui.model.jobs import JobOutcome, JobRun
from rtp_tui.model.notifications import Mute
from rtp_tui.model.queries import Query
from rtp_tui.text import day_time_text
from rtp_tui.tui.command_log import CommandLog, end
from rtp_tui.tui.news.words import run_text

DEADLINE_S = 5.0
KEPT_DEADLINE_S = 660.0
"""For what is kept while the engine is away, which answers by itself after ten minutes."""
Order = Command[Done] | Command[JobRun] | Command[Silence] | Command[Mute]
"""What the console may have done."""
AnswerT = TypeVar("AnswerT")


class Outcome(Struct, frozen=True):
    """What came of an order, for the person who gave it."""

    is_done: bool
    words: str


READ_ONLY = Outcome(False, "refused: this console is read-only")


class Orders:
    """The console's way through the door; never raises what the door refuses."""

    def __init__(self, api: PipelineApi, clock: Clock, *, read_only: bool) -> None:
        self._api = api
        self._clock = clock
        self.read_only = read_only
        """Every command is refused here."""
        self.log = CommandLog()

    async def execute(
        self,
        command: Order,
        deadline_s: float = DEADLINE_S,
    ) -> Outcome:
        """Carry out a command within so many seconds."""
        if self.read_only:
            return READ_ONLY
        ordered = self.log.begin(command, self._clock.now_ms())
        outcome = Outcome(False, "given up before an answer came; it may still happen")
        try:
            outcome = await self._executed(command, deadline_s)
        finally:
            end(ordered, self._clock.now_ms(), outcome.words, is_done=outcome.is_done)
        return outcome

    async def _executed(self, command: Order, deadline_s: float) -> Outcome:
        try:
            async with self._clock.timeout(deadline_s):
                return _outcome(await self._api.execute(command))
        except TimeoutError:
            return Outcome(False, f"no answer within {deadline_s:.0f} s; it may still happen")
        except Refused as refusal:
            return Outcome(False, f"refused: {refusal.message}")

    async def ask(self, query: Query[AnswerT]) -> AnswerT | Outcome:
        """Answer a question within five seconds, or say why not."""
        try:
            async with self._clock.timeout(DEADLINE_S):
                return await self._api.query(query)
        except TimeoutError:
            return Outcome(False, f"no answer within {DEADLINE_S:.0f} s")
        except Refused as refusal:
            return Outcome(False, refusal.message)


def _outcome(answer: Done | JobRun | Silence | Mute) -> Outcome:
    if isinstance(answer, Mute):
        is_over = answer.until_ms <= answer.at_ms
        return Outcome(True, "told again" if is_over else f"muted until {day_time_text(answer.until_ms)}Z")
    if isinstance(answer, Silence):
        return Outcome(
            True, f"silenced until {day_time_text(answer.until_ms)}Z: {answer.rule} about {answer.subject}"
        )
    if isinstance(answer, JobRun):
        return Outcome(answer.outcome is JobOutcome.SUCCEEDED, f"{answer.job} {run_text(answer)}")
    return Outcome(True, answer.message)
