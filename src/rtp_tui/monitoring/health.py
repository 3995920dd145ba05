"""Is the pipeline well: a score from 0 to 100 that adds up from parts, each with its reason."""

from collections.abc import Iterable, Sequence

from msgspec import Struct

from rtp_tui.model.feeds import FeedState, FeedStatus
from rtp_tui.model.health import (
    Freshness,
    FreshnessVerdict,
    HealthBand,
    HealthPart,
    HealthReport,
    HealthStatus,
    SessionState,
)
from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.parts import EngineState, PartState
from rtp_tui.monitoring.freshness import CONNECTED
from rtp_tui.state.pipeline_state import PipelineState

CHANCE_MS = 15_000
"""Feeds have so long after the start before little being priced counts against them."""
CAP_WITHOUT_FRESH = 49
FULL_ERROR_PCT, NO_ERROR_PCT = 1.0, 5.0
SLOW_LOOP_MS = 50.0
_NAMED = 3
_WORTH = {Freshness.LIVE: 1.0, Freshness.FRESH: 1.0, Freshness.AGING: 0.5}


class Judged(Struct, frozen=True):
    """A part before it is scaled: its weight, and which share of it is earned."""

    name: str
    weight: float
    share: float
    reason: str


def judge_health(state: PipelineState, now_ms: int, error_pct: float | None = None) -> HealthReport:
    """The verdict of the profile `rtp`; `error_pct` is that of the last minute, None where nothing came in.

    Parts that do not apply are left out and the others scaled up to 100.
    """
    engine = state.part.engine
    if engine is not None and engine.state in (EngineState.STOPPED, EngineState.DRAINING):
        return _unscored(HealthStatus.STOPPED, f"the pipeline is {engine.state}", now_ms)
    in_session = instruments_in_session(state)
    waiting = _waits_for(state, in_session, now_ms)
    parts = _scaled(judged for judged in _judge_parts(state, in_session, error_pct) if judged is not None)
    if waiting or not parts:
        return _unscored(HealthStatus.STARTING, waiting or "nothing to judge yet", now_ms)
    score = round(sum(part.points for part in parts))
    costliest = max(parts, key=lambda part: part.max - part.points)
    reason = f"{costliest.name}: {costliest.reason}" if costliest.points < costliest.max else "all is well"
    if in_session and not _is_any_fresh(state, in_session):
        score, reason = min(score, CAP_WITHOUT_FRESH), f"no fresh price in an open session; {reason}"
    return HealthReport(
        status=status_of(score), score=score, band=band_of(score), parts=parts, reason=reason, at_ms=now_ms
    )


def instruments_in_session(state: PipelineState) -> list[InstrumentId]:
    """Those whose market is known to be open."""
    sessions = state.quality.sessions
    open_markets = {name for name, one in sessions.items() if one.session is SessionState.OPEN}
    return [key for key, one in state.market.instruments.items() if one.market in open_markets]


def status_of(score: int) -> HealthStatus:
    """The verdict that goes with a score."""
    if score >= 70:
        return HealthStatus.HEALTHY
    return HealthStatus.DEGRADED if score >= 50 else HealthStatus.CRITICAL


def band_of(score: int) -> HealthBand:
    """The score in a word."""
    bounds = ((85, HealthBand.EXCELLENT), (70, HealthBand.GOOD), (50, HealthBand.DEGRADED))
    return next((band for bound, band in bounds if score >= bound), HealthBand.CRITICAL)


def _unscored(status: HealthStatus, reason: str, now_ms: int) -> HealthReport:
    return HealthReport(status=status, score=None, band=None, parts=(), reason=reason, at_ms=now_ms)


def _waits_for(state: PipelineState, in_session: Sequence[InstrumentId], now_ms: int) -> str:
    """What a score still waits for; empty once feeds had their chance."""
    engine, parts = state.part.engine, state.part.parts.values()
    if engine is None or (parts and all(p.state in (PartState.WAITING, PartState.STARTING) for p in parts)):
        return "parts are starting"
    heard = sum(_is_heard(state, key) for key in in_session)
    is_too_early = 2 * heard < len(in_session) or not _is_any_fresh(state, in_session)
    if in_session and is_too_early and now_ms - engine.started_ms < CHANCE_MS:
        return f"{heard} of {len(in_session)} instruments in session heard so far"
    is_judged = bool(state.quality.freshness) or not state.market.instruments
    return "" if is_judged else "freshness is not judged yet"


def _judge_parts(
    state: PipelineState, in_session: Sequence[InstrumentId], error_pct: float | None
) -> Iterable[Judged | None]:
    return (
        _judge_freshness(state, in_session),
        _judge_completeness(state, in_session),
        _judge_errors(error_pct),
        _judge_connections(state.feed.feeds.values()),
        _judge_resources(state),
    )


