"""A real server in front of a scripted engine, in a thread of its own: for commands that start a loop."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from typing import Any

from tests.scripted_pipeline import ScriptedPipeline
from tests.serving import serving


@contextmanager
def served_in_a_thread(engine: Callable[[], ScriptedPipeline], **settings: Any) -> Iterator[str]:
    """The URL of a server while the block runs; `engine` makes the engine in the server's loop."""
    ready: Future[tuple[str, asyncio.AbstractEventLoop, asyncio.Event]] = Future()

    async def serve() -> None:
        ended = asyncio.Event()
        async with serving(engine(), **settings) as running:
            ready.set_result((running.url, asyncio.get_running_loop(), ended))
            await ended.wait()

    thread = threading.Thread(target=lambda: asyncio.run(serve()), daemon=True)
    thread.start()
    url, loop, ended = ready.result(5)
    try:
        yield url
    finally:
        loop.call_soon_threadsafe(ended.set)
        thread.join(5)
    assert not thread.is_alive()
