"""Work that blocks, in a thread of its own that nothing waits for."""

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress


async def in_thread(work: Callable[[], None], name: str, abandoned: Callable[[], None]) -> None:
    """Do the work; `abandoned` is called where its end is not waited for any more. Raises what it raises.

    The thread is the program's last one never: a process that ends does not wait for a server that hangs.
    """
    loop = asyncio.get_running_loop()
    ended: asyncio.Future[None] = loop.create_future()

    def settle(error: BaseException | None) -> None:
        if ended.done():
            return
        if error is None:
            ended.set_result(None)
        else:
            ended.set_exception(error)

    def run() -> None:
        error: BaseException | None = None
        try:
            work()
        except BaseException as raised:  # noqa: BLE001 - raised again where the work is waited for
            error = raised
        with suppress(RuntimeError):  # the loop is closed: nobody wants to know
            loop.call_soon_threadsafe(settle, error)

    threading.Thread(target=run, name=name, daemon=True).start()
    try:
        await ended
    except asyncio.CancelledError:
        abandoned()
        raise
