"""What rules look at once a second, read from the state and from what was noted of the last minutes."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import NamedTuple

from msgspec import Struct

from rtp_tui.model.breakers import BreakerState
from rtp_tui.model.feeds import FeedState, FeedStatus, KeyState
from rtp_tui.model.gaps import Gap
from rtp_tui.model.health import SessionState
from rtp_tui.model.instrument import Instrument, Priority
from rtp_tui.model.jobs import JobStatus
from rtp_tui.model.parts import EngineState, PartState
from rtp_tui.model.statistics import PipelineStatistics, StoreStatus
from rtp_tui.monitoring.alerts.samples import Samples
from rtp_tui.monitoring.freshness import CONNECTED
from rtp_tui.state.pipeline_state import PipelineState
from rtp_tui.storage.batch import COMMIT_SECONDS

PATIENCE_S = 300.0
"""Older data is old; a feed that speaks less often is given three times its own interval."""
COUNTED_MS = 300_000
"""Updates are counted over this time."""
_SLOW_MS = 75_000
"""A feed that speaks less often than this is not held to a rate."""


class Disk(Struct, frozen=True):
    """Room where the history is, in bytes."""

    free: int
    total: int


class Sight(Struct, frozen=True):
    """What is looked at, and when."""

    state: PipelineState
    samples: Samples
    now_ms: int
    disk: Disk | None = None


class Reading(NamedTuple):
    """A value of one subject, and the feed that it depends on."""

    subject: str
    value: float
    feed: str = ""


Read = Callable[[Sight], Iterable[Reading]]


def _feed_of(sight: Sight, instrument: Instrument) -> str:
    active = sight.state.feed.active.get(instrument.id)
    named = active.feed if active is not None else next(iter(instrument.feeds), "")
    return named.partition(":")[0]


def _in_session(sight: Sight) -> Iterator[tuple[Instrument, FeedStatus, int]]:
    """Instruments from which something is to come now, their feeds, and since when they are waited for."""
    state = sight.state
    engine = state.part.engine
    if engine is None or engine.state is not EngineState.RUNNING:
        return
    for instrument in state.market.instruments.values():
        session = state.quality.sessions.get(instrument.market)
        feed = state.feed.feeds.get(_feed_of(sight, instrument))
        if session is None or session.session is not SessionState.OPEN:
            continue
        if feed is not None and feed.state is not FeedState.PAUSED:
            yield instrument, feed, max(sight.samples.began_ms, session.since_ms or 0)


def _data_age(sight: Sight) -> Iterator[Reading]:
    for instrument, feed, since_ms in _in_session(sight):
        quote = sight.state.market.quotes.get(instrument.id)
        is_heard = quote is not None and not quote.stored and quote.received_ms <= sight.now_ms
        heard_ms = max(since_ms, quote.received_ms) if quote is not None and is_heard else since_ms
        own_s = max(0.0, 3 * feed.expected_ms / 1000 - PATIENCE_S)
        yield Reading(instrument.id, max(0.0, (sight.now_ms - heard_ms) / 1000 - own_s), feed.name)


def _updates(sight: Sight) -> Iterator[Reading]:
    for instrument, feed, since_ms in _in_session(sight):
        is_counted = instrument.priority is Priority.HIGH and feed.expected_ms <= _SLOW_MS
        heard_from_ms = max(since_ms, sight.samples.back_ms(feed.name))
        if is_counted and feed.state in CONNECTED and sight.now_ms - heard_from_ms >= COUNTED_MS:
            count = sight.samples.updates(instrument.id, sight.now_ms - COUNTED_MS)
            yield Reading(instrument.id, count * 60_000 / COUNTED_MS, feed.name)


def _gaps(sight: Sight) -> Iterator[Reading]:
    longest = _longest_gaps_ms(sight.state.quality.gaps.values())
    for instrument in sight.state.market.instruments.values():
        yield Reading(instrument.id, longest.get(instrument.id, 0) / 1000, _feed_of(sight, instrument))


def _longest_gaps_ms(gaps: Iterable[Gap]) -> dict[str, int]:
    """By instrument; gaps that touch are one, however they were found."""
    longest: dict[str, int] = {}
    began: dict[str, tuple[int, int]] = {}
    for gap in sorted(gaps, key=lambda one: one.from_ms):
        from_ms, to_ms = began.get(gap.instrument, (gap.from_ms, gap.from_ms))
        from_ms = from_ms if gap.from_ms <= to_ms else gap.from_ms
        began[gap.instrument] = from_ms, max(to_ms, gap.to_ms)
        longest[gap.instrument] = max(longest.get(gap.instrument, 0), gap.to_ms - from_ms)
    return longest


def _changes(sight: Sight) -> Iterator[Reading]:
    for key in sight.state.market.instruments:
        change_pct = sight.samples.change_pct(key, sight.now_ms)
        if change_pct is not None:
            yield Reading(key, change_pct)


def _moves(sight: Sight) -> Iterator[Reading]:
    return (Reading(one.subject, abs(one.value)) for one in _changes(sight))


def _volumes(sight: Sight) -> Iterator[Reading]:
    for key in sight.state.market.instruments:
        ratio = sight.samples.volume_ratio(key, sight.now_ms)
        if ratio is not None:
            yield Reading(key, ratio)


def _deviations(sight: Sight) -> Iterator[Reading]:
    for key in sight.state.market.instruments:
        yield Reading(key, sight.samples.deviation_pct(key, sight.now_ms))


def _is_wanted(feed: FeedStatus) -> bool:
    return bool(feed.instruments) and not feed.is_resting and feed.state is not FeedState.PAUSED


def _stream_outages(sight: Sight) -> Iterator[Reading]:
    for feed in sight.state.feed.feeds.values():
        if not feed.polled and _is_wanted(feed):
            is_down = feed.state not in CONNECTED
            yield Reading(
                feed.name, sight.samples.down_s(f"stream {feed.name}", sight.now_ms, is_down=is_down)
            )


def _service_outages(sight: Sight) -> Iterator[Reading]:
    state = sight.state
    services = [
        *((feed.name, feed.state not in CONNECTED) for feed in state.feed.feeds.values() if _is_polled(feed)),
        *((one.name, one.state is BreakerState.OPEN) for one in state.breaker.breakers.values()),
        *(
            (f"part {part.name}", part.state in (PartState.FAILED, PartState.RESTARTING))
            for part in state.part.parts.values()
        ),
    ]
    for name, is_down in services:
        yield Reading(name, sight.samples.down_s(name, sight.now_ms, is_down=is_down))


def _provider_responses(sight: Sight) -> Iterator[Reading]:
    for one in sight.state.breaker.breakers.values():
        if one.response_ms.p95 > 0:
            yield Reading(one.name, one.response_ms.p95)


def _is_polled(feed: FeedStatus) -> bool:
    return feed.polled and _is_wanted(feed)


def _pipeline_down(sight: Sight) -> Iterator[Reading]:
    state = sight.state
    engine = state.part.engine
    if engine is None:
        return
    is_open = any(one.session is SessionState.OPEN for one in state.quality.sessions.values())
    feeds = [feed for feed in state.feed.feeds.values() if _is_wanted(feed)]
    is_cut_off = bool(feeds) and all(feed.state not in CONNECTED for feed in feeds)
    is_stopped = engine.state is not EngineState.RUNNING
    yield Reading("", float(is_open and (is_stopped or is_cut_off)))


def _of_feeds(value: Callable[[FeedStatus, int], float | None]) -> Read:
    def read(sight: Sight) -> Iterator[Reading]:
        for feed in sight.state.feed.feeds.values():
            found = value(feed, sight.now_ms) if _is_wanted(feed) else None
            if found is not None:
                yield Reading(feed.name, found)

    return read


def _of_jobs(value: Callable[[JobStatus], float | None]) -> Read:
    def read(sight: Sight) -> Iterator[Reading]:
        found = ((job.id, value(job)) for job in sight.state.job.jobs.values())
        return (Reading(name, number) for name, number in found if number is not None)

    return read


def _of_engine(value: Callable[[Sight], float | None]) -> Read:
    def read(sight: Sight) -> Iterator[Reading]:
        found = value(sight)
        if found is not None:
            yield Reading("", found)

    return read


def _of_statistics(value: Callable[[PipelineStatistics], float]) -> Read:
    def found(sight: Sight) -> float | None:
        statistics = sight.state.measurements.statistics
        return None if statistics is None else value(statistics)

    return _of_engine(found)


def _of_store(value: Callable[[StoreStatus], float]) -> Read:
    def found(sight: Sight) -> float | None:
        store = sight.state.measurements.store
        return None if store is None else value(store)

    return _of_engine(found)


def _risks(sight: Sight) -> Iterator[Reading]:
    for report in sight.state.portfolio.risks.values():
        if report.score is not None:
            yield Reading(report.name, report.score)


def _health(sight: Sight) -> float | None:
    report = sight.state.quality.health
    return None if report is None or report.score is None else float(report.score)


def _clients(sight: Sight) -> float | None:
    server = sight.state.measurements.server
    return None if server is None else float(server.clients)


def _disk_pct(sight: Sight) -> float | None:
    return None if sight.disk is None or not sight.disk.total else 100 * sight.disk.free / sight.disk.total


def _age(feed: FeedStatus, now_ms: int) -> float | None:
    return None if feed.last_received_ms is None else (now_ms - feed.last_received_ms) / 1000


def _quota(feed: FeedStatus, _now_ms: int) -> float | None:
    return None if feed.quota is None or feed.quota.left is None else float(feed.quota.left)


def _offset(feed: FeedStatus, _now_ms: int) -> float | None:
    return None if feed.clock_offset_ms is None else float(abs(feed.clock_offset_ms))


READS: Mapping[str, Read] = MappingProxyType(
    {
        "change_1m": _changes,
        "move_1m": _moves,
        "volume_ratio": _volumes,
        "deviation": _deviations,
        "data_age": _data_age,
        "gap": _gaps,
        "updates_per_minute": _updates,
        "stream_down": _stream_outages,
        "service_down": _service_outages,
        "provider_response": _provider_responses,
        "feed_rate": _of_feeds(lambda feed, _: feed.rate),
        "feed_age": _of_feeds(_age),
        "feed_reconnects": _of_feeds(lambda feed, _: float(feed.reconnects)),
        "feed_failed_tries": _of_feeds(lambda feed, _: float(feed.failed_tries)),
        "feed_bad_frames": _of_feeds(lambda feed, _: float(sum(feed.bad_frames.values()))),
        "feed_clock_offset": _of_feeds(_offset),
        "feed_quota_left": _of_feeds(_quota),
        "feed_rejected_keys": _of_feeds(
            lambda feed, _: float(sum(key.state is KeyState.REJECTED for key in feed.keys))
        ),
        "job_failures": _of_jobs(lambda job: float(job.failures)),
        "job_missed": _of_jobs(lambda job: float(job.missed)),
        "job_skipped": _of_jobs(lambda job: float(job.skipped)),
        "job_duration": _of_jobs(lambda job: job.duration_ms.last),
        "job_lateness": _of_jobs(lambda job: job.lateness_ms.last),
        "risk": _risks,
        "health_score": _of_engine(_health),
        "pipeline_down": _pipeline_down,
        "error_rate": _of_engine(lambda sight: sight.samples.error_pct),
        "ticks_per_second": _of_statistics(lambda one: one.ticks_per_second),
        "memory": _of_statistics(lambda one: float(one.resident_bytes)),
        "loop_lag": _of_statistics(lambda one: one.loop_lag_ms.p99),
        "cpu": _of_statistics(lambda one: one.load.cpu_pct or 0.0),
        "response_time": _of_statistics(lambda one: one.load.response_ms.p95),
        "database_read": _of_store(lambda one: one.read_ms.p95),
        "database": _of_store(lambda one: max(0.0, one.commit_ms.p50 - 1000 * COMMIT_SECONDS)),
        "store_pending": _of_store(lambda one: float(one.pending)),
        "store_dropped": _of_store(lambda one: float(one.dropped)),
        "store_size": _of_store(lambda one: float(one.size_bytes)),
        "disk_free": _of_engine(lambda sight: None if sight.disk is None else float(sight.disk.free)),
        "disk_free_pct": _of_engine(_disk_pct),
        "cache_hit_rate": _of_engine(lambda sight: sight.samples.hit_rate),
        "clients": _of_engine(_clients),
    }
)
"""How each field that is not of a quote is read."""
