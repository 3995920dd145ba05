"""What the server knows: the folded state, each channel's newest number, and the recent events."""

from collections import deque
from collections.abc import Iterator
from heapq import merge
from itertools import takewhile

from msgspec import Struct

from rtp_tui.api.frames import Position
from rtp_tui.model.alerts import Alert, Silence
from rtp_tui.model.breakers import BreakerStatus
from rtp_tui.model.clients import ClientList
from rtp_tui.model.drills import DrillStatus
from rtp_tui.model.events import Event, Payload, Snapshot
from rtp_tui.model.feeds import FeedStatus
from rtp_tui.model.gaps import Gap
from rtp_tui.model.health import FreshnessVerdict, HealthReport, MarketSession
from rtp_tui.model.instrument import Instrument
from rtp_tui.model.jobs import JobRemoved, JobRun, JobStatus
from rtp_tui.model.market import InstrumentAdded, Quote, SignificantChange
from rtp_tui.model.notifications import ChannelStatus, Mute
from rtp_tui.model.parts import EngineStatus
from rtp_tui.model.portfolios import PortfolioValued, RiskMeasured
from rtp_tui.model.quality import Anomaly
from rtp_tui.model.signals import Signal, StrategyStatus
from rtp_tui.model.statistics import LogLine
from rtp_tui.server.channels import (
    ALERTS,
    BREAKERS,
    CHANGES,
    FEEDS,
    GENERAL,
    HEALTH,
    JOBS,
    LOG,
    PORTFOLIO_OF,
    PORTFOLIO_UPDATES,
    QUALITY,
    RISK_OF,
    RISK_UPDATES,
    SIGNALS,
)
from rtp_tui.state.pipeline_state import PipelineState

KEPT_EVENTS = 10_000
PRICE_UPDATE = "price_update"

_CHANNEL_AND_TYPE: dict[type, tuple[str, str]] = {
    SignificantChange: (CHANGES, "significant_change"),
    FeedStatus: (FEEDS, "feed_update"),
    BreakerStatus: (BREAKERS, "breaker_update"),
    JobStatus: (JOBS, "job_update"),
    JobRun: (JOBS, "job_run"),
    JobRemoved: (JOBS, "job_removed"),
    FreshnessVerdict: (QUALITY, "quality_update"),
    Gap: (QUALITY, "gap_update"),
    Anomaly: (QUALITY, "anomaly"),
    MarketSession: (GENERAL, "market_update"),
    EngineStatus: (GENERAL, "engine_update"),
    DrillStatus: (GENERAL, "drill_update"),
    HealthReport: (HEALTH, "health_update"),
    Alert: (ALERTS, "alert"),
    Silence: (ALERTS, "silence"),
    ChannelStatus: (ALERTS, "channel_update"),
    Mute: (ALERTS, "mute"),
    Signal: (SIGNALS, "signal"),
    StrategyStatus: (SIGNALS, "strategy_update"),
    LogLine: (LOG, "log"),
}


class Change(Struct, frozen=True, gc=False):
    """One event as one channel sees it; `payload` is None where the channel tells a quote."""

    channel: str
    type: str
    seq: int
    prev: int
    payload: Payload | None


class _Kept(Struct, frozen=True, gc=False):
    """An event and what it told the channels."""

    event: Event
    changes: tuple[Change, ...]


