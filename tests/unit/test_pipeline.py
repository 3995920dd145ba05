"""Accepting: judged, numbered, buffered, folded and published in one step."""

import ast
import asyncio
import inspect
import textwrap
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rtp_tui.bus import Reader
from rtp_tui.model.alerts import AlertMemory, Silence
from rtp_tui.model.documents import Document, DocumentKind
from rtp_tui.model.events import Event, Payload, Snapshot
from rtp_tui.model.feeds import FeedState
from rtp_tui.model.filings import CompanyRecord
from rtp_tui.model.health import Freshness, MarketSession, SessionState
from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.market import Bar, BarOrigin, BarsBackfilled, Quote, Tick, TickKind
from rtp_tui.model.notifications import NotificationMemory
from rtp_tui.model.parts import EngineState, EngineStatus, PartState, PartStatus
from rtp_tui.model.queries import (
    AlertPage,
    BarPage,
    EventPage,
    FilingPage,
    GapPage,
    GetAlerts,
    GetBars,
    GetEvents,
    GetFilings,
    GetGaps,
    GetSignals,
    GetTicks,
    SignalPage,
    TickPage,
)
from rtp_tui.model.sessions import Span
from rtp_tui.model.signals import SignalMemory
from rtp_tui.model.statistics import LogLine, PipelineStatistics, ServerStatus, StoreStatus
from rtp_tui.model.tallies import Tally
from rtp_tui.pipeline import CLOSE_BARS_EVERY_S, KEYFRAME_EVERY_S, Pipeline
from rtp_tui.processing.processor import Processor
from rtp_tui.state.pipeline_state import PipelineState
from rtp_tui.storage.reads import Reads
from rtp_tui.storage.rollups import RolledSeries
from tests.factories import (
    BTC,
    ETH,
    NOW_MS,
    a_bar,
    a_feed_status,
    a_health_report,
    a_quote,
    a_quote_tick,
    a_trade,
    a_verdict,
    an_instrument,
)
from tests.fake_recorder import FakeRecorder
from tests.fakes import FakeClock, settle

MINUTE_MS = 60_000
OPEN_MS = NOW_MS // MINUTE_MS * MINUTE_MS
BESIDE = "other:bitcoin"
INSTRUMENTS = [an_instrument("crypto:BTC", feeds=("binance:BTCUSDT", BESIDE)), an_instrument("crypto:ETH")]

MadeT = TypeVar("MadeT")


def a_pipeline(
    recorder: FakeRecorder | None = None, clock: FakeClock | None = None, state: PipelineState | None = None
) -> Pipeline:
    return Pipeline(
        "epoch",
        state or PipelineState(INSTRUMENTS),
        Processor(INSTRUMENTS),
        recorder or FakeRecorder(),
        clock or FakeClock(),
    )


def payloads(reader: Reader) -> list[Payload]:
    return [event.payload for event in reader.take().events]


def test_an_accepted_trade_is_numbered_buffered_folded_and_published() -> None:
    recorder = FakeRecorder()
    pipeline = a_pipeline(recorder)
    with pipeline.reading(conflates=True) as reader:
        pipeline.accept(a_trade())

        [event] = reader.take().events
    assert event.seq == pipeline.state.seq == 1
    assert recorder.ticks == [(1, a_trade())]
    assert isinstance(event.payload, Quote)
    assert pipeline.state.market.quotes[BTC] == event.payload


def test_the_row_is_buffered_before_the_fold_and_the_fold_is_done_before_anyone_is_told() -> None:
    steps: list[str] = []

    class State(PipelineState):
        def apply(self, event: Event) -> None:
            steps.append(f"fold, published: {len(reader.take().events)}")
            super().apply(event)

    recorder = FakeRecorder(on_tick=lambda: steps.append(f"buffer, folded: {pipeline.state.seq}"))
    pipeline = a_pipeline(recorder, state=State(INSTRUMENTS))
    with pipeline.reading(conflates=True) as reader:
        pipeline.accept(a_trade())
        steps.append(f"published: {len(reader.take().events)}")

    assert steps == ["buffer, folded: 0", "fold, published: 0", "published: 1"]


def test_what_a_feed_adds_beside_the_price_is_published_but_no_row_of_prices() -> None:
    recorder = FakeRecorder()
    pipeline = a_pipeline(recorder)
    pipeline.accept(a_trade())
    polled = a_trade(kind=TickKind.POLL, feed=BESIDE, price=1.0, market_cap=2e12, size=None, sequence=None)

    pipeline.accept(polled)

    quote = pipeline.state.market.quotes[BTC]
    assert (quote.market_cap, quote.price, quote.source) == (2e12, 67_830.12, "binance:BTCUSDT")
    assert recorder.ticks == [(1, a_trade())]


