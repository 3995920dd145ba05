"""Whose turn is next. Pure: told both clocks, it neither reads nor waits."""

import heapq
from collections.abc import Callable, Iterator
from functools import partial

from msgspec import Struct

from rtp_tui.scheduling.adaptive_rate import MarketPaces, Rate, rate_of
from rtp_tui.scheduling.schedule import (
    FIRST_WITHIN_MS,
    AfterClose,
    Every,
    IntervalTurns,
    Moment,
    Schedule,
    Taken,
    WallTurns,
    phase_of,
)

HOP_S = 60.0
"""The clocks are read again after so long at most."""
SUSPEND_MS = 5_000
"""The wall clock went ahead of the monotonic one by this much: a suspend, or a clock that was set."""
SET_BACK_MS = 1_000


class Due(Struct, frozen=True):
    """A job whose turn has come."""

    job: str
    taken: Taken


class _TurnHeap:
    """Which of many turns comes first; a job has one at most."""

    def __init__(self) -> None:
        self._entries: list[tuple[float, int, str]] = []
        self._live: dict[str, int] = {}
        self._count = 0

    def put(self, job: str, due: float) -> None:
        self._count += 1
        self._live[job] = self._count
        heapq.heappush(self._entries, (due, self._count, job))
        if len(self._entries) > 2 * len(self._live) + 64:
            self._entries = [entry for entry in self._entries if self._is_live(entry)]
            heapq.heapify(self._entries)

    def drop(self, job: str) -> None:
        self._live.pop(job, None)

    def first(self) -> float | None:
        while self._entries and not self._is_live(self._entries[0]):
            heapq.heappop(self._entries)
        return self._entries[0][0] if self._entries else None

    def pop_until(self, now: float) -> Iterator[str]:
        while (first := self.first()) is not None and first <= now:
            _, _, job = heapq.heappop(self._entries)
            del self._live[job]
            yield job

    def _is_live(self, entry: tuple[float, int, str]) -> bool:
        return self._live.get(entry[2]) == entry[1]


class _Planned:
    """A job's turns, and what its interval depends on."""

    def __init__(
        self,
        schedule: Schedule,
        turns: IntervalTurns | WallTurns,
        phase: float,
        markets: frozenset[str],
    ) -> None:
        self.schedule = schedule
        self.markets = markets
        self.turns = turns
        self.phase = phase
        self.quick: Rate | None = None
        """While prices move."""


