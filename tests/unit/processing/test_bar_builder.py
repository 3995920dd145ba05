"""One-minute bars by event time, revised by late ticks."""

import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtp_tui.model.market import Bar, BarOrigin
from rtp_tui.processing.bar_builder import CLOSE_GRACE_MS, MINUTE_MS, REVISABLE_BARS, BarBuilder
from tests.factories import BTC, NOW_MS, a_bar

OPEN_MS = NOW_MS // MINUTE_MS * MINUTE_MS
FEED = "binance:BTCUSDT"

Trade = tuple[float, float, int, int]
"""Price, size, event time and number."""


def a_builder(*trades: Trade) -> BarBuilder:
    builder = BarBuilder(BTC)
    add(builder, *trades)
    return builder


def add(builder: BarBuilder, *trades: Trade) -> None:
    for price, size, event_ms, sequence in trades:
        builder.add_trade(price, size, event_ms, sequence, FEED)


def figures(bar: Bar) -> tuple[Any, ...]:
    return (bar.open_ms, bar.open, bar.high, bar.low, bar.close, bar.trades, pytest.approx(bar.volume))


def expected_bars(trades: list[Trade]) -> list[tuple[Any, ...]]:
    """The same figures from a sorted list, minute by minute."""
    minutes: dict[int, list[Trade]] = {}
    for trade in sorted(trades, key=lambda trade: (trade[2], trade[3])):
        minutes.setdefault(trade[2] // MINUTE_MS * MINUTE_MS, []).append(trade)
    return [
        (
            open_ms, of[0][0], max(t[0] for t in of), min(t[0] for t in of), of[-1][0], len(of),
            pytest.approx(sum(t[1] for t in of)),
        )
        for open_ms, of in sorted(minutes.items())
    ]  # fmt: skip


@st.composite
def some_trades(draw: st.DrawFn) -> list[Trade]:
    """Trades of up to 119 minutes, each with its own number."""
    rows = draw(
        st.lists(
            st.tuples(st.floats(0.01, 1e6), st.floats(0, 1e3), st.integers(0, 119 * MINUTE_MS)),
            min_size=1,
            max_size=60,
        )
    )
    return [(price, size, OPEN_MS + at_ms, number) for number, (price, size, at_ms) in enumerate(rows)]


@given(some_trades(), st.randoms(use_true_random=False))
def test_any_order_of_arrival_gives_the_same_bars(trades: list[Trade], shuffler: random.Random) -> None:
    arrived = list(trades)
    shuffler.shuffle(arrived)

    builder = a_builder(*arrived)

    assert [figures(bar) for bar in builder.recent()] == expected_bars(trades)
    assert builder.too_late == 0


@given(some_trades(), st.integers(1, 10))
def test_any_number_of_closings_in_between_gives_the_same_bars(trades: list[Trade], every: int) -> None:
    builder = BarBuilder(BTC)
    for index, trade in enumerate(trades):
        add(builder, trade)
        if index % every == 0:
            builder.close_due(builder.newest_ms)
            list(builder.take_changed())

    assert [figures(bar) for bar in builder.recent()] == expected_bars(trades)


@given(some_trades())
def test_no_bar_contradicts_itself(trades: list[Trade]) -> None:
    for bar in a_builder(*trades).recent():
        assert bar.low <= min(bar.open, bar.close)
        assert max(bar.open, bar.close) <= bar.high
        assert bar.open_ms % MINUTE_MS == 0
        assert bar.volume >= 0


@given(some_trades())
def test_an_unfinished_bar_is_never_closed(trades: list[Trade]) -> None:
    builder = BarBuilder(BTC)
    for trade in trades:
        add(builder, trade)
        closed = builder.close_due(builder.newest_ms)
        assert all(bar.open_ms + MINUTE_MS + CLOSE_GRACE_MS <= builder.newest_ms for bar in closed)
        assert all(bar.closed for bar in closed)


@given(some_trades())
def test_the_stored_bars_follow_what_changed(trades: list[Trade]) -> None:
    builder, stored = BarBuilder(BTC), {}
    for index, trade in enumerate(trades):
        add(builder, trade)
        builder.close_due(builder.newest_ms)
        if index % 3 == 0:
            stored.update({bar.open_ms: bar for bar in builder.take_changed()})
    stored.update({bar.open_ms: bar for bar in builder.take_changed()})

    assert tuple(stored[open_ms] for open_ms in sorted(stored)) == builder.recent()
    assert not builder.has_changed


def test_a_bar_closes_five_seconds_after_its_end() -> None:
    builder = a_builder((100.0, 1.0, OPEN_MS, 1))

    assert builder.close_due(OPEN_MS + MINUTE_MS + CLOSE_GRACE_MS - 1) == []
    [closed] = builder.close_due(OPEN_MS + MINUTE_MS + CLOSE_GRACE_MS)
    assert (closed.closed, closed.revision) == (True, 0)
    assert builder.close_due(OPEN_MS + 10 * MINUTE_MS) == []


def test_several_bars_that_are_due_close_in_order() -> None:
    builder = a_builder(*((100.0, 1.0, OPEN_MS + minute * MINUTE_MS, minute) for minute in (2, 0, 1)))

    closed = builder.close_due(OPEN_MS + 10 * MINUTE_MS)

    assert [bar.open_ms for bar in closed] == [OPEN_MS, OPEN_MS + MINUTE_MS, OPEN_MS + 2 * MINUTE_MS]


def test_a_trade_within_the_five_seconds_of_grace_is_no_revision() -> None:
    builder = a_builder((100.0, 1.0, OPEN_MS, 1), (101.0, 1.0, OPEN_MS + MINUTE_MS + 4_000, 3))

    assert builder.add_trade(102.0, 1.0, OPEN_MS + 59_000, 2, FEED) is None
    assert builder.recent()[0].close == 102.0


def test_each_late_trade_revises_a_closed_bar_by_one() -> None:
    builder = a_builder((100.0, 1.0, OPEN_MS, 1))
    builder.close_due(OPEN_MS + 2 * MINUTE_MS)

    first = builder.add_trade(99.0, 2.0, OPEN_MS + 1_000, 2, FEED)
    assert first is not None
    assert first.revision == 1
    second = builder.add_trade(98.0, 2.0, OPEN_MS + 2_000, 3, FEED)
    assert second is not None
    bar = second.freeze(BTC)
    assert (bar.revision, bar.closed, bar.low, bar.close, bar.volume, bar.trades) == (
        2,
        True,
        98.0,
        98.0,
        5.0,
        3,
    )


def test_a_late_trade_of_a_minute_without_trades_makes_its_bar() -> None:
    builder = a_builder((100.0, 1.0, OPEN_MS, 1), (100.0, 1.0, OPEN_MS + 5 * MINUTE_MS, 9))
    builder.close_due(builder.newest_ms)

    assert builder.add_trade(99.0, 2.0, OPEN_MS + 2 * MINUTE_MS, 2, FEED) is None
    [late] = builder.close_due(builder.newest_ms)
    assert (late.open_ms, late.revision) == (OPEN_MS + 2 * MINUTE_MS, 0)


def test_the_last_120_bars_are_revised_and_older_trades_are_counted_too_late() -> None:
    builder = a_builder(*((100.0, 1.0, OPEN_MS + i * MINUTE_MS, i) for i in range(REVISABLE_BARS + 1)))
    builder.close_due(builder.newest_ms)

    assert builder.add_trade(99.0, 1.0, OPEN_MS + MINUTE_MS, 500, FEED) is not None
    assert builder.too_late == 0
    assert builder.add_trade(99.0, 1.0, OPEN_MS + 59_999, 501, FEED) is None
    assert builder.too_late == 1
    assert len(builder.recent()) == REVISABLE_BARS


def test_no_more_than_120_bars_are_held_however_long_it_runs() -> None:
    builder = a_builder(*((100.0, 1.0, OPEN_MS + i * MINUTE_MS, i) for i in range(1_000)))

    assert len(builder.recent()) == REVISABLE_BARS


def test_a_polled_price_gives_a_sampled_bar_without_volume_or_trades() -> None:
    builder = BarBuilder(BTC)
    for price, at_ms in ((100.0, 0), (98.0, 20_000), (101.0, 40_000)):
        builder.add_sample(price, OPEN_MS + at_ms, "poll:BTC")

    [bar] = builder.recent()
    assert (bar.open, bar.high, bar.low, bar.close) == (100.0, 101.0, 98.0, 101.0)
    assert (bar.volume, bar.trades, bar.origin, bar.source) == (0.0, 0, BarOrigin.SAMPLED, "poll:BTC")


def test_a_sampled_bar_gives_way_to_the_first_trade_of_its_minute() -> None:
    builder = BarBuilder(BTC)
    builder.add_sample(50.0, OPEN_MS, "poll:BTC")
    add(builder, (100.0, 2.0, OPEN_MS + 1_000, 1))

    [bar] = builder.recent()
    assert (bar.open, bar.high, bar.low, bar.close) == (100.0,) * 4
    assert (bar.volume, bar.trades, bar.origin, bar.source) == (2.0, 1, BarOrigin.LIVE, FEED)


def test_a_polled_price_never_touches_a_bar_of_trades() -> None:
    builder = a_builder((100.0, 2.0, OPEN_MS, 1))
    builder.add_sample(50.0, OPEN_MS + 1_000, "poll:BTC")

    assert [(bar.low, bar.origin) for bar in builder.recent()] == [(100.0, BarOrigin.LIVE)]


def test_a_late_sample_that_changes_a_closed_bar_revises_it() -> None:
    builder = BarBuilder(BTC)
    builder.add_sample(100.0, OPEN_MS, "poll:BTC")
    builder.close_due(OPEN_MS + 2 * MINUTE_MS)

    revised = builder.add_sample(101.0, OPEN_MS + 59_000, "poll:BTC")

    assert revised is not None
    assert (revised.revision, revised.close) == (1, 101.0)


def test_a_price_told_again_after_the_close_revises_nothing() -> None:
    """Out of session a venue answers each poll with the last price and its old time."""
    builder = BarBuilder(BTC)
    builder.add_sample(100.0, OPEN_MS + 50_000, "poll:BTC")
    builder.close_due(OPEN_MS + 2 * MINUTE_MS)
    list(builder.take_changed())

    assert [builder.add_sample(100.0, OPEN_MS + 50_000, "poll:BTC") for _ in range(5)] == [None] * 5
    assert builder.recent()[0].revision == 0
    assert not builder.has_changed


def a_backfilled(**changes: Any) -> Bar:
    return a_bar(**{"origin": BarOrigin.BACKFILL, "open_ms": OPEN_MS, "trades": 5, "volume": 5.0, **changes})


def test_a_backfilled_bar_is_taken_where_ours_is_absent() -> None:
    builder = BarBuilder(BTC)

    assert builder.merge([a_backfilled()]) == [a_backfilled()]
    assert builder.recent() == (a_backfilled(),)
    assert builder.has_changed


@pytest.mark.parametrize(("trades", "taken"), [(1, False), (2, False), (3, True)])
def test_of_two_bars_the_one_with_more_trades_is_kept(trades: int, taken: bool) -> None:
    builder = a_builder((100.0, 1.0, OPEN_MS, 1), (101.0, 1.0, OPEN_MS + 1, 2))

    assert len(builder.merge([a_backfilled(trades=trades)])) == taken
    assert builder.recent()[0].trades == max(2, trades)


def test_a_backfilled_bar_that_replaces_a_closed_one_is_its_next_revision() -> None:
    builder = a_builder((100.0, 1.0, OPEN_MS, 1))
    builder.close_due(OPEN_MS + 2 * MINUTE_MS)
    builder.add_trade(100.0, 1.0, OPEN_MS, 2, FEED)

    assert [bar.revision for bar in builder.merge([a_backfilled()])] == [2]


def test_an_unfinished_bar_of_a_providers_history_is_not_taken() -> None:
    assert BarBuilder(BTC).merge([a_backfilled(closed=False)]) == []


def test_a_trade_of_a_minute_that_was_backfilled_whole_is_not_counted_twice() -> None:
    builder = a_builder((100.0, 1.0, OPEN_MS, 1))
    builder.merge([a_backfilled()])
    add(builder, (100.0, 1.0, OPEN_MS + MINUTE_MS, 3))

    assert builder.add_trade(100.0, 1.0, OPEN_MS + 59_000, 2, FEED) is None
    assert builder.recent()[0] == a_backfilled()


def test_a_backfilled_minute_that_had_not_ended_by_the_venues_clock_goes_on() -> None:
    """Our clock was ahead of the venue's when the history was asked for."""
    builder = BarBuilder(BTC)
    builder.merge([a_backfilled()])

    assert builder.add_trade(99.5, 1.0, OPEN_MS + 59_000, 2, FEED) is None
    [bar] = builder.recent()
    assert (bar.closed, bar.origin, bar.trades, bar.volume, bar.close) == (
        False,
        BarOrigin.LIVE,
        6,
        6.0,
        99.5,
    )
    assert [bar.closed for bar in builder.close_due(OPEN_MS + 2 * MINUTE_MS)] == [True]


def test_backfilling_a_long_history_hands_it_all_to_the_store_and_holds_120_bars() -> None:
    builder = BarBuilder(BTC)
    history = [a_backfilled(open_ms=OPEN_MS + i * MINUTE_MS) for i in range(500)]

    assert len(builder.merge(history)) == 500
    assert len(list(builder.take_changed())) == 500
    assert builder.recent() == tuple(history[-REVISABLE_BARS:])


def test_a_restored_minute_goes_on_where_it_stopped() -> None:
    builder = BarBuilder(BTC)
    builder.load(
        [
            a_bar(
                open_ms=OPEN_MS,
                open=100.0,
                high=105.0,
                low=95.0,
                close=101.0,
                volume=3.0,
                trades=4,
                closed=False,
            )
        ]
    )
    add(builder, (94.0, 1.0, OPEN_MS + 30_000, 77))

    [bar] = builder.recent()
    assert (bar.open, bar.high, bar.low, bar.close, bar.volume, bar.trades) == (
        100.0,
        105.0,
        94.0,
        94.0,
        4.0,
        5,
    )


def test_a_restored_bar_is_not_written_again_until_it_changes() -> None:
    builder = BarBuilder(BTC)
    builder.load([a_bar(open_ms=OPEN_MS)])

    assert not builder.has_changed


def test_a_restored_bar_that_was_open_closes_with_the_first_later_trade() -> None:
    builder = BarBuilder(BTC)
    builder.load([a_bar(open_ms=OPEN_MS, closed=False)])
    add(builder, (94.0, 1.0, OPEN_MS + 10 * MINUTE_MS, 77))

    assert [bar.open_ms for bar in builder.close_due(builder.newest_ms)] == [OPEN_MS]


def test_when_a_clock_went_back_newer_bars_no_longer_make_trades_too_late() -> None:
    builder = a_builder((100.0, 1.0, OPEN_MS + 24 * 60 * MINUTE_MS, 1))
    add(builder, (100.0, 1.0, OPEN_MS, 2))
    assert builder.too_late == 1

    builder.set_back(OPEN_MS)
    add(builder, (100.0, 1.0, OPEN_MS, 3))

    assert builder.too_late == 1
    assert [bar.open_ms for bar in builder.close_due(OPEN_MS + 2 * MINUTE_MS)] == [OPEN_MS]
