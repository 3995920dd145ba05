"""Work that blocks, in a thread that nothing waits for."""

import asyncio
import threading

import pytest

from rtp_tui.notify.in_thread import in_thread


async def test_it_is_done_elsewhere_and_what_it_raises_is_raised_here() -> None:
    names: list[str] = []

    def work() -> None:
        names.append(threading.current_thread().name)
        raise KeyError("x")

    with pytest.raises(KeyError):
        await in_thread(work, "channel x", lambda: None)
    assert names == ["channel x"]


async def test_who_stops_waiting_says_so_to_the_work() -> None:
    is_over, abandoned = threading.Event(), threading.Event()

    def work() -> None:
        is_over.wait(10)

    async def waiting() -> None:
        await in_thread(work, "channel x", abandoned.set)

    async with asyncio.TaskGroup() as group:
        task = group.create_task(waiting())
        await asyncio.sleep(0.01)
        task.cancel()
    is_over.set()

    assert abandoned.is_set()
