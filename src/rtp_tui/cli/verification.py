"""What is wrong with a running engine and how to mend it, judged from what it answers."""

from collections.abc import Iterator, Sequence
from enum import StrEnum
from statistics import median

from msgspec import Struct

from rtp_tui.model.breakers import BreakerState
from rtp_tui.model.feeds import FeedState
from rtp_tui.model.health import Freshness, HealthPart, HealthStatus
from rtp_tui.model.jobs import JobOutcome, JobState
from rtp_tui.model.parts import EngineState, PartState
from rtp_tui.model.statistics import RepairStatistics
from rtp_tui.server.bodies import HealthBody, QuoteBody
from rtp_tui.server.breaker_bodies import BreakerBody
from rtp_tui.server.feed_bodies import FeedBody
from rtp_tui.server.job_bodies import JobBody
from rtp_tui.server.overview import DatabaseBody, StatsBody, StatusBody
from rtp_tui.text import age_text, byte_text

LATE_MS = 5_000
LITTLE_SPACE_SHARE, LITTLE_SPACE_BYTES, NO_SPACE_BYTES = 0.10, 10**9, 10**8
STUCK_LOOP_MS = 250.0
MUCH_MEMORY_BYTES = 500 * 10**6
CLOCK_OFF_MS = 2_000
NAMED_AT_MOST = 5
NEVER = "never"
"""When a job runs that cannot be understood."""


class Level(StrEnum):
    """How bad it is."""

    OK = "ok"
    WARNING = "warning"
    FAILURE = "failure"


class Check(Struct, frozen=True):
    """One thing looked at."""

    name: str
    level: Level
    detail: str
    advice: str = ""
    """What to do about it, where something is to be done."""


class Disk(Struct, frozen=True):
    """The file system that the history is on."""

    free_bytes: int
    total_bytes: int


class Found(Struct, frozen=True, kw_only=True):
    """What an engine answered."""

    url: str
    own_version: str
    health: HealthBody
    status: StatusBody
    earlier: StatsBody
    stats: StatsBody
    """A little later than `earlier`, so that progress shows."""
    quotes: tuple[QuoteBody, ...] = ()
    jobs: tuple[JobBody, ...] = ()
    breakers: tuple[BreakerBody, ...] = ()
    disk: Disk | None = None
    """None where the history is on another machine."""
    set_aside: tuple[str, ...] = ()
    """Damaged history files that were kept beside it."""


def verified(found: Found) -> tuple[Check, ...]:
    """Every check; what is well is summed up, what is not has a line of its own."""
    return (
        Check("reachable", Level.OK, found.url),
        _version(found),
        _health(found.health),
        *_calendar(found.health.parts),
        *_pipeline(found.status),
        *(list(_feeds(found.status.feeds)) or [Check("feeds", Level.WARNING, "no feed is configured")]),
        *_or_well(_breakers(found.breakers), "breakers", f"{len(found.breakers)} closed"),
        _prices(found.quotes),
        *_store(found.earlier, found.stats),
        *_set_aside(found.set_aside),
        *disk_checks(found.disk),
        *_loop(found.stats),
        *_clock(found),
        *_bars(found.stats.repairs),
        *_or_well(_jobs(found.jobs, found.health.ts_ms), "jobs", f"{len(found.jobs)} run as they should"),
    )


def worst(checks: Sequence[Check]) -> Level:
    """The verdict on all of them."""
    return max((check.level for check in checks), key=list(Level).index, default=Level.OK)


def _or_well(checks: Iterator[Check], name: str, detail: str) -> list[Check]:
    return list(checks) or [Check(name, Level.OK, detail)]


def _version(found: Found) -> Check:
    theirs = found.health.version
    if theirs == found.own_version:
        return Check("version", Level.OK, theirs)
    detail = f"the engine is {theirs}, this command {found.own_version}"
    return Check("version", Level.WARNING, detail, "restart the engine after an upgrade")


_LEVEL_OF_HEALTH = {HealthStatus.HEALTHY: Level.OK, HealthStatus.CRITICAL: Level.FAILURE}


def _health(health: HealthBody) -> Check:
    level = _LEVEL_OF_HEALTH.get(health.status, Level.WARNING)
    score = "" if health.score is None else f" {health.score}"
    detail = f"{health.status}{score}: {health.reason}"
    return Check("health", level, detail, "" if level is Level.OK else "the checks below name the causes")


def _calendar(parts: tuple[HealthPart, ...]) -> Iterator[Check]:
    """The horizon of the calendars, where health tells of it."""
    for part in parts:
        for fault in part.reason.split("; "):
            if fault.startswith("sessions of "):
                yield Check("calendar", Level.WARNING, fault, "pip install --upgrade exchange-calendars")


def _pipeline(status: StatusBody) -> Iterator[Check]:
    state = status.pipeline.state
    if state == EngineState.RUNNING:
        yield Check("pipeline", Level.OK, f"up {age_text(status.uptime_ms)}")
    elif state == EngineState.STOPPED:
        yield Check("pipeline", Level.FAILURE, "stopped", "rtp-tui start")
    else:
        yield Check("pipeline", Level.WARNING, state or "not announced", "wait for it")
    for part in status.parts:
        if part.state in (PartState.FAILED, PartState.RESTARTING):
            level = Level.FAILURE if part.state == PartState.FAILED else Level.WARNING
            yield Check(f"part {part.name}", level, part.detail or part.state, "the log says why")


