"""Feeds: sources being run."""

from enum import StrEnum
from typing import ClassVar

from msgspec import Struct

from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.topics import Topic


class FeedState(StrEnum):
    """What a feed is doing."""

    CONNECTING = "connecting"
    LIVE = "live"
    POLLING = "polling"
    RECONNECTING = "reconnecting"
    PAUSED = "paused"
    STOPPED = "stopped"


class Quota(Struct, frozen=True, kw_only=True):
    """What a provider lets us ask in the window that runs now, as it told or as it documents."""

    used: int | None = None
    limit: int | None = None
    left: int | None = None
    reset_ms: int | None = None
    """When a new window begins."""


class KeyState(StrEnum):
    """Whether a key can be shown to its provider."""

    USABLE = "usable"
    REJECTED = "rejected"
    """The provider refused it; it is tried again later."""
    EXHAUSTED = "exhausted"
    """Its quota is used up."""
    MISSING = "missing"
    """Its reference holds no secret."""


class KeyStatus(Struct, frozen=True, kw_only=True):
    """One key of a provider, told by its reference; never by the secret."""

    reference: str
    state: KeyState
    until_ms: int | None = None
    """When it is tried again, where that is known."""


class ActiveFeed(Struct, frozen=True, kw_only=True, tag="active_feed"):
    """Which of an instrument's feeds prices it now, and why."""

    topic: ClassVar[Topic] = Topic.FEED

    instrument: InstrumentId
    feed: str
    """`binance:BTCUSDT`"""
    since_ms: int
    reason: str = ""
    """Why not the preferred one; empty where it is the preferred one."""


class Resting(Struct, frozen=True, kw_only=True):
    """Instruments of a feed that are not asked for while their market is closed."""

    market: str
    instruments: tuple[InstrumentId, ...]
    starts_ms: int | None = None
    """When they are asked for again; None where that is not known."""


class FeedStatus(Struct, frozen=True, kw_only=True, tag="feed"):
    """A feed as of now: one connection to one provider and the instruments on it.

    Each instrument's own feed name is `name:SYMBOL`, for example `binance:BTCUSDT`.
    """

    topic: ClassVar[Topic] = Topic.FEED

    name: str
    source: str
    state: FeedState
    instruments: tuple[InstrumentId, ...]
    since_ms: int
    """When this state began."""
    expected_ms: int
    """How often each instrument is expected to be heard from."""
    rate: float = 0.0
    """Frames a second over the last few seconds."""
    frames: int = 0
    bad_frames: dict[str, int] = {}
    """Frames that gave nothing, by `BadFrame` reason."""
    last_event_ms: int | None = None
    last_received_ms: int | None = None
    clock_offset_ms: int | None = None
    """Median of the venue's clock minus ours over the newest trades."""
    reconnects: int = 0
    next_attempt_ms: int | None = None
    error: str | None = None
    """Why it is not live, in words that are safe to show."""
    silent: tuple[InstrumentId, ...] = ()
    """Subscribed but not heard from since connecting, or not any more."""
    polled: bool = False
    """It is asked, at an interval; the others push."""
    heartbeats: int = 0
    """Signs of life without an observation."""
    quota: Quota | None = None
    keys: tuple[KeyStatus, ...] = ()
    failed_tries: int = 0
    """How often in a row a connection could not be had, or was soon over; 0 while all is well."""
    resubscriptions: int = 0
    """How often instruments fell silent while others on their connection went on, and were subscribed anew."""
    resting: tuple[Resting, ...] = ()
    early_tries: int = 0
    """How often a connection was tried before its time, because the provider seemed to be back."""

    @property
    def is_resting(self) -> bool:
        """Everything on it waits for its market to open."""
        at_rest = {instrument for one in self.resting for instrument in one.instruments}
        return bool(at_rest) and at_rest.issuperset(self.instruments)
