"""The day's figures of one instrument."""

import random
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtp_tui.model.sessions import Span
from rtp_tui.processing.bar_builder import BarBuilder
from rtp_tui.processing.bar_grid import DAY_MS, MINUTE_MS
from rtp_tui.processing.day_figures import DayFigures, utc_day
from tests.factories import BTC, a_bar, a_quote

START_MS = 1_790_035_200_000
"""Midnight, UTC."""
HOUR_MS = 3_600_000


def session(at_ms: int) -> Span | None:
    """Eight hours from six o'clock on."""
    open_ms = at_ms - at_ms % DAY_MS + 6 * HOUR_MS
    return (open_ms, open_ms + 8 * HOUR_MS) if open_ms <= at_ms < open_ms + 8 * HOUR_MS else None


def figures() -> DayFigures:
    return DayFigures(partial(utc_day, "24x7"))


def told(day: DayFigures) -> tuple[float | None, float | None, float | None, float | None]:
    return day.open, day.high, day.low, day.notional / day.volume if day.volume else None


TRADES = st.lists(
    st.tuples(st.integers(0, HOUR_MS), st.integers(90, 110).map(float), st.integers(1, 8).map(float)),
    min_size=1,
    max_size=40,
    unique_by=lambda trade: trade[0],
)


@given(TRADES, st.randoms(use_true_random=False))
def test_any_order_of_arrival_gives_the_same_figures(
    trades: list[tuple[int, float, float]], shuffler: random.Random
) -> None:
    mixed = list(trades)
    shuffler.shuffle(mixed)
    day = figures()
    for after_ms, price, size in mixed:
        day.take(price, size, START_MS + after_ms)
    prices, volume = [price for _, price, _ in trades], sum(size for *_, size in trades)
    mean = sum(price * size for _, price, size in trades) / volume
    assert told(day)[:3] == (min(trades)[1], max(prices), min(prices))
    assert told(day)[3] == pytest.approx(mean)


@given(TRADES)
def test_loaded_minutes_give_the_figures_of_their_trades(trades: list[tuple[int, float, float]]) -> None:
    day, loaded, builder = figures(), figures(), BarBuilder(BTC)
    for number, (after_ms, price, size) in enumerate(sorted(trades)):
        day.take(price, size, START_MS + after_ms)
        builder.add_trade(price, size, START_MS + after_ms, number, "binance:BTCUSDT")
    loaded.take(1.0, 1.0, START_MS)
    loaded.load(builder.recent())
    assert told(loaded)[:3] == told(day)[:3]
    assert loaded.volume == day.volume
    low, high = told(day)[2], told(day)[1]
    assert low is not None
    assert high is not None
    assert low - 1e-9 <= loaded.notional / loaded.volume <= high + 1e-9


def test_a_new_day_begins_anew() -> None:
    day = figures()
    day.take(100.0, 1.0, START_MS)
    day.take(150.0, 1.0, START_MS + DAY_MS - 1)
    day.take(120.0, 2.0, START_MS + DAY_MS)
    assert told(day) == (120.0, 120.0, 120.0, 120.0)


def test_a_late_trade_of_yesterday_is_not_todays() -> None:
    day = figures()
    day.take(120.0, 2.0, START_MS + DAY_MS)
    day.take(500.0, 2.0, START_MS + DAY_MS - 1)
    assert told(day) == (120.0, 120.0, 120.0, 120.0)


def test_figures_of_a_session_stay_until_the_next_one_opens() -> None:
    day = DayFigures(session)
    day.take(90.0, 1.0, START_MS + 5 * HOUR_MS)
    assert told(day) == (None, None, None, None)
    day.take(100.0, 1.0, START_MS + 6 * HOUR_MS)
    day.take(110.0, 1.0, START_MS + 13 * HOUR_MS)
    for hour in range(14, 30):
        day.take(500.0, 1.0, START_MS + hour * HOUR_MS)
    assert told(day) == (100.0, 110.0, 100.0, 105.0)
    day.take(200.0, 1.0, START_MS + 30 * HOUR_MS)
    assert told(day) == (200.0, 200.0, 200.0, 200.0)


def test_a_polled_price_moves_the_range_and_no_mean() -> None:
    day = figures()
    day.take(100.0, 0.0, START_MS)
    day.take(90.0, 0.0, START_MS + 1)
    assert told(day) == (100.0, 100.0, 90.0, None)


def test_the_day_of_a_start_is_partial_until_its_minutes_are_loaded_and_later_days_are_whole() -> None:
    day = figures()
    day.take(100.0, 1.0, START_MS + HOUR_MS)
    assert day.is_partial
    yesterday, early = a_bar(open_ms=START_MS - MINUTE_MS, low=1.0), a_bar(open_ms=START_MS, open=77.0)
    day.load([yesterday, early])
    assert not day.is_partial
    assert told(day)[:3] == (77.0, early.high, early.low)
    day.take(100.0, 1.0, START_MS + DAY_MS)
    assert not day.is_partial


def test_a_day_whose_beginning_was_missed_is_not_whole_until_its_first_minutes_are_there() -> None:
    day = figures()
    day.take(100.0, 1.0, START_MS + HOUR_MS)
    assert not day.is_whole
    day.load([a_bar(open_ms=START_MS + 50 * MINUTE_MS)])
    assert not day.is_whole
    day.load([a_bar(open_ms=START_MS + 2 * MINUTE_MS), a_bar(open_ms=START_MS + 50 * MINUTE_MS)])
    assert day.is_whole
    day.take(100.0, 1.0, START_MS + DAY_MS + HOUR_MS)
    assert day.is_whole


def test_minutes_that_came_later_make_their_own_day_partial_only() -> None:
    day = figures()
    day.take(100.0, 1.0, START_MS)
    day.load([])
    day.doubt([a_bar(open_ms=START_MS - MINUTE_MS)])
    assert not day.is_partial
    day.doubt([a_bar(open_ms=START_MS)])
    assert day.is_partial


def test_what_an_earlier_run_knew_is_shown_until_something_is_heard() -> None:
    day = figures()
    day.recall(a_quote(day_open=1.0, day_high=3.0, day_low=0.5, vwap=2.0))
    assert told(day) == (1.0, 3.0, 0.5, 2.0)
    day.take(100.0, 1.0, START_MS)
    assert told(day) == (100.0, 100.0, 100.0, 100.0)
