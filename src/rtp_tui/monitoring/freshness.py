"""How old each instrument's price is, against what its feed should deliver."""

import logging
from collections.abc import Callable
from typing import Protocol

from msgspec import Struct

from rtp_tui.clock import Clock
from rtp_tui.model.feeds import FeedState, FeedStatus
from rtp_tui.model.health import Freshness, FreshnessVerdict, MarketSession, SessionState
from rtp_tui.model.instrument import Instrument, InstrumentId
from rtp_tui.model.market import Quote
from rtp_tui.monitoring.cadence import Cadence
from rtp_tui.state.pipeline_state import PipelineState

_log = logging.getLogger(__name__)

CONNECTED = (FeedState.LIVE, FeedState.POLLING)
SHORTEST_STALE_MS = 10_000
JUMP_MS = 5_000
"""The wall clock moved by this much more than the monotonic one: a suspend, or a clock that was set. Or nobody
looked for so long: the process was stopped."""


class Calendar(Protocol):
    """When markets trade."""

    def session(self, market: str, now_ms: int) -> MarketSession: ...

    def open_ms_between(self, market: str, start_ms: int, end_ms: int) -> int: ...


def judge_freshness(
    quote: Quote | None,
    expected_ms: int,
    connected: bool,
    feed_error: str | None,
    session: SessionState,
    open_age_ms: int,
    *,
    precedes_jump: bool = False,
) -> tuple[Freshness, str]:
    """The verdict on an instrument and why, in words that stay true until it changes.

    Live within the expected cadence, fresh within 2x, aging within 5x and 10 s, stale beyond or without a
    connection. A price of an earlier run, or from before a jump of the clock, is aging at best.
    """
    if quote is None:
        return Freshness.UNKNOWN, "nothing heard yet" if connected else f"no connection: {feed_error}"
    if session is not SessionState.OPEN and session is not SessionState.UNKNOWN:
        return Freshness.CLOSED, f"market is {_SESSION_WORDS[session]}"
    beyond = Freshness.UNKNOWN if session is SessionState.UNKNOWN else Freshness.STALE
    if not connected:
        return beyond, f"no connection: {feed_error}"
    freshness, reason = _judge_age(expected_ms, open_age_ms)
    if freshness is Freshness.STALE:
        return beyond, reason
    if quote.stored:
        return Freshness.AGING, "stored by an earlier run"
    if precedes_jump:
        return Freshness.AGING, "not heard since the clock jumped"
    return freshness, reason


def _judge_age(expected_ms: int, age_ms: int) -> tuple[Freshness, str]:
    stale_ms = max(5 * expected_ms, SHORTEST_STALE_MS)
    if age_ms <= expected_ms:
        return Freshness.LIVE, f"heard within {_seconds(expected_ms)}"
    if age_ms <= 2 * expected_ms:
        return Freshness.FRESH, f"heard within {_seconds(2 * expected_ms)}"
    is_aging = age_ms <= stale_ms
    silence = _seconds(2 * expected_ms if is_aging else stale_ms)
    reason = f"silent for over {silence}, expected every {_seconds(expected_ms)}"
    return (Freshness.AGING if is_aging else Freshness.STALE), reason


_SESSION_WORDS = {
    SessionState.CLOSED: "closed",
    SessionState.PRE: "before its open",
    SessionState.POST: "after its close",
    SessionState.LUNCH: "at lunch",
    SessionState.HOLIDAY: "on holiday",
}


def _seconds(ms: int) -> str:
    return f"{ms / 1000:g} s"


class Look(Struct, frozen=True):
    """One pass's moment, and that of the pass before it."""

    now_ms: int
    now_s: float
    before_s: float
    has_jumped: bool

    @classmethod
    def after(cls, before: "Look | None", now_ms: int, now_s: float) -> "Look":
        if before is None:
            return cls(now_ms, now_s, now_s, False)
        passed_ms = (now_s - before.now_s) * 1000
        drift_ms = (now_ms - before.now_ms) - passed_ms
        return cls(now_ms, now_s, before.now_s, abs(drift_ms) > JUMP_MS or passed_ms > JUMP_MS)


