"""Quotes and sparklines, folded."""

from hypothesis import given
from hypothesis import strategies as st

from rtp_tui.model.events import Event
from rtp_tui.model.market import Bar, BarsBackfilled
from rtp_tui.state.market import MINUTE_MS, SPARKLINE_POINTS, MarketSlice
from tests.factories import BTC, ETH, a_bar, a_quote


def a_minute(minute: int, close: float, **changes: object) -> Bar:
    return a_bar(open_ms=minute * MINUTE_MS, close=close, **changes)


def a_backfill(to_minute: int, *closes: float, timeframe: str = "1m") -> BarsBackfilled:
    return BarsBackfilled(BTC, timeframe, len(closes), 0, to_minute * MINUTE_MS, closes)


def folded(*payloads: Bar | BarsBackfilled) -> MarketSlice:
    market = MarketSlice()
    for payload in payloads:
        market.apply(Event(1, payload))
    return market


def test_the_newest_quote_of_each_instrument_is_kept() -> None:
    market = MarketSlice()
    for quote in (a_quote(price=1.0), a_quote(instrument=ETH, price=5.0), a_quote(price=2.0)):
        market.apply(Event(1, quote))
    assert {key: quote.price for key, quote in market.quotes.items()} == {BTC: 2.0, ETH: 5.0}


def test_a_sparkline_is_made_of_closed_minutes() -> None:
    market = folded(a_minute(1, 10), a_minute(2, 20), a_minute(3, 30, closed=False))
    assert market.sparkline(BTC) == (10, 20)
    assert market.sparkline_to_ms(BTC) == 2 * MINUTE_MS


def test_other_timeframes_are_no_part_of_a_sparkline() -> None:
    market = folded(a_minute(1, 10, timeframe="5m"), a_backfill(2, 20, timeframe="1h"))
    assert market.sparkline(BTC) == ()


def test_a_revision_of_the_newest_minute_takes_its_place() -> None:
    market = folded(a_minute(1, 10), a_minute(2, 20), a_minute(2, 21, revision=1))
    assert market.sparkline(BTC) == (10, 21)


def test_a_revision_of_an_older_minute_adds_none() -> None:
    market = folded(a_minute(1, 10), a_minute(2, 20), a_minute(1, 11, revision=1))
    assert market.sparkline(BTC) == (10, 20)


def test_a_backfill_stands_before_the_minutes_that_are_newer() -> None:
    market = folded(a_minute(9, 90), a_minute(10, 100), a_minute(11, 110), a_backfill(9, 70, 80, 91))
    assert market.sparkline(BTC) == (70, 80, 91, 100, 110)
    assert folded(a_backfill(9, 80, 90), a_minute(10, 100)).sparkline(BTC) == (80, 90, 100)


def test_a_backfill_that_reaches_further_replaces_what_is_known() -> None:
    assert folded(a_minute(9, 90), a_backfill(12, 110, 120)).sparkline(BTC) == (110, 120)


@given(st.lists(st.tuples(st.integers(0, 30), st.floats(1, 9)), max_size=60))
def test_a_sparkline_is_bounded_and_ends_with_the_newest_minute(minutes: list[tuple[int, float]]) -> None:
    market = folded(*(a_minute(minute, close) for minute, close in minutes))
    closes = market.sparkline(BTC)
    assert len(closes) <= SPARKLINE_POINTS
    if minutes:
        newest = max(minute for minute, _ in minutes)
        assert closes[-1] == [close for minute, close in minutes if minute == newest][-1]
