"""The one door. Every front end sees the engine through this and nothing else.

`LocalPipeline` answers in the engine's own loop, `PipelineAcrossThreads` carries it to a console
in the same process, `RemotePipeline` across the network; one suite of tests runs over all of them.
"""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from typing import Protocol, TypeVar

from rtp_tui.model.commands import Command
from rtp_tui.model.events import Update
from rtp_tui.model.queries import Query

AnswerT = TypeVar("AnswerT")


class PipelineApi(Protocol):
    """Watch what happens, ask what is known, order what is to be done."""

    def watch(self, conflate_ms: int = 100) -> AbstractAsyncContextManager[AsyncIterator[Update]]:
        """Yield a Snapshot, then a Batch whenever something happened, at most every `conflate_ms`.

        In a batch quotes are the newest of each instrument and all other events gapless; with
        `conflate_ms` 0 quotes are gapless too. A reader that falls 10,000 events behind gets a new
        Snapshot instead, at most one in five seconds. Across the network Disconnected says that the
        engine cannot be heard; a Snapshot or Batch follows when it can be again.
        """
        ...

    async def query(self, query: Query[AnswerT]) -> AnswerT:
        """Answer a question. Raises Refused."""
        ...

    async def execute(self, command: Command[AnswerT]) -> AnswerT:
        """Carry out an order and say what came of it. Raises Refused; never runs it later."""
        ...