class Journal:
    """The fold of everything heard from the engine, and how to bring a reader up to date."""

    def __init__(self, kept_events: int = KEPT_EVENTS) -> None:
        self.epoch = ""
        self.state = PipelineState()
        self._base_seq = 0
        self._channel_seq: dict[str, int] = {}
        self._recent: deque[_Kept] = deque(maxlen=kept_events)
        self._newest: dict[str, _Kept] = {}
        """Of what each new one supersedes: an instrument's quote, a portfolio's value, the list of clients."""
        self._forgotten_seq = 0

    @property
    def seq(self) -> int:
        """The number up to which everything is folded."""
        return self.state.seq

    @property
    def has_begun(self) -> bool:
        """A snapshot has arrived."""
        return bool(self.epoch)

    def load(self, snapshot: Snapshot) -> None:
        """Start over from a snapshot; nothing before it can be recovered."""
        self.epoch = snapshot.epoch
        self.state = PipelineState.of(snapshot)
        self._base_seq = self._forgotten_seq = snapshot.seq
        self._channel_seq.clear()
        self._recent.clear()
        self._newest.clear()

    def apply(self, event: Event) -> list[Change]:
        """Fold an event and tell the channels that it concerns."""
        self.state.apply(event)
        payload = event.payload
        if type(payload) is Quote:
            self._newest[payload.instrument] = _Kept(event, ())
            return [self._changed(payload.instrument, PRICE_UPDATE, event.seq, None)]
        changes = [
            self._changed(channel, kind, event.seq, told) for channel, kind, told in self._told(payload)
        ]
        # A hundred clients every 2 s, or a thousand positions every second, for as long as the ring reaches back
        # would be tens of megabytes and more.
        if type(payload) is ClientList:
            self._newest[payload.topic] = _Kept(event, tuple(changes))
        elif type(payload) is PortfolioValued:
            self._newest[f"{PORTFOLIO_OF}{payload.value.name}"] = _Kept(event, tuple(changes))
        else:
            self._keep(event, changes)
        return changes

    def channel_seq(self, channel: str) -> int:
        """The number of the newest message on a channel."""
        return self._channel_seq.get(channel, self._base_seq)

    def remembers(self, position: Position) -> bool:
        """Whether all that happened after a position is certain to be known."""
        return position.epoch == self.epoch and self._forgotten_seq <= position.seq <= self.seq

    def events_since(self, seq: int) -> tuple[Event, ...]:
        """What happened after a number: the newest quotes and list of clients, and all other events."""
        newest = [kept.event for kept in self._newest.values() if kept.event.seq > seq]
        return tuple(sorted([*(kept.event for kept in self._after(seq)), *newest], key=lambda one: one.seq))

    def changes_since(self, seq: int) -> list[Change]:
        """The messages of other channels than instruments' after a number, newest first."""
        superseding = sorted(
            (kept for kept in self._newest.values() if kept.event.seq > seq and kept.changes),
            key=lambda kept: -kept.event.seq,
        )
        after = merge(self._after(seq), superseding, key=lambda kept: -kept.event.seq)
        return [change for kept in after for change in kept.changes if change.payload is not None]

    def instrument(self, channel: str) -> Instrument | None:
        """The instrument that a channel is about."""
        return self.state.market.instruments.get(channel)  # type: ignore[call-overload,no-any-return]

    def _after(self, seq: int) -> Iterator[_Kept]:
        """Kept events after a number, newest first: a reader was seldom away for long."""
        return takewhile(lambda kept: kept.event.seq > seq, reversed(self._recent))

    def _changed(self, channel: str, kind: str, seq: int, payload: Payload | None) -> Change:
        change = Change(channel, kind, seq, self.channel_seq(channel), payload)
        self._channel_seq[channel] = seq
        return change

    def _keep(self, event: Event, changes: list[Change]) -> None:
        if len(self._recent) == self._recent.maxlen:
            self._forgotten_seq = self._recent[0].event.seq
        self._recent.append(_Kept(event, tuple(changes)))

    def _told(self, payload: Payload) -> Iterator[tuple[str, str, Payload | None]]:
        if isinstance(payload, FreshnessVerdict):
            yield payload.instrument, PRICE_UPDATE, None
        elif isinstance(payload, InstrumentAdded):
            yield payload.instrument.id, PRICE_UPDATE, None
        elif isinstance(payload, MarketSession):
            for instrument in self.state.market.instruments.values():
                if instrument.market == payload.market:
                    yield instrument.id, PRICE_UPDATE, None
        elif isinstance(payload, PortfolioValued):
            for channel in (PORTFOLIO_UPDATES, f"{PORTFOLIO_OF}{payload.value.name}"):
                yield channel, "portfolio_update", payload
        elif isinstance(payload, RiskMeasured):
            for channel in (RISK_UPDATES, f"{RISK_OF}{payload.report.name}"):
                yield channel, "risk_update", payload
        named = _CHANNEL_AND_TYPE.get(type(payload))
        if named is not None:
            yield *named, payload
