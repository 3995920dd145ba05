"""The pages that sum up the whole: `/status` and `/stats`."""

from collections import Counter

from msgspec import Struct

from rtp_tui.model.health import HealthBand, HealthStatus
from rtp_tui.model.parts import EngineState, PartStatus
from rtp_tui.model.statistics import (
    LoadStatistics,
    Percentiles,
    PipelineStatistics,
    RepairStatistics,
    ServerStatus,
    TimeStatistics,
)
from rtp_tui.server.bodies import MarketBody, market_body
from rtp_tui.server.feed_bodies import FeedBody, feed_bodies
from rtp_tui.server.refusal_bodies import RefusedBody, refused_body
from rtp_tui.state.pipeline_state import PipelineState


class HealthStatusBody(Struct, frozen=True):
    """The verdict without its parts."""

    status: HealthStatus
    score: int | None
    band: HealthBand | None


class SchedulerBody(Struct, frozen=True):
    """Whether work is being done, and how well."""

    running: bool
    health_status: HealthStatusBody


class PipelineStatsBody(Struct, frozen=True, kw_only=True):
    """The counters asked for most."""

    errors: int
    last_data_update_ms: int | None
    symbols_processed: int
    received: int
    accepted: int
    ticks_per_second: float


class PipelineBody(Struct, frozen=True):
    """What the operator asked for, and what came of it."""

    state: EngineState | None
    stats: PipelineStatsBody


class StatusBody(Struct, frozen=True, kw_only=True):
    """The whole pipeline on one page."""

    scheduler: SchedulerBody
    pipeline: PipelineBody
    market: dict[str, MarketBody]
    parts: tuple[PartStatus, ...]
    feeds: tuple[FeedBody, ...]
    uptime_ms: int | None
    clients: int


def status_body(state: PipelineState, serving: ServerStatus, now_ms: int) -> StatusBody:
    """The state on one page."""
    engine = state.part.engine
    report = state.quality.health
    verdict = (
        HealthStatusBody(HealthStatus.STARTING, None, None)
        if report is None
        else HealthStatusBody(report.status, report.score, report.band)
    )
    is_running = engine is not None and engine.state == EngineState.RUNNING
    return StatusBody(
        scheduler=SchedulerBody(is_running, verdict),
        pipeline=PipelineBody(None if engine is None else engine.state, _pipeline_stats(state)),
        market={name: market_body(one, now_ms) for name, one in state.quality.sessions.items()},
        parts=tuple(state.part.parts.values()),
        feeds=feed_bodies(state),
        uptime_ms=None if engine is None else max(0, now_ms - engine.started_ms),
        clients=serving.clients,
    )


def last_data_update_ms(state: PipelineState) -> int | None:
    """When the newest observation of a feed of this run arrived."""
    return max((q.received_ms for q in state.market.quotes.values() if not q.stored), default=None)


def errors(state: PipelineState) -> int:
    """Observations kept out and frames that gave nothing."""
    return sum(_statistics(state).rejected.values()) + sum(bad_frames(state).values())


def bad_frames(state: PipelineState) -> dict[str, int]:
    """Frames that gave nothing, of all feeds together, by reason."""
    counts: Counter[str] = Counter()
    for feed in state.feed.feeds.values():
        counts.update(feed.bad_frames)
    return dict(counts)


def symbols_processed(state: PipelineState) -> int:
    """Instruments that a feed of this run has priced."""
    return sum(1 for q in state.market.quotes.values() if q.price is not None and not q.stored)


def _pipeline_stats(state: PipelineState) -> PipelineStatsBody:
    statistics = _statistics(state)
    return PipelineStatsBody(
        errors=errors(state),
        last_data_update_ms=last_data_update_ms(state),
        symbols_processed=symbols_processed(state),
        received=statistics.received,
        accepted=statistics.accepted,
        ticks_per_second=statistics.ticks_per_second,
    )


