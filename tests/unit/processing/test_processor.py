"""What is kept of what the feeds deliver."""

import random
from collections.abc import Sequence
from math import nan
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtp_tui.model.market import (
    Bar,
    BarOrigin,
    ChangeBasis,
    Quote,
    Rejected,
    RejectReason,
    SignificantChange,
    Tick,
    TickKind,
)
from rtp_tui.processing.deduplication import MAX_MISSING_RANGES
from rtp_tui.processing.processor import Kept, Processor
from rtp_tui.processing.track import RENUMBERED_AFTER_MS
from tests.factories import BTC, ETH, NOW_MS, a_bar, a_quote, a_quote_tick, a_trade, an_instrument

MINUTE_MS = 60_000
OPEN_MS = NOW_MS // MINUTE_MS * MINUTE_MS
DAY_MS = 86_400_000
FEEDS = ("binance:BTCUSDT", "other:BTC", "third:bitcoin")


def a_processor() -> Processor:
    return Processor([an_instrument("crypto:BTC", feeds=FEEDS), an_instrument("crypto:ETH")])


def a_poll(**changes: Any) -> Tick:
    return a_trade(**{"kind": TickKind.POLL, "size": None, "sequence": None, **changes})


def keep(processor: Processor, *ticks: Tick) -> Kept:
    """Process all; what the last one came to."""
    kept: Kept | Rejected = Kept(None)
    for tick in ticks:
        kept = processor.process(tick)
    assert isinstance(kept, Kept)
    return kept


def quote_after(processor: Processor, *ticks: Tick) -> Quote:
    quote = keep(processor, *ticks).quote
    assert quote is not None
    return quote


def of_kind(conclusions: Sequence[object], kind: type) -> list[Any]:
    return [conclusion for conclusion in conclusions if type(conclusion) is kind]


