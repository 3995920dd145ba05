"""`/data` of a server in one process, asked by a client in another: a day of minutes, and ten years of days.

`python -m benchmarks.data_pages [REQUESTS]`.
"""

import asyncio
import sys
import tempfile
import time
from pathlib import Path

import msgspec
from msgspec import Struct

from benchmarks.figures import Goal, machine, rank, report
from rtp_tui.assemble.engine import assembled
from rtp_tui.assemble.surroundings import Surroundings
from rtp_tui.clock import SystemClock
from rtp_tui.config.settings import Settings
from rtp_tui.model.instrument import Instrument, InstrumentId
from rtp_tui.net.http import HttpClient, Params
from rtp_tui.net.settings import NetSettings
from rtp_tui.server.settings import ServerSettings
from rtp_tui.storage.batch import Batch
from rtp_tui.storage.batch_writer import BatchWriter
from rtp_tui.storage.opening import open_writer
from tests.factories import a_bar

REQUESTS = 400
DAY_MS, MINUTE_MS, YEARS_DAYS = 86_400_000, 60_000, 3_650
DAY_GOAL = Goal(10.0, "ms")
COIN = InstrumentId("crypto:BTC")
_CHUNK = 5_000


class Lag(Struct):
    """Of the engine's loop."""

    p50: float
    p95: float
    p99: float


class Latency(Struct):
    """As `/stats` tells it."""

    loop_lag_ms: Lag


class Stats(Struct):
    """As much of it as is looked at."""

    latency: Latency


def fill(path: Path, now_ms: int) -> int:
    """Two days of minutes and ten years of days; where the last whole day begins."""
    today_ms = now_ms // DAY_MS * DAY_MS
    connection = open_writer(path, now_ms).connection
    writer = BatchWriter(connection, "epoch")
    minutes = [
        a_bar(open_ms=today_ms - 2 * DAY_MS + n * MINUTE_MS, close=100.5 + n % 97 / 7, high=130.1, trades=n)
        for n in range(2 * 1440)
    ]
    days = [
        a_bar(timeframe="1d", open_ms=today_ms - n * DAY_MS, close=100.5 + n % 97 / 7, high=130.1)
        for n in range(YEARS_DAYS, 2, -1)
    ]
    for bars in (minutes, days):
        batch = Batch()
        batch.take(bars)
        writer.write(batch, now_ms)
    connection.close()
    return today_ms - DAY_MS


async def serve(folder: Path) -> None:
    """An engine without feeds, until its input ends."""
    settings = Settings(
        data_dir=str(folder),
        instruments=(Instrument(id=COIN, name="Bitcoin", feeds=("binance:BTCUSDT",)),),
        server=ServerSettings(enabled=True, port=0),
    )
    off = msgspec.structs.replace(settings.features, streaming=False, scheduler=False)
    settings = msgspec.structs.replace(settings, features=off)
    around = Surroundings(on_listening=lambda url: print(url, flush=True))
    async with assembled(settings, SystemClock(), around) as engine, asyncio.TaskGroup() as group:
        group.create_task(engine.supervisor.run())
        await asyncio.to_thread(sys.stdin.read)
        engine.supervisor.stop()


async def measure(requests: int) -> None:
    """Print the figures."""
    with tempfile.TemporaryDirectory() as name:
        since_ms = fill(Path(name) / "history.db", SystemClock().now_ms())
        server = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "benchmarks.data_pages",
            "serve",
            name,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        assert server.stdout is not None
        url = (await asyncio.wait_for(server.stdout.readline(), 60)).decode().strip()
        try:
            async with HttpClient(
                NetSettings(), SystemClock(), base_url=url, timeout_s=30.0, max_bytes=64_000_000
            ) as client:
                await asyncio.sleep(8.0)
                await _ask(client, since_ms, requests)
        finally:
            assert server.stdin is not None
            server.stdin.close()
            await server.wait()


async def _ask(client: HttpClient, since_ms: int, requests: int) -> None:
    print(machine())
    day: Params = {"timeframe": "1m", "start": since_ms, "end": since_ms + DAY_MS, "limit": 1440}
    _tell("a day of minutes, p99", await _timed(client, day, requests), DAY_GOAL)
    fresh: Params = {**day, "end": since_ms + 10 * DAY_MS}
    _tell("the same, not from the cache, p99", await _timed(client, fresh, requests), DAY_GOAL)
    years: Params = {"timeframe": "1d", "limit": 10_000}
    _tell("ten years of days, p99", await _timed(client, years, requests // 4), None)
    reply = await client.get("/stats")
    lag = msgspec.json.decode(reply.body, type=Stats).latency.loop_lag_ms
    print(f"loop lag meanwhile: p50 {lag.p50} ms, p95 {lag.p95} ms, p99 {lag.p99} ms (goal: below 50 ms)")


def _tell(name: str, took_ms: list[float], goal: Goal | None) -> None:
    report(name, [rank(took_ms, 0.99)], "ms", goal)
    print(f"  least {min(took_ms):.2f} ms, median {rank(took_ms, 0.5):.2f} ms")


async def _timed(client: HttpClient, params: Params, requests: int) -> list[float]:
    took_ms = []
    for number in range(requests + 20):
        began_s = time.perf_counter()
        reply = await client.get(f"/data/{COIN}", params)
        if number >= 20:
            took_ms.append((time.perf_counter() - began_s) * 1000)
        assert reply.status == 200, reply.body
    print(f"  {len(reply.body):,} bytes, {reply.body.count(b'open_ms'):,} bars")
    return took_ms


if __name__ == "__main__":
    if sys.argv[1:2] == ["serve"]:
        asyncio.run(serve(Path(sys.argv[2])))
    else:
        asyncio.run(measure(int(sys.argv[1]) if sys.argv[1:] else REQUESTS))
