"""Channels and their changes as messages, each encoded once however many read it."""

from msgspec import UNSET, Raw, Struct

from rtp_tui.api.frames import PIPELINE, EventsSince, WholeState
from rtp_tui.api.wire import encode
from rtp_tui.clock import Clock
from rtp_tui.model.alerts import Alert, Silence
from rtp_tui.model.breakers import BreakerStatus
from rtp_tui.model.events import Event, Payload
from rtp_tui.model.feeds import FeedStatus
from rtp_tui.model.gaps import Gap
from rtp_tui.model.health import HealthReport, MarketSession
from rtp_tui.model.instrument import Instrument
from rtp_tui.model.jobs import JobRun, JobStatus
from rtp_tui.model.notifications import ChannelStatus, Mute
from rtp_tui.model.portfolios import PortfolioValued, RiskMeasured
from rtp_tui.model.signals import Signal, StrategyStatus
from rtp_tui.server.alert_bodies import alert_body, silence_body
from rtp_tui.server.bodies import health_body, market_body, quote_body
from rtp_tui.server.breaker_bodies import breaker_body
from rtp_tui.server.channels import (
    ALERTS,
    BREAKERS,
    FEEDS,
    HEALTH,
    JOBS,
    LISTS,
    LOG,
    PORTFOLIO_OF,
    PORTFOLIO_UPDATES,
    QUALITY,
    RISK_OF,
    RISK_UPDATES,
    SIGNALS,
)
from rtp_tui.server.feed_bodies import connection_body
from rtp_tui.server.gap_bodies import gap_body
from rtp_tui.server.job_bodies import job_body, run_body
from rtp_tui.server.journal import PRICE_UPDATE, Change, Journal
from rtp_tui.server.messages import ChannelMessage, Message, message_of
from rtp_tui.server.notification_bodies import channel_body, mute_body
from rtp_tui.server.signal_bodies import signal_body, strategy_body

LOG_LINES = 100


class GeneralBody(Struct, frozen=True):
    """What room `general` is about: the engine and the markets' sessions."""

    engine: Struct | None
    markets: tuple[Struct, ...]


