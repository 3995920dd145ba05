"""How the engine is doing: rates, loop lag, memory, and what went through it in the last day."""

import resource
from collections import deque
from collections.abc import Callable, Mapping
from pathlib import Path

from rtp_tui.clock import Clock
from rtp_tui.model.events import Payload
from rtp_tui.model.percentiles import percentiles
from rtp_tui.model.statistics import LoadStatistics, PipelineStatistics, RepairStatistics, TimeStatistics
from rtp_tui.monitoring.rolling_day import DATA, MINUTE_MS, RollingDay
from rtp_tui.processing.processor import Processor

PROBE_EVERY_S = 0.1
PROBES_KEPT = 600
SETTLED_AFTER_S = 5.0
"""Lags are kept once all parts have had time to start: what starting costs says nothing of how many instruments fit."""
_STATM = Path("/proc/self/statm")


def rates(last_24h: Mapping[str, int], first_ms: int | None, now_ms: int) -> dict[str, float]:
    """Counts of a day as rates over the part of it that is known, a minute at least."""
    minutes = max(1.0, (now_ms - (now_ms if first_ms is None else first_ms)) / MINUTE_MS)
    return {
        "points_per_minute": round(last_24h.get(DATA, 0) / minutes, 2),
        "errors_per_hour": round(last_24h.get("errors", 0) / minutes * 60, 2),
        "triggers_per_hour": round(last_24h.get("triggers", 0) / minutes * 60, 2),
        "signals_per_day": round(last_24h.get("signals", 0) / minutes * 1440, 2),
    }


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
        day: RollingDay | None = None,
        uptime_pct: Callable[[int], float | None] | None = None,
        also_counted: Callable[[], Mapping[str, int]] = dict,
        load: Callable[[], LoadStatistics] = LoadStatistics,
    ) -> None:
        self._load = load
        self._repairs = repairs
        self._time = time
        self._processor = processor
        self._seq_and_overruns = seq_and_overruns
        self._clock = clock
        self._announce = announce
        self._lags_ms: deque[float] = deque(maxlen=PROBES_KEPT)
        self._day = RollingDay() if day is None else day
        self._also_counted = also_counted
        self._uptime_pct = uptime_pct
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
        day = {
            "ticks": counts.accepted,
            "rejected": sum(rejected.values()),
            "bars": counts.bars_closed,
            "quarantined": counts.quarantined,
            **self._also_counted(),
        }
        last_24h = self._day.note(day, now_ms)
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
            last_24h=last_24h,
            rates_24h=self._rates_24h(last_24h, now_ms),
            repairs=self._repairs(),
            time=self._time(),
            load=self._load(),
        )

    def _rates_24h(self, last_24h: Mapping[str, int], now_ms: int) -> dict[str, float]:
        uptime_pct = None if self._uptime_pct is None else self._uptime_pct(now_ms)
        of_counts = rates(last_24h, self._day.first_ms(), now_ms)
        return of_counts if uptime_pct is None else {**of_counts, "uptime_pct": uptime_pct}

    def _rate(self) -> float:
        accepted, at_s = self._processor.counts.accepted, self._clock.monotonic()
        before, before_s = self._before
        self._before = (accepted, at_s)
        return round((accepted - before) / (at_s - before_s), 1) if at_s > before_s else 0.0
