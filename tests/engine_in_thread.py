"""An engine in a loop and a thread of its own, as beside a console: for tests."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager

from rtp_tui.api.across_threads import PipelineAcrossThreads
from rtp_tui.clock import SystemClock
from tests.an_engine import AnEngine


class EngineInThread:
    """Starts when told, runs work in its loop, ends when told."""

    def __init__(self, engine: type[AnEngine] = AnEngine) -> None:
        self.door = PipelineAcrossThreads(SystemClock())
        self._kind = engine
        self._ready: Future[tuple[asyncio.AbstractEventLoop, AnEngine]] = Future()
        self._stop = asyncio.Event()
        self._thread = threading.Thread(target=self._main, daemon=True)

    def start(self) -> None:
        self._thread.start()
        self._ready.result(5)

    def end(self) -> None:
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stop.set)
            self._thread.join(5)
        assert not self._thread.is_alive()

    def do(self, act: Callable[[AnEngine], object]) -> None:
        """Run something in the engine's loop and wait until it is done."""
        done: Future[object] = Future()
        self._loop.call_soon_threadsafe(lambda: done.set_result(act(self.engine)))
        done.result(5)

    def tasks(self) -> int:
        """How many tasks the engine's loop holds besides its own."""
        counted: Future[int] = Future()
        self._loop.call_soon_threadsafe(lambda: counted.set_result(len(asyncio.all_tasks(self._loop)) - 1))
        return counted.result(5)

    @property
    def engine(self) -> AnEngine:
        return self._ready.result(5)[1]

    @property
    def _loop(self) -> asyncio.AbstractEventLoop:
        return self._ready.result(5)[0]

    def _main(self) -> None:
        try:
            asyncio.run(self._run())
        finally:
            self.door.close()

    async def _run(self) -> None:
        engine = self._kind(SystemClock())
        loop = asyncio.get_running_loop()
        self._ready.set_result((loop, engine))
        self.door.open(loop, engine.api)
        await self._stop.wait()


@contextmanager
def an_engine_in_a_thread() -> Iterator[EngineInThread]:
    """Started, and ended at the latest when the block ends."""
    thread = EngineInThread()
    thread.start()
    try:
        yield thread
    finally:
        thread.end()
