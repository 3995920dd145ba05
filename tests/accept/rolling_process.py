"""Rolls up and deletes minutes until it is killed: `rolling_process.py FOLDER NOW_MS`."""

import asyncio
import sys
from pathlib import Path

from rtp_tui.clock import SystemClock
from rtp_tui.jobs.rollups import Rollups
from rtp_tui.model.sessions import NOT_KNOWN, SessionSpans
from rtp_tui.storage.contract import StorageSettings
from rtp_tui.storage.sqlite_history import SqliteHistory
from rtp_tui.storage.sqlite_recorder import SqliteRecorder

DAY_MS = 86_400_000


class LateClock(SystemClock):
    """The machine's, at another time."""

    def __init__(self, now_ms: int) -> None:
        super().__init__()
        self._ahead_ms = now_ms - super().now_ms()

    def now_ms(self) -> int:
        return super().now_ms() + self._ahead_ms


def always_open(_market: str, _start_ms: int, _end_ms: int) -> SessionSpans:
    return NOT_KNOWN


async def roll(folder: Path, now_ms: int) -> None:
    """Both at once, so that a kill finds them anywhere."""
    clock, limits = LateClock(now_ms), StorageSettings(bar_retention_ms=DAY_MS)
    recorder = SqliteRecorder(folder / "history.db", limits, clock, "epoch")
    await recorder.open()
    history = SqliteHistory(folder / "history.db", clock=clock)
    rollups = Rollups(recorder, history, lambda _: "24x7", always_open, limits.bar_retention_ms, clock)
    print("ready", flush=True)
    async with asyncio.TaskGroup() as group:
        group.create_task(rollups.catch_up())
        for _ in range(100):
            await recorder.trim()
            await clock.sleep(0.01)
    await recorder.trim()
    await recorder.close()
    await history.close()
    print("done", flush=True)


if __name__ == "__main__":
    asyncio.run(roll(Path(sys.argv[1]), int(sys.argv[2])))
