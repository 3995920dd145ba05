"""How long a row waits to be durable while the loop is held 90 % busy.

From a tick's `add_tick` to the watermark that covers it, as the loop is told: the wait for the next commit, the
commit itself, and the loop's own delay. The loop is held by computing for 9 ms in every 10, which holds the
interpreter's lock too, so that the writing thread competes for it as it would with real work.
"""

import asyncio
import tempfile
import time
from collections import deque
from pathlib import Path

from benchmarks.figures import Goal, machine, rank, report
from rtp_tui.clock import SystemClock
from rtp_tui.storage.contract import StorageSettings
from rtp_tui.storage.sqlite_recorder import SqliteRecorder
from tests.factories import a_trade

ROUNDS = 5
SECONDS = 8.0
BUSY_S, EVERY_S = 0.009, 0.010
TICKS_PER_S = 2_000


class Stopwatch:
    """Remembers when each row was added and how long it took until it was committed."""

    def __init__(self) -> None:
        self.latencies_ms: list[float] = []
        self._added: deque[tuple[int, float]] = deque()

    def added(self, seq: int) -> None:
        self._added.append((seq, time.perf_counter()))

    def committed(self, seq: int) -> None:
        now = time.perf_counter()
        while self._added and self._added[0][0] <= seq:
            self.latencies_ms.append((now - self._added.popleft()[1]) * 1000)


async def measure(path: Path, busy_s: float) -> tuple[list[float], float]:
    """Latencies, and the share of the time for which the loop was held."""
    stopwatch = Stopwatch()
    recorder = SqliteRecorder(path, StorageSettings(), SystemClock(), "bench")
    await recorder.open()
    async with asyncio.TaskGroup() as group:
        running = group.create_task(recorder.run(tuple, stopwatch.committed))
        busy_share = await trade(recorder, stopwatch, busy_s)
        await recorder.close()
        await running
    return stopwatch.latencies_ms, busy_share


async def trade(recorder: SqliteRecorder, stopwatch: Stopwatch, busy_s: float) -> float:
    """Add ticks and hold the loop; the share of the time for which it was held."""
    began = due_at = time.perf_counter()
    seq, held_s = 0, 0.0
    while (now := time.perf_counter()) - began < SECONDS:
        for _ in range(int((now - began) * TICKS_PER_S) - seq):
            seq += 1
            recorder.add_tick(seq, a_trade(sequence=seq))
            stopwatch.added(seq)
        while time.perf_counter() - now < busy_s:
            pass
        held_s += time.perf_counter() - now
        due_at = max(due_at + EVERY_S, time.perf_counter())
        await asyncio.sleep(due_at - time.perf_counter())
    return held_s / (time.perf_counter() - began)


def show(name: str, rounds: list[list[float]], goal: Goal | None) -> None:
    """Percentiles of each round."""
    for label, share in (("p50", 0.5), ("p95", 0.95), ("p99", 0.99)):
        wanted = goal if label == "p95" else None
        report(f"{name}: add to commit {label}", [rank(one, share) for one in rounds], "ms", wanted)


def main() -> None:
    """Print the latency on a free loop and on a busy one, in the same run."""
    print(machine())
    free, busy, shares = [], [], []
    for _ in range(ROUNDS):
        with tempfile.TemporaryDirectory() as folder:
            free.append(asyncio.run(measure(Path(folder) / "free.db", 0.0))[0])
            latencies_ms, share = asyncio.run(measure(Path(folder) / "busy.db", BUSY_S))
            busy.append(latencies_ms)
            shares.append(share * 100)
    print(f"{TICKS_PER_S} ticks/s for {SECONDS:g} s, {ROUNDS} rounds")
    show("free loop", free, None)
    report("busy loop: held", shares, "%")
    show("busy loop", busy, Goal(150, "ms"))


if __name__ == "__main__":
    main()
