"""A connection in a thread of its own."""

import asyncio
import sqlite3
import threading

import pytest

from rtp_tui.storage.connection import WorkingConnection

THREAD = "_connection_worker_thread"


def workers() -> set[threading.Thread]:
    return {one for one in threading.enumerate() if THREAD in one.name}


async def test_one_whose_opening_is_cancelled_is_waited_for_and_handed_over_to_be_closed() -> None:
    may_open, before = threading.Event(), workers()
    opened: list[WorkingConnection] = []

    def connector() -> sqlite3.Connection:
        may_open.wait(30)
        return sqlite3.connect(":memory:", check_same_thread=False)

    async def use() -> None:
        opened.append(await WorkingConnection.opened(connector))
        await asyncio.Event().wait()

    async with asyncio.TaskGroup() as group:
        task = group.create_task(use())
        await asyncio.sleep(0.01)
        task.cancel()
        await asyncio.sleep(0.01)
        assert workers() > before
        may_open.set()
    assert task.cancelled()

    [connection] = opened
    await connection.close()
    for thread in workers() - before:
        thread.join(30)
    assert workers() == before


async def test_one_that_cannot_be_opened_leaves_no_thread() -> None:
    before = workers()

    def connector() -> sqlite3.Connection:
        raise sqlite3.OperationalError("no")

    with pytest.raises(sqlite3.OperationalError, match="no"):
        await WorkingConnection.opened(connector)
    assert workers() == before
