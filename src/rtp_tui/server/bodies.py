"""What other programs read: the outward JSON of the REST interface and of the WebSocket's channels.

Absent values are null, never zero; a number that is not finite is absent too.
"""

from math import isfinite

from msgspec import Struct, structs

from rtp_tui.model.health import Freshness, HealthBand, HealthPart, HealthStatus, MarketSession, SessionState
from rtp_tui.model.instrument import Instrument, InstrumentId, Priority
from rtp_tui.model.market import Bar, BarOrigin, ChangeBasis, Quote
from rtp_tui.state.pipeline_state import PipelineState
from rtp_tui.text import precision_for


class QuoteBody(Struct, frozen=True, kw_only=True):
    """One instrument's quote with its freshness and its market's session."""

    id: str
    symbol: str
    name: str
    currency: str
    precision: int
    price: float | None = None
    bid: float | None = None
    ask: float | None = None
    change_24h: float | None = None
    change_24h_pct: float | None = None
    change_basis: ChangeBasis = ChangeBasis.ROLLING_24H
    previous_close: float | None = None
    day_open: float | None = None
    day_high: float | None = None
    day_low: float | None = None
    day_position: float | None = None
    """Where the price is between the day's low, 0, and its high, 1."""
    vwap: float | None = None
    volume_24h: float | None = None
    market_cap: float | None = None
    high_24h: float | None = None
    low_24h: float | None = None
    source: str | None = None
    session: SessionState = SessionState.UNKNOWN
    delayed: bool = False
    connected: bool = False
    refreshing: bool = False
    event_ms: int | None = None
    received_ms: int | None = None
    freshness: Freshness = Freshness.UNKNOWN


class AgedQuoteBody(QuoteBody, frozen=True, kw_only=True):
    """A quote with the age of its newest observation, which only REST tells."""

    age_ms: int | None = None


def quote_body(state: PipelineState, instrument: Instrument) -> QuoteBody:
    """What is known of an instrument now."""
    quote = state.market.quotes.get(instrument.id, _NOTHING_KNOWN)
    verdict = state.quality.freshness.get(instrument.id)
    session = state.quality.sessions.get(instrument.market)
    return QuoteBody(
        id=instrument.id,
        symbol=instrument.symbol,
        name=instrument.name,
        currency=instrument.currency,
        precision=_precision(instrument, quote.price),
        price=quote.price,
        bid=quote.bid,
        ask=quote.ask,
        change_24h=quote.change_24h,
        change_24h_pct=quote.change_24h_pct,
        change_basis=quote.change_basis,
        previous_close=quote.previous_close,
        day_open=quote.day_open,
        day_high=quote.day_high,
        day_low=quote.day_low,
        day_position=quote.day_position,
        vwap=quote.vwap,
        volume_24h=quote.volume_24h,
        market_cap=quote.market_cap,
        high_24h=quote.high_24h,
        low_24h=quote.low_24h,
        source=quote.source or None,
        session=SessionState.UNKNOWN if session is None else session.session,
        connected=verdict is not None and verdict.connected,
        event_ms=quote.event_ms,
        received_ms=quote.received_ms or None,
        freshness=Freshness.UNKNOWN if verdict is None else verdict.freshness,
    )


def aged_quote_body(state: PipelineState, instrument: Instrument, now_ms: int) -> AgedQuoteBody:
    """The same with its age."""
    body = quote_body(state, instrument)
    age_ms = None if body.received_ms is None else max(0, now_ms - body.received_ms)
    return AgedQuoteBody(age_ms=age_ms, **structs.asdict(body))


_NOTHING_KNOWN = Quote(instrument=InstrumentId(""), price=None, event_ms=None, received_ms=0, source="")


def _precision(instrument: Instrument, price: float | None) -> int:
    if instrument.precision is not None:
        return instrument.precision
    known = price if price is not None and isfinite(price) else 1.0
    return precision_for(instrument.asset_class, known)