@pytest.mark.parametrize("name", ["accept", "announce", "keep_backfill", "snapshot"])
def test_what_changes_the_state_is_one_synchronous_function(name: str) -> None:
    step = getattr(Pipeline, name)

    assert not inspect.iscoroutinefunction(step)
    source = inspect.getsource(step)
    assert not [node for node in ast.walk(ast.parse(textwrap.dedent(source))) if isinstance(node, ast.Await)]
    assert ".acquire" not in source


def test_accepting_needs_no_running_loop_and_is_done_when_it_returns() -> None:
    with pytest.raises(RuntimeError):
        asyncio.get_running_loop()
    pipeline = a_pipeline()

    pipeline.accept(a_trade(price=123.0))

    assert pipeline.state.market.quotes[BTC].price == 123.0


def test_what_is_rejected_is_neither_buffered_nor_numbered_nor_published() -> None:
    recorder = FakeRecorder()
    pipeline = a_pipeline(recorder)
    pipeline.accept(a_trade())
    with pipeline.reading(conflates=False) as reader:
        pipeline.accept(a_trade())
        pipeline.accept(a_trade(sequence=2, price=-1.0))

        assert payloads(reader) == []
    assert pipeline.state.seq == len(recorder.ticks) == 1


def test_what_changes_nothing_is_not_published() -> None:
    pipeline = a_pipeline()
    pipeline.accept(a_quote_tick())
    with pipeline.reading(conflates=False) as reader:
        pipeline.accept(a_quote_tick())

        assert payloads(reader) == []
    assert pipeline.state.seq == 1


def test_trades_and_polls_are_stored_and_quotes_are_not() -> None:
    recorder = FakeRecorder()
    pipeline = a_pipeline(recorder)
    for tick in (a_trade(), a_quote_tick(), a_trade(kind=TickKind.POLL, instrument=ETH, sequence=None)):
        pipeline.accept(tick)

    assert [tick.kind for _, tick in recorder.ticks] == [TickKind.TRADE, TickKind.POLL]


def test_what_a_trade_concludes_follows_its_quote() -> None:
    pipeline = a_pipeline()
    pipeline.accept(a_trade(price=100.0))
    with pipeline.reading(conflates=False) as reader:
        pipeline.accept(a_trade(sequence=2, price=102.0, event_ms=OPEN_MS + 2 * MINUTE_MS))

        events = reader.take().events
    assert [type(event.payload).__name__ for event in events] == ["Quote", "Bar", "SignificantChange"]
    assert [event.seq for event in events] == [2, 3, 4]


def test_events_are_kept_by_the_journal_and_market_events_are_not() -> None:
    recorder, clock = FakeRecorder(), FakeClock(NOW_MS)
    pipeline = a_pipeline(recorder, clock)
    pipeline.announce(a_verdict())
    pipeline.announce(a_bar())

    assert recorder.events == [(Event(1, a_verdict()), NOW_MS)]


def test_backfilled_bars_are_announced_once() -> None:
    pipeline = a_pipeline()
    bars = [a_bar(open_ms=OPEN_MS - i * MINUTE_MS, origin=BarOrigin.BACKFILL) for i in (2, 1)]
    with pipeline.reading(conflates=True) as reader:
        pipeline.keep_backfill(bars)
        pipeline.keep_backfill(bars)

        [backfilled] = payloads(reader)
    assert isinstance(backfilled, BarsBackfilled)
    assert pipeline.bars_in_memory(BTC) == tuple(bars)


async def test_bars_of_silent_feeds_are_closed_by_the_clock() -> None:
    clock = FakeClock(NOW_MS)
    pipeline = a_pipeline(clock=clock)
    pipeline.accept(a_trade(event_ms=NOW_MS, received_ms=NOW_MS))
    closing = asyncio.create_task(pipeline.close_bars())
    with pipeline.reading(conflates=True) as reader:
        await clock.advance((OPEN_MS + MINUTE_MS + 5_000 - NOW_MS) / 1000 - CLOSE_BARS_EVERY_S)
        assert payloads(reader) == []
        await clock.advance(2 * CLOSE_BARS_EVERY_S)

        [bar] = payloads(reader)
    assert isinstance(bar, Bar)
    assert bar.closed
    closing.cancel()


async def test_the_state_is_kept_as_a_keyframe_every_ten_seconds() -> None:
    clock, recorder = FakeClock(NOW_MS), FakeRecorder()
    pipeline = a_pipeline(recorder, clock)
    pipeline.accept(a_trade())
    keeping = asyncio.create_task(pipeline.keep_keyframes())
    await clock.advance(3 * KEYFRAME_EVERY_S)

    assert [(frame.seq, frame.at_ms) for frame in recorder.keyframes] == [
        (1, NOW_MS + at_ms) for at_ms in (10_000, 20_000, 30_000)
    ]
    keeping.cancel()