@pytest.mark.parametrize(
    ("ticks", "reason"),
    [
        ([a_trade(price=nan)], RejectReason.NOT_FINITE),
        ([a_trade(price=0.0)], RejectReason.NOT_POSITIVE),
        ([a_trade(size=-1.0)], RejectReason.NEGATIVE_SIZE),
        ([a_trade(price=1e308)], RejectReason.OUT_OF_RANGE),
        ([a_quote_tick(bid=2.0, ask=1.0)], RejectReason.CROSSED),
        ([a_trade(event_ms=NOW_MS // 1000)], RejectReason.WRONG_TIME_UNIT),
        ([a_trade(event_ms=NOW_MS + DAY_MS)], RejectReason.FUTURE_TIME),
        ([a_trade(), a_trade()], RejectReason.DUPLICATE),
        ([a_poll(), a_poll(event_ms=NOW_MS - 1)], RejectReason.OUT_OF_ORDER),
        ([a_trade(instrument="crypto:NOPE")], RejectReason.UNKNOWN_INSTRUMENT),
        ([a_trade(price=None)], RejectReason.EMPTY),
    ],
)
def test_each_rejection_has_its_reason_and_is_counted(ticks: list[Tick], reason: RejectReason) -> None:
    processor = a_processor()

    assert [processor.process(tick) for tick in ticks][-1] == Rejected(reason)
    assert dict(processor.rejected) == {reason: 1}
    assert processor.counts.received == len(ticks)
    assert processor.counts.accepted == len(ticks) - 1


def test_every_reason_to_reject_is_in_the_table_above() -> None:
    [table] = [
        mark.args[1]
        for mark in test_each_rejection_has_its_reason_and_is_counted.pytestmark  # type: ignore[attr-defined]
    ]

    assert {reason for _, reason in table} == set(RejectReason)


def test_a_rejected_tick_changes_nothing() -> None:
    processor = a_processor()
    keep(processor, a_trade())
    before, bars = list(processor.quotes()), processor.bars(BTC)

    processor.process(a_trade(sequence=2, price=nan))
    processor.process(a_trade(sequence=1, price=1.0))
    processor.process(a_trade(sequence=3, event_ms=NOW_MS + DAY_MS))

    assert list(processor.quotes()) == before
    assert processor.bars(BTC) == bars


def test_a_trade_without_a_number_is_always_new() -> None:
    processor = a_processor()
    keep(processor, a_trade(sequence=None), a_trade(sequence=None))

    assert processor.bars(BTC)[0].trades == 2


def test_numbers_are_counted_apart_by_feed_and_by_instrument() -> None:
    processor = a_processor()
    keep(processor, a_trade(), a_trade(instrument=ETH))
    processor.activate(BTC, "other:BTC")
    keep(processor, a_trade(feed="other:BTC"))

    assert not processor.rejected


def test_a_venue_that_counts_anew_is_believed_after_ten_seconds() -> None:
    processor = a_processor()
    keep(processor, *(a_trade(sequence=n) for n in range(100, 110)))

    assert isinstance(processor.process(a_trade(sequence=105, event_ms=NOW_MS + 10_000)), Rejected)
    quote = quote_after(processor, a_trade(sequence=105, event_ms=NOW_MS + 10_001, price=70_000.0))
    assert quote.price == 70_000.0
    assert isinstance(processor.process(a_trade(sequence=105, event_ms=NOW_MS + 10_001)), Rejected)


def test_the_price_is_that_of_the_latest_event_not_of_the_latest_arrival() -> None:
    processor = a_processor()

    quote = quote_after(
        processor,
        a_trade(sequence=2, event_ms=NOW_MS + 5, price=102.0),
        a_trade(sequence=1, event_ms=NOW_MS, price=101.0, received_ms=NOW_MS + 90),
    )

    assert (quote.price, quote.event_ms, quote.received_ms) == (102.0, NOW_MS + 5, NOW_MS + 90)


@given(st.lists(st.integers(0, 5_000), min_size=1, max_size=20), st.randoms(use_true_random=False))
def test_any_order_of_arrival_gives_the_same_last_price(moments: list[int], shuffler: random.Random) -> None:
    ticks = [a_trade(sequence=n, event_ms=NOW_MS + at, price=100.0 + n) for n, at in enumerate(moments)]
    newest = max(ticks, key=lambda tick: (tick.event_ms, tick.sequence))
    shuffler.shuffle(ticks)

    assert quote_after(a_processor(), *ticks).price == newest.price


def test_a_lone_time_in_the_next_hour_does_not_stop_the_price_for_long() -> None:
    processor = a_processor()
    keep(processor, a_trade(sequence=1, event_ms=NOW_MS + 3_000_000, price=1.0))

    trades = [a_trade(sequence=2 + n, event_ms=NOW_MS + n, price=100.0 + n) for n in range(25)]
    quote = quote_after(processor, *trades)

    assert (quote.price, quote.event_ms) == (124.0, NOW_MS + 24)


def test_a_venues_clock_a_day_ahead_is_learned_and_its_return_too() -> None:
    processor = a_processor()
    for n in range(25):
        processor.process(a_trade(sequence=n, event_ms=NOW_MS + DAY_MS + n, price=100.0 + n))
    assert processor.rejected == {RejectReason.FUTURE_TIME: 19}

    back = [a_trade(sequence=100 + n, event_ms=NOW_MS + n, price=200.0 + n) for n in range(25)]
    assert quote_after(processor, *back).price == 224.0
    assert processor.bars_too_late == 19
    assert processor.process(a_trade(sequence=999, event_ms=NOW_MS + DAY_MS)) == Rejected(
        RejectReason.FUTURE_TIME
    )


def test_the_quote_carries_the_figures_of_every_kind_of_tick() -> None:
    processor = a_processor()

    quote = quote_after(
        processor,
        a_trade(price=110.0),
        a_quote_tick(bid=109.0, ask=111.0),
        a_quote_tick(bid=None, ask=None, open_24h=100.0, volume_24h=5e9),
        a_quote_tick(bid=None, ask=None, market_cap=1e12),
    )

    assert (quote.price, quote.bid, quote.ask, quote.volume_24h, quote.market_cap) == (
        110.0,
        109.0,
        111.0,
        5e9,
        1e12,
    )
    assert quote.change_24h == quote.change_24h_pct == pytest.approx(10.0)
    assert quote.change_basis is ChangeBasis.ROLLING_24H


def test_a_previous_close_is_the_basis_of_the_change_where_there_is_one() -> None:
    quote = quote_after(a_processor(), a_poll(price=105.0, previous_close=100.0, open_24h=50.0))

    assert quote.change_24h == quote.change_24h_pct == pytest.approx(5.0)
    assert (quote.change_basis, quote.previous_close) == (ChangeBasis.PREVIOUS_CLOSE, 100.0)


def test_without_a_price_there_is_no_change() -> None:
    quote = quote_after(a_processor(), a_quote_tick(open_24h=100.0))

    assert (quote.price, quote.change_24h, quote.change_24h_pct) == (None, None, None)


def test_a_last_price_that_is_no_trade_counts_until_the_first_trade_is_known() -> None:
    processor = a_processor()

    assert quote_after(processor, a_quote_tick(price=99.0)).price == 99.0
    assert quote_after(processor, a_trade(price=100.0), a_quote_tick(price=98.0, bid=1.0)).price == 100.0


def test_a_quote_gives_no_bar() -> None:
    processor = a_processor()
    keep(processor, a_quote_tick(price=99.0))

    assert processor.bars(BTC) == ()


def test_one_side_of_the_book_may_be_empty() -> None:
    quote = quote_after(a_processor(), a_quote_tick(), a_quote_tick(bid=None, ask=5.0))

    assert (quote.bid, quote.ask) == (None, 5.0)


def test_what_changes_no_figure_is_counted_and_announced_twice_a_second_at_most() -> None:
    processor = a_processor()
    keep(processor, a_quote_tick(received_ms=NOW_MS))

    kept = [keep(processor, a_quote_tick(received_ms=NOW_MS + at)).quote for at in range(10, 1_200, 10)]

    announced = [quote.received_ms - NOW_MS for quote in kept if quote is not None]
    assert announced == [500, 1_000]
    assert processor.counts.unchanged == len(kept) - 2
    assert processor.counts.accepted == len(kept) + 1


def test_every_trade_is_announced_although_the_price_is_the_same() -> None:
    processor = a_processor()

    assert all(keep(processor, a_trade(sequence=n)).quote is not None for n in range(5))


def test_a_trade_that_ends_a_minute_closes_its_bar() -> None:
    processor = a_processor()
    kept = keep(processor, a_trade(), a_trade(sequence=2, event_ms=OPEN_MS + MINUTE_MS + 5_000))

    [bar] = of_kind(kept.conclusions, Bar)
    assert (bar.open_ms, bar.closed, bar.revision) == (OPEN_MS, True, 0)
    assert processor.counts.bars_closed == 1


def test_a_late_trade_announces_the_revised_bar() -> None:
    processor = a_processor()
    kept = keep(
        processor,
        a_trade(),
        a_trade(sequence=3, event_ms=OPEN_MS + 2 * MINUTE_MS),
        a_trade(sequence=2, event_ms=OPEN_MS + 59_000, price=1.0),
    )

    [bar] = of_kind(kept.conclusions, Bar)
    assert (bar.open_ms, bar.revision, bar.close, bar.trades) == (OPEN_MS, 1, 1.0, 2)
    assert processor.counts.bars_revised == 1


def test_a_silent_feeds_bar_closes_by_the_clock() -> None:
    """The venue's clock is two seconds behind ours: the bar ends by the venue's."""
    processor = a_processor()
    keep(processor, a_trade(event_ms=OPEN_MS + 58_000, received_ms=OPEN_MS + 60_000))

    assert processor.close_bars(OPEN_MS + MINUTE_MS + 6_999) == []
    assert [bar.open_ms for bar in processor.close_bars(OPEN_MS + MINUTE_MS + 7_000)] == [OPEN_MS]
    assert processor.counts.bars_closed == 1


def test_a_bar_without_trades_closes_by_the_clock_although_quotes_go_on() -> None:
    processor = a_processor()
    keep(processor, a_trade(event_ms=NOW_MS, received_ms=NOW_MS))
    for second in range(120):
        keep(processor, a_quote_tick(received_ms=NOW_MS + second * 1000, bid=100.0 + second, ask=500.0))

    assert [bar.open_ms for bar in processor.close_bars(NOW_MS + 120_000)] == [OPEN_MS]


def test_a_bar_closes_by_the_clock_although_late_trades_go_on() -> None:
    processor = a_processor()
    keep(processor, a_trade(sequence=0, event_ms=NOW_MS + 1_000, received_ms=NOW_MS))
    for second in range(15):
        keep(processor, a_trade(sequence=second + 1, event_ms=NOW_MS, received_ms=NOW_MS + 1000 * second))
        closed = processor.close_bars(NOW_MS + 1000 * second)
    assert not closed

    assert [bar.open_ms for bar in processor.close_bars(OPEN_MS + MINUTE_MS + 5_000)] == [OPEN_MS]


def test_a_step_back_of_our_clock_closes_nothing_early() -> None:
    processor = a_processor()
    keep(processor, a_trade())

    assert processor.close_bars(NOW_MS - 3_600_000) == []


def test_a_move_of_the_threshold_is_a_significant_change() -> None:
    kept = keep(a_processor(), a_trade(price=100.0), a_trade(sequence=2, price=101.0))

    [change] = of_kind(kept.conclusions, SignificantChange)
    assert (change.previous, change.price) == (100.0, 101.0)


def test_thresholds_differ_by_class() -> None:
    processor = Processor([an_instrument("crypto:BTC"), an_instrument("stocks:TSLA")])
    for instrument in ("crypto:BTC", "stocks:TSLA"):
        keep(processor, a_trade(instrument=instrument, price=1000.0))

    moved = {
        name: bool(keep(processor, a_trade(instrument=name, sequence=2, price=1005.0)).conclusions)
        for name in ("crypto:BTC", "stocks:TSLA")
    }

    assert moved == {"crypto:BTC": False, "stocks:TSLA": True}


def test_a_late_trade_is_no_significant_change() -> None:
    kept = keep(
        a_processor(), a_trade(sequence=2, price=100.0), a_trade(sequence=1, event_ms=NOW_MS - 1, price=1.0)
    )

    assert of_kind(kept.conclusions, SignificantChange) == []


def test_a_polled_price_is_judged_for_change_as_a_traded_one_is() -> None:
    kept = keep(a_processor(), a_poll(price=100.0), a_poll(price=102.0, event_ms=NOW_MS + 5_000))

    [change] = of_kind(kept.conclusions, SignificantChange)
    assert (change.previous, change.price) == (100.0, 102.0)


def test_a_poll_closes_the_bar_before_and_announces_a_revised_one() -> None:
    processor = a_processor()
    closing = keep(processor, a_poll(), a_poll(event_ms=OPEN_MS + MINUTE_MS + 5_000, price=67_900.0))
    assert [bar.origin for bar in of_kind(closing.conclusions, Bar)] == [BarOrigin.SAMPLED]

    processor.close_bars(NOW_MS + 10 * MINUTE_MS)
    revising = keep(processor, a_poll(event_ms=OPEN_MS + MINUTE_MS + 50_000, price=67_950.0))
    assert [(bar.revision, bar.close) for bar in of_kind(revising.conclusions, Bar)] == [(1, 67_950.0)]
    assert processor.counts.bars_revised == 1


def test_a_poll_without_a_time_is_taken_at_the_moment_it_came() -> None:
    processor = a_processor()
    keep(processor, a_poll(event_ms=None, received_ms=OPEN_MS + MINUTE_MS))

    assert [bar.open_ms for bar in processor.bars(BTC)] == [OPEN_MS + MINUTE_MS]


def test_trades_go_on_after_polls() -> None:
    quote = quote_after(a_processor(), a_poll(price=1.0), a_trade(event_ms=NOW_MS + 1, price=2.0))

    assert quote.price == 2.0


def test_bars_that_changed_are_handed_over_once() -> None:
    processor = a_processor()
    keep(processor, a_trade(), a_trade(instrument=ETH))

    assert {bar.instrument for bar in processor.take_changed_bars()} == {BTC, ETH}
    assert processor.take_changed_bars() == []


def test_too_late_trades_are_counted_over_all_instruments() -> None:
    processor = a_processor()
    for instrument in (BTC, ETH):
        keep(processor, a_trade(instrument=instrument))
        keep(processor, a_trade(instrument=instrument, sequence=0, event_ms=NOW_MS - 121 * MINUTE_MS))

    assert processor.bars_too_late == 2


def test_numbers_given_up_are_counted_also_when_the_venue_numbers_anew() -> None:
    processor = a_processor()
    gaps = MAX_MISSING_RANGES + 2
    for number in range(gaps + 1):
        keep(processor, a_trade(sequence=1_000 + 2 * number, event_ms=NOW_MS + number))
    assert processor.numbers_forgotten == 2

    later_ms = NOW_MS + gaps + RENUMBERED_AFTER_MS + 1
    keep(processor, a_trade(sequence=1_000, event_ms=later_ms, received_ms=later_ms))

    assert processor.numbers_forgotten == 2


def test_nothing_is_known_of_an_instrument_before_it_is_heard() -> None:
    processor = a_processor()

    assert list(processor.quotes()) == []
    assert processor.bars(BTC) == ()


def a_backfill(first_minute: int, count: int, **changes: Any) -> list[Bar]:
    return [
        a_bar(
            open_ms=OPEN_MS + (first_minute + i) * MINUTE_MS,
            origin=BarOrigin.BACKFILL,
            close=100.0 + first_minute + i,
            high=1e6,
            **changes,
        )
        for i in range(count)
    ]


def test_a_backfill_announces_how_many_were_taken_and_the_newest_closes() -> None:
    backfilled = a_processor().merge_backfill(a_backfill(-40, 40))

    assert backfilled is not None
    assert (backfilled.bars, backfilled.from_ms, backfilled.to_ms) == (
        40,
        OPEN_MS - 40 * MINUTE_MS,
        OPEN_MS - MINUTE_MS,
    )
    assert backfilled.closes == tuple(100.0 + minute for minute in range(-32, 0))


def test_the_announced_closes_are_those_of_the_bars_that_were_kept() -> None:
    processor = a_processor()
    for n in range(10):
        keep(processor, a_trade(sequence=n, event_ms=OPEN_MS - 30_000 + n, price=5.0))
    processor.close_bars(NOW_MS + 10 * MINUTE_MS)

    backfilled = processor.merge_backfill(a_backfill(-3, 3, trades=4))

    assert backfilled is not None
    assert (backfilled.bars, backfilled.closes) == (2, (97.0, 98.0, 5.0))


def test_a_backfill_that_brings_nothing_is_not_announced() -> None:
    processor = a_processor()
    processor.merge_backfill(a_backfill(-3, 3))

    assert processor.merge_backfill(a_backfill(-3, 3)) is None
    assert processor.merge_backfill([]) is None
    assert processor.merge_backfill(a_backfill(-3, 3, instrument="crypto:NOPE")) is None


def test_a_restored_quote_is_shown_as_stored() -> None:
    processor = a_processor()
    processor.restore([a_quote(price=110.0, change_24h=10.0)], [])

    [quote] = processor.quotes()
    assert (quote.price, quote.stored, quote.bid) == (110.0, True, 67_829.5)
    assert quote.change_24h == pytest.approx(10.0)


def test_a_restored_change_keeps_what_it_was_measured_from() -> None:
    processor = a_processor()
    stored = a_quote(
        price=110.0,
        change_24h=10.0,
        change_24h_pct=10.0,
        change_basis=ChangeBasis.PREVIOUS_CLOSE,
        previous_close=100.0,
    )
    processor.restore([stored], [])

    [quote] = processor.quotes()
    assert (quote.change_basis, quote.previous_close) == (ChangeBasis.PREVIOUS_CLOSE, 100.0)
    assert quote.change_24h == pytest.approx(10.0)


def test_what_is_not_configured_any_more_is_not_restored() -> None:
    processor = a_processor()
    processor.restore([a_quote(instrument="crypto:GONE")], [[a_bar(instrument="crypto:GONE")]])

    assert list(processor.quotes()) == []


def test_the_first_trade_replaces_what_was_stored_and_all_its_figures() -> None:
    processor = a_processor()
    processor.restore([a_quote()], [])

    quote = quote_after(processor, a_trade(price=5.0))

    assert (quote.price, quote.stored) == (5.0, False)
    assert (quote.bid, quote.ask, quote.change_24h, quote.volume_24h) == (None, None, None, None)


def test_figures_of_this_run_leave_the_stored_price_marked_as_stored() -> None:
    processor = a_processor()
    processor.restore([a_quote(price=110.0)], [])

    quote = quote_after(processor, a_quote_tick(bid=1.0, ask=2.0))

    assert (quote.price, quote.stored, quote.bid, quote.ask) == (110.0, True, 1.0, 2.0)
    assert quote.volume_24h is None
    traded = quote_after(processor, a_trade(price=3.0))
    assert (traded.price, traded.stored, traded.bid, traded.ask) == (3.0, False, 1.0, 2.0)


def test_a_price_of_this_run_is_announced_although_it_equals_the_stored_one() -> None:
    processor = a_processor()
    processor.restore([a_quote(price=110.0)], [])
    keep(processor, a_quote_tick(received_ms=NOW_MS + 100))

    quote = quote_after(processor, a_quote_tick(received_ms=NOW_MS + 101, price=110.0))

    assert not quote.stored


def test_unchanged_quotes_of_a_stored_price_are_not_announced_one_by_one() -> None:
    processor = a_processor()
    processor.restore([a_quote()], [])
    keep(processor, a_quote_tick(received_ms=NOW_MS + 1_000))

    assert keep(processor, a_quote_tick(received_ms=NOW_MS + 1_010)).quote is None


def test_a_restored_minute_goes_on() -> None:
    processor = a_processor()
    processor.restore([a_quote()], [[a_bar(closed=False, trades=7, volume=12.5)]])
    keep(processor, a_trade(size=0.5))

    [bar] = processor.bars(BTC)
    assert (bar.open_ms, bar.trades, bar.volume) == (OPEN_MS, 8, 13.0)


def test_a_restored_minute_closes_by_the_clock_where_nothing_is_heard_any_more() -> None:
    processor = a_processor()
    processor.restore([a_quote()], [[a_bar(closed=False)]])

    assert [bar.open_ms for bar in processor.close_bars(NOW_MS + 10 * MINUTE_MS)] == [OPEN_MS]


def test_a_feed_that_is_not_active_gives_neither_price_nor_bar() -> None:
    processor = a_processor()
    before = quote_after(processor, a_trade())
    bars = processor.bars(BTC)

    others = [
        a_trade(feed="other:BTC", sequence=9, price=1.0),
        a_poll(feed="third:bitcoin", price=2.0, event_ms=NOW_MS + 5),
        a_quote_tick(feed="other:BTC", bid=3.0, ask=4.0, open_24h=5.0, high_24h=6.0, previous_close=7.0),
    ]
    assert [processor.process(tick) for tick in others] == [Kept(None)] * 3
    assert list(processor.quotes()) == [before]
    assert processor.bars(BTC) == bars
    assert (processor.counts.accepted, processor.counts.unchanged) == (4, 3)


def test_market_cap_and_volume_are_of_the_first_feed_that_has_them() -> None:
    processor = a_processor()
    keep(processor, a_trade())

    third = quote_after(processor, a_poll(feed="third:bitcoin", volume_24h=3.0, market_cap=30.0))
    assert (third.volume_24h, third.market_cap, third.price) == (3.0, 30.0, 67_830.12)
    other = quote_after(processor, a_quote_tick(feed="other:BTC", volume_24h=2.0))
    assert (other.volume_24h, other.market_cap) == (2.0, 30.0)
    first = quote_after(processor, a_quote_tick(volume_24h=1.0))
    assert (first.volume_24h, first.market_cap) == (1.0, 30.0)

    assert keep(processor, a_poll(feed="third:bitcoin", volume_24h=4.0)).quote is None
    assert keep(processor, a_quote_tick(feed="other:BTC", volume_24h=5.0)).quote is None
    again = quote_after(processor, a_poll(feed="third:bitcoin", volume_24h=4.0, market_cap=40.0))
    assert (again.volume_24h, again.market_cap) == (1.0, 40.0)


def test_volume_and_market_cap_of_a_feed_that_was_left_give_way_to_those_of_others() -> None:
    processor = a_processor()
    keep(processor, a_trade(), a_quote_tick(volume_24h=1.0, market_cap=10.0))

    processor.activate(BTC, "other:BTC")
    other = quote_after(processor, a_quote_tick(feed="other:BTC", volume_24h=2.0))
    assert (other.volume_24h, other.market_cap) == (2.0, 10.0)
    third = quote_after(processor, a_poll(feed="third:bitcoin", volume_24h=3.0, market_cap=30.0))
    assert (third.volume_24h, third.market_cap) == (2.0, 30.0)
    back = quote_after(processor, a_quote_tick(volume_24h=1.5))
    assert back.volume_24h == 1.5


def test_day_figures_of_a_feed_that_was_left_are_not_told_under_the_name_of_another() -> None:
    processor = a_processor()
    told = a_quote_tick(open_24h=100.0, high_24h=120.0, low_24h=90.0, previous_close=95.0)
    keep(processor, a_trade(), told)
    processor.activate(BTC, "other:BTC")

    quote = quote_after(processor, a_trade(feed="other:BTC", price=110.0))
    assert (quote.source, quote.high_24h, quote.low_24h, quote.previous_close) == (
        "other:BTC",
        None,
        None,
        None,
    )
    assert (quote.change_24h, quote.change_24h_pct) == (None, None)
    quote = quote_after(processor, a_quote_tick(feed="other:BTC", open_24h=100.0))
    assert (quote.change_24h, quote.change_basis) == (10.0, ChangeBasis.ROLLING_24H)


def test_day_figures_that_a_feed_told_while_it_stood_by_are_its_own_once_it_prices() -> None:
    processor = a_processor()
    keep(processor, a_trade(), a_quote_tick(open_24h=100.0, high_24h=120.0))
    keep(processor, a_quote_tick(feed="other:BTC", high_24h=121.0, previous_close=95.0))
    processor.activate(BTC, "other:BTC")

    quote = quote_after(processor, a_trade(feed="other:BTC", price=105.0))
    assert (quote.high_24h, quote.previous_close, quote.change_24h) == (121.0, 95.0, 10.0)
    processor.activate(BTC, FEEDS[0])
    quote = quote_after(processor, a_trade(price=105.0, sequence=2))
    assert (quote.high_24h, quote.previous_close, quote.change_24h) == (120.0, None, 5.0)


def test_what_is_known_beside_the_price_is_announced_with_the_first_price() -> None:
    processor = a_processor()

    assert keep(processor, a_poll(feed="third:bitcoin", market_cap=30.0)).quote is None
    assert not list(processor.quotes())
    assert quote_after(processor, a_trade()).market_cap == 30.0


def test_figures_beside_the_price_do_not_make_it_newer() -> None:
    processor = a_processor()
    keep(processor, a_trade())

    quote = quote_after(processor, a_poll(feed="third:bitcoin", market_cap=30.0, received_ms=NOW_MS + 9_000))
    assert (quote.received_ms, quote.source) == (NOW_MS + 40, "binance:BTCUSDT")


def test_a_market_cap_heard_before_the_first_price_outlives_figures_of_an_earlier_run() -> None:
    processor = a_processor()
    processor.restore([a_quote(market_cap=1.0)], [])

    keep(processor, a_poll(feed="third:bitcoin", market_cap=30.0))
    assert quote_after(processor, a_quote_tick()).market_cap == 30.0


@pytest.mark.parametrize("feed", ["nobody:BTC", "", "binance:ETHUSDT"])
def test_a_feed_that_the_instrument_does_not_name_is_rejected(feed: str) -> None:
    assert a_processor().process(a_trade(feed=feed)) == Rejected(RejectReason.UNKNOWN_INSTRUMENT)


def test_figures_of_other_feeds_are_judged_as_all_are() -> None:
    processor = a_processor()

    assert processor.process(a_poll(feed="third:bitcoin", market_cap=nan)) == Rejected(
        RejectReason.NOT_FINITE
    )


def test_a_feed_that_is_made_active_prices_and_the_one_before_does_not() -> None:
    processor = a_processor()
    keep(processor, a_quote_tick(), a_trade())
    processor.activate(BTC, "other:BTC")

    assert keep(processor, a_trade(sequence=2, event_ms=NOW_MS + 1, price=1.0)) == Kept(None)
    quote = quote_after(processor, a_trade(feed="other:BTC", event_ms=NOW_MS + 2, price=70_000.0))
    assert (quote.price, quote.source, quote.bid) == (70_000.0, "other:BTC", None)


def test_bars_of_another_feeds_history_are_not_taken() -> None:
    processor = a_processor()

    assert processor.merge_backfill(a_backfill(-3, 3, source="other:BTC")) is None
    assert not processor.bars(BTC)


def test_after_a_switch_the_first_trade_prices_although_its_venues_clock_is_behind() -> None:
    processor = a_processor()
    keep(processor, a_trade(event_ms=NOW_MS + 4_000))
    processor.activate(BTC, "other:BTC")
    quote = quote_after(processor, a_trade(feed="other:BTC", event_ms=NOW_MS + 100, price=101.0))
    assert (quote.price, quote.source) == (101.0, "other:BTC")


def test_a_quote_tells_the_days_open_range_and_mean_price() -> None:
    processor = Processor([an_instrument("crypto:BTC")])
    for number, (price, size) in enumerate([(100.0, 1.0), (110.0, 1.0), (90.0, 2.0)], 1):
        processor.process(a_trade(price=price, size=size, sequence=number, event_ms=NOW_MS + number))
    (quote,) = processor.quotes()
    assert quote.day_open is None, "its beginning was missed"
    ((_, day),) = processor.partial_days()
    begun = a_bar(open_ms=day[0], open=100.0, high=100.0, low=100.0, close=100.0, volume=0.0)
    processor.load_day(BTC, [begun])
    for number, (price, size) in enumerate([(100.0, 1.0), (110.0, 1.0), (90.0, 2.0)], 4):
        processor.process(a_trade(price=price, size=size, sequence=number, event_ms=NOW_MS + number))
    (quote,) = processor.quotes()
    assert (quote.day_open, quote.day_high, quote.day_low, quote.vwap) == (100.0, 110.0, 90.0, 97.5)
    assert quote.day_position == 0.0


def test_after_a_start_the_day_is_completed_from_its_minutes() -> None:
    processor = Processor([an_instrument("crypto:BTC")])
    processor.process(a_trade(price=100.0))
    ((instrument, day),) = processor.partial_days()
    assert day[0] <= NOW_MS < day[1]
    quote = processor.load_day(instrument, [a_bar(open_ms=day[0], open=50.0), *processor.bars(instrument)])
    assert quote is not None
    assert quote.day_open == 50.0
    assert processor.partial_days() == []
