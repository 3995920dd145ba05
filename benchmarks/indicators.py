"""All indicators of 500 instruments while the loop is 60 % busy, against TA-Lib alone; and one over 10,000 stored bars."""

import asyncio
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from pathlib import Path
from random import Random

import msgspec
import numpy as np

from benchmarks.figures import Goal, machine, rank, report
from rtp_tui.analytics.indicators.catalogue import COLUMNS, CYCLE, VWAP_BANDS, catalogue, indicator
from rtp_tui.analytics.indicators.presets import MOST_BARS, PRESETS
from rtp_tui.analytics.indicators.rounds import IndicatorRounds
from rtp_tui.analytics.indicators.thread import IndicatorThread
from rtp_tui.analytics.indicators.workbench import Workbench
from rtp_tui.assemble.engine import assembled
from rtp_tui.bus import Bus
from rtp_tui.clock import SystemClock
from rtp_tui.config.settings import FeatureSettings, Settings
from rtp_tui.model.commands import ClearCache
from rtp_tui.model.events import Event
from rtp_tui.model.instrument import Instrument, InstrumentId
from rtp_tui.model.market import Bar, BarOrigin
from rtp_tui.model.queries import GetIndicators

INSTRUMENTS = 500
STORED_BARS, ASKED = 10_000, 300
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
    import talib  # when the engine's thread has loaded it, which does so without pandas

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
    """What each of several runs took, by the clock and of its thread's processor, and how late the loop was meanwhile."""

    def __init__(self) -> None:
        self.seconds: list[float] = []
        self.cpu_s: list[float] = []
        self.late_ms: list[float] = []

    async def time(self, thread: IndicatorThread, work: Callable[[], Awaitable[object]]) -> None:
        """One more run."""
        cpu, began = await thread.work(lambda _: time.thread_time()), time.perf_counter()
        await work()
        self.seconds.append(time.perf_counter() - began)
        self.cpu_s.append(await thread.work(lambda _: time.thread_time()) - cpu)


class Minutes:
    """Bars of all instruments: those that are stored, and how the minutes after them are told."""

    def __init__(self) -> None:
        ids = [InstrumentId(f"stocks:S{number}") for number in range(INSTRUMENTS)]
        self.instruments = [Instrument(id=one, name=one, feeds=("feed:X",)) for one in ids]
        self.bus = Bus()
        self._seeds = {one: seed for seed, one in enumerate(ids)}
        self._later = {one: self._bars(one)[MOST_BARS:] for one in ids}

    async def newest(self, instrument: InstrumentId) -> Sequence[Bar]:
        """Made when they are asked for, as they would be read: not to be held all at once."""
        return self._bars(instrument)[:MOST_BARS]

    async def tell(self, minute: int, share: float, thread: IndicatorThread) -> None:
        """That a minute closed for all, at such a share of its price, and wait until all is noted."""
        bars = [bars[minute] for bars in self._later.values()]
        told = [msgspec.structs.replace(bar, close=bar.close * share) for bar in bars]
        for seq, bar in enumerate(told):
            self.bus.publish(Event(seq, bar))
        while not await thread.work(partial(_knows, told)):
            await asyncio.sleep(0.2)

    def _bars(self, instrument: InstrumentId) -> list[Bar]:
        return bars_of(instrument, MOST_BARS + ROUNDS, self._seeds[instrument], 0)


def _knows(told: Sequence[Bar], bench: Workbench) -> bool:
    held = bench.rings.held
    return all(held[bar.instrument].columns.rows[3, -1] == bar.close for bar in told)


