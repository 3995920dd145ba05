"""What a source is: it knows how to ask one provider. It does not retry, sleep, log or start tasks."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Protocol, runtime_checkable

from msgspec import Struct

from rtp_tui.model.filings import Company, Fact, Filing
from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.market import BadFrame, Bar, Tick
from rtp_tui.model.treasury import Treasuries


class SourceError(Exception):
    """Something a source could not do, in words that are safe to show."""


class SourceUnavailable(SourceError):
    """The provider cannot be reached or is broken; trying again may help."""


class RateLimited(SourceError):
    """The provider asks for patience: `retry_after_s`, or None where it does not say how long."""

    def __init__(self, message: str, retry_after_s: float | None = None) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class BadPayload(SourceError):
    """The provider answered something that is not what it documents."""


class UnknownSymbol(BadPayload):
    """The provider knows no such symbol; what else was asked for may be fine."""


class AccessDenied(SourceError):
    """The provider refuses us: a key, a region or a plan; trying again does not help."""


class NotConfigured(AccessDenied):
    """The configuration lacks what the provider demands; nothing was asked."""


class KeyRejected(SourceUnavailable):
    """The provider refuses the key that was shown; with another one the same question may be answered."""


class Key(Struct, frozen=True):
    """A secret and the reference that it was found under."""

    reference: str
    secret: str

    def __repr__(self) -> str:
        return f"Key({self.reference})"


class Keys(Protocol):
    """The keys of one provider."""

    def take(self) -> Key:
        """The key to show now. Raises AccessDenied where none is usable, RateLimited where all are used up."""
        ...

    def reject(self, key: Key) -> None:
        """The provider refused this key: set it aside until it may have recovered."""
        ...

    def exhaust(self, key: Key, retry_after_s: float | None = None) -> None:
        """The quota of this key is used up, for so long where the provider says."""
        ...


class Subscription(Struct, frozen=True):
    """An instrument and the provider's own name of it."""

    instrument: InstrumentId
    symbol: str


class Keepalive(Struct, frozen=True):
    """What a provider wants to hear now and then on a connection that is quiet otherwise."""

    text: str
    every_s: float


class Endpoint(Struct, frozen=True):
    """One connection to make: where, and what to send once it is open."""

    url: str
    opening: tuple[str, ...] = ()
    subscriptions: tuple[Subscription, ...] = ()
    keepalive: Keepalive | None = None
    heartbeat_s: float | None = None
    """How often the provider says something at least, where it promises to."""
    sign: Callable[[str], str] | None = None
    """Makes the address complete with a secret, anew for each connection. Raises SourceError."""


class Notice(Struct, frozen=True):
    """What a frame said when it held no observation."""

    bad: BadFrame | None = None
    closing: bool = False
    """The provider announces that it is about to close this connection."""
    refused: str | None = None
    """The provider refuses a subscription, in its words made safe."""
    is_heartbeat: bool = False
    """A sign of life without an observation."""
    reply: str | None = None
    """What the provider wants to be answered on this connection."""


class StreamingSource(Protocol):
    """A provider that pushes; one instance a feed."""

    name: str
    expected_ms: int
    """How often a healthy instrument is heard from."""
    lifetime_s: float | None
    """The provider ends connections at this age; None where it does not."""
    max_frame_bytes: int

    def endpoints(self, subscriptions: Sequence[Subscription]) -> Sequence[Endpoint]:
        """Split the subscriptions over connections within the provider's limits."""
        ...

    def decode(self, frame: str | bytes, received_ms: int) -> Sequence[Tick] | Notice:
        """Read one frame; empty when it is none of our business; never raises for what came off the wire."""
        ...


@runtime_checkable
class ChangeableSource(Protocol):
    """A source whose connections take other subscriptions while they are open; others are connected anew."""

    def subscribing(self, subscriptions: Sequence[Subscription]) -> tuple[str, ...]:
        """What to send to hear of these too."""
        ...

    def unsubscribing(self, subscriptions: Sequence[Subscription]) -> tuple[str, ...]:
        """What to send to hear of these no more."""
        ...


@runtime_checkable
class HistorySource(Protocol):
    """A provider that answers questions about now and before."""

    async def latest(self, subscriptions: Sequence[Subscription]) -> Iterable[Tick]:
        """Prices and 24-hour figures now. Raises SourceError."""
        ...

    async def bars(
        self, subscription: Subscription, timeframe: str, start_ms: int, end_ms: int
    ) -> Sequence[Bar]:
        """Bars of `[start_ms, end_ms)`, ascending, marked backfill. Raises SourceError."""
        ...


@runtime_checkable
class NumberedSource(Protocol):
    """A provider that says of its trades' numbers whether it leaves any out."""

    has_contiguous_ids: bool
    """A number that never comes is a trade that was not sent."""


@runtime_checkable
class MeteredSource(Protocol):
    """A provider of whose quota each instrument costs a share, however often its jobs ask."""

    def pace_ms(self, instruments: int) -> int:
        """How often each of so many may be asked for within a day's quota; 0: as often as anybody likes."""
        ...


class PollingSource(Protocol):
    """A provider that is asked at an interval; one instance a feed."""

    name: str
    cadence_ms: int
    """How often everything may be asked for within what is free."""
    batch_limit: int
    """How many subscriptions one question can hold."""

    async def latest(self, subscriptions: Sequence[Subscription]) -> Iterable[Tick]:
        """Prices now, of kind poll, of at most `batch_limit` subscriptions; unknown ones may be absent.

        Raises SourceError.
        """
        ...

    def raw(self, instrument: InstrumentId) -> bytes | None:
        """The beginning of what the newest answer said about an instrument."""
        ...


class SubmittedPage(Struct, frozen=True):
    """A page of what a company filed, the newest first."""

    company: Company
    filings: tuple[Filing, ...]
    older: tuple[str, ...] = ()
    """The names of the pages before it that reach into the span that was asked for."""


class FilingsSource(Protocol):
    """A provider that knows what companies filed; one instance an engine."""

    name: str
    obstacle: str
    """Why nothing can be asked, and what to do about it; empty where everything can."""

    async def companies(self) -> Mapping[str, Company]:
        """Every company by each of its tickers. Raises SourceError."""
        ...

    async def submitted(self, company: Company, since: date) -> SubmittedPage:
        """What a company filed on a day and after it. Raises SourceError, UnknownSymbol for no such company."""
        ...

    async def older(self, company: Company, page: str, since: date) -> Sequence[Filing]:
        """A page before the newest one. Raises SourceError."""
        ...

    async def facts(self, company: Company) -> Sequence[Fact]:
        """Its figures; none where it reports none. Raises SourceError."""
        ...


@runtime_checkable
class TreasurySource(Protocol):
    """A provider that knows what public companies hold of a coin."""

    name: str
    treasury_coins: Mapping[str, str]
    """The coins that it knows of: its own name of each, by the symbol that instruments have."""

    async def treasuries(self, coin: str) -> Treasuries:
        """Who holds how much of a coin, by the provider's name of it. Raises SourceError."""
        ...
