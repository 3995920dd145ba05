"""The door between two loops of one process: the engine in its thread, the console in its own.

Each crossing carries a whole batch, and the next one is asked for only when the last was taken, so
that a console that stops costs the engine one conflating reader and nothing else.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Coroutine
from concurrent.futures import Future
from contextlib import asynccontextmanager
from typing import TypeVar

from rtp_tui.api.contract import PipelineApi
from rtp_tui.clock import Clock
from rtp_tui.model.commands import Command
from rtp_tui.model.errors import NotConnected
from rtp_tui.model.events import Disconnected, Update
from rtp_tui.model.queries import Query

AnswerT = TypeVar("AnswerT")


class PipelineAcrossThreads:
    """A door that can be watched before the engine behind it exists."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._opened: Future[tuple[asyncio.AbstractEventLoop, PipelineApi]] = Future()

    def open(self, loop: asyncio.AbstractEventLoop, api: PipelineApi) -> None:
        """Called once in the engine's thread when its door can be used."""
        self._opened.set_result((loop, api))

    def fail(self, error: BaseException) -> None:
        """Called in the engine's thread when it ends before its door could be used."""
        if not self._opened.done():
            self._opened.set_exception(error)

    @asynccontextmanager
    async def watch(self, conflate_ms: int = 100) -> AsyncIterator[AsyncIterator[Update]]:
        """See `PipelineApi.watch`; waits for the engine, and yields Disconnected when it ends."""
        updates = self._updates(conflate_ms)
        try:
            yield updates
        finally:
            await updates.aclose()

    async def query(self, query: Query[AnswerT]) -> AnswerT:
        """See `PipelineApi.query`."""
        loop, api = await self._door()
        return await _cross(loop, api.query(query))

    async def execute(self, command: Command[AnswerT]) -> AnswerT:
        """See `PipelineApi.execute`."""
        loop, api = await self._door()
        return await _cross(loop, api.execute(command))

    async def _door(self) -> tuple[asyncio.AbstractEventLoop, PipelineApi]:
        try:
            return await asyncio.shield(asyncio.wrap_future(self._opened))
        except Exception as error:
            raise NotConnected(f"the engine could not start: {error}") from error

    async def _updates(self, conflate_ms: int) -> AsyncGenerator[Update, None]:
        try:
            loop, api = await self._door()
            watching = api.watch(conflate_ms)
            updates = await _cross(loop, watching.__aenter__())
            try:
                while True:
                    yield await _cross(loop, _next(updates))
            finally:
                if loop.is_running():
                    await _cross(loop, watching.__aexit__(None, None, None))
        except NotConnected as error:
            yield Disconnected(at_ms=self._clock.now_ms(), reason=error.message, attempt=0, retry_in_ms=0)


async def _next(updates: AsyncIterator[Update]) -> Update:
    return await anext(updates)


async def _cross(loop: asyncio.AbstractEventLoop, work: Coroutine[object, object, AnswerT]) -> AnswerT:
    """Run work in the engine's loop and wait for it here. Raises NotConnected when that loop ends."""
    if loop.is_closed():
        work.close()
        raise NotConnected("the engine has ended")
    future = asyncio.run_coroutine_threadsafe(work, loop)
    try:
        return await asyncio.wrap_future(future)
    except asyncio.CancelledError:
        task = asyncio.current_task()
        if task is not None and task.cancelling():
            raise
        raise NotConnected("the engine has ended") from None
