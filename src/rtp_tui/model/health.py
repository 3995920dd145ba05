"""Verdicts with their reasons."""

from enum import StrEnum
from typing import ClassVar

from msgspec import Struct

from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.topics import Topic


class Freshness(StrEnum):
    """How old an instrument's newest observation is, against what its feed should deliver."""

    LIVE = "live"
    FRESH = "fresh"
    AGING = "aging"
    STALE = "stale"
    CLOSED = "closed"
    UNKNOWN = "unknown"


class FreshnessVerdict(Struct, frozen=True, gc=False, tag="freshness"):
    """One instrument's freshness; announced when it changes."""

    topic: ClassVar[Topic] = Topic.QUALITY

    instrument: InstrumentId
    freshness: Freshness
    reason: str
    """For example `no connection` or `silent for 31 s, expected every 5 s`."""
    at_ms: int
    connected: bool = False
    """The feed that prices it has a working connection."""


class SessionState(StrEnum):
    """What a market is doing."""

    OPEN = "open"
    CLOSED = "closed"
    PRE = "pre"
    POST = "post"
    LUNCH = "lunch"
    HOLIDAY = "holiday"
    UNKNOWN = "unknown"


class MarketSession(Struct, frozen=True, kw_only=True, tag="session"):
    """One market's session; announced when it changes."""

    topic: ClassVar[Topic] = Topic.QUALITY

    market: str
    session: SessionState
    timezone: str
    since_ms: int | None = None
    next_open_ms: int | None = None
    next_close_ms: int | None = None
    half_day: bool = False
    """Its session of this day ends early or begins late."""

    @property
    def is_open(self) -> bool:
        """Prices are expected: in session, or not known to be out of it."""
        return self.session in (SessionState.OPEN, SessionState.UNKNOWN)


class HealthStatus(StrEnum):
    """The verdict on the pipeline as a whole."""

    HEALTHY = "healthy"
    DEGRADED = "degraded"
    CRITICAL = "critical"
    STARTING = "starting"
    STOPPED = "stopped"


class HealthBand(StrEnum):
    """The score in a word: 85, 70 and 50 are the bounds."""

    EXCELLENT = "excellent"
    GOOD = "good"
    DEGRADED = "degraded"
    CRITICAL = "critical"


class HealthPart(Struct, frozen=True):
    """What one part contributes to the score."""

    name: str
    points: float
    max: float
    reason: str


class HealthReport(Struct, frozen=True, kw_only=True, tag="health"):
    """The score from 0 to 100 and the parts it adds up from; None until it can be known."""

    topic: ClassVar[Topic] = Topic.HEALTH

    status: HealthStatus
    score: int | None
    band: HealthBand | None
    parts: tuple[HealthPart, ...]
    reason: str
    """The part that costs most, in words."""
    at_ms: int
    profile: str = "rtp"
    """By whose weights the parts count."""
