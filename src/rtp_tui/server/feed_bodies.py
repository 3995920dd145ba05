"""Feeds as other programs read them."""

from msgspec import Struct, structs

from rtp_tui.model.feeds import FeedState, FeedStatus, Quota
from rtp_tui.model.instrument import Instrument
from rtp_tui.state.pipeline_state import PipelineState


class FeedBody(Struct, frozen=True, kw_only=True):
    """A feed: of one instrument, with the state of the connection that carries it, or that connection."""

    name: str
    source: str
    connection: str | None
    state: FeedState
    role: str
    instruments: tuple[str, ...]
    rate: float | None = None
    last_event_ms: int | None = None
    last_received_ms: int | None = None
    reconnects: int = 0
    next_attempt_ms: int | None = None
    """When a lost connection is tried again, Unix milliseconds."""
    clock_offset_ms: int | None = None
    quota: Quota | None = None
    bad_frames: dict[str, int] = {}
    """Frames of the connection that gave nothing, by reason."""
    error: str | None = None


def connection_body(status: FeedStatus) -> FeedBody:
    """One connection and all the instruments on it."""
    return FeedBody(
        name=status.name,
        source=status.source,
        connection=status.name,
        state=status.state,
        role="active",
        instruments=status.instruments,
        rate=status.rate,
        last_event_ms=status.last_event_ms,
        last_received_ms=status.last_received_ms,
        reconnects=status.reconnects,
        next_attempt_ms=status.next_attempt_ms,
        clock_offset_ms=status.clock_offset_ms,
        quota=status.quota,
        bad_frames=status.bad_frames,
        error=status.error,
    )


def feed_bodies(state: PipelineState) -> tuple[FeedBody, ...]:
    """One entry for each feed that an instrument names, in the order of the instruments."""
    return tuple(
        _feed_body(state, instrument, name)
        for instrument in state.market.instruments.values()
        for name in instrument.feeds
    )


def _feed_body(state: PipelineState, instrument: Instrument, name: str) -> FeedBody:
    source = name.partition(":")[0]
    quote = state.market.quotes.get(instrument.id)
    is_active = quote.source == name if quote is not None else name == instrument.feeds[0]
    own = quote if is_active and quote is not None and not quote.stored else None
    body = _carried(_carrier(state, instrument, source), source)
    return structs.replace(
        body,
        name=name,
        role="active" if is_active else "standby",
        instruments=(instrument.id,),
        last_event_ms=None if own is None else own.event_ms,
        last_received_ms=None if own is None else own.received_ms,
    )


def _carried(status: FeedStatus | None, source: str) -> FeedBody:
    if status is not None:
        return connection_body(status)
    return FeedBody(
        name=source, source=source, connection=None, state=FeedState.STOPPED, role="standby", instruments=()
    )


def _carrier(state: PipelineState, instrument: Instrument, source: str) -> FeedStatus | None:
    """The connection of this source that the instrument is on."""
    candidates = [feed for feed in state.feed.feeds.values() if source in (feed.name, feed.source)]
    carrying = [feed for feed in candidates if instrument.id in feed.instruments]
    return next(iter(carrying or candidates), None)
