"""All indicators of 500 instruments while the loop is 60 % busy, against TA-Lib alone; and one over 10,000 stored bars."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from random import Random

import numpy as np
import talib

from benchmarks.figures import Goal, machine, rank, report
from rtp_tui.analytics.indicators.catalogue import COLUMNS, CYCLE, VWAP_BANDS, catalogue, indicator
from rtp_tui.analytics.indicators.presets import PRESETS, RING_BARS
from rtp_tui.analytics.indicators.rounds import IndicatorRounds
from rtp_tui.analytics.indicators.thread import IndicatorThread
from rtp_tui.analytics.indicators.workbench import Workbench
from rtp_tui.bus import Bus
from rtp_tui.clock import SystemClock
from rtp_tui.model.instrument import Instrument, InstrumentId
from rtp_tui.model.market import Bar, BarOrigin

INSTRUMENTS = 500
ROUNDS = 5
BUSY_MS, IDLE_MS = 3.0, 2.0
"""The loop computes and rests in turn: 60 % of it is taken."""
LOOK_EVERY_S = 0.005
MINUTE_MS = 60_000


class LoadedLoop:
    """Keeps the loop busy in Python, and looks how late its timers are."""

    def __init__(self) -> None:
        self.late_ms: list[float] = []
        self._began = 0.0
        self._busy_s = 0.0

    async def burn(self) -> None:
        """Take 60 % of the loop."""
        self._began = time.perf_counter()
        while True:
            began = time.perf_counter()
            number = 0
            while time.perf_counter() < began + BUSY_MS / 1000:
                number += sum(range(50))
            self._busy_s += time.perf_counter() - began
            await asyncio.sleep(IDLE_MS / 1000)

    async def look(self) -> None:
        """Note how late a timer is."""
        while True:
            due = time.perf_counter() + LOOK_EVERY_S
            await asyncio.sleep(LOOK_EVERY_S)
            self.late_ms.append((time.perf_counter() - due) * 1000)

    @property
    def load_pct(self) -> float:
        """How much of the time was taken."""
        return 100 * self._busy_s / (time.perf_counter() - self._began)


def bars_of(instrument: InstrumentId, count: int, seed: int, first_ms: int) -> list[Bar]:
    """Minutes of a price that wanders."""
    random = Random(seed)
    price, bars = 100.0, []
    for minute in range(count):
        opened, price = price, max(1.0, price + random.gauss(0, 0.2))
        bars.append(
            Bar(
                instrument, "1m", first_ms + minute * MINUTE_MS, opened, max(opened, price) + 0.1,
                min(opened, price) - 0.1, price, random.expovariate(0.1), 5, True, 0, BarOrigin.LIVE, "feed:X",
            )
        )  # fmt: skip
    return bars


def bare_calls() -> Callable[[Workbench], None]:
    """The same functions on the same columns, called in the plainest loop."""
    wanted = [one for one in map(indicator, catalogue()) if one.function.name != VWAP_BANDS.name]
    calls = [
        (
            getattr(talib, one.function.name.upper()),
            [(*COLUMNS, CYCLE).index(column) for column in one.columns],
            [
                int(value) if parameter.is_whole else value
                for value, parameter in zip(one.values, one.function.parameters, strict=True)
            ],
        )
        for one in wanted
    ]

    def run(bench: Workbench) -> None:
        for ring in bench.rings.held.values():
            rows = list(ring.columns.rows)
            rows.append(talib.HT_DCPERIOD(rows[COLUMNS.index("close")]))
            for call, columns, values in calls:
                call(*[rows[column] for column in columns], *values)

    return run


class Measured:
    """What each of several runs took: by the clock, and of its thread's processor."""

    def __init__(self) -> None:
        self.seconds: list[float] = []
        self.cpu_s: list[float] = []

    async def time(self, thread: IndicatorThread, work: Callable[[], Awaitable[object]]) -> None:
        """One more run."""
        cpu, began = await thread.work(lambda _: time.thread_time()), time.perf_counter()
        await work()
        self.seconds.append(time.perf_counter() - began)
        self.cpu_s.append(await thread.work(lambda _: time.thread_time()) - cpu)


async def rounds(names: Sequence[str]) -> tuple[Measured, Measured, list[float], float]:
    """Rounds and TA-Lib alone in turn, how late the loop was in the rounds, and its load."""
    clock = SystemClock()
    ids = [InstrumentId(f"stocks:S{number}") for number in range(INSTRUMENTS)]
    instruments = [Instrument(id=one, name=one, feeds=("feed:X",)) for one in ids]
    history = {one: bars_of(one, RING_BARS, seed, 0) for seed, one in enumerate(ids)}

    async def newest(instrument: InstrumentId) -> Sequence[Bar]:
        return history[instrument]

    thread, bus = IndicatorThread(clock), Bus()
    round_ = IndicatorRounds(thread, newest, lambda: instruments, clock)
    round_.want("benchmark", names)
    alone, ours, late = Measured(), Measured(), list[float]()
    loads = list[float]()
    async with asyncio.TaskGroup() as group:
        following = group.create_task(round_.run(lambda: bus.reading(conflates=True)))
        await round_.work_out()
        history.clear()
        for _ in range(ROUNDS):
            for measured, work in ((alone, lambda: thread.work(bare_calls())), (ours, round_.work_out)):
                loop = LoadedLoop()
                busy = [group.create_task(loop.burn()), group.create_task(loop.look())]
                await asyncio.sleep(0.2)
                loop.late_ms.clear()
                await measured.time(thread, work)
                loads.append(loop.load_pct)
                if measured is ours:
                    late += loop.late_ms
                for task in busy:
                    task.cancel()
        following.cancel()
    thread.close()
    return alone, ours, late, float(np.median(loads))


def resident_mb() -> float:
    """What this process holds now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096 / 1e6


def print_rounds(what: str, names: Sequence[str], goal: bool) -> None:
    """One line a figure."""
    alone, ours, late, load_pct = asyncio.run(rounds(names))
    report(f"{what}: a round of {INSTRUMENTS} instruments", ours.seconds, "s", Goal(3, "s") if goal else None)
    report("… of its thread's processor", ours.cpu_s, "s")
    if goal:
        report("… TA-Lib alone, every function", alone.seconds, "s")
        report("… of its thread's processor", alone.cpu_s, "s")
        for kind, mine, bare in (
            ("", ours.seconds, alone.seconds),
            (" of processor time", ours.cpu_s, alone.cpu_s),
        ):
            ratios = [one / other for one, other in zip(mine, bare, strict=True)]
            report(f"… ratio{kind}", ratios, "x", Goal(1.5, "x"))
    report("… the loop's load meanwhile", [load_pct], "%")
    report("… the loop late: p99", [rank(late, 0.99)], "ms", Goal(20, "ms"))
    report("… resident memory", [resident_mb()], "MB", Goal(200, "MB"))


def main() -> None:
    """Print all figures."""
    print(machine())
    print_rounds("presets", PRESETS, goal=False)
    print_rounds("every function", ("*",), goal=True)


if __name__ == "__main__":
    main()
