"""Parts of the health score that are about the engine itself: does it run, keep up, and know its calendars."""

from rtp_tui.model.parts import PartState
from rtp_tui.monitoring.evidence import Evidence, Judged, named, share_between

SLOW_LOOP_MS, STUCK_LOOP_MS = 50.0, 250.0
_RUNNING = (PartState.OK, PartState.STOPPED)
"""A part that stopped had no more to do; one that cannot go on has failed."""


def judge_running(evidence: Evidence) -> Judged | None:
    """Part `running`: parts of the engine that run."""
    parts = evidence.state.part.parts.values()
    if not parts:
        return None
    down = [part for part in parts if part.state not in _RUNNING]
    reason = f"all {len(parts)} parts run"
    if down:
        told = named([f"{part.name} ({part.detail or part.state})" for part in down])
        reason = f"{len(down)} of {len(parts)} parts do not run: {told}; look at the log"
    return Judged(1 - len(down) / len(parts), reason)


def judge_performance(evidence: Evidence) -> Judged | None:
    """Part `performance`: lag of the loop, full below 50 ms, none from 250 ms on."""
    statistics = evidence.state.measurements.statistics
    if statistics is None:
        return None
    lag_ms = statistics.loop_lag_ms.p99
    advice = "; fewer instruments would help" if lag_ms > SLOW_LOOP_MS else ""
    share = share_between(lag_ms, SLOW_LOOP_MS, STUCK_LOOP_MS)
    return Judged(share, f"the loop lags {lag_ms:.0f} ms{advice}")


def judge_resources(evidence: Evidence) -> Judged | None:
    """Part `resources`: store, loop and calendars, each well or not."""
    checks: list[tuple[bool, str]] = []
    measured, calendar_faults = evidence.state.measurements, evidence.calendar_faults
    store, statistics = measured.store, measured.statistics
    if store is not None:
        checks.append((store.ok, f"the store fails: {store.detail or 'look at the log'}"))
        checks.append((store.dropped == 0, f"{store.dropped} rows dropped: the disk is too slow or full"))
    if statistics is not None:
        lag_ms = statistics.loop_lag_ms.p99
        checks.append((lag_ms < SLOW_LOOP_MS, f"the loop lags {lag_ms:.0f} ms: fewer instruments would help"))
    if calendar_faults is not None:
        checks.append((not calendar_faults, "; ".join(calendar_faults)))
    if not checks:
        return None
    faults = [fault for is_well, fault in checks if not is_well]
    reason = "; ".join(faults) or "store and loop keep up"
    return Judged(1 - len(faults) / len(checks), reason)