def _statistics(state: PipelineState) -> PipelineStatistics:
    return state.measurements.statistics or PipelineStatistics(at_ms=0)


class TicksBody(Struct, frozen=True):
    """Observations by what became of them."""

    received: int
    accepted: int
    unchanged: int
    rejected: dict[str, int]


class StoredBody(Struct, frozen=True):
    """Rows in the history file."""

    ticks: int
    bars: int
    committed_seq: int
    pending: int
    dropped: int


class CacheBody(Struct, frozen=True):
    """How often an answer was at hand, in percent; null while nothing was asked."""

    hit_rate: float | None = None


class WebSocketBody(Struct, frozen=True):
    """Who follows what."""

    total_clients: int
    subscriptions: int
    sent_bytes: int
    conflated: int
    dropped_clients: int


class DatabaseBody(Struct, frozen=True):
    """The history file."""

    path: str
    ok: bool
    size_bytes: int
    commits: int
    detail: str = ""
    """What is the matter with it, where something is."""
    reads: int = 0
    reads_waited: int = 0
    """Questions that found all readers busy."""


class LatencyBody(Struct, frozen=True):
    """Milliseconds: a commit, how late the engine's loop is, a question to the history, an answer of the server."""

    commit_ms: Percentiles | None
    loop_lag_ms: Percentiles
    read_ms: Percentiles | None = None
    response_ms: Percentiles = Percentiles()


class StatsBody(Struct, frozen=True, kw_only=True):
    """Counters since the start."""

    total_data_points: int
    ticks: TicksBody
    bars_closed: int
    bars_revised: int
    bars_too_late: int
    numbers_forgotten: int
    bad_frames: dict[str, int]
    repairs: RepairStatistics = RepairStatistics()
    """Missing minutes and what became of them, and bars held against their trades."""
    stored: StoredBody | None
    broadcast: int
    last_24h: dict[str, int]
    rates_24h: dict[str, float]
    cache: CacheBody
    websocket: WebSocketBody
    refused: RefusedBody
    database: DatabaseBody | None
    latency: LatencyBody
    resident_bytes: int
    time: TimeStatistics = TimeStatistics()
    load: LoadStatistics = LoadStatistics()
    """Processor, network, answers of this server, and what waits."""
    ts_ms: int


def stats_body(state: PipelineState, serving: ServerStatus, now_ms: int) -> StatsBody:
    """The counters of every room."""
    s, store, cache = _statistics(state), state.measurements.store, state.measurements.cache
    return StatsBody(
        total_data_points=s.accepted,
        ticks=TicksBody(s.received, s.accepted, s.unchanged, s.rejected),
        bars_closed=s.bars_closed,
        bars_revised=s.bars_revised,
        bars_too_late=s.bars_too_late,
        numbers_forgotten=s.numbers_forgotten,
        bad_frames=bad_frames(state),
        repairs=s.repairs,
        stored=None
        if store is None
        else StoredBody(
            store.ticks_stored, store.bars_stored, store.committed_seq, store.pending, store.dropped
        ),
        broadcast=serving.sent,
        last_24h=s.last_24h,
        rates_24h=s.rates_24h,
        cache=CacheBody(None if cache is None else cache.hit_rate),
        websocket=WebSocketBody(
            serving.clients,
            serving.subscriptions,
            serving.sent_bytes,
            serving.conflated,
            serving.dropped_clients,
        ),
        refused=refused_body(serving),
        database=None
        if store is None
        else DatabaseBody(
            store.path,
            store.ok,
            store.size_bytes,
            store.commits,
            store.detail,
            store.reads,
            store.reads_waited,
        ),
        latency=LatencyBody(
            None if store is None else store.commit_ms,
            s.loop_lag_ms,
            None if store is None else store.read_ms,
            s.load.response_ms,
        ),
        resident_bytes=s.resident_bytes,
        time=s.time,
        load=s.load,
        ts_ms=now_ms,
    )
