"""The console on a pipeline that stands still, as a process of its own: `python -m tests.accept.frozen_console`."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import ClassVar

from rtp_tui.clock import SystemClock
from rtp_tui.model.events import Batch, Event, Update
from rtp_tui.model.statistics import PipelineStatistics
from rtp_tui.tui.app import ConsoleApp
from rtp_tui.tui.run import run_console
from rtp_tui.tui.settings import ConsoleSettings
from tests.factories import a_quote
from tests.frozen_pipeline import FrozenPipeline


class MovingPipeline(FrozenPipeline):
    """Bitcoin rises by one ten times a second; everything else stands still."""

    @asynccontextmanager
    async def watch(self, conflate_ms: int = 100) -> AsyncIterator[AsyncIterator[Update]]:
        clock = SystemClock()

        async def updates() -> AsyncIterator[Update]:
            yield self.snapshot
            seq, price = self.snapshot.seq, 10_000.0
            while True:
                await clock.sleep(0.1)
                seq, price, now_ms = seq + 2, price + 1, clock.now_ms()
                quote = a_quote(price=price, received_ms=now_ms, event_ms=now_ms)
                yield Batch(seq, (Event(seq - 1, quote), Event(seq, PipelineStatistics(at_ms=now_ms))))

        yield updates()


class CrashingConsole(ConsoleApp):
    """Has a bug outside every guard, after a second."""

    crash_after_s: ClassVar[float] = 1.0

    def on_mount(self) -> None:
        self.set_timer(self.crash_after_s, self.crash)

    def crash(self) -> None:
        raise RuntimeError("a planted crash")


async def main() -> int:
    settings = ConsoleSettings(name="frozen", local=True)
    if os.environ.get("PLANT_CRASH"):
        app = CrashingConsole(MovingPipeline(), SystemClock(), settings)
        await app.run_async()
        return app.return_code or 0
    return await run_console(MovingPipeline(), SystemClock(), settings)


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
