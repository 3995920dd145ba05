"""What the server knows: the folded state, each channel's newest number, and the recent events."""

from collections import deque
from collections.abc import Iterator

from msgspec import Struct

from rtp_tui.api.frames import Position
from rtp_tui.model.breakers import BreakerStatus
from rtp_tui.model.clients import ClientList
from rtp_tui.model.events import Event, Payload, Snapshot
from rtp_tui.model.feeds import FeedStatus
from rtp_tui.model.health import FreshnessVerdict, HealthReport, MarketSession
from rtp_tui.model.instrument import Instrument
from rtp_tui.model.jobs import JobRemoved, JobRun, JobStatus
from rtp_tui.model.market import Quote, SignificantChange
from rtp_tui.model.parts import EngineStatus
from rtp_tui.model.statistics import LogLine
from rtp_tui.server.channels import BREAKERS, CHANGES, FEEDS, GENERAL, HEALTH, JOBS, LOG, QUALITY
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
    MarketSession: (GENERAL, "market_update"),
    EngineStatus: (GENERAL, "engine_update"),
    HealthReport: (HEALTH, "health_update"),
    LogLine: (LOG, "log"),
}


class Change(Struct, frozen=True, gc=False):
    """One event as one channel sees it; `payload` is None where the channel tells a quote."""

    channel: str
    type: str
    seq: int
    prev: int
    payload: Payload | None


class Journal:
    """The fold of everything heard from the engine, and how to bring a reader up to date."""

    def __init__(self, kept_events: int = KEPT_EVENTS) -> None:
        self.epoch = ""
        self.state = PipelineState()
        self._base_seq = 0
        self._channel_seq: dict[str, int] = {}
        self._recent: deque[Event] = deque(maxlen=kept_events)
        self._newest: dict[str, Event] = {}
        """Of what each new one supersedes: an instrument's quote, the list of clients."""
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
        self._keep(event)
        changes = [
            Change(channel, kind, event.seq, self.channel_seq(channel), payload)
            for channel, kind, payload in self._told(event)
        ]
        for change in changes:
            self._channel_seq[change.channel] = event.seq
        return changes

    def channel_seq(self, channel: str) -> int:
        """The number of the newest message on a channel."""
        return self._channel_seq.get(channel, self._base_seq)

    def since(self, position: Position) -> tuple[Event, ...] | None:
        """What a reader at this position lacks: the newest quotes and list of clients, and all other events.

        None unless it is certain that nothing else happened since.
        """
        is_provable = position.epoch == self.epoch and self._forgotten_seq <= position.seq <= self.seq
        if not is_provable:
            return None
        return tuple(sorted(self._after(position.seq), key=lambda event: event.seq))

    def changes_since(self, seq: int) -> list[Change]:
        """The messages of other channels than instruments' after a number, as far as they are kept."""
        return [
            Change(channel, kind, event.seq, event.seq, payload)
            for event in self._recent
            if event.seq > seq
            for channel, kind, payload in self._told(event)
            if payload is not None
        ]

    def instrument(self, channel: str) -> Instrument | None:
        """The instrument that a channel is about."""
        return self.state.market.instruments.get(channel)  # type: ignore[call-overload,no-any-return]

    def _after(self, seq: int) -> Iterator[Event]:
        for kept in (self._recent, self._newest.values()):
            yield from (event for event in kept if event.seq > seq)

    def _keep(self, event: Event) -> None:
        if type(event.payload) is Quote:
            self._newest[event.payload.instrument] = event
            return
        if type(event.payload) is ClientList:
            # A hundred clients every 2 s for as long as the ring reaches back would be tens of megabytes.
            self._newest[event.payload.topic] = event
            return
        if len(self._recent) == self._recent.maxlen:
            self._forgotten_seq = self._recent[0].seq
        self._recent.append(event)

    def _told(self, event: Event) -> Iterator[tuple[str, str, Payload | None]]:
        payload = event.payload
        if isinstance(payload, Quote | FreshnessVerdict):
            yield payload.instrument, PRICE_UPDATE, None
        elif isinstance(payload, MarketSession):
            for instrument in self.state.market.instruments.values():
                if instrument.market == payload.market:
                    yield instrument.id, PRICE_UPDATE, None
        named = _CHANNEL_AND_TYPE.get(type(payload))
        if named is not None:
            yield *named, payload
