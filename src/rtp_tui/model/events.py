"""What the bus carries: a closed, tagged union, numbered by the engine."""

from msgspec import Struct

from rtp_tui.model.alerts import Alert, Silence
from rtp_tui.model.breakers import BreakerStatus
from rtp_tui.model.clients import AuditEntry, ClientList
from rtp_tui.model.drills import DrillStatus
from rtp_tui.model.feeds import ActiveFeed, FeedStatus
from rtp_tui.model.gaps import Gap
from rtp_tui.model.health import FreshnessVerdict, HealthReport, MarketSession
from rtp_tui.model.instrument import Instrument
from rtp_tui.model.jobs import JobRemoved, JobRun, JobStatus
from rtp_tui.model.market import (
    Bar,
    BarsBackfilled,
    InstrumentAdded,
    InstrumentRemoved,
    Quote,
    SignificantChange,
)
from rtp_tui.model.notifications import ChannelStatus, Mute
from rtp_tui.model.parts import EngineStatus, PartStatus
from rtp_tui.model.portfolios import (
    Portfolio,
    PortfolioRemoved,
    PortfolioSaved,
    PortfolioValue,
    PortfolioValued,
    RiskMeasured,
    RiskReport,
)
from rtp_tui.model.quality import Anomaly
from rtp_tui.model.signals import Signal, StrategyStatus
from rtp_tui.model.statistics import CacheStatus, LogLine, PipelineStatistics, ServerStatus, StoreStatus
from rtp_tui.model.watchlists import Watchlist, WatchlistRemoved, WatchlistSaved

Payload = (
    EngineStatus
    | PartStatus
    | DrillStatus
    | ServerStatus
    | ClientList
    | AuditEntry
    | Quote
    | Bar
    | BarsBackfilled
    | SignificantChange
    | FeedStatus
    | ActiveFeed
    | BreakerStatus
    | JobStatus
    | JobRun
    | JobRemoved
    | StoreStatus
    | CacheStatus
    | PipelineStatistics
    | PortfolioSaved
    | PortfolioRemoved
    | PortfolioValued
    | RiskMeasured
    | WatchlistSaved
    | WatchlistRemoved
    | FreshnessVerdict
    | Gap
    | InstrumentAdded
    | InstrumentRemoved
    | MarketSession
    | Anomaly
    | Signal
    | StrategyStatus
    | HealthReport
    | Alert
    | Silence
    | ChannelStatus
    | Mute
    | LogLine
)


class Event(Struct, frozen=True, gc=False):
    """One thing that happened; `seq` grows by one with each event of an epoch."""

    seq: int
    payload: Payload


class InstrumentView(Struct, frozen=True, gc=False):
    """One instrument of a snapshot: what it is, what it costs, how fresh that is."""

    instrument: Instrument
    quote: Quote | None
    freshness: FreshnessVerdict | None
    sparkline: tuple[float, ...]
    """At most 32 one-minute closes, oldest first, the newest price not included."""
    sparkline_to_ms: int = 0
    """When the minute of the newest close began, so that a later revision of it finds it."""


class Snapshot(Struct, frozen=True, kw_only=True):
    """The whole state at `(epoch, seq)`; no bars, no logs, no raw messages."""

    epoch: str
    seq: int
    at_ms: int
    prices_ms: int | None = None
    """Of a past moment: when its quotes and closes were noted, which is no later; None where that is `at_ms`."""
    engine: EngineStatus | None = None
    instruments: tuple[InstrumentView, ...] = ()
    parts: tuple[PartStatus, ...] = ()
    drill: DrillStatus | None = None
    """Of a demo; None elsewhere."""
    feeds: tuple[FeedStatus, ...] = ()
    active_feeds: tuple[ActiveFeed, ...] = ()
    gaps: tuple[Gap, ...] = ()
    """Those that are pending."""
    breakers: tuple[BreakerStatus, ...] = ()
    jobs: tuple[JobStatus, ...] = ()
    sessions: tuple[MarketSession, ...] = ()
    health: HealthReport | None = None
    alerts: tuple[Alert, ...] = ()
    """Those that are active, and the newest that were resolved."""
    silences: tuple[Silence, ...] = ()
    signals: tuple[Signal, ...] = ()
    """The newest, oldest first."""
    strategies: tuple[StrategyStatus, ...] = ()
    portfolios: tuple[Portfolio, ...] = ()
    portfolio_values: tuple[PortfolioValue, ...] = ()
    risks: tuple[RiskReport, ...] = ()
    watchlists: tuple[Watchlist, ...] = ()
    channels: tuple[ChannelStatus, ...] = ()
    """Where people are told of alerts."""
    mute: Mute | None = None
    statistics: PipelineStatistics | None = None
    store: StoreStatus | None = None
    cache: CacheStatus | None = None
    server: ServerStatus | None = None
    clients: ClientList | None = None


class Batch(Struct, frozen=True):
    """Events in order of `seq`: quotes only the newest of each instrument, all others gapless."""

    seq: int
    events: tuple[Event, ...]


class Disconnected(Struct, frozen=True, kw_only=True):
    """The door lost the engine; nothing shown since can be trusted to be current."""

    at_ms: int
    reason: str
    attempt: int
    retry_in_ms: int


Update = Snapshot | Batch | Disconnected
