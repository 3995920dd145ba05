"""Sources, guarded and connected: one feed for each provider that an instrument names."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack
from functools import partial

from msgspec import Struct

from rtp_tui.assemble.allowances import Allowances
from rtp_tui.assemble.ground import Ground
from rtp_tui.clock import Clock
from rtp_tui.config.settings import Settings
from rtp_tui.feeds.carriers import subscriptions_of
from rtp_tui.feeds.filings import GuardedFilings
from rtp_tui.feeds.gap_repair import Archive
from rtp_tui.feeds.missed import Miss, nobody
from rtp_tui.feeds.polling_feed import PollingFeed
from rtp_tui.feeds.recording import Recording
from rtp_tui.feeds.session import Connect
from rtp_tui.feeds.streaming_feed import StreamingFeed
from rtp_tui.feeds.taps import TappedHttp, tapped
from rtp_tui.feeds.treasuries import GuardedTreasuries
from rtp_tui.model.instrument import Instrument, InstrumentId, Priority
from rtp_tui.net.http import MAX_BYTES, HttpClient
from rtp_tui.net.traffic import Traffic
from rtp_tui.net.trust import Trust
from rtp_tui.net.websocket import connect
from rtp_tui.pipeline import Pipeline
from rtp_tui.resilience.guards import Guards
from rtp_tui.scheduling.trading_calendar import TradingCalendar
from rtp_tui.sources.asking import Http
from rtp_tui.sources.contract import (
    FilingsSource,
    HistorySource,
    NumberedSource,
    Subscription,
    TreasurySource,
)
from rtp_tui.sources.registry import (
    AnyPollingSource,
    AnySource,
    build_filings_source,
    build_polling_sources,
    build_sources,
    provider_at,
)

PRICES_ENDPOINT, HISTORY_ENDPOINT, FILINGS_ENDPOINT = "prices", "history", "filings"
TREASURY_ENDPOINT = "treasury"
ARCHIVE_BYTES = 64_000_000
"""Of an answer that holds all that a large company ever reported."""
POLLED_POLICY, FALLBACK_POLICY = "polled", "fallback"
_ORDER = tuple(Priority)
NOBODY_ASKS = "nobody asks: the scheduler is switched off (features.scheduler)"


Makers = Mapping[str, Callable[[Sequence[Subscription]], StreamingFeed | PollingFeed]]


class Feeds(Struct, frozen=True):
    """All feeds by name: those that push and those that are asked."""

    streaming: dict[str, StreamingFeed]
    polling: dict[str, PollingFeed]
    archives: dict[str, Archive] = {}
    """The pasts that can be asked for, by provider."""
    contiguous: frozenset[str] = frozenset()
    """Providers that leave out no trade's number."""
    makers: Makers = {}
    """How a feed of each enabled provider is made."""
    both: dict[str, StreamingFeed | PollingFeed] = {}
    cadences_ms: Mapping[str, int] = {}
    """How often providers that have to be asked may be, within what is free."""
    filings: GuardedFilings | None = None
    """Who knows what companies file, where anybody is asked."""
    treasuries: GuardedTreasuries | None = None
    """Who knows what companies hold of a coin, as above."""

    def all(self) -> dict[str, StreamingFeed | PollingFeed]:
        """Both kinds, those that begin later among them once they do."""
        return self.both

    def begin(self, provider: str, subscriptions: Sequence[Subscription]) -> StreamingFeed | PollingFeed:
        """A feed of a provider that has none yet, to be run."""
        feed = self.both[provider] = self.makers[provider](subscriptions)
        if isinstance(feed, StreamingFeed):
            self.streaming[provider] = feed
        else:
            self.polling[provider] = feed
        return feed


async def connected_feeds(
    ground: Ground,
    guards: Guards,
    reveal: Callable[[str], str],
    stack: AsyncExitStack,
    recording: Recording | None = None,
    missed: Callable[[Miss], None] = nobody,
    traffic: Traffic | None = None,
) -> Feeds:
    """Feeds ready to be run; their HTTP clients live as long as the stack."""
    settings, clock = ground.settings, ground.clock
    clients: list[HttpClient] = []
    trust = Trust(settings.net)

    def http_at(base_url: str, max_bytes: int = MAX_BYTES) -> Http:
        client = HttpClient(
            settings.net, clock, base_url=base_url, max_bytes=max_bytes, traffic=traffic, trust=trust
        )
        clients.append(client)
        if recording is None:
            return client
        return TappedHttp(client, provider_at(settings.sources, base_url), base_url, recording.take, clock)

    allowances = Allowances(clock, reveal if recording is None else recording.hiding(reveal), guards.heed)
    equipment = allowances.equipment(http_at, partial(http_at, max_bytes=ARCHIVE_BYTES))
    streaming_sources = build_sources(settings.sources, equipment)
    polling_sources = build_polling_sources(settings.sources, equipment)
    filings_source = build_filings_source(settings.sources, equipment)
    for client in clients:
        await stack.enter_async_context(client)
    connect_for = partial(_connect_for, settings, clock, recording, traffic, trust)
    makers: Makers = {
        **_streaming_makers(streaming_sources, ground, guards, allowances, connect_for, missed),
        **_polling_makers(polling_sources, ground, guards, allowances),
    }
    sources: dict[str, object] = {**streaming_sources, **polling_sources}
    feeds = Feeds(
        {},
        {},
        _archives(sources, guards),
        _contiguous(sources),
        makers,
        {},
        _cadences_ms(polling_sources),
        _guarded(filings_source, guards),
        _guarded_treasuries(sources, guards),
    )
    for provider in makers:
        subscriptions = tuple(_subscriptions(settings.instruments, provider))
        if subscriptions:
            feeds.begin(provider, subscriptions)
    return feeds


