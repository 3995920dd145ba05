"""Everything that the engine measures of itself, one reading each: what it says, and whether somebody should look."""

from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct

from rtp_tui.model.breakers import BreakerStatus
from rtp_tui.model.statistics import (
    CacheStatus,
    LoadStatistics,
    NetworkStatistics,
    Percentiles,
    PipelineStatistics,
    ServerStatus,
    StoreStatus,
)
from rtp_tui.text import byte_text, compact
from rtp_tui.tui.durations import duration_text
from rtp_tui.tui.scene import Scene

_GOOD_COMMIT_MS = 350
"""Rows gather for up to a quarter of a second before they are written."""


class Reading(Struct, frozen=True, kw_only=True):
    """One measured thing."""

    group: str
    name: str
    text: str
    value: float | None
    spread: Percentiles | None = None
    is_trouble: bool = False
    """Somebody should look: a bound was met, or a measurement is beyond what is good."""
    meaning: str = ""


def readings(scene: Scene) -> Mapping[str, Reading]:
    """Everything that is measured, by group and name."""
    measured = scene.state.measurements
    now = measured.statistics
    found = (
        *(() if now is None else _of_engine(now)),
        *(() if now is None else _of_queues(now.load)),
        *(() if measured.store is None else _of_store(measured.store)),
        *(() if measured.cache is None else _of_cache(measured.cache)),
        *(() if now is None else _of_network(now.load.network)),
        *(() if now is None or measured.server is None else _of_answers(now.load)),
        *(() if measured.server is None else _of_server(measured.server)),
        *_of_providers(scene.state.breaker.breakers.values()),
        *(() if now is None else _of_bounds(now)),
    )
    return {f"{one.group} {one.name}": one for one in found}


def _of_engine(now: PipelineStatistics) -> Iterator[Reading]:
    yield _timed("engine", "loop lag", now.loop_lag_ms, 50, "how late the engine's loop wakes")
    cpu = now.load.cpu_pct
    yield _reading(
        "engine", "cpu", cpu, "–" if cpu is None else f"{cpu:.0f}%", "of one core", bad=(cpu or 0) > 80
    )
    yield _sized("engine", "memory", now.resident_bytes, "held by the process", most=500e6)
    yield _reading(
        "engine", "ticks", now.ticks_per_second, f"{now.ticks_per_second:,.1f}/s", "observations accepted"
    )
    rejected = sum(now.rejected.values())
    share = 100 * rejected / max(1, now.received)
    yield _reading(
        "engine", "rejected", rejected, compact(rejected), f"{share:.2f} % of what came", bad=share > 1
    )
    yield _counted("engine", "events", now.events, "told to front ends")
    yield _counted("engine", "bars closed", now.bars_closed, f"{compact(now.bars_revised)} revised later")
    day = now.rates_24h
    if "uptime_pct" in day:
        text = f"{day['uptime_pct']:.2f}%"
        yield _reading("engine", "up", day["uptime_pct"], text, "minutes in session that brought data")
    yield _counted("engine", "stalls", now.time.stalls, f"longest {now.time.longest_stall_s:.1f} s", bad=True)
    yield _counted("engine", "clock steps", now.time.clock_steps, "the wall clock was set", bad=True)
    yield _counted(
        "engine", "suspensions", now.time.suspensions, f"{now.time.suspended_s:.0f} s in all", bad=True
    )


def _of_queues(now: LoadStatistics) -> Iterator[Reading]:
    for name, waiting in now.queues.items():
        yield _counted("queue", name, waiting, _QUEUES.get(name, "wait there"))


_QUEUES = {
    "store": "rows that are not written yet",
    "reader": "events that the slowest reader has not taken",
    "providers": "calls that wait for a place",
}


def _of_store(now: StoreStatus) -> Iterator[Reading]:
    yield _timed("store", "commit", now.commit_ms, _GOOD_COMMIT_MS, "from the buffer to the disk")
    yield _timed("store", "read", now.read_ms, 250, f"{compact(now.reads)} questions")
    yield _counted("store", "reads waited", now.reads_waited, "found all readers busy")
    yield _counted("store", "dropped", now.dropped, "rows given up: the buffer was full", bad=True)
    yield _counted("store", "rows", now.rows_committed, f"in {compact(now.commits)} commits")
    yield _sized("store", "size", now.size_bytes, now.path.rpartition("/")[2])


def _of_cache(now: CacheStatus) -> Iterator[Reading]:
    asked = now.hits + now.misses
    rate = "–" if now.hit_rate is None else f"{now.hit_rate:.1f}%"
    is_low = now.hit_rate is not None and now.hit_rate < 50 and asked >= 100
    yield _reading(
        "cache", "hit rate", now.hit_rate, rate, f"{compact(now.hits)} of {compact(asked)}", bad=is_low
    )
    yield _counted("cache", "entries", now.entries, f"of {compact(now.limit)}")
    yield _sized("cache", "bytes", now.bytes, "estimated")
    yield _counted("cache", "evicted", now.evictions, "given up for newer ones")
    yield _counted("cache", "expired", now.expirations, "grown too old")
    yield _counted("cache", "stale hits", now.stale_hits, "answered at once, then fetched anew")
    yield _counted("cache", "joined", now.joined, "waited for a question of somebody else")
    yield _counted("cache", "failures", now.failures, "questions that brought nothing", bad=True)
    yield _counted("cache", "under way", now.flights, "questions that are being asked")
    yield _counted("cache", "put off", now.put_off, "not fetched anew: enough were under way")


