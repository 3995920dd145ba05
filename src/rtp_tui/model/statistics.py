"""Counters and measurements of the engine."""

from typing import ClassVar

from msgspec import Struct

from rtp_tui.model.topics import Topic


class Percentiles(Struct, frozen=True):
    """Milliseconds."""

    p50: float = 0.0
    p95: float = 0.0
    p99: float = 0.0


class ResponseTimes(Struct, frozen=True, kw_only=True):
    """How long answers of one kind took to begin, over the newest of the last five minutes."""

    kind: str
    """The first part of the path: `data`, `quotes`; `other` for what is not served."""
    count: int = 0
    """Since the start."""
    failures: int = 0
    """Of those, answered with 500 or more."""
    ms: Percentiles = Percentiles()


class NetworkStatistics(Struct, frozen=True, kw_only=True):
    """Bytes since the start, and a second over the last one: of providers, whose frames and bodies count, and of clients."""

    source_received: int = 0
    source_sent: int = 0
    source_received_per_s: float = 0.0
    source_sent_per_s: float = 0.0
    client_received: int = 0
    client_sent: int = 0
    client_received_per_s: float = 0.0
    client_sent_per_s: float = 0.0


class LoadStatistics(Struct, frozen=True, kw_only=True):
    """How hard the engine works, beside its loop's lag and its memory.

    A provider's response times are told with its breaker, the database's with the store, hits with the cache.
    """

    cpu_pct: float | None = None
    """Of one core, over the last second; None before the first."""
    responses: tuple[ResponseTimes, ...] = ()
    """Of the server, by kind, those asked for most first, at most 12."""
    response_ms: Percentiles = Percentiles()
    """Of all of them together."""
    requests: int = 0
    failed_requests: int = 0
    network: NetworkStatistics = NetworkStatistics()
    queues: dict[str, int] = {}
    """What waits: rows for the `store`, events for the slowest `reader`, calls to `providers`."""


class RepairStatistics(Struct, frozen=True, kw_only=True):
    """Missing minutes and what became of them, and bars held against their trades; counts since the start."""

    found: int = 0
    pending: int = 0
    filled: int = 0
    unfillable: int = 0
    dropped: int = 0
    """Gaps not noted, because too many were pending."""
    repair_ms: Percentiles = Percentiles()
    """From finding a gap to having it filled, over the newest 500."""
    bars_verified: int = 0
    bars_differing: int = 0
    """Of those verified: their stored trades told otherwise."""
    bars_unverified: int = 0
    """Too many trades, or trades that were given up, to say."""


class TimeStatistics(Struct, frozen=True, kw_only=True):
    """What happened to time since the start."""

    clock_steps: int = 0
    """The wall clock was set, by two seconds or more."""
    suspensions: int = 0
    """The process did not run for five seconds or more."""
    suspended_s: float = 0.0
    stalls: int = 0
    """The loop stood still for a second or more."""
    longest_stall_s: float = 0.0


class PipelineStatistics(Struct, frozen=True, kw_only=True, tag="statistics"):
    """What went through the pipeline since it started, and how it is doing."""

    topic: ClassVar[Topic] = Topic.PERFORMANCE

    at_ms: int
    received: int = 0
    accepted: int = 0
    unchanged: int = 0
    """Accepted observations that changed nothing and were not announced."""
    rejected: dict[str, int] = {}
    """By `RejectReason`."""
    bars_closed: int = 0
    bars_revised: int = 0
    bars_too_late: int = 0
    numbers_forgotten: int = 0
    """Trades' numbers given up, because too many ranges of them were missing: such a trade counts as seen."""
    ticks_per_second: float = 0.0
    events: int = 0
    """The newest sequence number of the epoch."""
    overruns: int = 0
    """Readers of the bus that fell behind and got a new snapshot."""
    loop_lag_ms: Percentiles = Percentiles()
    resident_bytes: int = 0
    last_24h: dict[str, int] = {}
    """Ticks, bars, rejected, errors, runs of jobs and the like of the rolling last 24 hours."""
    rates_24h: dict[str, float] = {}
    """The same as rates over the part of these hours that is known; `uptime_pct` of the minutes in session."""
    repairs: RepairStatistics = RepairStatistics()
    time: TimeStatistics = TimeStatistics()
    load: LoadStatistics = LoadStatistics()


class StoreStatus(Struct, frozen=True, kw_only=True, tag="store"):
    """The history file: what is in it, what waits for it, how long a commit takes."""

    topic: ClassVar[Topic] = Topic.STORE

    at_ms: int
    path: str
    ok: bool
    detail: str = ""
    committed_seq: int = 0
    """Everything up to this sequence number survives a crash."""
    pending: int = 0
    dropped: int = 0
    """Rows given up because the buffer was full: oldest ticks first, bars and events never."""
    rows_committed: int = 0
    ticks_stored: int = 0
    bars_stored: int = 0
    commits: int = 0
    commit_ms: Percentiles = Percentiles()
    size_bytes: int = 0
    reads: int = 0
    """Questions answered since the start."""
    read_ms: Percentiles = Percentiles()
    """The newest of them, with the time for which they waited for a reader."""
    reads_waited: int = 0
    """Questions that found all readers busy."""


class CacheStatus(Struct, frozen=True, kw_only=True, tag="cache"):
    """Answers kept at hand, and how often that helped; counts since the start."""

    topic: ClassVar[Topic] = Topic.CACHE

    hits: int = 0
    misses: int = 0
    stale_hits: int = 0
    """Answered at once with a value that was then fetched anew."""
    joined: int = 0
    """Misses that waited for a question of somebody else."""
    failures: int = 0
    """Questions that brought nothing."""
    evictions: int = 0
    """Entries given up because there were too many."""
    expirations: int = 0
    entries: int = 0
    limit: int = 0
    bytes: int = 0
    """An estimate."""
    flights: int = 0
    """Questions under way."""
    put_off: int = 0
    """Stale values that were not fetched anew at once, because enough questions were under way."""
    hit_rate: float | None = None
    """In percent; None while nothing was asked."""


class ServerStatus(Struct, frozen=True, kw_only=True, tag="server"):
    """The faces to other programs: who is connected and what was sent."""

    topic: ClassVar[Topic] = Topic.CLIENT

    at_ms: int
    url: str = ""
    clients: int = 0
    subscriptions: int = 0
    sent: int = 0
    sent_bytes: int = 0
    conflated: int = 0
    dropped_clients: int = 0
    bad_tokens: int = 0
    """Shown and not known, or not looked at because there were too many."""
    open_to_all: bool = False
    """Whoever reaches it is let in without a token."""
    connections: int = 0
    """Open now, whatever is spoken on them."""
    refused_connections: int = 0
    """Reset before anything was read."""
    refused_requests: int = 0
    """Answered 429."""
    refused_clients: int = 0
    """WebSockets beyond what all or one address may have."""
    flooding_clients: int = 0
    """Sent away because they said more than anybody needs."""
    late_requests: int = 0
    """Connections dropped because a request did not arrive whole in time."""
    stalled_responses: int = 0
    """Connections dropped because an answer was not read."""
    forgotten_addresses: int = 0
    """Addresses whose rates were given up for newer ones."""
    unlogged_requests: int = 0
    """Lines of the access log that could not be written."""
    unlisted_denials: int = 0
    """Commands of those who may not give any that were not written down, because there were too many."""


class LogLine(Struct, frozen=True, kw_only=True, tag="log"):
    """One line of the timeline that no other event tells."""

    topic: ClassVar[Topic] = Topic.LOG

    at_ms: int
    level: str
    source: str
    message: str
