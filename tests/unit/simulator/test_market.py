"""The market core: a function of its seed and of time."""

from itertools import pairwise
from math import sqrt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rtp_tui.simulator.book import BookTop, Trade
from rtp_tui.simulator.demo import DemoMarket
from rtp_tui.simulator.listings import LISTINGS
from rtp_tui.simulator.market import MAX_CATCH_UP_MS, SimulatedMarket
from rtp_tui.simulator.minutes import DAY_MS, MINUTE_MS
from tests.factories import NOW_MS

FEW = tuple(listing for listing in LISTINGS if listing.code in ("BTC", "ETH", "AAPL", "KO", "USDCOP"))
NEVER = DemoMarket(name="demo-closed", timezone="UTC", open="00:00", close="00:00")


def a_market(seed: int = 1, trades_per_second: float = 200.0, *markets: DemoMarket) -> SimulatedMarket:
    return SimulatedMarket(seed, FEW, NOW_MS, markets=markets, trades_per_second=trades_per_second)


def trades(happened: list[Trade | BookTop], symbol: str | None = None) -> list[Trade]:
    return [e for e in happened if isinstance(e, Trade) and (symbol is None or e.symbol == symbol)]


@settings(max_examples=8, deadline=None)
@given(cuts=st.lists(st.integers(0, 4000), max_size=8))
def test_what_happens_does_not_depend_on_how_time_is_cut(cuts: list[int]) -> None:
    whole = a_market(trades_per_second=50).advance(NOW_MS + 4000)
    market = a_market(trades_per_second=50)
    pieces = [event for cut in [*sorted(cuts), 4000] for event in market.advance(NOW_MS + cut)]
    assert pieces == whole


def test_another_seed_is_another_market() -> None:
    assert a_market(seed=1).advance(NOW_MS + 2000) != a_market(seed=2).advance(NOW_MS + 2000)


def test_trade_ids_are_contiguous_per_symbol_and_times_ascend() -> None:
    happened = trades(a_market().advance(NOW_MS + 20_000))
    assert all(a.event_ms <= b.event_ms for a, b in pairwise(happened))
    for symbol in ("BTCUSDT", "ETHUSDT", "USDCOP"):
        ids = [trade.id for trade in happened if trade.symbol == symbol]
        assert ids == list(range(ids[0], ids[0] + len(ids)))


@pytest.mark.parametrize("rate", [50.0, 2000.0])
def test_the_rate_of_trades_is_what_was_asked_for(rate: float) -> None:
    count = len(trades(a_market(1, rate).advance(NOW_MS + 10_000)))
    assert count == pytest.approx(rate * 10, rel=0.2)


def test_trades_happen_at_the_quote_before_them_and_books_are_not_crossed() -> None:
    happened = a_market().advance(NOW_MS + 20_000)
    for top, trade in zip(happened[::2], happened[1::2], strict=True):
        assert isinstance(top, BookTop)
        assert isinstance(trade, Trade)
        assert 0 < top.bid < top.ask
        assert trade.price == (top.bid if trade.buyer_is_maker else top.ask)
        assert trade.size > 0


def test_a_price_that_jumps_stays_where_it_went() -> None:
    market = a_market()
    before = trades(market.advance(NOW_MS + 5_000), "BTCUSDT")[-1].price
    market.books["BTCUSDT"].jump(-10.0)
    after = trades(market.advance(NOW_MS + 10_000), "BTCUSDT")
    assert [trade.price / before for trade in after] == pytest.approx([0.9] * len(after), abs=0.01)


def test_who_asks_in_the_first_moment_of_a_minute_takes_nothing_from_the_figures_of_the_day() -> None:
    market, early = a_market(), a_market()
    next_ms = NOW_MS - NOW_MS % MINUTE_MS + MINUTE_MS
    for each in (market, early):
        each.advance(next_ms - 1)
    early.books["BTCUSDT"].day(next_ms)
    for each in (market, early):
        each.advance(next_ms + 1_000)

    figures = [each.books["BTCUSDT"].day(next_ms + 1_000) for each in (market, early)]

    assert figures[0] == figures[1]


def test_a_closed_market_does_not_trade_but_has_a_price() -> None:
    market = a_market(1, 200.0, NEVER)
    assert not trades(market.advance(NOW_MS + 20_000), "KOUSD")
    assert market.books["KOUSD"].last_price == 71.28
    assert market.books["KOUSD"].day(market.now_ms).last == 71.28


