"""What every store does, whatever it is made of."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import date
from pathlib import Path

import pytest
from msgspec.structs import replace

from rtp_tui.model.alerts import AlertMemory, AlertRule, AlertState, RuleRemoved
from rtp_tui.model.clients import AuditEntry
from rtp_tui.model.documents import Document, DocumentKind
from rtp_tui.model.errors import BadRequest
from rtp_tui.model.events import Event, InstrumentView, Snapshot
from rtp_tui.model.feeds import FeedState
from rtp_tui.model.filings import Company, CompanyRecord
from rtp_tui.model.gaps import GapState
from rtp_tui.model.market import Bar
from rtp_tui.model.notifications import DeliveryState, NotificationMemory
from rtp_tui.model.queries import (
    FilingPage,
    GetAlerts,
    GetBars,
    GetEvents,
    GetFilings,
    GetGaps,
    GetSignals,
    GetTicks,
)
from rtp_tui.model.signals import Outcome, SignalMemory
from rtp_tui.model.tallies import Tally
from rtp_tui.storage.contract import History, Recorder, StorageSettings
from rtp_tui.storage.memory import Memory, MemoryHistory, MemoryRecorder
from rtp_tui.storage.sqlite_history import SqliteHistory
from rtp_tui.storage.sqlite_recorder import SqliteRecorder
from tests.factories import (
    BTC,
    ETH,
    MSTR,
    NOW_MS,
    a_bar,
    a_delivery,
    a_fact,
    a_feed_status,
    a_filing,
    a_gap,
    a_health_report,
    a_mute,
    a_quote,
    a_quote_tick,
    a_signal,
    a_silence,
    a_trade,
    a_verdict,
    an_alert,
    an_instrument,
    disclosures,
)
from tests.fakes import FakeClock

MINUTE_MS = 60_000


class Store:
    """A recorder, and the history of what it recorded."""

    def __init__(self, recorder: Recorder, history: History, clock: FakeClock) -> None:
        self.recorder = recorder
        self.history = history
        self.clock = clock

    async def keep(self, bars: Sequence[Bar] = ()) -> int:
        """Let the recorder write everything, with these bars; the watermark that it announced."""
        announced: list[int] = [0]
        left = list(bars)

        def take() -> Sequence[Bar]:
            taken = left[:]
            left.clear()
            return taken

        async with asyncio.TaskGroup() as group:
            group.create_task(self.recorder.run(take, announced.append))
            await asyncio.sleep(0)
            await self.recorder.close()
        return announced[-1]


@pytest.fixture(params=["sqlite", "memory"])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Store]:
    clock = FakeClock(NOW_MS)
    if request.param == "memory":
        memory = Memory()
        yield Store(MemoryRecorder(memory, clock), MemoryHistory(memory), clock)
        return
    path = tmp_path / "history.db"
    recorder = SqliteRecorder(path, StorageSettings(), clock, "epoch")
    await recorder.open()
    history = SqliteHistory(path)
    yield Store(recorder, history, clock)
    await history.close()
    await recorder.close()


def a_snapshot(seq: int = 1, at_ms: int = NOW_MS, price: float = 100.0) -> Snapshot:
    view = InstrumentView(an_instrument(), a_quote(price=price), a_verdict(), (1.0, 2.0))
    unpriced = InstrumentView(an_instrument("crypto:ETH"), None, None, ())
    return Snapshot(epoch="epoch", seq=seq, at_ms=at_ms, instruments=(view, unpriced))


def minutes(count: int) -> list[Bar]:
    first = a_bar().open_ms
    return [a_bar(open_ms=first + n * MINUTE_MS, close=100.0 + n / 10) for n in range(count)]


async def test_an_empty_history_answers_with_nothing(store: Store) -> None:
    await store.keep()
    assert (await store.history.bars(GetBars(instrument=BTC))).bars == ()
    assert await store.history.newest_bars(BTC, "1m", 5) == ()
    assert await store.history.newest_quotes() == ()
    assert (await store.history.events(GetEvents())).events == ()
    assert await store.history.keyframe_before(NOW_MS) is None
    assert await store.history.oldest_keyframe_ms() is None
    assert await store.history.state_events(0, "epoch", NOW_MS) == ()


async def test_bars_come_back_as_they_were(store: Store) -> None:
    bars = [a_bar(), a_bar(instrument=ETH, closed=False, revision=3, volume=0.0)]
    await store.keep(bars)
    assert (await store.history.bars(GetBars(instrument=BTC))).bars == (bars[0],)
    assert (await store.history.bars(GetBars(instrument=ETH))).bars == (bars[1],)


async def test_the_last_of_a_minute_replaces_those_before(store: Store) -> None:
    await store.keep([a_bar(close=1.0, closed=False), a_bar(close=2.0)])
    assert [bar.close for bar in (await store.history.bars(GetBars(instrument=BTC))).bars] == [2.0]
    assert store.recorder.status().bars_stored == 1


async def test_a_span_of_bars_includes_its_start_and_not_its_end(store: Store) -> None:
    bars = minutes(5)
    await store.keep(bars)
    query = GetBars(instrument=BTC, start_ms=bars[1].open_ms, end_ms=bars[3].open_ms)
    assert (await store.history.bars(query)).bars == tuple(bars[1:3])


async def test_pages_of_bars_follow_one_another_without_a_gap(store: Store) -> None:
    bars = minutes(7)
    await store.keep(reversed_in_time(bars))
    found: list[Bar] = []
    cursor = None
    for size in (3, 3, 1):
        page = await store.history.bars(GetBars(instrument=BTC, limit=3, cursor=cursor))
        assert len(page.bars) == size
        found += page.bars
        cursor = page.next_cursor
    assert found == bars
    assert cursor is None


def reversed_in_time(bars: Sequence[Bar]) -> Sequence[Bar]:
    return bars[::-1]


async def test_the_newest_bars_are_ascending(store: Store) -> None:
    bars = minutes(4)
    await store.keep(bars)
    assert await store.history.newest_bars(BTC, "1m", 2) == tuple(bars[-2:])
    assert await store.history.newest_bars(BTC, "1m", 0) == ()
    assert await store.history.newest_bars(BTC, "1h", 2) == ()


async def test_a_cursor_that_is_none_is_refused(store: Store) -> None:
    await store.keep()
    for cursor in ("x", "-1", "1" * 40, "²"):
        with pytest.raises(BadRequest, match="cursor"):
            await store.history.bars(GetBars(instrument=BTC, cursor=cursor))
        with pytest.raises(BadRequest, match="cursor"):
            await store.history.events(GetEvents(cursor=cursor))


async def test_a_page_of_nothing_is_refused(store: Store) -> None:
    await store.keep()
    with pytest.raises(BadRequest, match="limit"):
        await store.history.bars(GetBars(instrument=BTC, limit=0))


async def test_the_last_quotes_come_back_marked_as_stored(store: Store) -> None:
    store.recorder.add_keyframe(a_snapshot(price=100.0))
    store.recorder.add_keyframe(a_snapshot(seq=2, price=101.0))
    await store.keep()
    assert await store.history.newest_quotes() == (a_quote(price=101.0, stored=True),)


async def test_the_keyframe_at_or_before_a_moment_is_found(store: Store) -> None:
    early, late = a_snapshot(1, NOW_MS), a_snapshot(2, NOW_MS + 10_000)
    store.recorder.add_keyframe(early)
    store.recorder.add_keyframe(late)
    await store.keep()
    assert await store.history.keyframe_before(NOW_MS - 1) is None
    assert await store.history.oldest_keyframe_ms() == NOW_MS
    assert await store.history.keyframe_before(NOW_MS) == early
    assert await store.history.keyframe_before(NOW_MS + 9_999) == early
    assert await store.history.keyframe_before(NOW_MS + 60_000) == late


async def test_events_come_back_in_order_by_topic_and_page(store: Store) -> None:
    for seq in range(1, 6):
        store.recorder.add_event(Event(seq, a_feed_status(frames=seq)), NOW_MS + seq)
    store.recorder.add_event(Event(6, a_health_report()), NOW_MS + 6)
    await store.keep()
    page = await store.history.events(GetEvents(topic="feed", limit=3))
    rest = await store.history.events(GetEvents(topic="feed", limit=3, cursor=page.next_cursor))
    assert [event.at_ms - NOW_MS for event in page.events + rest.events] == [1, 2, 3, 4, 5]
    assert rest.next_cursor is None
    since = await store.history.events(GetEvents(since_ms=NOW_MS + 5))
    assert [event.topic for event in since.events] == ["feed", "health"]
    assert '"score":93' in since.events[-1].payload


async def test_events_are_found_by_their_kind(store: Store) -> None:
    audited = AuditEntry(at_ms=NOW_MS, name='"audit"', address="", command="refresh")
    for seq in range(1, 4):
        store.recorder.add_event(Event(2 * seq, a_feed_status(frames=seq)), NOW_MS + seq)
        store.recorder.add_event(Event(2 * seq + 1, audited), NOW_MS + seq)
    await store.keep()
    page = await store.history.events(GetEvents(kind="audit", limit=2))
    rest = await store.history.events(GetEvents(kind="audit", limit=2, cursor=page.next_cursor))
    assert [event.at_ms - NOW_MS for event in page.events + rest.events] == [1, 2, 3]
    assert {event.topic for event in page.events} == {"client"}
    for kind in ("aud", 'audit"', "%", "", "clients"):
        assert (await store.history.events(GetEvents(kind=kind))).events == ()


async def test_the_events_after_a_keyframe_rebuild_a_moment(store: Store) -> None:
    events = [
        Event(seq, a_feed_status(state=state))
        for seq, state in enumerate((FeedState.CONNECTING, FeedState.LIVE, FeedState.STOPPED), start=1)
    ]
    for event in events:
        store.recorder.add_event(event, NOW_MS + event.seq)
    await store.keep()
    assert await store.history.state_events(1, "epoch", NOW_MS + 2) == (events[1],)
    assert await store.history.state_events(0, "epoch", NOW_MS + 9) == tuple(events)


async def test_the_watermark_is_the_newest_number_that_was_written(store: Store) -> None:
    store.recorder.add_tick(41, a_trade())
    store.recorder.add_event(Event(42, a_feed_status()), NOW_MS)
    assert store.recorder.status().pending == 2
    assert await store.keep() == 42
    status = store.recorder.status()
    assert (status.committed_seq, status.pending, status.rows_committed) == (42, 0, 2)
    assert status.ticks_stored == 1


async def test_a_commit_takes_the_bars_at_the_moment_it_takes_the_ticks(store: Store) -> None:
    asked: list[int] = []

    def take() -> Sequence[Bar]:
        asked.append(store.recorder.status().pending)
        return ()

    store.recorder.add_tick(1, a_trade())
    async with asyncio.TaskGroup() as group:
        group.create_task(store.recorder.run(take, lambda seq: None))
        await asyncio.sleep(0)
        await store.recorder.close()
    assert asked[0] == 1


async def test_closing_writes_what_waits_even_when_nothing_runs(store: Store) -> None:
    store.recorder.add_event(Event(1, a_feed_status()), NOW_MS)
    await store.recorder.close()
    assert len((await store.history.events(GetEvents())).events) == 1


async def test_closing_twice_does_no_harm(store: Store) -> None:
    await store.recorder.close()
    await store.recorder.close()
    assert store.recorder.status().pending == 0


async def test_rows_are_written_every_so_often_while_it_runs(store: Store) -> None:
    committed = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        group.create_task(store.recorder.run(tuple, lambda seq: committed.set()))
        for seq in (1, 2):
            await asyncio.sleep(0)
            store.recorder.add_tick(seq, a_trade(sequence=seq))
            committed.clear()
            while not committed.is_set():
                await store.clock.advance(0.05)
                await asyncio.sleep(0.001)
            assert store.recorder.status().committed_seq == seq
        await store.recorder.close()
    assert store.recorder.status().commit_ms.p50 > 0


async def test_the_newest_word_on_a_gap_replaces_those_before(store: Store) -> None:
    filled = a_gap(state=GapState.FILLED, filled_from="other:BTC", attempts=2, detail="late", to_ms=NOW_MS)
    store.recorder.add_gap(a_gap())
    store.recorder.add_gap(filled)
    await store.keep()
    assert (await store.history.gaps(GetGaps())).gaps == (filled,)


async def test_gaps_are_found_by_instrument_state_and_moment_a_page_at_a_time(store: Store) -> None:
    first = a_gap(NOW_MS - 9 * MINUTE_MS)
    second = a_gap(NOW_MS - 5 * MINUTE_MS, state=GapState.BACKFILLING, changed_ms=NOW_MS + 7)
    third = a_gap(NOW_MS - 5 * MINUTE_MS, instrument=ETH, state=GapState.UNFILLABLE)
    for gap in (first, second, third):
        store.recorder.add_gap(gap)
    await store.keep()
    history = store.history
    assert (await history.gaps(GetGaps(only_pending=True))).gaps == (first, second)
    assert (await history.gaps(GetGaps(instrument=ETH))).gaps == (third,)
    assert (await history.gaps(GetGaps(since_ms=NOW_MS + 1))).gaps == (second,)
    page = await history.gaps(GetGaps(limit=2))
    rest = await history.gaps(GetGaps(limit=2, cursor=page.next_cursor))
    assert (page.gaps, rest.gaps, rest.next_cursor) == ((first, second), (third,), None)


async def test_a_store_says_from_when_on_it_has_all_trades(store: Store) -> None:
    assert store.history.trades_since_ms() is None


async def test_trades_come_back_by_the_moment_they_were_made_and_quotes_do_not(store: Store) -> None:
    trades = [a_trade(sequence=number, event_ms=NOW_MS + number * 1000) for number in range(5)]
    for seq, tick in enumerate((*trades, a_quote_tick())):
        store.recorder.add_tick(seq + 1, tick)
    await store.keep()
    assert await store.history.trades(NOW_MS + 1000, NOW_MS + 4000, 10) == tuple(trades[1:4])
    assert await store.history.trades(NOW_MS, NOW_MS + 9000, 2) == tuple(trades[:2])
    assert await store.history.made_of_trades(NOW_MS + 1000, NOW_MS + 4000, tuple) == tuple(trades[1:4])


async def test_filings_come_back_the_newest_first_a_page_at_a_time(store: Store) -> None:
    filings = [
        a_filing(accession=f"a-{day}", filed=date(2026, 1, day), form="8-K" if day % 2 else "4", is_xbrl=True)
        for day in (3, 1, 2)
    ]
    store.recorder.add_disclosures(disclosures(filings=tuple(filings), facts_ms=NOW_MS))
    await store.keep()
    history = store.history
    page = await history.filings(GetFilings(instrument=MSTR, limit=2))
    rest = await history.filings(GetFilings(instrument=MSTR, limit=2, cursor=page.next_cursor))
    assert [one.accession for one in (*page.filings, *rest.filings)] == ["a-3", "a-2", "a-1"]
    assert page.filings[0] == filings[0]
    assert (page.company, page.asked_ms, rest.next_cursor) == (disclosures().company, NOW_MS, None)
    currents = await history.filings(GetFilings(instrument=MSTR, form="8-K"))
    assert [one.accession for one in currents.filings] == ["a-3", "a-1"]
    assert await history.filings(GetFilings(instrument=BTC)) == FilingPage(filings=())
    with pytest.raises(BadRequest):
        await history.filings(GetFilings(instrument=MSTR, cursor="x"))


async def test_what_is_filed_again_replaces_what_was_known_and_keeps_its_place(store: Store) -> None:
    shared = a_filing(cik=7, accession="a-1")
    other = disclosures(
        instruments=(ETH,), company=Company(cik=7, name="Other", tickers=("O",)), filings=(shared,)
    )
    first = disclosures(filings=(a_filing(accession="a-1"), a_filing(accession="a-2")), facts_ms=NOW_MS)
    store.recorder.add_disclosures(first)
    store.recorder.add_disclosures(other)
    await store.keep()
    record = await store.history.company_record(MSTR)
    assert record == CompanyRecord(company=first.company, asked_ms=NOW_MS, facts_ms=NOW_MS)
    assert (await store.history.filings(GetFilings(instrument=ETH))).filings == (shared,)
    assert await store.history.company_record(BTC) is None


async def test_of_facts_the_newest_of_each_concept_is_told(store: Store) -> None:
    cash = "CashAndCashEquivalentsAtCarryingValue"
    told = (
        a_fact(value=1.0, end=date(2025, 9, 30)),
        a_fact(value=2.0),
        a_fact(concept=cash, unit="USD", start=date(2025, 1, 1), value=3.0),
        a_fact(concept=cash, unit="USD", start=date(2025, 10, 1), value=4.0),
    )
    store.recorder.add_disclosures(disclosures(facts=told, facts_ms=NOW_MS))
    await store.keep()
    page = await store.history.filings(GetFilings(instrument=MSTR))
    assert [(fact.concept, fact.value) for fact in page.facts] == [
        (cash, 4.0),
        ("CryptoAssetNumberOfUnits", 2.0),
    ]
    assert page.facts[1] == told[1]


async def test_the_newest_word_on_a_tally_counts_and_tallies_are_found_by_span_and_moment(
    store: Store,
) -> None:
    hour_ms = 60 * MINUTE_MS
    old, first, second = (
        Tally(hour_ms, NOW_MS + n * hour_ms, "crypto:BTC", f'{{"n":{n}}}') for n in (-1, 0, 1)
    )
    replaced = Tally(first.span_ms, first.start_ms, first.subject, '{"n":5}')
    for tally in (second, old, first, Tally(MINUTE_MS, NOW_MS, "", "{}"), replaced):
        store.recorder.add_tally(tally)
    await store.keep()
    assert await store.history.tallies(hour_ms, NOW_MS) == (replaced, second)
    assert await store.history.tallies(MINUTE_MS, 0) == (Tally(MINUTE_MS, NOW_MS, "", "{}"),)


# --- documents


async def test_the_newest_word_on_a_document_counts_and_what_was_removed_is_gone(store: Store) -> None:
    kind = DocumentKind.PORTFOLIO
    first, other = Document(kind, "b", NOW_MS, "{}"), Document(kind, "a", NOW_MS, '{"x":1}')
    elsewhere = Document(DocumentKind.WATCHLIST, "b", NOW_MS, "[]")
    for document in (first, other, elsewhere):
        store.recorder.add_document(document)
    await store.keep()
    assert await store.history.documents(kind) == (other, first)

    changed = Document(kind, "b", NOW_MS + 1, '{"y":2}')
    for document in (changed, Document(kind, "a", NOW_MS + 1, None)):
        store.recorder.add_document(document)
    await store.keep()
    assert await store.history.documents(kind) == (changed,)
    assert await store.history.documents(DocumentKind.WATCHLIST) == (elsewhere,)


# --- alerts


async def test_an_alert_is_remembered_as_it_was_last(store: Store) -> None:
    fired, other = an_alert(), an_alert(id="b2", subject="crypto:ETH")
    for alert in (fired, other):
        store.recorder.add_alert_record(alert)
    await store.keep()
    resolved = replace(fired, state=AlertState.RESOLVED, resolved_ms=NOW_MS + 9, changed_ms=NOW_MS + 9)
    store.recorder.add_alert_record(resolved)
    await store.keep()

    assert (await store.history.alerts(GetAlerts())).alerts == (other, resolved)
    assert (await store.history.alerts(GetAlerts(only_active=True))).alerts == (other,)
    assert (await store.history.alerts(GetAlerts(subject="crypto:ETH"))).alerts == (other,)
    assert (await store.history.alerts(GetAlerts(rule="none"))).alerts == ()
    assert (await store.history.alerts(GetAlerts(since_ms=NOW_MS + 9))).alerts == (resolved,)
    page = await store.history.alerts(GetAlerts(limit=1))
    rest = await store.history.alerts(GetAlerts(limit=1, cursor=page.next_cursor))
    assert (page.alerts, rest.alerts, rest.next_cursor) == ((other,), (resolved,), None)


async def test_a_new_run_of_alerts_goes_on_from_what_was_left(store: Store) -> None:
    kept = AlertRule(id="btc", condition="crypto:BTC price > 1")
    over = a_silence(id="over", until_ms=NOW_MS - 1)
    for record in (an_alert(), a_silence(), over, kept, AlertRule(id="gone", condition="price > 1")):
        store.recorder.add_alert_record(record)
    await store.keep()
    store.recorder.add_alert_record(RuleRemoved(id="gone"))
    await store.keep()

    memory = await store.history.alert_memory(NOW_MS)
    assert memory == AlertMemory(alerts=(an_alert(),), silences=(a_silence(),), rules=(kept,))
    assert [one.id for one in await store.history.silences(0)] == ["s1", "over"]


async def test_notifications_of_a_new_run_go_on_from_what_was_left(store: Store) -> None:
    waiting, other = a_delivery(), a_delivery(channel="email")
    sent = a_delivery(key="sent", state=DeliveryState.SENT)
    dead = a_delivery(key="dead", state=DeliveryState.DEAD, error="answers 404")
    for record in (waiting, other, sent, dead, a_mute(until_ms=1), a_mute()):
        store.recorder.add_alert_record(record)
    await store.keep()
    tried = replace(waiting, attempts=2, error="answers 500")
    store.recorder.add_alert_record(tried)
    await store.keep()

    memory = await store.history.notification_memory()
    assert memory == NotificationMemory(deliveries=(tried, other, sent, dead), mute=a_mute())


# --- signals


async def test_a_signal_is_remembered_with_its_newest_outcomes(store: Store) -> None:
    first, second = a_signal(), a_signal(instrument=ETH, at_ms=NOW_MS + 60_000)
    known = first.with_outcome(Outcome(after_ms=300_000, price=101.0, move_pct=1.0, is_hit=True))
    for signal in (first, second, known):
        store.recorder.add_signal(signal)
    await store.keep()
    assert (await store.history.signals(GetSignals())).signals == (second, known)
    assert (await store.history.signals(GetSignals(instrument=ETH))).signals == (second,)
    assert (await store.history.signals(GetSignals(strategy="none"))).signals == ()
    assert (await store.history.signals(GetSignals(since_ms=NOW_MS + 1))).signals == (second,)
    assert (await store.history.signals(GetSignals(until_ms=NOW_MS + 1))).signals == (known,)
    page = await store.history.signals(GetSignals(limit=1))
    rest = await store.history.signals(GetSignals(limit=1, cursor=page.next_cursor))
    assert (page.signals, rest.signals, rest.next_cursor) == ((second,), (known,), None)
    assert await store.history.signal_memory() == SignalMemory(signals=(known, second))


async def test_ticks_of_one_instrument_come_in_pages_by_the_venue_s_clock(store: Store) -> None:
    for number in range(1, 8):
        store.recorder.add_tick(
            number, a_trade(sequence=number, event_ms=NOW_MS + number, received_ms=NOW_MS)
        )
    store.recorder.add_tick(8, a_trade(instrument=ETH, sequence=8))
    await store.keep()
    query = GetTicks(instrument=BTC, start_ms=NOW_MS + 2, end_ms=NOW_MS + 7, limit=2)
    pages, cursor = [], None
    while True:
        page = await store.history.ticks(replace(query, cursor=cursor))
        pages.append([tick.sequence for tick in page.ticks])
        cursor = page.next_cursor
        if cursor is None:
            break
    assert [number for page in pages for number in page] == [2, 3, 4, 5, 6]
    assert max(map(len, pages)) == 2
    assert await store.history.instruments() == (BTC, ETH)


async def test_the_minutes_of_a_span_are_told_without_their_bars(store: Store) -> None:
    minutes = [NOW_MS // MINUTE_MS * MINUTE_MS + n * MINUTE_MS for n in range(5)]
    await store.keep([a_bar(open_ms=minute) for minute in (*minutes[:2], *minutes[3:])])
    found = await store.history.bar_minutes(BTC, minutes[1], minutes[4])
    assert found == (minutes[1], minutes[3])
    assert await store.history.bar_minutes(ETH, 0, minutes[4]) == ()


async def test_of_each_instrument_is_told_for_how_long_there_are_bars(store: Store) -> None:
    minutes = [NOW_MS // MINUTE_MS * MINUTE_MS + n * MINUTE_MS for n in range(5)]
    await store.keep([a_bar(open_ms=minute) for minute in (*minutes[:2], minutes[4])])

    found = await store.history.bar_spans((BTC, ETH, an_instrument("crypto:NONE").id))

    assert found == {BTC: (minutes[0], minutes[4])}
    assert await store.history.bar_spans(()) == {}


async def test_tallies_end_where_they_shall(store: Store) -> None:
    minutes = [NOW_MS + number * MINUTE_MS for number in range(4)]
    for minute in minutes:
        store.recorder.add_tally(Tally(MINUTE_MS, minute, "", "{}"))
    await store.keep()
    found = await store.history.tallies(MINUTE_MS, minutes[1], minutes[3])
    first = await store.history.tallies(MINUTE_MS, minutes[1], minutes[3], 1)
    assert [one.start_ms for one in first] == minutes[1:2]
    assert [one.start_ms for one in found] == minutes[1:3]