class FreshnessMonitor:
    """Judges every instrument once a second and announces what changed."""

    def __init__(
        self,
        state: PipelineState,
        calendar: Calendar,
        clock: Clock,
        announce: Callable[[FreshnessVerdict | MarketSession], None],
    ) -> None:
        self._state = state
        self._calendar = calendar
        self._clock = clock
        self._announce = announce
        self._cadences: dict[InstrumentId, Cadence] = {}
        self._look: Look | None = None

    async def run(self) -> None:
        """Judge once a second, for ever; a pass that comes late is not made up for."""
        while True:
            self.judge_all()
            await self._clock.sleep(1)

    def judge_all(self) -> None:
        """One pass over all markets and instruments."""
        look = Look.after(self._look, self._clock.now_ms(), self._clock.monotonic())
        self._look = look
        sessions = self._judge_sessions(look.now_ms)
        for gone in self._cadences.keys() - self._state.market.instruments.keys():
            del self._cadences[gone]
        for instrument in self._state.market.instruments.values():
            self._judge(instrument, sessions[instrument.market], look)

    def _judge_sessions(self, now_ms: int) -> dict[str, MarketSession]:
        markets = {instrument.market for instrument in self._state.market.instruments.values()}
        sessions = {market: self._calendar.session(market, now_ms) for market in sorted(markets)}
        known = self._state.quality.sessions
        for market, session in sessions.items():
            if session != known.get(market):
                self._announce(session)
        return sessions

    def _judge(self, instrument: Instrument, session: MarketSession, look: Look) -> None:
        key = instrument.id
        quote = self._state.market.quotes.get(key)
        feed = pricing_feed(instrument, quote, self._state.feed.feeds)
        connected = feed is not None and feed.state in CONNECTED
        cadence = None if quote is None else self._observed(quote, connected, look)
        freshness, reason = judge_freshness(
            quote,
            cadence.expected_ms(feed.expected_ms) if cadence and feed else 0,
            connected,
            _feed_error(feed),
            session.session,
            self._open_age_ms(cadence, session, look) if cadence else 0,
            precedes_jump=cadence is not None and cadence.precedes_jump,
        )
        verdict = FreshnessVerdict(key, freshness, reason, look.now_ms, connected)
        if _is_news(verdict, self._state.quality.freshness.get(key)):
            _log.debug("%s is %s: %s", key, freshness, reason)
            self._announce(verdict)

    def _observed(self, quote: Quote, connected: bool, look: Look) -> Cadence:
        """The instrument's cadence, told what is known of it now."""
        cadence = self._cadences.get(quote.instrument)
        if cadence is None:
            cadence = self._cadences[quote.instrument] = Cadence(quote.received_ms, look.now_ms, look.now_s)
        cadence.observe(quote.received_ms, look.now_ms, look.now_s, look.before_s)
        if look.has_jumped:
            cadence.precedes_jump = True
        if not connected:
            cadence.interrupt()
        return cadence

    def _open_age_ms(self, cadence: Cadence, session: MarketSession, look: Look) -> int:
        """The part of an age that lies in open sessions."""
        age_ms = cadence.age_ms(look.now_s)
        heard_ms = look.now_ms - age_ms
        if session.since_ms is None or heard_ms >= session.since_ms or not session.is_open:
            return age_ms
        return self._calendar.open_ms_between(session.market, heard_ms, look.now_ms)


def _is_news(verdict: FreshnessVerdict, known: FreshnessVerdict | None) -> bool:
    """Something changed; of reasons, why there is no connection: a breaker may have opened since."""
    if known is None or (verdict.freshness, verdict.connected) != (known.freshness, known.connected):
        return True
    return not verdict.connected and verdict.reason != known.reason


def pricing_feed(
    instrument: Instrument, quote: Quote | None, feeds: dict[str, FeedStatus]
) -> FeedStatus | None:
    """The feed that prices an instrument: that of its quote, or the first of its own that runs."""
    sources = instrument.feeds if quote is None else (quote.source, *instrument.feeds)
    for source in sources:
        feed = feeds.get(source.partition(":")[0])
        if feed is not None:
            return feed
    return None


def _feed_error(feed: FeedStatus | None) -> str:
    return "no feed runs" if feed is None else f"{feed.name}: {feed.error or feed.state.value}"
