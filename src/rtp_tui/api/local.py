"""The door in the engine's own loop."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from typing import TypeVar

from rtp_tui.api.handlers import Handlers
from rtp_tui.bus import Reader
from rtp_tui.clock import Clock
from rtp_tui.model.commands import Command
from rtp_tui.model.events import Update
from rtp_tui.model.queries import Query
from rtp_tui.pipeline import Pipeline

AnswerT = TypeVar("AnswerT")
SNAPSHOT_EVERY_S = 5.0
"""A reader that keeps falling behind gets a new snapshot no more often than this."""


class LocalPipeline:
    """Watches a pipeline of this loop, and hands queries and commands to those who know."""

    def __init__(self, pipeline: Pipeline, handlers: Handlers, clock: Clock) -> None:
        self._pipeline = pipeline
        self._handlers = handlers
        self._clock = clock

    @asynccontextmanager
    async def watch(self, conflate_ms: int = 100) -> AsyncIterator[AsyncIterator[Update]]:
        """See `PipelineApi.watch`; never yields Disconnected, since there is nothing between."""
        with self._pipeline.reading(conflates=conflate_ms > 0) as reader:
            updates = self._updates(reader, conflate_ms / 1000)
            try:
                yield updates
            finally:
                await updates.aclose()

    async def query(self, query: Query[AnswerT]) -> AnswerT:
        """See `PipelineApi.query`."""
        return await self._handlers.run(query)

    async def execute(self, command: Command[AnswerT]) -> AnswerT:
        """See `PipelineApi.execute`."""
        return await self._handlers.run(command)

    async def _updates(self, reader: Reader, conflate_s: float) -> AsyncGenerator[Update, None]:
        snapshot_at = self._clock.monotonic()
        reader.start_over()
        yield self._pipeline.snapshot()
        while True:
            await reader.wait()
            if reader.has_overrun:
                self._pipeline.bus.overruns += 1
                await self._clock.sleep(snapshot_at + SNAPSHOT_EVERY_S - self._clock.monotonic())
                snapshot_at = self._clock.monotonic()
                reader.start_over()
                yield self._pipeline.snapshot()
            else:
                yield reader.take()
                await self._clock.sleep(conflate_s)
