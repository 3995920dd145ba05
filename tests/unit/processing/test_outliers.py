"""What is kept aside until it is confirmed."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtp_tui.model.market import Bar, Tick, TickKind
from rtp_tui.model.quality import Anomaly, AnomalyKind, AnomalyState
from rtp_tui.processing.outliers import TOLD_EVERY_MS, minute_deviation
from rtp_tui.processing.processor import Kept, Processor
from tests.factories import BTC, NOW_MS, a_bar, a_trade, an_instrument

MINUTE_MS = 60_000
OPEN_MS = NOW_MS // MINUTE_MS * MINUTE_MS


def minutes(count: int = 40, move: float = 0.05) -> list[Bar]:
    """Minutes that go up and down by so much percent."""
    return [
        a_bar(open_ms=OPEN_MS - n * MINUTE_MS, close=100.0 * (1 + (n % 2) * move / 100))
        for n in range(count, 0, -1)
    ]


def a_processor(bars: list[Bar] | None = None) -> Processor:
    processor = Processor([an_instrument("crypto:BTC")])
    processor.restore((), [minutes() if bars is None else bars])
    return processor


def trade(number: int, price: float, **changes: Any) -> Tick:
    at_ms = NOW_MS + number * 100
    return a_trade(sequence=number, price=price, event_ms=at_ms, received_ms=at_ms + 40, **changes)


def accept(processor: Processor, *ticks: Tick) -> Kept:
    kept = [processor.process(tick) for tick in ticks][-1]
    assert isinstance(kept, Kept)
    return kept


def anomalies(kept: Kept) -> list[Anomaly]:
    return [one for one in kept.conclusions if isinstance(one, Anomaly)]


def test_one_price_ten_times_those_before_stays_out_of_quote_and_bars_and_is_told() -> None:
    processor = a_processor()
    kept = accept(processor, trade(1, 100.0), trade(2, 1000.0))
    assert kept.quote is None
    [told] = anomalies(kept)
    assert (told.kind, told.state) == (AnomalyKind.OUTLIER, AnomalyState.QUARANTINED)
    assert (told.value, told.expected, told.feed) == (1000.0, 100.0, "binance:BTCUSDT")

    after = accept(processor, trade(3, 100.01))
    assert after.quote is not None
    assert after.quote.price == 100.01
    assert processor.bars(BTC)[-1].high == 100.01
    assert (processor.counts.quarantined, processor.counts.confirmed) == (1, 0)


def test_a_jump_is_believed_with_the_third_trade_that_says_the_same_and_nothing_of_it_is_lost() -> None:
    processor = a_processor()
    first, second, third = (trade(n, 120.0 + n / 100, size=2.0) for n in (2, 3, 4))
    accept(processor, trade(1, 100.0, size=1.0), first, second)
    kept = accept(processor, third)
    assert kept.quote is not None
    assert kept.quote.price == third.price
    assert kept.released == (first, second)
    assert [one.state for one in anomalies(kept)] == [AnomalyState.CONFIRMED]
    bar = processor.bars(BTC)[-1]
    assert (bar.trades, bar.volume, bar.high, bar.close) == (4, 7.0, 120.04, 120.04)


def test_a_good_price_in_between_starts_the_row_anew() -> None:
    processor = a_processor()
    far = [trade(2, 120.0), trade(3, 120.0), trade(4, 100.0), trade(5, 120.0), trade(6, 120.0)]
    kept = accept(processor, trade(1, 100.0), *far)
    assert kept.quote is None
    assert processor.bars(BTC)[-1].trades == 2


def test_prices_that_are_far_from_each_other_confirm_nothing() -> None:
    processor = a_processor()
    kept = accept(processor, trade(1, 100.0), *(trade(n, 100.0 * 2**n) for n in range(2, 9)))
    assert kept.quote is None
    assert processor.counts.quarantined == 7


def test_a_poll_that_says_the_same_again_is_believed() -> None:
    processor = a_processor()
    polls = [
        trade(n, price, kind=TickKind.POLL, size=None) for n, price in ((1, 100.0), (2, 120.0), (3, 120.5))
    ]
    kept = accept(processor, *polls)
    assert kept.quote is not None
    assert kept.quote.price == 120.5
    assert kept.released == (polls[1],)


def test_a_poll_that_is_good_again_leaves_the_far_one_before_it_out() -> None:
    processor = a_processor()
    far = [
        trade(n, price, kind=TickKind.POLL, size=None) for n, price in ((1, 100.0), (2, 120.0), (3, 100.01))
    ]
    kept = accept(processor, *far)
    assert kept.quote is not None
    assert (kept.quote.price, kept.released, anomalies(kept)) == (100.01, (), [])
    assert processor.bars(BTC)[-1].high == 100.01
    assert (processor.counts.quarantined, processor.counts.confirmed) == (1, 0)


def test_nothing_is_doubted_before_twenty_minutes_are_known_nor_before_the_feed_has_spoken() -> None:
    assert accept(a_processor(minutes(20)), trade(1, 100.0), trade(2, 1000.0)).quote is not None
    assert accept(a_processor(), trade(1, 1000.0)).quote is not None


def test_a_price_that_had_time_to_move_is_believed() -> None:
    processor = a_processor(minutes(move=0.5))
    late = a_trade(
        sequence=2, price=112.0, event_ms=NOW_MS + 30 * MINUTE_MS, received_ms=NOW_MS + 30 * MINUTE_MS
    )
    assert accept(processor, trade(1, 100.0), late).quote is not None


def test_a_late_trade_is_held_against_what_prices_may_have_moved_since() -> None:
    processor = a_processor()
    accept(processor, trade(1, 100.0))
    late_ms = NOW_MS - 15 * MINUTE_MS
    kept = accept(processor, a_trade(sequence=2, price=101.5, event_ms=late_ms, received_ms=NOW_MS + 200))
    assert not anomalies(kept)
    assert processor.counts.quarantined == 0


@pytest.mark.parametrize("move", [0.6, -0.6])
def test_less_than_is_worth_telling_is_never_doubted_however_quiet_the_minutes(move: float) -> None:
    flat = a_processor(minutes(move=0.0))
    assert accept(flat, trade(1, 100.0), trade(2, 100.0 + move)).quote is not None


def test_a_feed_that_alternates_is_told_of_now_and_then() -> None:
    processor = a_processor()
    ticks = [trade(n, 100.0 if n % 2 else 1000.0) for n in range(1, 151)]
    told = [one for tick in ticks for one in anomalies(accept(processor, tick))]
    assert len(told) == 1 + (150 * 100 - 200) // TOLD_EVERY_MS
    assert processor.counts.quarantined == 75


def test_the_deviation_of_a_minute_is_not_moved_by_a_few_wild_ones() -> None:
    calm = minutes(60)
    wild = [*calm[:30], a_bar(open_ms=calm[30].open_ms, close=1e6), *calm[31:]]
    known = minute_deviation(calm)
    assert known is not None
    assert minute_deviation(wild) == pytest.approx(known)
    assert minute_deviation(calm[:20]) is None


@given(st.lists(st.sampled_from([100.0, 100.2, 150.0, 151.0, 30.0]), min_size=1, max_size=40))
def test_what_is_believed_is_what_bars_hold_and_the_rest_is_counted(prices: list[float]) -> None:
    processor = a_processor()
    quarantined = released = 0
    for number, price in enumerate(prices, 1):
        kept = accept(processor, trade(number, price))
        quarantined += kept.quote is None
        released += len(kept.released)
    held_back = quarantined - released
    assert sum(bar.trades for bar in processor.bars(BTC) if bar.open_ms >= OPEN_MS) == len(prices) - held_back
    assert processor.counts.quarantined == quarantined
    assert processor.counts.confirmed == released