_FEED_ADVICE = {
    FeedState.PAUSED: "resume it: p in the console's feeds pane",
    FeedState.STOPPED: "enable its table under [sources] in the configuration",
}
_REFUSALS = ("401", "403", "no usable key", "holds no secret")
_MEND_FEED = "it tries again by itself; look at the network and at the provider's own status page"


def _feeds(feeds: tuple[FeedBody, ...]) -> Iterator[Check]:
    """One check for each connection that prices something, and for each that could not take over."""
    carriers: dict[str, FeedBody] = {}
    for feed in sorted(feeds, key=lambda feed: feed.role != "active"):
        carriers.setdefault(feed.connection or feed.source, feed)
    for name, feed in carriers.items():
        is_active = feed.role == "active"
        if feed.state in (FeedState.LIVE, FeedState.POLLING):
            yield Check(f"feed {name}", Level.OK, feed.state if is_active else f"{feed.state}, standing by")
        elif is_active or feed.connection is not None:
            is_failure = is_active and feed.state != FeedState.PAUSED
            detail = f"{feed.state}: {feed.error}" if feed.error else feed.state
            level = Level.FAILURE if is_failure else Level.WARNING
            yield Check(f"feed {name}", level, detail, _feed_advice(feed))


def _feed_advice(feed: FeedBody) -> str:
    if feed.state in _FEED_ADVICE:
        return _FEED_ADVICE[feed.state]
    error = feed.error or ""
    if any(sign in error for sign in _REFUSALS):
        return f"put a key that is valid where [sources.{feed.source}] says; it is read again by itself"
    if "429" in error or "rate limited" in error:
        return "it goes on by itself when the quota is new; ask less often, or use a better plan"
    return _MEND_FEED


def _breakers(breakers: tuple[BreakerBody, ...]) -> Iterator[Check]:
    for breaker in breakers:
        if breaker.state is BreakerState.CLOSED:
            continue
        level = Level.FAILURE if breaker.state is BreakerState.OPEN else Level.WARNING
        detail = breaker.state.value.replace("_", " ")
        if breaker.time_to_probe_ms is not None:
            detail += f", next probe in {age_text(breaker.time_to_probe_ms)}"
        if breaker.last_error:
            detail += f": {breaker.last_error}"
        yield Check(f"breaker {breaker.name}", level, detail, f"rtp-tui breakers reset {breaker.name}")


def _prices(quotes: tuple[QuoteBody, ...]) -> Check:
    stale = [quote.id for quote in quotes if quote.freshness is Freshness.STALE]
    unknown = [quote.id for quote in quotes if quote.freshness is Freshness.UNKNOWN]
    if not stale and not unknown:
        return Check("prices", Level.OK, f"{len(quotes)} instruments are fresh or closed")
    told = [
        f"{len(ids)} {word} ({_named(ids)})" for ids, word in ((stale, "stale"), (unknown, "unknown")) if ids
    ]
    priced = sum(quote.freshness in _PRICED for quote in quotes)
    level = Level.WARNING if priced else Level.FAILURE
    return Check("prices", level, ", ".join(told), "mend the feeds named here, then rtp-tui refresh")


_PRICED = (Freshness.LIVE, Freshness.FRESH, Freshness.AGING)


def _named(names: list[str]) -> str:
    shown = ", ".join(names[:NAMED_AT_MOST])
    return f"{shown} and {len(names) - NAMED_AT_MOST} more" if len(names) > NAMED_AT_MOST else shown


def _store(earlier: StatsBody, stats: StatsBody) -> Iterator[Check]:
    database, stored = stats.database, stats.stored
    if database is None or stored is None:
        yield Check("store", Level.WARNING, "nothing is told of it yet", "ask again in a few seconds")
        return
    before = earlier.stored
    is_stuck = before is not None and min(before.pending, stored.pending) > 0
    if not database.ok:
        yield Check("store", Level.FAILURE, database.detail or "not ok", _store_advice(database))
    elif is_stuck and before is not None and before.committed_seq == stored.committed_seq:
        yield Check(
            "store", Level.FAILURE, f"{stored.pending} rows wait, none is committed", "look at the disk"
        )
    else:
        yield Check("store", Level.OK, f"{database.commits} commits, {stored.pending} rows wait")
    if stored.dropped:
        detail = f"{stored.dropped} rows were given up since the start"
        yield Check("store", Level.WARNING, detail, "the disk is too slow for what is recorded")


def _store_advice(database: DatabaseBody) -> str:
    if "full" in database.detail:
        return _MAKE_SPACE
    if "locked" in database.detail:
        return f"end the program that has {database.path} open; what waits is written then"
    return f"look at {database.path} and its disk"


