"""Parts that crash, parts that block the loop, and a wall clock that is set while everything runs."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import httpx
import pytest

from rtp_tui.assemble.engine import Engine
from rtp_tui.clock import SystemClock
from rtp_tui.model.parts import PartState
from tests.accept.chaos_engine import (
    INSTRUMENTS,
    POLLED,
    STREAMED,
    SteppingClock,
    is_well,
    running,
    said,
    until,
)
from tests.accept.running import PATIENCE_S

pytestmark = pytest.mark.accept

HOUR_S, DAY_S = 3_600.0, 86_400.0
TO_1970_S = -1_700_000_000.0
TO_2040_S = 450_000_000.0
NEVER_CRASHES = ("loop watchdog",)


async def ages(engine: Engine) -> list[int]:
    """The age of each price, as REST tells it."""
    serving = engine.pipeline.state.measurements.server
    assert serving is not None
    async with httpx.AsyncClient(base_url=serving.url, timeout=PATIENCE_S) as client:
        quotes = (await client.get("/market/latest")).json()["quotes"]
    return [quote["age_ms"] for quote in quotes]


def open_minutes(engine: Engine) -> list[int]:
    return [bar.open_ms for bar in engine.pipeline.bars_in_memory(STREAMED)]


@pytest.mark.parametrize("step_s", [HOUR_S, -HOUR_S, DAY_S, TO_1970_S, TO_2040_S])
async def test_a_wall_clock_that_is_set_disturbs_nothing(tmp_path: Path, step_s: float) -> None:
    clock = SteppingClock()
    async with running(tmp_path, clock) as engine:
        state = engine.pipeline.state
        await until(lambda: is_well(engine), "never well")
        await until(lambda: state.measurements.server is not None, "never listened")
        before_ms = open_minutes(engine)[-1]
        seq, runs = engine.pipeline.committed_seq, state.job.jobs["stock-prices"].successes
        began_s = time.monotonic()
        clock.set_by(step_s)

        await until(lambda: any("the clock was set" in line for line in said(engine)), "not said")
        await until(
            lambda: (stats := state.measurements.statistics) is not None and stats.time.clock_steps == 1,
            "not counted",
        )
        assert min(await ages(engine)) >= 0
        await until(lambda: is_well(engine), f"not well again: {state.quality.freshness}")
        await until(lambda: engine.pipeline.committed_seq > seq, "nothing is stored any more")
        await until(lambda: state.job.jobs["stock-prices"].successes > runs + 1, "no job runs any more")
        since_s = time.monotonic() - began_s
        assert state.job.jobs["stock-prices"].successes <= runs + since_s / 2 + 3, "a burst of jobs"
        assert min(await ages(engine)) >= 0
        minutes = open_minutes(engine)
        assert minutes == sorted(set(minutes))
        latest_ms = before_ms + (1 + int(since_s // 60)) * 60_000
        assert before_ms <= minutes[-1] <= latest_ms, "bars follow the venue's time"
        assert state.measurements.store is not None
        assert state.measurements.store.ok
        assert all(part.restarts == 0 for part in state.part.parts.values())


def crash_each_part_once(engine: Engine) -> None:
    """Every part of the engine fails a little after it began, the first time."""
    for name, part in engine.supervisor._parts.items():
        if name not in NEVER_CRASHES:
            part.run = failing_once(name, part.run)


def failing_once(name: str, run: Callable[[], Awaitable[None]]) -> Callable[[], Awaitable[None]]:
    attempts = 0

    async def run_or_fail() -> None:
        nonlocal attempts
        attempts += 1
        if attempts > 1:
            return await run()
        async with asyncio.TaskGroup() as group:
            group.create_task(_started(run))
            await asyncio.sleep(1.0)
            raise RuntimeError(f"planted in {name}")

    return run_or_fail


async def _started(run: Callable[[], Awaitable[None]]) -> None:
    await run()


async def test_every_part_may_crash_and_is_back_with_the_others_alive(tmp_path: Path) -> None:
    async with running(tmp_path, SystemClock(), crash_each_part_once) as engine:
        parts = engine.pipeline.state.part.parts
        names = [name for name in engine.supervisor._parts if name not in NEVER_CRASHES]
        seen: set[str] = set()

        def is_back() -> bool:
            seen.update(name for name, part in parts.items() if "planted" in part.detail)
            return all(name in parts and parts[name].restarts >= 1 for name in names) and is_well(engine)

        await until(is_back, "not back")
        assert len(names) > 10
        assert seen, "a crash is visible while it lasts"
        assert all(parts[name].restarts == 1 for name in names), parts
        assert engine.pipeline.committed_seq > 0
        assert {STREAMED, POLLED} <= set(engine.pipeline.state.market.quotes)


async def test_a_part_that_crashes_for_ever_is_contained(tmp_path: Path) -> None:
    async def crash() -> None:
        raise RuntimeError("planted for ever")

    async with running(
        tmp_path, SystemClock(), lambda engine: engine.supervisor.add("planted", crash)
    ) as engine:
        parts = engine.pipeline.state.part.parts
        await until(
            lambda: "planted" in parts and parts["planted"].state is PartState.FAILED, "never given up"
        )
        assert "planted for ever" in parts["planted"].detail
        restarts = parts["planted"].restarts
        others = {name: part.state for name, part in parts.items() if name != "planted"}
        await until(lambda: len(engine.pipeline.state.market.quotes) == len(INSTRUMENTS), "no prices")
        assert set(others.values()) == {PartState.OK}
        assert parts["planted"].restarts <= restarts + 1


async def test_a_part_that_blocks_the_loop_is_reported_once_with_where(tmp_path: Path) -> None:
    async def block_the_loop() -> None:
        await asyncio.sleep(4.0)
        time.sleep(3.0)  # noqa: ASYNC251 - what is meant
        await asyncio.get_running_loop().create_future()

    async with running(
        tmp_path, SystemClock(), lambda engine: engine.supervisor.add("blocker", block_the_loop)
    ) as engine:
        await until(lambda: any("block_the_loop" in line for line in said(engine)), "not reported")
        (line,) = [line for line in said(engine) if "stood still" in line and "block_the_loop" in line]
        assert 2.5 < float(line.split()[3]) < PATIENCE_S
        await until(
            lambda: (
                (stats := engine.pipeline.state.measurements.statistics) is not None
                and stats.time.longest_stall_s > 2.5
            ),
            "not counted",
        )
        assert not any("suspended" in line for line in said(engine))