class Agenda:
    """The turns of all jobs, in a heap for each clock."""

    def __init__(self, calendar: MarketPaces) -> None:
        self._calendar = calendar
        self._planned: dict[str, _Planned] = {}
        self._by_monotonic = _TurnHeap()
        self._by_wall = _TurnHeap()
        self._seen: Moment | None = None
        self._looked_s = float("-inf")

    def plan(
        self,
        job: str,
        schedule: Schedule,
        now: Moment,
        *,
        markets: frozenset[str] = frozenset(),
        last_run_ms: int | None = None,
        unseen_ms: int | None = None,
    ) -> None:
        """Plan a job's first turn, given when it last ran and a turn that nobody was there to take.

        Its interval is what the fastest of its `markets` needs.
        """
        phase = phase_of(job)
        turns: IntervalTurns | WallTurns
        if isinstance(schedule, Every):
            turns = IntervalTurns(phase)
            turns.begin(now, schedule.interval_ms, last_run_ms)
        else:
            turns = WallTurns(self._turn_after(schedule, phase))
            turns.begin(now, unseen_ms)
        self.drop(job)
        self._planned[job] = planned = _Planned(schedule, turns, phase, markets)
        self._put(job, planned)

    def drop(self, job: str) -> None:
        """Take a job's turns off."""
        self._planned.pop(job, None)
        self._by_monotonic.drop(job)
        self._by_wall.drop(job)

    def quicken(self, job: str, quick: Rate | None, now: Moment) -> None:
        """Have the turns of a job come faster from now on, or as fast as its markets need."""
        planned = self._planned.get(job)
        if planned is None or not isinstance(planned.turns, IntervalTurns):
            return
        planned.quick = quick
        if quick is not None:
            planned.turns.hasten(now.monotonic_s + quick.interval_ms / 1000)
            self._put(job, planned)

    def due(self, now: Moment) -> Iterator[Due]:
        """Take all turns that have come, each job's once, and plan the next."""
        for job in list(self._by_monotonic.pop_until(now.monotonic_s)):
            yield Due(job, self._take_interval(job, now))
        for job in list(self._by_wall.pop_until(now.wall_ms)):
            yield Due(job, self._take_wall(job, now))

    def look(self, now: Moment) -> tuple[str, ...]:
        """Notice what the clocks did since the last look; the jobs that slept through a turn in a suspend."""
        before, self._seen = self._seen or now, now
        drift_ms = (now.wall_ms - before.wall_ms) - (now.monotonic_s - before.monotonic_s) * 1000
        is_set_back = drift_ms < -SET_BACK_MS
        if is_set_back or now.monotonic_s - self._looked_s >= HOP_S:
            self._looked_s = now.monotonic_s
            self._look_again(now, is_set_back)
        return self._slept_through(drift_ms, now) if drift_ms >= SUSPEND_MS else ()

    def _look_again(self, now: Moment, is_set_back: bool) -> None:
        for job, planned in self._planned.items():
            if isinstance(planned.turns, WallTurns) and (is_set_back or planned.turns.due_ms is None):
                planned.turns.look_again(now)
                self._put(job, planned)

    def _slept_through(self, drift_ms: float, now: Moment) -> tuple[str, ...]:
        return tuple(
            job
            for job, planned in self._planned.items()
            if isinstance(planned.schedule, Every) and self.rate(job, now).interval_ms <= drift_ms
        )

    def wait_s(self, now: Moment) -> float:
        """How long nothing comes; never longer than a hop."""
        first_s, first_ms = self._by_monotonic.first(), self._by_wall.first()
        by_monotonic = HOP_S if first_s is None else first_s - now.monotonic_s
        by_wall = HOP_S if first_ms is None else (first_ms - now.wall_ms) / 1000
        return max(0.0, min(HOP_S, by_monotonic, by_wall))

    def has(self, job: str) -> bool:
        """Whether a job has turns."""
        return job in self._planned

    def next_ms(self, job: str, now: Moment) -> int | None:
        """When a job's next turn comes by the wall clock as it goes now; None while none is known."""
        planned = self._planned.get(job)
        if planned is None:
            return None
        if isinstance(planned.turns, WallTurns):
            return planned.turns.due_ms
        return round(now.wall_ms + (planned.turns.due_s - now.monotonic_s) * 1000)

    def rate(self, job: str, now: Moment) -> Rate:
        """A job's interval at this moment. Raises KeyError for a job without one."""
        planned = self._planned[job]
        if not isinstance(planned.schedule, Every):
            raise KeyError(job)
        rate = rate_of(planned.schedule.interval_ms, planned.markets, self._calendar, now.wall_ms)
        quick = planned.quick
        is_quicker = quick is not None and not rate.is_resting and quick.interval_ms < rate.interval_ms
        return quick if quick is not None and is_quicker else rate

    def _turn_after(self, schedule: Schedule, phase: float) -> Callable[[int], int | None]:
        if isinstance(schedule, AfterClose):
            return partial(schedule.turn_after, session=self._calendar.session, phase=phase)
        assert not isinstance(schedule, Every)
        return schedule.turn_after

    def _take_interval(self, job: str, now: Moment) -> Taken:
        planned = self._planned[job]
        assert isinstance(planned.turns, IntervalTurns)
        assert isinstance(planned.schedule, Every)
        rate = self.rate(job, now)
        taken = planned.turns.take(now, rate.interval_ms)
        if rate.opens_ms is not None:
            offset_ms = planned.phase * min(planned.schedule.interval_ms, FIRST_WITHIN_MS)
            opens_ms = max(rate.opens_ms - now.wall_ms, 0) + offset_ms
            planned.turns.hasten(now.monotonic_s + max(opens_ms, planned.schedule.interval_ms) / 1000)
        self._put(job, planned)
        return taken

    def _take_wall(self, job: str, now: Moment) -> Taken:
        planned = self._planned[job]
        assert isinstance(planned.turns, WallTurns)
        taken = planned.turns.take(now)
        self._put(job, planned)
        return taken

    def _put(self, job: str, planned: _Planned) -> None:
        if isinstance(planned.turns, IntervalTurns):
            self._by_monotonic.put(job, planned.turns.due_s)
        elif planned.turns.due_ms is not None:
            self._by_wall.put(job, planned.turns.due_ms)
        else:
            self._by_wall.drop(job)