async def rounds(names: Sequence[str]) -> tuple[Measured, Measured, Measured, float]:
    """TA-Lib alone, rounds after a minute more, and rounds after one that was corrected, in turn; and the loop's load."""
    clock, minutes = SystemClock(), Minutes()
    thread = IndicatorThread(clock)
    round_ = IndicatorRounds(thread, minutes.newest, lambda: minutes.instruments, clock)
    round_.want("benchmark", names)
    alone, ours, anew = Measured(), Measured(), Measured()
    loads = list[float]()
    turns: tuple[tuple[Measured, float | None, Callable[[], Awaitable[object]]], ...] = (
        (alone, None, lambda: thread.work(bare_calls())),
        (ours, 1.0, round_.work_out),
        (anew, 1.0001, round_.work_out),
    )
    async with asyncio.TaskGroup() as group:
        following = group.create_task(round_.run(lambda: minutes.bus.reading(conflates=True)))
        await round_.work_out()
        for turn in range(ROUNDS):
            for measured, share, work in turns:
                if share is not None:
                    await minutes.tell(turn, share, thread)
                loop = LoadedLoop()
                busy = [group.create_task(loop.burn()), group.create_task(loop.look())]
                await asyncio.sleep(0.2)
                loop.late_ms.clear()
                await measured.time(thread, work)
                loads.append(loop.load_pct)
                measured.late_ms += loop.late_ms
                for task in busy:
                    task.cancel()
        following.cancel()
    thread.close()
    return alone, ours, anew, float(np.median(loads))


async def ask_ms(folder: Path) -> tuple[list[float], list[float]]:
    """Milliseconds to ask a server for RSI over 10,000 stored minutes, first with nothing at hand and then again."""
    clock = SystemClock()
    one = Instrument(id=InstrumentId("crypto:BTC"), name="Bitcoin", feeds=("feed:X",))
    settings = Settings(data_dir=str(folder), instruments=(one,), features=FeatureSettings(streaming=False))
    newest_ms = clock.now_ms() // MINUTE_MS * MINUTE_MS - 5 * MINUTE_MS
    bars = bars_of(one.id, STORED_BARS, 3, newest_ms - STORED_BARS * MINUTE_MS)
    first, again = list[float](), list[float]()
    async with assembled(settings, clock) as engine, asyncio.TaskGroup() as group:
        running = group.create_task(engine.supervisor.run())
        engine.pipeline.keep_backfill(bars, from_standby=True)
        query = GetIndicators(
            instrument=one.id, names=("rsi(14)",), start_ms=bars[0].open_ms, limit=STORED_BARS
        )
        while engine.pipeline.committed_seq < engine.pipeline.state.seq - 50:
            await asyncio.sleep(0.1)
        await asyncio.sleep(6)
        for turn in range(ASKED):
            if turn % 10 == 0:
                await engine.api.execute(ClearCache())
            began = time.perf_counter()
            page = await engine.api.query(query)
            msgspec.json.encode(page)
            (again if turn % 10 else first).append((time.perf_counter() - began) * 1000)
            assert len(page.open_ms) == STORED_BARS, len(page.open_ms)
            await asyncio.sleep(0.02)
        engine.supervisor.stop()
        await running
    return first, again


def resident_mb() -> float:
    """What this process holds now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096 / 1e6


def print_rounds(what: str, names: Sequence[str], goal: bool) -> None:
    """One line a figure."""
    alone, ours, anew, load_pct = asyncio.run(rounds(names))
    report(f"{what}: a round of {INSTRUMENTS} instruments", ours.seconds, "s", Goal(3, "s") if goal else None)
    report("… of its thread's processor", ours.cpu_s, "s")
    report("… after a bar of each was corrected", anew.seconds, "s")
    report("… of its thread's processor", anew.cpu_s, "s")
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
    report("… the loop late: p99", [rank(ours.late_ms, 0.99)], "ms", Goal(20, "ms"))
    report("… the loop late beside TA-Lib alone: p99", [rank(alone.late_ms, 0.99)], "ms")
    report("… the loop late after corrections: p99", [rank(anew.late_ms, 0.99)], "ms")
    report("… resident memory", [resident_mb()], "MB", Goal(200, "MB"))


def main() -> None:
    """Print all figures."""
    print(machine())
    # The rounds first: their memory is not to be that of questions before them.
    print_rounds("every function", ("*",), goal=True)
    print_rounds("presets", PRESETS, goal=False)
    with tempfile.TemporaryDirectory() as folder:
        first, again = asyncio.run(ask_ms(Path(folder)))
    report(f"RSI over {STORED_BARS:,} stored minutes: the first time", first, "ms")
    report("… again, p50", [rank(again, 0.5)], "ms")
    report("… again, p99", [rank(again, 0.99)], "ms", Goal(20, "ms"))


if __name__ == "__main__":
    main()
