"""The door between two loops of one process: the engine in its thread, the console in its own.

Each crossing carries a whole batch, and the next one is asked for only when the last was taken, so
that a console that stops costs the engine one conflating reader and nothing else.
"""

import asyncio
import inspect
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Coroutine
from concurrent.futures import Future
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from functools import partial
from typing import TypeVar

from rtp_tui.api.contract import PipelineApi
from rtp_tui.clock import Clock
from rtp_tui.model.commands import Command
from rtp_tui.model.errors import NotConnected
from rtp_tui.model.events import Disconnected, Update
from rtp_tui.model.queries import Query

AnswerT = TypeVar("AnswerT")
Work = Coroutine[object, object, AnswerT]

ENGINE_ENDED = "the engine has ended"


class PipelineAcrossThreads:
    """A door that can be watched before the engine behind it exists; `start` is called when it is first used."""

    def __init__(self, clock: Clock, start: Callable[[], None] = lambda: None) -> None:
        self._clock = clock
        self._start = start
        self._is_started = False
        self._opened: Future[tuple[asyncio.AbstractEventLoop, PipelineApi]] = Future()
        self._crossing: set[Callable[[], None]] = set()
        """How to give up each piece of work that is waited for."""
        self._is_closed = False

    def open(self, loop: asyncio.AbstractEventLoop, api: PipelineApi) -> None:
        """Called once in the engine's thread when its door can be used."""
        self._opened.set_result((loop, api))

    def fail(self, error: BaseException) -> None:
        """Called in the engine's thread when it ends because of an error, before or after its door opened."""
        while isinstance(error, BaseExceptionGroup):
            error = error.exceptions[0]
        if not self._opened.done():
            self._opened.set_exception(NotConnected(f"the engine could not start: {error}"))
        self.close()

    def close(self) -> None:
        """Called in the engine's thread when its loop has ended: nobody waits for it any longer."""
        self._is_closed = True
        if not self._opened.done():
            self._opened.set_exception(NotConnected(ENGINE_ENDED))
        for give_up in tuple(self._crossing):
            give_up()

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
        return await self._cross(loop, api.query(query))

    async def execute(self, command: Command[AnswerT]) -> AnswerT:
        """See `PipelineApi.execute`."""
        loop, api = await self._door()
        return await self._cross(loop, api.execute(command))

    async def _door(self) -> tuple[asyncio.AbstractEventLoop, PipelineApi]:
        """The engine's loop and door, once there are any. Raises NotConnected, also when it could not start."""
        if not self._is_started:
            self._is_started = True
            self._start()
        return await asyncio.shield(asyncio.wrap_future(self._opened))

    async def _updates(self, conflate_ms: int) -> AsyncGenerator[Update, None]:
        try:
            loop, api = await self._door()
        except NotConnected as error:
            yield self._lost(error)
            return
        watched = _Watched(api, conflate_ms)
        try:
            await self._cross(loop, watched.begin())
            while True:
                yield await self._cross(loop, watched.next())
        except NotConnected as error:
            yield self._lost(error)
        finally:
            with suppress(NotConnected):
                await asyncio.shield(self._cross(loop, watched.end()))

    def _lost(self, error: NotConnected) -> Disconnected:
        return Disconnected(at_ms=self._clock.now_ms(), reason=error.message, attempt=0, retry_in_ms=0)

    async def _cross(self, loop: asyncio.AbstractEventLoop, work: Work[AnswerT]) -> AnswerT:
        """Run work in the engine's loop and wait for it here. Raises NotConnected when that loop ends."""
        try:
            future = asyncio.run_coroutine_threadsafe(work, loop)
        except RuntimeError:
            work.close()
            raise NotConnected(ENGINE_ENDED) from None
        give_up = partial(_give_up, future, work)
        self._crossing.add(give_up)
        if self._is_closed:
            give_up()
        try:
            return await asyncio.wrap_future(future)
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if task is not None and task.cancelling():
                raise
            raise NotConnected(ENGINE_ENDED) from None
        finally:
            self._crossing.discard(give_up)


def _give_up(future: Future[AnswerT], work: Work[AnswerT]) -> None:
    """Wake whoever waits; work that the ended loop never began would else be warned about."""
    future.cancel()
    if inspect.getcoroutinestate(work) == inspect.CORO_CREATED:
        work.close()


class _Watched:
    """A watch in the engine's loop, driven from another: one step at a time.

    A busy loop may hear of a step, of its withdrawal and of the end all in one turn, and would begin the end
    while the step is still on its way out.
    """

    def __init__(self, api: PipelineApi, conflate_ms: int) -> None:
        self._api = api
        self._conflate_ms = conflate_ms
        self._held = AsyncExitStack()
        self._turn = asyncio.Lock()
        self._updates: AsyncIterator[Update]

    async def begin(self) -> None:
        async with self._turn:
            self._updates = await self._held.enter_async_context(self._api.watch(self._conflate_ms))

    async def next(self) -> Update:
        async with self._turn:
            return await anext(self._updates)

    async def end(self) -> None:
        async with self._turn:
            await self._held.aclose()
