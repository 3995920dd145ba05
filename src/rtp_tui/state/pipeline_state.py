"""What is true now: the fold of all events, the same in the engine and in every front end."""

from collections.abc import Iterable
from typing import Protocol, get_args

from rtp_tui.model.events import Event, InstrumentView, Payload, Snapshot
from rtp_tui.model.instrument import Instrument
from rtp_tui.model.market import InstrumentRemoved
from rtp_tui.model.topics import Topic
from rtp_tui.state.alerts import AlertSlice
from rtp_tui.state.analytics import AnalyticsSlice
from rtp_tui.state.feeds import FeedSlice
from rtp_tui.state.jobs import BreakerSlice, JobSlice
from rtp_tui.state.market import Closes, MarketSlice
from rtp_tui.state.measurements import MeasurementSlice
from rtp_tui.state.parts import PartSlice
from rtp_tui.state.portfolios import PortfolioSlice
from rtp_tui.state.quality import QualitySlice


class Slice(Protocol):
    """A part of the state that knows which events change it."""

    def apply(self, event: Event) -> None: ...


class _Together:
    """Slices that an event changes at once."""

    def __init__(self, *slices: Slice) -> None:
        self._slices = slices

    def apply(self, event: Event) -> None:
        for one in self._slices:
            one.apply(event)


class PipelineState:
    """All slices and the sequence number up to which they are folded."""

    def __init__(self, instruments: Iterable[Instrument] = ()) -> None:
        self.seq = 0
        self.market = MarketSlice(instruments)
        self.part = PartSlice()
        self.feed = FeedSlice()
        self.breaker = BreakerSlice()
        self.job = JobSlice()
        self.measurements = MeasurementSlice()
        self.analytics = AnalyticsSlice()
        self.portfolio = PortfolioSlice()
        self.quality = QualitySlice()
        self.alert = AlertSlice()
        by_topic: dict[Topic, Slice] = {
            Topic.MARKET: self.market,
            Topic.PART: self.part,
            Topic.CLIENT: self.measurements,
            Topic.FEED: self.feed,
            Topic.BREAKER: self.breaker,
            Topic.JOB: self.job,
            Topic.STORE: self.measurements,
            Topic.CACHE: self.measurements,
            Topic.PERFORMANCE: self.measurements,
            Topic.ANALYTICS: self.analytics,
            Topic.PORTFOLIO: self.portfolio,
            Topic.QUALITY: self.quality,
            Topic.HEALTH: self.quality,
            Topic.ALERT: self.alert,
            Topic.LOG: self.part.log,
        }
        # A type is hashed by the interpreter, an enumeration's member in Python: this is asked for every event.
        self._slices: dict[type, Slice] = {kind: by_topic[kind.topic] for kind in get_args(Payload)}
        self._slices[InstrumentRemoved] = _Together(self.market, self.feed, self.quality)

    def apply(self, event: Event) -> None:
        """Fold one event."""
        self.seq = event.seq
        self._slices[type(event.payload)].apply(event)

    def snapshot(self, epoch: str, at_ms: int) -> Snapshot:
        """The state as one value."""
        market, quality = self.market, self.quality
        views = tuple(
            InstrumentView(
                instrument,
                market.quotes.get(key),
                quality.freshness.get(key),
                market.sparkline(key),
                market.sparkline_to_ms(key),
            )
            for key, instrument in market.instruments.items()
        )
        return Snapshot(
            epoch=epoch,
            seq=self.seq,
            at_ms=at_ms,
            engine=self.part.engine,
            instruments=views,
            parts=tuple(self.part.parts.values()),
            drill=self.part.drill,
            feeds=tuple(self.feed.feeds.values()),
            active_feeds=tuple(self.feed.active.values()),
            gaps=tuple(quality.gaps.values()),
            breakers=tuple(self.breaker.breakers.values()),
            jobs=tuple(self.job.jobs.values()),
            sessions=tuple(quality.sessions.values()),
            health=quality.health,
            alerts=(*self.alert.resolved.values(), *self.alert.active.values()),
            silences=tuple(self.alert.silences.values()),
            signals=tuple(self.analytics.signals.values()),
            strategies=tuple(self.analytics.strategies.values()),
            portfolios=tuple(self.portfolio.portfolios.values()),
            portfolio_values=tuple(self.portfolio.values.values()),
            risks=tuple(self.portfolio.risks.values()),
            watchlists=tuple(self.portfolio.watchlists.values()),
            channels=tuple(self.alert.channels.values()),
            mute=self.alert.mute,
            statistics=self.measurements.statistics,
            store=self.measurements.store,
            cache=self.measurements.cache,
            server=self.measurements.server,
            clients=self.measurements.clients,
        )

    @classmethod
    def of(cls, snapshot: Snapshot) -> "PipelineState":
        """The state that a snapshot was taken of, but for its log."""
        state = cls(view.instrument for view in snapshot.instruments)
        state.seq = snapshot.seq
        for view in snapshot.instruments:
            key = view.instrument.id
            if view.sparkline:
                state.market.closes[key] = Closes(view.sparkline, view.sparkline_to_ms)
            if view.quote is not None:
                state.market.quotes[key] = view.quote
            if view.freshness is not None:
                state.quality.freshness[key] = view.freshness
        state.part.engine = snapshot.engine
        state.part.drill = snapshot.drill
        state.part.parts = {part.name: part for part in snapshot.parts}
        state.feed.feeds = {feed.name: feed for feed in snapshot.feeds}
        state.feed.active = {active.instrument: active for active in snapshot.active_feeds}
        state.quality.gaps = {(gap.instrument, gap.from_ms): gap for gap in snapshot.gaps}
        state.breaker.breakers = {breaker.name: breaker for breaker in snapshot.breakers}
        state.job.jobs = {job.id: job for job in snapshot.jobs}
        state.quality.sessions = {session.market: session for session in snapshot.sessions}
        state.quality.health = snapshot.health
        for alert in snapshot.alerts:
            state.alert.note(alert)
        state.alert.silences = {silence.id: silence for silence in snapshot.silences}
        state.analytics.signals = {signal.id: signal for signal in snapshot.signals}
        state.analytics.strategies = {one.strategy.name: one for one in snapshot.strategies}
        state.portfolio.portfolios = {one.name: one for one in snapshot.portfolios}
        state.portfolio.values = {one.name: one for one in snapshot.portfolio_values}
        state.portfolio.risks = {one.name: one for one in snapshot.risks}
        state.portfolio.watchlists = {one.name: one for one in snapshot.watchlists}
        state.alert.channels = {channel.name: channel for channel in snapshot.channels}
        state.alert.mute = snapshot.mute
        state.measurements.statistics = snapshot.statistics
        state.measurements.store = snapshot.store
        state.measurements.cache = snapshot.cache
        state.measurements.server = snapshot.server
        state.measurements.clients = snapshot.clients
        return state
