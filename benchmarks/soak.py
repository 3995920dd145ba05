"""A long life in a short time: ticks as fast as they are taken, reconnects, and clients that come and go.

What is left behind shows in the memory, the open files and the tasks of the process, which are held against what they
were once everything was warm: `python -m benchmarks.soak [TICKS [RECONNECTS [CLIENTS]]]`.
"""

import asyncio
import json
import statistics
import sys
import tempfile
import time
from pathlib import Path

from msgspec import Struct
from websockets.asyncio.client import connect

from benchmarks.figures import Goal, machine, report
from rtp_tui.assemble.engine import Engine
from rtp_tui.clock import SystemClock
from rtp_tui.model.commands import ControlFeed, FeedAction
from rtp_tui.model.feeds import FeedState
from rtp_tui.monitoring.performance import resident_bytes
from tests.accept.chaos_engine import STREAMED, is_well, running, until
from tests.factories import a_trade

TICKS, RECONNECTS, CLIENTS = 1_000_000, 200, 500
CHUNK = 200
MOST_PENDING = 50_000
CLIENTS_AT_ONCE = 10
VISITED_WITHIN_S, GONE_WITHIN_S = 120.0, 60.0
COME_AND_GO = 5
"""Files and tasks that may be there or not at any moment."""
WARM_SHARE = 0.25
"""Of all ticks: by then every buffer has had its fill."""
SAMPLES = 40
MOST_GROWTH_MB = 10.0
_MB = 1_000_000


class Soaked(Struct, frozen=True):
    """What was left behind, and how fast it went."""

    growth_mb: float
    """Of memory, from warm to the end, by the line through its samples."""
    fds: int
    """More than when it was warm."""
    tasks: int
    ticks_per_second: float
    dropped: int
    failed_clients: int
    reconnects: int


class Sample(Struct, frozen=True):
    """The process at one moment."""

    at_s: float
    resident_mb: float


