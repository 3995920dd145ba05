"""Is the pipeline well: a score from 0 to 100 that adds up from parts, each with its reason."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from rtp_tui.model.health import Freshness, HealthBand, HealthPart, HealthReport, HealthStatus
from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.parts import EngineState, PartState
from rtp_tui.monitoring.connection_health import judge_connections, judge_websocket
from rtp_tui.monitoring.engine_health import judge_performance, judge_resources, judge_running
from rtp_tui.monitoring.evidence import Evidence, Judged, instruments_in_session, is_heard
from rtp_tui.monitoring.job_health import judge_jobs
from rtp_tui.monitoring.price_health import (
    judge_bars_ready,
    judge_completeness,
    judge_data_flowing,
    judge_errors,
    judge_freshness_of_all,
    judge_market_hours,
)
from rtp_tui.monitoring.profiles import RTP, Profile
from rtp_tui.state.pipeline_state import PipelineState

CHANCE_MS = 15_000
"""Feeds have so long after the start before little being priced counts against them."""
CAP_WITHOUT_FRESH = 49
_LATENESS = ("freshness", "completeness", "market hours", "data flowing", "bars ready")
_CONNECTIONS = ("connections", "websocket")
_TIMELY = (Freshness.LIVE, Freshness.FRESH, Freshness.CLOSED)


def _judge_strategies(evidence: Evidence) -> None:
    """Part `strategies`: applies where strategies run."""


PARTS: Mapping[str, Callable[[Evidence], Judged | None]] = {
    "freshness": judge_freshness_of_all,
    "completeness": judge_completeness,
    "error rate": judge_errors,
    "connections": judge_connections,
    "jobs": judge_jobs,
    "resources": judge_resources,
    "running": judge_running,
    "market hours": judge_market_hours,
    "performance": judge_performance,
    "data flowing": judge_data_flowing,
    "websocket": judge_websocket,
    "bars ready": judge_bars_ready,
    "strategies": _judge_strategies,
    "low errors": judge_errors,
}
"""Who judges a part; None: it does not apply now."""


def judge_health(
    state: PipelineState,
    now_ms: int,
    error_pct: float | None = None,
    *,
    profile: Profile = RTP,
    calendar_faults: tuple[str, ...] | None = None,
    clock_set_ms: int = 0,
) -> HealthReport:
    """The verdict of a profile; `error_pct` is that of the last minute, None where nothing came in.

    Parts that do not apply are left out and the others scaled up to 100.
    """
    engine = state.part.engine
    if engine is not None and engine.state in (EngineState.STOPPED, EngineState.DRAINING):
        return _unscored(HealthStatus.STOPPED, f"the pipeline is {engine.state}", now_ms, profile)
    in_session = instruments_in_session(state)
    waiting = _waits_for(state, in_session, now_ms)
    evidence = Evidence(state, now_ms, in_session, error_pct, clock_set_ms, calendar_faults)
    parts = tuple(_parts(evidence, profile))
    if waiting or not parts:
        return _unscored(HealthStatus.STARTING, waiting or "nothing to judge yet", now_ms, profile)
    score = round(sum(part.points for part in parts))
    worst = _worst(parts, state, in_session)
    reason = f"{worst.name}: {worst.reason}" if worst.points < worst.max else "all is well"
    if in_session and not _is_any_fresh(state, in_session):
        score, reason = min(score, CAP_WITHOUT_FRESH), f"no fresh price in an open session; {reason}"
    return HealthReport(
        status=status_of(score),
        score=score,
        band=band_of(score),
        parts=parts,
        reason=reason,
        at_ms=now_ms,
        profile=profile.name,
    )


def _worst(
    parts: Sequence[HealthPart], state: PipelineState, in_session: Sequence[InstrumentId]
) -> HealthPart:
    """The part that costs most; where that is late prices and most of them lack a connection, the part that says why."""
    costliest = max(parts, key=_cost)
    causes = [part for part in parts if part.name in _CONNECTIONS and _cost(part) > 0]
    if costliest.name not in _LATENESS or not causes:
        return costliest
    verdicts = (state.quality.freshness.get(key) for key in in_session)
    late = [one for one in verdicts if one is not None and one.freshness not in _TIMELY]
    cut_off = sum(not one.connected for one in late)
    return max(causes, key=_cost) if late and 2 * cut_off >= len(late) else costliest


def _cost(part: HealthPart) -> float:
    return part.max - part.points


def status_of(score: int) -> HealthStatus:
    """The verdict that goes with a score."""
    if score >= 70:
        return HealthStatus.HEALTHY
    return HealthStatus.DEGRADED if score >= 50 else HealthStatus.CRITICAL


def band_of(score: int) -> HealthBand:
    """The score in a word."""
    bounds = ((85, HealthBand.EXCELLENT), (70, HealthBand.GOOD), (50, HealthBand.DEGRADED))
    return next((band for bound, band in bounds if score >= bound), HealthBand.CRITICAL)


def _unscored(status: HealthStatus, reason: str, now_ms: int, profile: Profile) -> HealthReport:
    return HealthReport(
        status=status, score=None, band=None, parts=(), reason=reason, at_ms=now_ms, profile=profile.name
    )


def _waits_for(state: PipelineState, in_session: Sequence[InstrumentId], now_ms: int) -> str:
    """What a score still waits for; empty once feeds had their chance."""
    engine, parts = state.part.engine, state.part.parts.values()
    if engine is None or (parts and all(p.state in (PartState.WAITING, PartState.STARTING) for p in parts)):
        return "parts are starting"
    heard = sum(is_heard(state, key) for key in in_session)
    is_too_early = 2 * heard < len(in_session) or not _is_any_fresh(state, in_session)
    if in_session and is_too_early and now_ms - engine.started_ms < CHANCE_MS:
        return f"{heard} of {len(in_session)} instruments in session heard so far"
    is_judged = bool(state.quality.freshness) or not state.market.instruments
    return "" if is_judged else "freshness is not judged yet"


def _parts(evidence: Evidence, profile: Profile) -> Iterator[HealthPart]:
    """The parts of a profile that apply, scaled so that they could give 100 points together."""
    judged = {name: PARTS[name](evidence) for name, _ in profile.weights}
    total = sum(weight for name, weight in profile.weights if judged[name] is not None)
    for name, weight in profile.weights:
        if (one := judged[name]) is not None:
            most = weight * 100 / total
            yield HealthPart(name, round(most * one.share, 2), round(most, 2), one.reason)


def _is_any_fresh(state: PipelineState, in_session: Sequence[InstrumentId]) -> bool:
    verdicts = (state.quality.freshness.get(key) for key in in_session)
    return any(one is not None and one.freshness in (Freshness.LIVE, Freshness.FRESH) for one in verdicts)