async def test_the_store_takes_the_bars_and_tells_what_is_durable() -> None:
    recorder = FakeRecorder()
    pipeline = a_pipeline(recorder)
    writing = asyncio.create_task(pipeline.write())
    pipeline.accept(a_trade())
    assert pipeline.committed_seq == 0

    recorder.commit()
    await settle()

    assert pipeline.committed_seq == 1
    assert [bar.trades for bar in recorder.bars] == [1]
    writing.cancel()


class StoredHistory:
    """A History that holds one quote and its bars."""

    def __init__(self, quote: Quote, bars: tuple[Bar, ...]) -> None:
        self.reads = Reads()
        self._quote = quote
        self._bars = bars

    async def bars(self, query: GetBars) -> BarPage:
        return BarPage(bars=self._bars)

    async def rolled(self, instrument: InstrumentId | None = None) -> tuple[RolledSeries, ...]:
        return ()

    async def bar_spans(self, instruments: Iterable[InstrumentId]) -> Mapping[InstrumentId, Span]:
        raise NotImplementedError

    async def newest_bars(self, instrument: InstrumentId, timeframe: str, count: int) -> tuple[Bar, ...]:
        assert (instrument, timeframe) == (BTC, "1m")
        return self._bars[-count:]

    async def newest_quotes(self) -> tuple[Quote, ...]:
        return (self._quote,)

    async def events(self, query: GetEvents) -> EventPage:
        return EventPage(events=())

    async def keyframe_before(self, at_ms: int) -> Snapshot | None:
        return None

    async def oldest_keyframe_ms(self) -> int | None:
        return None

    async def state_events(self, after_seq: int, epoch: str, until_ms: int) -> tuple[Event, ...]:
        return ()

    async def gaps(self, query: GetGaps) -> GapPage:
        return GapPage(gaps=())

    async def tallies(
        self, span_ms: int, since_ms: int, until_ms: int | None = None, limit: int | None = None
    ) -> tuple[Tally, ...]:
        return ()

    async def alerts(self, query: GetAlerts) -> AlertPage:
        return AlertPage(alerts=())

    async def silences(self, since_ms: int) -> tuple[Silence, ...]:
        return ()

    async def alert_memory(self, now_ms: int) -> AlertMemory:
        return AlertMemory()

    async def notification_memory(self) -> NotificationMemory:
        return NotificationMemory()

    async def filings(self, query: GetFilings) -> FilingPage:
        return FilingPage(filings=())

    async def documents(self, kind: DocumentKind) -> tuple[Document, ...]:
        return ()

    async def company_record(self, instrument: InstrumentId) -> CompanyRecord | None:
        return None

    async def ticks(self, query: GetTicks) -> TickPage:
        return TickPage(ticks=())

    async def bar_minutes(self, instrument: InstrumentId, start_ms: int, end_ms: int) -> tuple[int, ...]:
        return ()

    async def instruments(self) -> tuple[InstrumentId, ...]:
        return ()

    async def trades(self, start_ms: int, end_ms: int, limit: int) -> tuple[Tick, ...]:
        return ()

    async def made_of_trades(
        self, start_ms: int, end_ms: int, make: Callable[[Iterable[Tick]], MadeT]
    ) -> MadeT:
        return make(())

    def trades_since_ms(self) -> int | None:
        return None

    async def signals(self, query: GetSignals) -> SignalPage:
        return SignalPage(signals=())

    async def signal_memory(self) -> SignalMemory:
        return SignalMemory()

    async def back_up(self, target: Path) -> int:
        raise NotImplementedError

    async def close(self) -> None:
        return None


def a_history() -> StoredHistory:
    """Thirty closed minutes before this one, and this one unfinished."""
    minutes = [
        a_bar(open_ms=OPEN_MS - i * MINUTE_MS, close=100.0 + i / 100, closed=i > 0) for i in range(30, -1, -1)
    ]
    return StoredHistory(a_quote(), tuple(minutes))


async def test_a_restart_shows_what_was_stored_and_continues_its_minute() -> None:
    recorder = FakeRecorder()
    pipeline = a_pipeline(recorder)
    await pipeline.restore(a_history())

    assert pipeline.state.market.quotes[BTC].stored
    assert len(pipeline.state.market.sparkline(BTC)) >= 15
    pipeline.accept(a_trade(size=0.5))
    assert pipeline.bars_in_memory(BTC)[-1].trades == 8
    assert not pipeline.state.market.quotes[BTC].stored
    assert recorder.events == []