def _scaled(judged: Iterable[Judged]) -> tuple[HealthPart, ...]:
    parts = tuple(judged)
    scale = 100 / (sum(part.weight for part in parts) or 1)
    return tuple(
        HealthPart(
            part.name,
            round(part.weight * part.share * scale, 2),
            round(part.weight * scale, 2),
            part.reason,
        )
        for part in parts
    )


def _judge_freshness(state: PipelineState, in_session: Sequence[InstrumentId]) -> Judged | None:
    known = (state.quality.freshness.get(key) for key in in_session)
    verdicts = [one for one in known if one is not None and one.freshness is not Freshness.CLOSED]
    if not verdicts:
        return None
    share = sum(_WORTH.get(one.freshness, 0.0) for one in verdicts) / len(verdicts)
    return Judged("freshness", 35, share, _freshness_reason(verdicts))


def _freshness_reason(verdicts: Sequence[FreshnessVerdict]) -> str:
    for worst in (Freshness.STALE, Freshness.UNKNOWN, Freshness.AGING):
        those = [one for one in verdicts if one.freshness is worst]
        if those:
            names = _named([one.instrument for one in those])
            is_silent = worst is Freshness.STALE and those[0].connected
            advice = "; refresh them, or restart their feed" if is_silent else ""
            return f"{len(those)} of {len(verdicts)} {worst}: {names} ({those[0].reason}){advice}"
    return f"all {len(verdicts)} instruments in session are fresh"


def _judge_completeness(state: PipelineState, in_session: Sequence[InstrumentId]) -> Judged | None:
    if not in_session:
        return None
    missing = [key for key in in_session if not _is_heard(state, key)]
    total = len(in_session)
    reason = f"all {total} instruments in session are priced"
    if missing:
        reason = f"{len(missing)} of {total} not heard in this run: {_named(missing)}"
    return Judged("completeness", 20, 1 - len(missing) / total, reason)


def _judge_errors(error_pct: float | None) -> Judged | None:
    if error_pct is None:
        return None
    share = (NO_ERROR_PCT - error_pct) / (NO_ERROR_PCT - FULL_ERROR_PCT)
    reason = f"{error_pct:.1f} % of what came in was rejected or unreadable"
    return Judged("error rate", 15, min(1.0, max(0.0, share)), reason)


def _judge_connections(statuses: Iterable[FeedStatus]) -> Judged | None:
    feeds = [feed for feed in statuses if feed.state is not FeedState.PAUSED]
    if not feeds:
        return None
    lost = [feed for feed in feeds if feed.state not in CONNECTED]
    reason = f"all {len(feeds)} feeds are connected"
    if lost:
        told = ", ".join(f"{feed.name} ({feed.error or feed.state})" for feed in lost[:_NAMED])
        rest = f" and {len(lost) - _NAMED} more" if len(lost) > _NAMED else ""
        advice = "; restart it once the cause is gone" if lost[0].state is FeedState.STOPPED else ""
        reason = f"{len(lost)} of {len(feeds)} feeds not connected: {told}{rest}{advice}"
    return Judged("connections", 15, 1 - len(lost) / len(feeds), reason)


def _judge_resources(state: PipelineState) -> Judged | None:
    checks: list[tuple[bool, str]] = []
    store, statistics = state.measurements.store, state.measurements.statistics
    if store is not None:
        checks.append((store.ok, f"the store fails: {store.detail or 'look at the log'}"))
        checks.append((store.dropped == 0, f"{store.dropped} rows dropped: the disk is too slow or full"))
    if statistics is not None:
        lag_ms = statistics.loop_lag_ms.p99
        checks.append((lag_ms < SLOW_LOOP_MS, f"the loop lags {lag_ms:.0f} ms: fewer instruments would help"))
    if not checks:
        return None
    faults = [fault for is_well, fault in checks if not is_well]
    reason = "; ".join(faults) or "store and loop keep up"
    return Judged("resources", 5, 1 - len(faults) / len(checks), reason)


def _is_heard(state: PipelineState, key: InstrumentId) -> bool:
    quote = state.market.quotes.get(key)
    return quote is not None and not quote.stored


def _is_any_fresh(state: PipelineState, in_session: Sequence[InstrumentId]) -> bool:
    verdicts = (state.quality.freshness.get(key) for key in in_session)
    return any(one is not None and one.freshness in (Freshness.LIVE, Freshness.FRESH) for one in verdicts)


def _named(keys: Sequence[InstrumentId]) -> str:
    rest = f" and {len(keys) - _NAMED} more" if len(keys) > _NAMED else ""
    return ", ".join(keys[:_NAMED]) + rest