class InstrumentBody(Struct, frozen=True, kw_only=True):
    """One configured instrument."""

    id: str
    symbol: str
    name: str
    currency: str
    market: str
    priority: Priority
    precision: int | None
    feeds: tuple[str, ...]


def instrument_body(instrument: Instrument) -> InstrumentBody:
    """What an instrument is."""
    return InstrumentBody(
        id=instrument.id,
        symbol=instrument.symbol,
        name=instrument.name,
        currency=instrument.currency,
        market=instrument.market,
        priority=instrument.priority,
        precision=instrument.precision,
        feeds=instrument.feeds,
    )


class MarketBody(Struct, frozen=True, kw_only=True):
    """One market's session and how long it lasts."""

    market: str
    is_open: bool
    session: SessionState
    time_to_open_ms: int | None
    time_to_close_ms: int | None
    next_open_ms: int | None
    next_close_ms: int | None
    timezone: str


def market_body(session: MarketSession, now_ms: int) -> MarketBody:
    """What a market is doing at a moment."""
    return MarketBody(
        market=session.market,
        is_open=session.is_open,
        session=session.session,
        time_to_open_ms=_until(session.next_open_ms, now_ms),
        time_to_close_ms=_until(session.next_close_ms, now_ms),
        next_open_ms=session.next_open_ms,
        next_close_ms=session.next_close_ms,
        timezone=session.timezone,
    )


def _until(at_ms: int | None, now_ms: int) -> int | None:
    return None if at_ms is None else max(0, at_ms - now_ms)


class HealthBody(Struct, frozen=True, kw_only=True):
    """The score, what it adds up from, and the two facts asked for most."""

    status: HealthStatus
    score: int | None
    band: HealthBand | None
    parts: tuple[HealthPart, ...]
    reason: str
    market_open: dict[str, bool]
    websocket_connected: bool
    version: str
    ts_ms: int
    profile: str | None = None
    """By whose weights the parts count; None until the first report."""


def health_body(state: PipelineState, version: str, now_ms: int) -> HealthBody:
    """How well the pipeline is; starting until the first report."""
    report = state.quality.health
    return HealthBody(
        status=HealthStatus.STARTING if report is None else report.status,
        score=None if report is None else report.score,
        band=None if report is None else report.band,
        parts=() if report is None else report.parts,
        reason=_unjudged(state) if report is None else report.reason,
        market_open={name: session.is_open for name, session in state.quality.sessions.items()},
        websocket_connected=any(feed.state == "live" for feed in state.feed.feeds.values()),
        version=version,
        ts_ms=now_ms,
        profile=None if report is None else report.profile,
    )


def _unjudged(state: PipelineState) -> str:
    is_judged = "health" in state.part.parts or not state.part.parts
    return (
        "no verdict yet"
        if is_judged
        else "nothing is judged: monitoring is switched off (features.monitoring)"
    )


class BarBody(Struct, frozen=True, gc=False):
    """One bar; the page that holds it names instrument and timeframe."""

    open_ms: int
    open: float
    high: float
    low: float
    close: float
    volume: float
    trades: int
    closed: bool
    revision: int
    origin: BarOrigin
    source: str
    missing: int
    """Minutes of its span, in session and past, of which there is no bar; 0 for a minute's own bar."""


class BarsBody(Struct, frozen=True, kw_only=True):
    """A page of bars, ascending."""

    id: str
    timeframe: str
    bars: tuple[BarBody, ...]
    next_cursor: str | None = None


def bar_body(bar: Bar) -> BarBody:
    """A bar without what its page says."""
    return BarBody(
        bar.open_ms,
        bar.open,
        bar.high,
        bar.low,
        bar.close,
        bar.volume,
        bar.trades,
        bar.closed,
        bar.revision,
        bar.origin,
        bar.source,
        bar.missing,
    )
