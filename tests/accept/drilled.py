"""The whole demo under a random fire drill: what it was like before, during and after."""

import asyncio
from collections.abc import Callable
from pathlib import Path

from msgspec import Struct

from rtp_tui.assemble.engine import Engine, assembled
from rtp_tui.assemble.surroundings import Surroundings
from rtp_tui.clock import SystemClock
from rtp_tui.config.settings import Settings
from rtp_tui.model.commands import EndDrills, StartDrill
from rtp_tui.model.gaps import Gap
from rtp_tui.model.parts import PartState
from rtp_tui.server.settings import ServerSettings
from rtp_tui.simulator.drill_plan import Step, drill_plan
from tests.accept.running import PATIENCE_S, shared_calendars

WELL = 85
READY_WITHIN_S = PATIENCE_S
LOOK_EVERY_S = 0.25
_PAGE_BYTES = 4096


class Aftermath(Struct):
    """What came of a drill."""

    steps: tuple[Step, ...] = ()
    lowest_score: int = 100
    last_score: int | None = None
    recovered_s: float | None = None
    """From the end of the last fault to a score of 85; None where it never came."""
    parts: tuple[str, ...] = ()
    """Those that do not run at the end, or were started again."""
    pending: tuple[Gap, ...] = ()
    """Gaps that are neither filled nor explained at the end."""
    gaps: int = 0
    before_mb: float = 0.0
    after_mb: float = 0.0
    """Resident memory of this process, exchange included."""


async def drilled(
    folder: Path,
    seconds: float,
    seed: int,
    told: Callable[[str], None],
    *,
    recovers_within_s: float = 300.0,
) -> Aftermath:
    """Run the demo, drill it for so long, and wait until it is well again."""
    clock = SystemClock()
    settings = Settings(demo=True, data_dir=str(folder), server=ServerSettings(enabled=False))
    around = Surroundings(shared_calendars=shared_calendars())
    async with assembled(settings, clock, around) as engine, asyncio.TaskGroup() as group:
        group.create_task(engine.supervisor.run())
        try:
            return await _Drill(engine, clock, told).run(seconds, seed, recovers_within_s)
        finally:
            engine.supervisor.stop()


class _Drill:
    def __init__(self, engine: Engine, clock: SystemClock, told: Callable[[str], None]) -> None:
        self._engine = engine
        self._state = engine.pipeline.state
        self._clock = clock
        self._told = told
        self._after = Aftermath()

    async def run(self, seconds: float, seed: int, recovers_within_s: float) -> Aftermath:
        assert await self._until(self._is_well, READY_WITHIN_S), f"never well: {self._state.quality.health}"
        assert await self._until(lambda: self._state.part.drill is not None, READY_WITHIN_S)
        after = self._after
        after.before_mb = resident_mb()
        await self._suffer(seconds, seed)
        ended_s = self._clock.monotonic()
        if await self._until(self._has_recovered, recovers_within_s):
            after.recovered_s = self._clock.monotonic() - ended_s
        after.last_score = self._score
        after.after_mb = resident_mb()
        after.pending = tuple(gap for gap in self._state.quality.gaps.values() if gap.is_pending)
        after.parts = tuple(
            f"{part.name}: {part.state}, {part.restarts} restarts {part.detail}"
            for part in self._state.part.parts.values()
            if part.state is not PartState.OK or part.restarts
        )
        return after

    async def _suffer(self, seconds: float, seed: int) -> None:
        known = self._state.part.drill
        assert known is not None
        began_s = self._clock.monotonic()
        self._told(f"seed {seed}, {seconds:g} s")
        for step in drill_plan(seed, known.venues, known.faults, seconds):
            await self._watch(began_s + step.at_s)
            self._told(f"{step.at_s:6.1f} s  {step.venue}: {step.fault} for {step.seconds:g} s")
            self._after.steps += (step,)
            order = StartDrill(fault=step.fault, venue=step.venue, seconds=step.seconds)
            await self._engine.api.execute(order)
        await self._watch(began_s + seconds)
        await self._engine.api.execute(EndDrills())

    async def _watch(self, until_s: float) -> None:
        """Wait, and note how bad it gets."""
        while self._clock.monotonic() < until_s:
            self._after.lowest_score = min(self._after.lowest_score, self._score)
            self._after.gaps = max(self._after.gaps, len(self._state.quality.gaps))
            await self._clock.sleep(LOOK_EVERY_S)

    async def _until(self, is_so: Callable[[], bool], within_s: float) -> bool:
        until_s = self._clock.monotonic() + within_s
        while not is_so():
            if self._clock.monotonic() > until_s:
                return False
            await self._clock.sleep(LOOK_EVERY_S)
        return True

    @property
    def _score(self) -> int:
        report = self._state.quality.health
        return 0 if report is None or report.score is None else report.score

    def _is_well(self) -> bool:
        return self._score >= WELL

    def _has_recovered(self) -> bool:
        return self._is_well() and not any(gap.is_pending for gap in self._state.quality.gaps.values())


def resident_mb() -> float:
    """What this process holds in memory."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * _PAGE_BYTES / 1e6
