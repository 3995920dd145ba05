"""What a history file's connection is told by a test."""

from asyncio import Future
from typing import Any

from rtp_tui.assemble.engine import Engine
from rtp_tui.storage.sqlite_recorder import SqliteRecorder


def tell_store(engine: Engine, pragma: str) -> "Future[list[Any]]":
    """Have the connection that writes obey; an engine's is open from its start."""
    recorder = engine.pipeline.recorder
    assert isinstance(recorder, SqliteRecorder)
    connection = recorder._file._connection
    assert connection is not None
    return connection.submit(lambda plain: plain.execute(f"PRAGMA {pragma}").fetchall())


async def leave_the_disk_its_time(engine: Engine) -> None:
    """Commits do not wait for the disk: by a clock that is faster than the machine's it is as many times slower."""
    await tell_store(engine, "synchronous = OFF")