def _loop(stats: StatsBody) -> Iterator[Check]:
    """How late the loop is, and what the process holds."""
    lag_ms, advice = (
        stats.latency.loop_lag_ms.p99,
        "fewer instruments, or a faster machine; the log names what held it",
    )
    if stats.latency.loop_lag_ms.p50 > STUCK_LOOP_MS:
        yield Check("loop", Level.FAILURE, f"mostly {lag_ms:.0f} ms late", advice)
    elif lag_ms > STUCK_LOOP_MS:
        yield Check("loop", Level.WARNING, f"{lag_ms:.0f} ms late now and then", advice)
    else:
        yield Check("loop", Level.OK, f"at most {lag_ms:.0f} ms late")
    if stats.resident_bytes > MUCH_MEMORY_BYTES:
        detail = f"{byte_text(stats.resident_bytes)} are held"
        yield Check("memory", Level.WARNING, detail, "fewer instruments; a restart tells whether it grows")


def _clock(found: Found) -> Iterator[Check]:
    """Whether the wall clock was set, or is another than that of the venues."""
    time, apart = found.stats.time, [feed.clock_offset_ms for feed in found.status.feeds if feed.connection]
    told = [offset for offset in apart if offset is not None]
    is_off = len(told) > 1 and min(map(abs, told)) > CLOCK_OFF_MS and min(told) * max(told) > 0
    if is_off:
        detail = f"all venues are {median(told) / 1000:+.1f} s from it"
        yield Check("clock", Level.FAILURE, detail, _KEEP_TIME)
    elif time.clock_steps:
        times = "once" if time.clock_steps == 1 else f"{time.clock_steps} times"
        yield Check("clock", Level.WARNING, f"it was set {times} since the start", _KEEP_TIME)
    else:
        yield Check("clock", Level.OK, "never set since the start")


_KEEP_TIME = "have NTP keep it: timedatectl set-ntp true"


def _bars(repairs: RepairStatistics) -> Iterator[Check]:
    """Missing minutes, and bars that their trades contradicted."""
    if repairs.dropped:
        detail = f"{repairs.dropped} gaps were not noted, because {repairs.pending} are pending"
        yield Check("gaps", Level.WARNING, detail, "mend the feeds; the hourly sweep finds what is left")
    else:
        detail = f"{repairs.found} found, {repairs.filled} filled, {repairs.pending} pending"
        yield Check("gaps", Level.OK, detail)
    level = Level.WARNING if repairs.bars_differing else Level.OK
    detail = f"{repairs.bars_verified} verified, {repairs.bars_differing} differed from their trades"
    yield Check("bars", level, detail, "the log names them" if repairs.bars_differing else "")


def _set_aside(names: tuple[str, ...]) -> Iterator[Check]:
    if names:
        detail = f"{len(names)} damaged and kept ({_named(sorted(names)[::-1])})"
        yield Check("history", Level.WARNING, detail, "look at the disk; delete them when nobody needs them")


def disk_checks(disk: Disk | None) -> Iterator[Check]:
    """Whether there is room; nothing where that is not known."""
    if disk is None:
        return
    share = disk.free_bytes / max(1, disk.total_bytes)
    detail = f"{byte_text(disk.free_bytes)} free, {share:.0%}"
    if disk.free_bytes < NO_SPACE_BYTES:
        yield Check("disk", Level.FAILURE, detail, _MAKE_SPACE)
    elif disk.free_bytes < LITTLE_SPACE_BYTES or share < LITTLE_SPACE_SHARE:
        yield Check("disk", Level.WARNING, detail, _MAKE_SPACE)
    else:
        yield Check("disk", Level.OK, detail)


_MAKE_SPACE = "make space, or lower storage.tick_retention and storage.tick_max_size"


def _jobs(jobs: tuple[JobBody, ...], now_ms: int) -> Iterator[Check]:
    for job in jobs:
        name = f"job {job.id}"
        if job.schedule == NEVER and job.last_error:
            yield Check(name, Level.FAILURE, f"cannot run: {job.last_error}", "mend it in the configuration")
        elif job.enabled and job.last_outcome in (JobOutcome.FAILED, JobOutcome.TIMED_OUT):
            level = Level.WARNING if job.successes else Level.FAILURE
            detail = f"{job.last_outcome.value.replace('_', ' ')}: {job.last_error or 'no reason given'}"
            yield Check(name, level, detail, f"mend that, then rtp-tui jobs trigger {job.id}")
        if job.state is JobState.PAUSED:
            yield Check(name, Level.WARNING, "paused", f"rtp-tui jobs resume {job.id}")
        elif (late_ms := _late_ms(job, now_ms)) > LATE_MS:
            yield Check(name, Level.WARNING, f"{age_text(late_ms)} late", "the engine has too much to do")


def _late_ms(job: JobBody, now_ms: int) -> float:
    """How late it is, or usually begins."""
    is_waiting = job.enabled and job.state is JobState.IDLE and job.next_run_ms is not None
    overdue_ms = now_ms - job.next_run_ms if is_waiting and job.next_run_ms is not None else 0
    return max(overdue_ms, job.lateness_ms.p95 or 0)