async def soak(folder: Path, ticks: int, reconnects: int, clients: int) -> Soaked:
    """Run all three at once, as fast as they go."""
    async with running(folder, SystemClock()) as engine:
        await until(lambda: is_well(engine), "never well")
        await until(lambda: engine.pipeline.state.measurements.server is not None, "never listened")
        warm = round(ticks * WARM_SHARE)
        await _round(engine, 0, warm, max(1, reconnects // 10), max(1, clients // 10))
        await _settled(engine)
        fds, tasks = _open_files(), len(asyncio.all_tasks())
        before = engine.pipeline.state.feed.feeds["binance"].reconnects
        began_s = time.monotonic()
        samples, failed = await _round(engine, warm, ticks - warm, reconnects, clients)
        took_s = time.monotonic() - began_s
        await _settled(engine)
        await _until_gone(fds, tasks)
        return Soaked(
            growth_mb=_growth_mb(samples),
            fds=_open_files() - fds,
            tasks=len(asyncio.all_tasks()) - tasks,
            ticks_per_second=(ticks - warm) / took_s,
            dropped=engine.pipeline.recorder.status().dropped,
            failed_clients=failed,
            reconnects=engine.pipeline.state.feed.feeds["binance"].reconnects - before,
        )


async def _round(
    engine: Engine, first: int, ticks: int, reconnects: int, clients: int
) -> tuple[list[Sample], int]:
    async with asyncio.TaskGroup() as group:
        flood = group.create_task(_flood(engine, first, ticks))
        visits = group.create_task(_visit(engine, clients))
        group.create_task(_reconnect(engine, reconnects))
    return flood.result(), visits.result()


async def _flood(engine: Engine, first: int, ticks: int) -> list[Sample]:
    """Trades of one instrument, a millisecond apart; the memory now and then."""
    samples, start_ms = [], int(time.time() * 1000)
    for number in range(first, first + ticks):
        engine.pipeline.accept(
            a_trade(
                instrument=STREAMED,
                price=100.0 + number % 1000 / 10,
                sequence=10**9 + number,
                event_ms=start_ms + (number - first) % 60_000,
                received_ms=start_ms,
            )
        )
        if number % CHUNK == 0:
            await asyncio.sleep(0)
            while engine.pipeline.recorder.status().pending > MOST_PENDING:
                await asyncio.sleep(0.02)
        if (number - first) % max(1, ticks // SAMPLES) == 0:
            samples.append(Sample(time.monotonic(), resident_bytes() / _MB))
    return samples


async def _visit(engine: Engine, clients: int) -> int:
    """Clients that connect, subscribe, hear something and go; how many heard nothing."""
    serving = engine.pipeline.state.measurements.server
    assert serving is not None
    url, at_once = serving.url.replace("http", "ws", 1) + "/ws", asyncio.Semaphore(CLIENTS_AT_ONCE)

    async def visit() -> bool:
        async with at_once:
            try:
                async with (
                    asyncio.timeout(VISITED_WITHIN_S),
                    connect(url, open_timeout=VISITED_WITHIN_S) as client,
                ):
                    await client.send(json.dumps({"op": "subscribe", "channels": ["*"]}))
                    for _ in range(3):
                        await client.recv()
            except (OSError, TimeoutError):
                return False
            return True

    async with asyncio.TaskGroup() as group:
        visits = [group.create_task(visit()) for _ in range(clients)]
    return sum(not one.result() for one in visits)


async def _reconnect(engine: Engine, times: int) -> None:
    feeds = engine.pipeline.state.feed.feeds
    for _ in range(times):
        await engine.api.execute(ControlFeed(feed="binance", action=FeedAction.RESTART))
        await asyncio.sleep(0.05)
        await until(lambda: feeds["binance"].state is FeedState.LIVE, "not connected again")


async def _until_gone(fds: int, tasks: int) -> None:
    """Give what ends by itself the time that a busy machine takes for it."""
    until_s = time.monotonic() + GONE_WITHIN_S
    while time.monotonic() < until_s and (
        _open_files() > fds + COME_AND_GO or len(asyncio.all_tasks()) > tasks + COME_AND_GO
    ):
        await asyncio.sleep(0.1)


async def _settled(engine: Engine) -> None:
    """Everything that waited is written and everybody has gone."""
    await until(lambda: engine.pipeline.recorder.status().pending < 1_000, "never written")
    await until(lambda: is_well(engine), "not well again")
    await asyncio.sleep(2.0)


def _open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def _growth_mb(samples: list[Sample]) -> float:
    """What the line through all samples rises."""
    if len(samples) < 3:
        return 0.0
    slope, _ = statistics.linear_regression(
        [one.at_s for one in samples], [one.resident_mb for one in samples]
    )
    return slope * (samples[-1].at_s - samples[0].at_s)


def main() -> int:
    """Print what was left; 1 where it was too much."""
    ticks, reconnects, clients = (
        *map(int, sys.argv[1:4]),
        *(TICKS, RECONNECTS, CLIENTS)[len(sys.argv) - 1 :],
    )
    print(machine())
    with tempfile.TemporaryDirectory() as folder:
        found = asyncio.run(soak(Path(folder), ticks, reconnects, clients))
    report("ticks taken, stored and published", [found.ticks_per_second], "/s")
    report("memory, from warm to the end", [found.growth_mb], "MB", Goal(MOST_GROWTH_MB, "MB"))
    report("open files more than when warm", [found.fds], "", Goal(5, ""))
    report("tasks more than when warm", [found.tasks], "", Goal(5, ""))
    report("ticks dropped", [found.dropped], "", Goal(0, ""))
    report("clients that heard nothing", [found.failed_clients], "", Goal(0, ""))
    report("reconnects counted", [found.reconnects], "")
    return int(
        found.growth_mb > MOST_GROWTH_MB or found.fds > 5 or found.tasks > 5 or found.failed_clients > 0
    )


if __name__ == "__main__":
    sys.exit(main())
