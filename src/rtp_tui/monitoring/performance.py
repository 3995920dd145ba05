"""How the engine is doing: rates, loop lag, memory, and what went through it in the last day."""

import resource
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path

from rtp_tui.clock import Clock
from rtp_tui.model.events import Payload
from rtp_tui.model.statistics import Percentiles, PipelineStatistics, RepairStatistics, TimeStatistics
from rtp_tui.processing.processor import Processor

PROBE_EVERY_S = 0.1
PROBES_KEPT = 600
SETTLED_AFTER_S = 5.0
"""Lags are kept once all parts have had time to start: what starting costs says nothing of how many instruments fit."""
MINUTES_A_DAY = 1440
_STATM = Path("/proc/self/statm")


class RollingDay:
    """Counts of the last 24 hours in minute buckets; told cumulative counts, never reset."""

    def __init__(self) -> None:
        self._buckets: deque[tuple[int, dict[str, int]]] = deque(maxlen=MINUTES_A_DAY)
        self._last: dict[str, int] = {}

    def note(self, counts: dict[str, int], now_ms: int) -> dict[str, int]:
        """Take cumulative counts; what was added in the last 24 hours."""
        minute = now_ms // 60_000
        if not self._buckets or self._buckets[-1][0] != minute:
            self._buckets.append((minute, {}))
        bucket = self._buckets[-1][1]
        for name, count in counts.items():
            bucket[name] = bucket.get(name, 0) + count - self._last.get(name, 0)
        self._last = dict(counts)
        while self._buckets[0][0] <= minute - MINUTES_A_DAY:
            self._buckets.popleft()
        return {name: sum(bucket.get(name, 0) for _, bucket in self._buckets) for name in counts}


def percentiles(values: Sequence[float]) -> Percentiles:
    """Median, 95th and 99th percentile by nearest rank; zeros of nothing."""
    if not values:
        return Percentiles()
    ordered = sorted(values)
    last = len(ordered) - 1
    return Percentiles(
        *(round(ordered[min(last, int(len(ordered) * rank))], 3) for rank in (0.5, 0.95, 0.99))
    )


def resident_bytes() -> int:
    """Memory the process holds now, or its peak where the system does not tell."""
    try:
        return int(_STATM.read_text().split()[1]) * resource.getpagesize()
    except (OSError, ValueError, IndexError):
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


class PerformanceMonitor:
    """Announces the pipeline's counters and measurements once a second."""

    def __init__(
        self,
        processor: Processor,
        seq_and_overruns: Callable[[], tuple[int, int]],
        clock: Clock,
        announce: Callable[[Payload], None],
        repairs: Callable[[], RepairStatistics] = RepairStatistics,
        time: Callable[[], TimeStatistics] = TimeStatistics,
    ) -> None:
        self._repairs = repairs
        self._time = time
        self._processor = processor
        self._seq_and_overruns = seq_and_overruns
        self._clock = clock
        self._announce = announce
        self._lags_ms: deque[float] = deque(maxlen=PROBES_KEPT)
        self._day = RollingDay()
        self._before = (0, 0.0)

    async def run(self) -> None:
        """Part "performance": probe the loop ten times a second, report once a second."""
        began_s = self._clock.monotonic()
        self._before = (self._processor.counts.accepted, began_s)
        while True:
            for _ in range(10):
                asked_at = self._clock.monotonic()
                await self._clock.sleep(PROBE_EVERY_S)
                if asked_at - began_s >= SETTLED_AFTER_S:
                    late_s = self._clock.monotonic() - asked_at - PROBE_EVERY_S
                    self._lags_ms.append(max(0.0, late_s * 1000))
            self._announce(self.statistics())

    def statistics(self) -> PipelineStatistics:
        """The counters and measurements now."""
        processor, counts = self._processor, self._processor.counts
        now_ms = self._clock.now_ms()
        seq, overruns = self._seq_and_overruns()
        rejected = dict(processor.rejected)
        day = {"ticks": counts.accepted, "rejected": sum(rejected.values()), "bars": counts.bars_closed}
        return PipelineStatistics(
            at_ms=now_ms,
            received=counts.received,
            accepted=counts.accepted,
            unchanged=counts.unchanged,
            rejected=rejected,
            bars_closed=counts.bars_closed,
            bars_revised=counts.bars_revised,
            bars_too_late=processor.bars_too_late,
            numbers_forgotten=processor.numbers_forgotten,
            ticks_per_second=self._rate(),
            events=seq,
            overruns=overruns,
            loop_lag_ms=percentiles(self._lags_ms),
            resident_bytes=resident_bytes(),
            last_24h=self._day.note(day, now_ms),
            repairs=self._repairs(),
            time=self._time(),
        )

    def _rate(self) -> float:
        accepted, at_s = self._processor.counts.accepted, self._clock.monotonic()
        before, before_s = self._before
        self._before = (accepted, at_s)
        return round((accepted - before) / (at_s - before_s), 1) if at_s > before_s else 0.0