async def test_a_reader_that_came_before_the_restart_was_done_misses_nothing() -> None:
    pipeline = a_pipeline()
    with pipeline.reading(conflates=True) as reader:
        before = pipeline.snapshot()
        await pipeline.restore(a_history())

        assert folded(before, reader) == pipeline.snapshot()


def folded(snapshot: Snapshot, *readers: Reader) -> Snapshot:
    """What a front end makes of a snapshot and what it read since."""
    state = PipelineState.of(snapshot)
    for reader in readers:
        for event in reader.take().events:
            state.apply(event)
    return state.snapshot(snapshot.epoch, snapshot.at_ms)


ids = st.sampled_from([BTC, ETH])
prices = st.floats(1.0, 1e5)
moments = st.integers(0, 20 * MINUTE_MS).map(lambda at: NOW_MS + at)

ticks = st.one_of(
    st.builds(
        lambda key, price, at, number: a_trade(instrument=key, price=price, event_ms=at, received_ms=at, sequence=number),
        ids, prices, moments, st.integers(0, 500),
    ),
    st.builds(lambda key, bid, at: a_quote_tick(instrument=key, bid=bid, ask=bid + 1, received_ms=at), ids, prices, moments),
    st.builds(
        lambda key, price, at: a_trade(
            kind=TickKind.POLL, instrument=key, price=price, event_ms=at, received_ms=at, sequence=None, previous_close=50.0
        ),
        ids, prices, moments,
    ),
)  # fmt: skip

announcements: st.SearchStrategy[Any] = st.one_of(
    st.builds(lambda name, state: a_feed_status(name=name, state=state), st.sampled_from("ab"), st.sampled_from(FeedState)),
    st.builds(lambda key, freshness: a_verdict(instrument=key, freshness=freshness), ids, st.sampled_from(Freshness)),
    st.builds(
        lambda name, state: PartStatus(name=name, state=state, since_ms=NOW_MS), st.sampled_from("xyz"), st.sampled_from(PartState)
    ),
    st.builds(
        lambda market, session: MarketSession(market=market, session=session, timezone="UTC"),
        st.sampled_from(["XNYS", "24x7"]), st.sampled_from(SessionState),
    ),
    st.builds(lambda score: a_health_report(score=score), st.integers(0, 100)),
    st.builds(lambda n: PipelineStatistics(at_ms=NOW_MS, received=n), st.integers(0, 9)),
    st.builds(lambda n: StoreStatus(at_ms=NOW_MS, path="p", ok=True, pending=n), st.integers(0, 9)),
    st.builds(lambda n: ServerStatus(at_ms=NOW_MS, clients=n), st.integers(0, 9)),
    st.builds(
        lambda state: EngineStatus(version="1", name="", started_ms=NOW_MS, state=state), st.sampled_from(EngineState)
    ),
    st.just(LogLine(at_ms=NOW_MS, level="info", source="s", message="m")),
)  # fmt: skip

backfills = st.builds(
    lambda key, first, count, n: [
        a_bar(instrument=key, open_ms=OPEN_MS + (first + i) * MINUTE_MS, close=100.0 + i, trades=n, origin=BarOrigin.BACKFILL)
        for i in range(count)
    ],
    ids, st.integers(-30, 15), st.integers(1, 30), st.integers(1, 9),
)  # fmt: skip


def do(pipeline: Pipeline, step: Any) -> None:
    if isinstance(step, Tick):
        pipeline.accept(step)
    elif isinstance(step, list):
        pipeline.keep_backfill(step)
    elif isinstance(step, int):
        for bar in pipeline.processor.close_bars(step):
            pipeline.announce(bar)
    else:
        pipeline.announce(step)


@settings(deadline=None)
@given(
    before=st.lists(st.one_of(ticks, announcements, backfills, moments), max_size=20),
    after=st.lists(st.one_of(ticks, announcements, backfills, moments), max_size=30),
    conflates=st.booleans(),
)
def test_a_snapshot_and_what_is_read_after_it_fold_to_the_engines_state(
    before: list[Any], after: list[Any], conflates: bool
) -> None:
    pipeline = a_pipeline()
    for step in before:
        do(pipeline, step)
    with pipeline.reading(conflates=conflates) as reader:
        snapshot = pipeline.snapshot()
        for step in after:
            do(pipeline, step)

        assert folded(snapshot, reader) == pipeline.snapshot()


@settings(deadline=None)
@given(st.lists(st.one_of(ticks, announcements, backfills, moments), max_size=40))
def test_numbers_grow_by_one_without_a_hole(steps: list[Any]) -> None:
    pipeline = a_pipeline()
    with pipeline.reading(conflates=False) as reader:
        for step in steps:
            do(pipeline, step)

        numbers = [event.seq for event in reader.take().events]
    assert numbers == list(range(1, pipeline.state.seq + 1))