def test_a_market_begins_to_trade_when_it_opens_and_not_before() -> None:
    opening_ms = NOW_MS - NOW_MS % MINUTE_MS + MINUTE_MS
    opens = DemoMarket(name="demo-closed", timezone="UTC", open=_utc(opening_ms), close="24:00")
    market = a_market(1, 500.0, opens)
    first = trades(market.advance(opening_ms + 20_000), "KOUSD")[0]
    assert opening_ms <= first.event_ms < opening_ms + 20_000


def test_the_past_is_a_day_of_minutes_that_leads_to_the_first_price() -> None:
    book = a_market().books["BTCUSDT"]
    minutes = book.minutes(0, NOW_MS)
    assert len(minutes) >= 24 * 60
    assert minutes[-1].close == book.last_price == 68_012.40
    assert minutes[-1].open_ms < NOW_MS
    for before, after in pairwise(minutes):
        assert after.open_ms == before.open_ms + MINUTE_MS
        assert after.open == before.close
        assert after.low <= min(after.open, after.close) <= max(after.open, after.close) <= after.high


def test_the_24_hour_figures_are_those_of_the_minutes() -> None:
    market = a_market()
    market.advance(NOW_MS + 59_000)
    market.advance(NOW_MS + 90_000)
    book = market.books["ETHUSDT"]
    minute_ms = market.now_ms - market.now_ms % MINUTE_MS
    minutes = book.minutes(minute_ms + MINUTE_MS - DAY_MS, market.now_ms + 1)
    day = book.day(market.now_ms)
    assert (day.open, day.last) == (minutes[0].open, minutes[-1].close)
    assert day.high == max(minute.high for minute in minutes)
    assert day.low == min(minute.low for minute in minutes)
    assert day.volume == pytest.approx(sum(minute.volume for minute in minutes))
    assert day.trades == sum(minute.trades for minute in minutes)


def test_minutes_are_those_of_the_trades() -> None:
    market = a_market()
    happened = [e for at in range(0, 130_000, 1000) for e in market.advance(NOW_MS + at)]
    minute_ms = NOW_MS - NOW_MS % MINUTE_MS + MINUTE_MS
    minute = market.books["BTCUSDT"].minutes(minute_ms, minute_ms + 1)[0]
    inside = [t for t in trades(happened, "BTCUSDT") if minute_ms <= t.event_ms < minute_ms + MINUTE_MS]
    prices = [trade.price for trade in inside]
    assert (minute.open <= minute.high, minute.high, minute.low) == (True, max(prices), min(prices))
    assert (minute.close, minute.trades) == (prices[-1], len(prices))
    assert minute.volume == pytest.approx(sum(trade.size for trade in inside))


def test_symbols_of_a_class_move_together() -> None:
    market = a_market()
    closes = {
        symbol: [minute.close for minute in market.books[symbol].minutes(0, NOW_MS)]
        for symbol in ("BTCUSDT", "ETHUSDT", "AAPLUSD")
    }
    assert _correlation(closes["BTCUSDT"], closes["ETHUSDT"]) > 0.5
    assert 0.05 < _correlation(closes["BTCUSDT"], closes["AAPLUSD"]) < 0.5


@pytest.mark.parametrize("jump_ms", [10 * MAX_CATCH_UP_MS, -10 * MAX_CATCH_UP_MS])
def test_a_clock_that_jumps_resumes_the_market_without_inventing_the_time_between(jump_ms: int) -> None:
    market = a_market()
    market.advance(NOW_MS + 1000)
    assert len(market.advance(NOW_MS + jump_ms)) < 10
    assert market.advance(NOW_MS + jump_ms + 1000)
    assert market.resumed == 1


def _utc(at_ms: int) -> str:
    return f"{at_ms // 3_600_000 % 24:02}:{at_ms // 60_000 % 60:02}"


def _correlation(a: list[float], b: list[float]) -> float:
    x = [later / earlier - 1 for earlier, later in pairwise(a)]
    y = [later / earlier - 1 for earlier, later in pairwise(b)]
    mean_x, mean_y = sum(x) / len(x), sum(y) / len(y)
    covariance = sum((i - mean_x) * (j - mean_y) for i, j in zip(x, y, strict=True))
    spread = sqrt(sum((i - mean_x) ** 2 for i in x) * sum((j - mean_y) ** 2 for j in y))
    return covariance / spread
