"""Answers that need more than one room: bars from the store and from memory, the state of a past moment."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import TypeVar

from msgspec.structs import replace

from rtp_tui.api.rolled_bars import RolledBars
from rtp_tui.clock import Clock
from rtp_tui.model.errors import BadRequest, Failed, NoHistory, UnknownInstrument
from rtp_tui.model.events import Snapshot
from rtp_tui.model.instrument import Instrument, InstrumentId
from rtp_tui.model.market import Bar
from rtp_tui.model.queries import (
    BarPage,
    EventPage,
    Explain,
    Explanation,
    FeedPrice,
    GetBars,
    GetEvents,
    StateAt,
)
from rtp_tui.model.sessions import NOT_KNOWN, SessionSpans
from rtp_tui.pipeline import Pipeline
from rtp_tui.processing.stretches import SessionsOf
from rtp_tui.state.pipeline_state import PipelineState
from rtp_tui.storage.contract import History, StoreUnusable
from rtp_tui.storage.rollups import RolledSeries

AnswerT = TypeVar("AnswerT")
RawFrame = tuple[str, int]
"""A frame's text, safe to show, and when it was received."""


def never_known(_market: str, _start_ms: int, _end_ms: int) -> SessionSpans:
    """The sessions of markets where nobody knows any."""
    return NOT_KNOWN


class Answers:
    """Reads the pipeline's memory and its history for those who ask through the door."""

    def __init__(
        self,
        pipeline: Pipeline,
        history: History,
        raw_frame: Callable[[InstrumentId, str], RawFrame | None],
        clock: Clock,
        read_bars: Callable[[GetBars], Awaitable[BarPage]] | None = None,
        sessions: SessionsOf = never_known,
    ) -> None:
        self._pipeline = pipeline
        self._history = history
        self._raw_frame = raw_frame
        self._read_bars = read_bars or history.bars
        self._rolled = RolledBars(self.minutes, self._read, sessions, clock, self._rolled_series)

    async def bars(self, query: GetBars) -> BarPage:
        """Bars of any timeframe. Raises UnknownInstrument, BadRequest and Failed."""
        instrument = self._require(query.instrument)
        if query.limit < 1:
            raise BadRequest("limit must be at least 1")
        if query.timeframe == "1m":
            return await self.minutes(query)
        return await self._rolled.page(query, instrument.market)

    async def minutes(self, query: GetBars) -> BarPage:
        """Stored minutes, with those in memory laid over them: they are newer than the last commit."""
        page = await self._read(query)
        bars = {bar.open_ms: bar for bar in page.bars}
        for bar in self._pipeline.bars_in_memory(query.instrument):
            if _belongs(bar, query, page):
                bars[bar.open_ms] = bar
        return _page(sorted(bars.values(), key=_open_ms), query.limit, page.next_cursor)

    async def explain(self, query: Explain) -> Explanation:
        """Where an instrument's value came from."""
        instrument = self._require(query.instrument)
        state = self._pipeline.state
        quote = state.market.quotes.get(query.instrument)
        active = state.feed.active.get(query.instrument)
        source = quote.source if quote is not None else instrument.feeds[0]
        feed = state.feed.feeds.get(source.partition(":")[0])
        verdict = state.quality.freshness.get(query.instrument)
        frame = self._raw_frame(query.instrument, source)
        return Explanation(
            quote=quote,
            feeds=instrument.feeds,
            active_feed=source if active is None else active.feed,
            active_reason="" if active is None else active.reason,
            raw=frame[0] if frame else None,
            raw_received_ms=frame[1] if frame else None,
            expected_ms=feed.expected_ms if feed else None,
            freshness_reason=verdict.reason if verdict else "not judged yet",
            others=tuple(
                FeedPrice(feed=feed, price=price, received_ms=received_ms)
                for feed, (price, received_ms) in self._pipeline.processor.aside_prices(instrument.id).items()
                if feed != source
            ),
        )

    async def state_at(self, query: StateAt) -> Snapshot:
        """The newest keyframe before a moment, with the events that followed it folded in.

        Quotes are no stored events: they stay those of the keyframe, and `prices_ms` says so.
        """
        keyframe = await _stored(self._history.keyframe_before(query.at_ms))
        if keyframe is None:
            oldest_ms = await _stored(self._history.oldest_keyframe_ms())
            raise NoHistory(_goes_back_words(oldest_ms))
        state = PipelineState.of(keyframe)
        later = self._history.state_events(keyframe.seq, keyframe.epoch, query.at_ms)
        for event in await _stored(later):
            state.apply(event)
        past = state.snapshot(keyframe.epoch, query.at_ms)
        return replace(past, prices_ms=keyframe.at_ms)

    async def events(self, query: GetEvents) -> EventPage:
        """What happened, but for market events."""
        return await _stored(self._history.events(query))

    async def _read(self, query: GetBars) -> BarPage:
        return await _stored(self._read_bars(query))

    async def _rolled_series(self, instrument: InstrumentId) -> tuple[RolledSeries, ...]:
        return await _stored(self._history.rolled(instrument))

    def _require(self, instrument: InstrumentId) -> Instrument:
        known = self._pipeline.state.market.instruments.get(instrument)
        if known is None:
            raise UnknownInstrument(f"no instrument {instrument}")
        return known


async def _stored(reading: Awaitable[AnswerT]) -> AnswerT:
    """What the store answers. Raises Failed where it cannot be read."""
    try:
        return await reading
    except StoreUnusable as error:
        raise Failed(str(error)) from error


def _goes_back_words(oldest_ms: int | None) -> str:
    """`the state is kept since 2026-11-21 10:32:00Z, not for that moment`."""
    if oldest_ms is None:
        return "no state of the past is kept yet"
    since = datetime.fromtimestamp(oldest_ms / 1000, tz=UTC).strftime("%Y-%m-%d %H:%M:%SZ")
    return f"the state is kept since {since}, not for that moment"


def _belongs(bar: Bar, query: GetBars, page: BarPage) -> bool:
    """Whether a bar in memory lies in the asked range and not beyond the page's end."""
    if query.start_ms is not None and bar.open_ms < query.start_ms:
        return False
    if query.end_ms is not None and bar.open_ms >= query.end_ms:
        return False
    if query.cursor is not None and bar.open_ms < int(query.cursor):
        return False
    return page.next_cursor is None or bar.open_ms < int(page.next_cursor)


def _page(bars: list[Bar], limit: int, next_cursor: str | None) -> BarPage:
    if len(bars) <= limit:
        return BarPage(bars=tuple(bars), next_cursor=next_cursor)
    return BarPage(bars=tuple(bars[:limit]), next_cursor=str(bars[limit].open_ms))


def _open_ms(bar: Bar) -> int:
    return bar.open_ms