class Rendering:
    """Renders what the journal knows."""

    def __init__(self, journal: Journal, clock: Clock, version: str) -> None:
        self._journal = journal
        self._clock = clock
        self._version = version
        self._quotes: dict[str, tuple[int, Raw]] = {}

    def whole(self, channel: str) -> Message:
        """All there is to know of a channel now, as a snapshot message."""
        if channel == PIPELINE:
            return message_of(channel, self._journal.seq, self._whole_state())
        return self._message("snapshot", channel, self._journal.channel_seq(channel), self._data(channel))

    def price(self, channel: str) -> Message:
        """The newest quote of an instrument."""
        return self._message(PRICE_UPDATE, channel, self._journal.channel_seq(channel), self._data(channel))

    def change(self, change: Change, *, is_chained: bool) -> Message:
        """One change, with the channel's previous number where it is chained."""
        data = (
            self._data(change.channel) if change.payload is None else Raw(encode(self._told(change.payload)))
        )
        return self._message(
            change.type, change.channel, change.seq, data, change.prev if is_chained else None
        )

    def events(self, seq: int, events: tuple[Event, ...]) -> Message:
        """Events for channel `pipeline`."""
        return message_of(PIPELINE, seq, encode(EventsSince(seq=seq, data=events)))

    def forget(self) -> None:
        """Nothing rendered before holds any more."""
        self._quotes.clear()

    def _whole_state(self) -> bytes:
        journal, now_ms = self._journal, self._clock.now_ms()
        snapshot = journal.state.snapshot(journal.epoch, now_ms)
        return encode(WholeState(seq=journal.seq, ts_ms=now_ms, data=snapshot))

    def _message(self, kind: str, channel: str, seq: int, data: Raw, prev: int | None = None) -> Message:
        message = ChannelMessage(
            type=kind,
            channel=channel,
            seq=seq,
            prev=UNSET if prev is None else prev,
            ts_ms=self._clock.now_ms(),
            data=data,
        )
        return message_of(channel, seq, encode(message))

    def _told(self, payload: Payload) -> object:
        if isinstance(payload, FeedStatus):
            return connection_body(payload)
        if isinstance(payload, JobStatus):
            return job_body(payload)
        if isinstance(payload, JobRun):
            return run_body(payload)
        if isinstance(payload, BreakerStatus):
            return breaker_body(payload, self._clock.now_ms())
        if isinstance(payload, HealthReport):
            return health_body(self._journal.state, self._version, self._clock.now_ms())
        if isinstance(payload, Gap):
            return gap_body(payload)
        if isinstance(payload, Alert):
            return alert_body(payload)
        if isinstance(payload, Silence):
            return silence_body(payload)
        if isinstance(payload, ChannelStatus):
            return channel_body(payload)
        if isinstance(payload, Mute):
            return mute_body(payload)
        if isinstance(payload, PortfolioValued):
            return payload.value
        if isinstance(payload, RiskMeasured):
            return payload.report
        if isinstance(payload, Signal):
            return signal_body(payload)
        if isinstance(payload, StrategyStatus):
            return strategy_body(payload)
        if isinstance(payload, MarketSession):
            return market_body(payload, self._clock.now_ms())
        return payload

    def _data(self, channel: str) -> Raw:
        instrument = self._journal.instrument(channel)
        return Raw(encode(self._body(channel))) if instrument is None else self._quote(instrument)

    def _quote(self, instrument: Instrument) -> Raw:
        """Encoded once for each number of its channel, however many ask."""
        seq = self._journal.channel_seq(instrument.id)
        known = self._quotes.get(instrument.id)
        if known is None or known[0] != seq:
            known = seq, Raw(encode(quote_body(self._journal.state, instrument)))
            self._quotes[instrument.id] = known
        return known[1]

    def _body(self, channel: str) -> object:
        state, now_ms = self._journal.state, self._clock.now_ms()
        if channel == HEALTH:
            return health_body(state, self._version, now_ms)
        if channel in (PORTFOLIO_UPDATES, RISK_UPDATES) or channel.startswith((PORTFOLIO_OF, RISK_OF)):
            return self._of_portfolios(channel)
        if channel in LISTS:
            return {channel: self._list(channel)}
        markets = tuple(market_body(one, now_ms) for one in state.quality.sessions.values())
        return GeneralBody(state.part.engine, markets)

    def _of_portfolios(self, channel: str) -> object:
        """What all are worth or risk, or one; None of one that nothing is known of."""
        kept = self._journal.state.portfolio
        if channel == PORTFOLIO_UPDATES:
            return {"portfolios": tuple(kept.values.values())}
        if channel == RISK_UPDATES:
            return {"risks": tuple(kept.risks.values())}
        what, _, name = channel.partition(":")
        return kept.values.get(name) if f"{what}:" == PORTFOLIO_OF else kept.risks.get(name)

    def _list(self, channel: str) -> tuple[object, ...]:
        state = self._journal.state
        if channel == FEEDS:
            return tuple(map(connection_body, state.feed.feeds.values()))
        if channel == JOBS:
            return tuple(map(job_body, state.job.jobs.values()))
        if channel == BREAKERS:
            now_ms = self._clock.now_ms()
            return tuple(breaker_body(one, now_ms) for one in state.breaker.breakers.values())
        if channel == ALERTS:
            return tuple(map(alert_body, state.alert.active.values()))
        if channel == SIGNALS:
            return tuple(map(signal_body, reversed(state.analytics.signals.values())))
        if channel == QUALITY:
            return tuple(state.quality.freshness.values())
        if channel == LOG:
            return tuple(state.part.log.lines)[-LOG_LINES:]
        return ()