def _streaming_makers(
    sources: Mapping[str, AnySource],
    ground: Ground,
    guards: Guards,
    allowances: Allowances,
    connect_for: Callable[[AnySource], Connect],
    missed: Callable[[Miss], None],
) -> Makers:
    if not ground.settings.features.streaming:
        return {}
    pipeline, clock = ground.pipeline, ground.clock

    def make(name: str, source: AnySource, subscriptions: Sequence[Subscription]) -> StreamingFeed:
        return StreamingFeed(
            name,
            source,
            source,
            subscriptions,
            clock=clock,
            connect=connect_for(source),
            accept=pipeline.accept,
            announce=pipeline.announce,
            keep_backfill=pipeline.keep_backfill,
            in_session=partial(is_in_session, pipeline, ground.calendar, clock),
            missed=missed,
            guard=guards.get(f"{name}/{PRICES_ENDPOINT}", FALLBACK_POLICY, is_spare=True),
            quota=partial(allowances.quota, name),
            keys=partial(allowances.keys, name),
        )

    return {name: partial(make, name, source) for name, source in sources.items()}


def _archives(sources: Mapping[str, object], guards: Guards) -> dict[str, Archive]:
    """The pasts that can be asked for."""
    return {
        name: Archive(source, guards.get(f"{name}/{HISTORY_ENDPOINT}", POLLED_POLICY, is_spare=True))
        for name, source in sources.items()
        if isinstance(source, HistorySource)
    }


def _guarded(source: FilingsSource | None, guards: Guards) -> GuardedFilings | None:
    if source is None:
        return None
    endpoint = f"{source.name}/{FILINGS_ENDPOINT}"
    return GuardedFilings(source, guards.get(endpoint, POLLED_POLICY, is_spare=True))


def _guarded_treasuries(sources: Mapping[str, object], guards: Guards) -> GuardedTreasuries | None:
    source = next((one for one in sources.values() if isinstance(one, TreasurySource)), None)
    if source is None:
        return None
    endpoint = f"{source.name}/{TREASURY_ENDPOINT}"
    return GuardedTreasuries(source, guards.get(endpoint, POLLED_POLICY, is_spare=True))


def _cadences_ms(sources: Mapping[str, AnyPollingSource]) -> dict[str, int]:
    return {name: source.cadence_ms for name, source in sources.items()}


def _contiguous(sources: Mapping[str, object]) -> frozenset[str]:
    numbered = {name: one for name, one in sources.items() if isinstance(one, NumberedSource)}
    return frozenset(name for name, one in numbered.items() if one.has_contiguous_ids)


def _connect_for(
    settings: Settings,
    clock: Clock,
    recording: Recording | None,
    traffic: Traffic | None,
    trust: Trust,
    source: AnySource,
) -> Connect:
    """How a source's sockets are opened."""
    opening: Connect = partial(
        connect,
        clock=clock,
        settings=settings.net,
        max_bytes=source.max_frame_bytes,
        traffic=traffic,
        trust=trust,
    )
    return opening if recording is None else tapped(opening, source.name, recording.take, clock)


def _polling_makers(
    sources: Mapping[str, AnyPollingSource],
    ground: Ground,
    guards: Guards,
    allowances: Allowances,
) -> Makers:
    settings, pipeline = ground.settings, ground.pipeline
    scheduler = settings.features.scheduler

    def make(name: str, source: AnyPollingSource, subscriptions: Sequence[Subscription]) -> PollingFeed:
        feed = PollingFeed(
            name,
            source,
            subscriptions,
            guards.get(f"{name}/{PRICES_ENDPOINT}", POLLED_POLICY),
            clock=ground.clock,
            accept=pipeline.accept,
            announce=pipeline.announce,
            priority_of=partial(_priority, pipeline),
            settings=settings.polling,
            unasked=None if scheduler else NOBODY_ASKS,
            quota=partial(allowances.quota, name),
            keys=partial(allowances.keys, name),
        )
        if scheduler:
            # Its jobs' first turn may be a minute away; nobody should wait so long for the first price.
            feed.restart()
        return feed

    return {name: partial(make, name, source) for name, source in sources.items()}


def _subscriptions(instruments: tuple[Instrument, ...], provider: str) -> Iterator[Subscription]:
    """The important ones first: where a provider takes them in parts, they are in the first."""
    for instrument in sorted(instruments, key=lambda one: _ORDER.index(one.priority)):
        for name, subscription in subscriptions_of(instrument):
            if name == provider:
                yield subscription


def is_in_session(
    pipeline: Pipeline, calendar: TradingCalendar, clock: Clock, instrument: InstrumentId
) -> bool:
    """Whether an instrument's market is open now."""
    known = pipeline.state.market.instruments.get(instrument)
    return known is not None and calendar.session(known.market, clock.now_ms()).is_open


def _priority(pipeline: Pipeline, instrument: InstrumentId) -> Priority:
    known = pipeline.state.market.instruments.get(instrument)
    return Priority.MEDIUM if known is None else known.priority
