"""A connection in a thread of its own: whole pieces of work are handed to it, not single statements."""

import asyncio
import sqlite3
from collections.abc import Callable
from functools import partial
from typing import TypeVar

import aiosqlite

from rtp_tui.storage.contract import StoreUnusable

ResultT = TypeVar("ResultT")


class WorkingConnection(aiosqlite.Connection):
    """An aiosqlite connection that runs functions of the plain connection in its thread.

    A transaction that is one piece of work cannot be left open by a cancellation, and costs one
    crossing of threads instead of one a statement.
    """

    def __init__(self, connector: Callable[[], sqlite3.Connection]) -> None:
        super().__init__(connector, iter_chunk_size=64)
        # close() writes what is pending; a crash elsewhere must not leave the process hanging on this thread.
        self._thread.daemon = True

    @classmethod
    async def opened(cls, connector: Callable[[], sqlite3.Connection]) -> "WorkingConnection":
        """A connection that `connector` opened in its thread; raises what `connector` raises.

        Opening is waited for even while being cancelled, so that there is always somebody to close it.
        """
        connection = cls(connector)
        connection._thread.start()
        opening: asyncio.Future[sqlite3.Connection] = asyncio.get_running_loop().create_future()
        connection._tx.put_nowait((opening, connector))
        try:
            connection._connection = await finished(opening)
        except (sqlite3.Error, OSError, StoreUnusable):
            # The thread is told to end, and does so at once: it must not outlive the loop that it reports to.
            connection.stop()
            connection._thread.join()
            raise
        return connection

    def submit(self, work: Callable[[sqlite3.Connection], ResultT]) -> asyncio.Future[ResultT]:
        """Run `work` in the thread, after what was submitted before."""
        future: asyncio.Future[ResultT] = asyncio.get_running_loop().create_future()
        self._tx.put_nowait((future, partial(work, self._conn)))
        return future


async def finished(future: asyncio.Future[ResultT]) -> ResultT:
    """Its result, waited for even while being cancelled; the cancellation comes at the next wait."""
    cancelled = False
    while not future.done():
        try:
            await asyncio.wait((future,))
        except asyncio.CancelledError:
            cancelled = True
    if cancelled and (task := asyncio.current_task()):
        task.uncancel()
        task.cancel()
    return future.result()