def _of_network(now: NetworkStatistics) -> Iterator[Reading]:
    for name, total, rate, meaning in (
        ("received", now.source_received, now.source_received_per_s, "from providers"),
        ("sent", now.source_sent, now.source_sent_per_s, "to providers"),
        ("from clients", now.client_received, now.client_received_per_s, "from clients"),
        ("to clients", now.client_sent, now.client_sent_per_s, "to clients"),
    ):
        yield _reading("network", name, rate, f"{byte_text(rate)}/s", f"{meaning}, {byte_text(total)} in all")


def _of_answers(now: LoadStatistics) -> Iterator[Reading]:
    failed = f"{compact(now.failed_requests)} of {compact(now.requests)} failed"
    yield _timed("api", "answers", now.response_ms, 2_000, failed)
    for one in now.responses:
        words = f"{compact(one.count)} answers" + (
            f", {compact(one.failures)} failed" if one.failures else ""
        )
        yield _timed("api", f"/{one.kind}", one.ms, 2_000, words)


def _of_server(now: ServerStatus) -> Iterator[Reading]:
    yield _counted("server", "clients", now.clients, f"{compact(now.subscriptions)} subscriptions")
    yield _counted("server", "messages", now.sent, f"{compact(now.conflated)} conflated")
    refused = now.refused_connections + now.refused_requests + now.refused_clients
    yield _counted("server", "refused", refused, "connections, requests and clients", bad=True)
    yield _counted(
        "server", "sent away", now.dropped_clients + now.flooding_clients, "too slow, or too loud", bad=True
    )
    yield _counted("server", "bad tokens", now.bad_tokens, "shown and not known", bad=True)
    late = now.late_requests + now.stalled_responses
    yield _counted("server", "late peers", late, "did not send or read in time", bad=True)
    yield _counted("server", "forgotten", now.forgotten_addresses, "addresses given up for newer ones")
    yield _counted("server", "unlogged", now.unlogged_requests, "lines the access log lost", bad=True)
    yield _counted(
        "server", "unlisted", now.unlisted_denials, "denied commands that were too many to list", bad=True
    )


def _of_providers(breakers: Iterable[BreakerStatus]) -> Iterator[Reading]:
    denied = full = 0
    for one in breakers:
        denied, full = denied + one.retries_denied, full + one.rejected_full
        if one.response_ms.p95:
            yield _timed(
                "source",
                one.name,
                one.response_ms,
                one.limits.slow_call_ms if one.limits else 2_000,
                "answers",
            )
    if denied or full:
        yield _counted("source", "retries denied", denied, "the retry budget was spent", bad=True)
        yield _counted("source", "no place", full, "calls that found no place to wait", bad=True)


def _of_bounds(now: PipelineStatistics) -> Iterator[Reading]:
    repairs = now.repairs
    yield _counted("bounds", "overruns", now.overruns, "readers that fell behind and began anew", bad=True)
    yield _counted("bounds", "too late", now.bars_too_late, "ticks of minutes that are settled")
    yield _counted("bounds", "forgotten", now.numbers_forgotten, "trades' numbers given up", bad=True)
    yield _counted("bounds", "gaps", repairs.dropped, "not noted: too many were pending", bad=True)
    yield _timed(
        "repair", "gap filled", repairs.repair_ms, 300_000, f"{repairs.filled} of {repairs.found} gaps"
    )
    yield _counted(
        "repair", "bars verified", repairs.bars_verified, f"{repairs.bars_differing} told otherwise"
    )


def _reading(
    group: str, name: str, value: float | None, text: str, meaning: str, *, bad: bool = False
) -> Reading:
    return Reading(group=group, name=name, text=text, value=value, meaning=meaning, is_trouble=bad)


def _counted(group: str, name: str, count: int, meaning: str, *, bad: bool = False) -> Reading:
    return _reading(group, name, count, compact(count), meaning, bad=bad and count > 0)


def _sized(group: str, name: str, count: float, meaning: str, *, most: float = float("inf")) -> Reading:
    return _reading(group, name, count, byte_text(count), meaning, bad=count > most)


def _timed(group: str, name: str, spread: Percentiles, good_ms: float, meaning: str) -> Reading:
    return Reading(
        group=group,
        name=name,
        text=duration_text(spread.p95),
        value=spread.p95,
        spread=spread,
        is_trouble=spread.p95 > good_ms,
        meaning=meaning,
    )
