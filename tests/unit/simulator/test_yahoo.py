"""Yahoo's chart over HTTP."""

from itertools import pairwise
from typing import Any

import pytest

from rtp_tui.simulator.demo import demo_markets
from rtp_tui.simulator.market import SimulatedMarket
from rtp_tui.simulator.minutes import MINUTE_MS
from rtp_tui.simulator.yahoo import NULL_EVERY, Yahoo
from tests.factories import NOW_MS
from tests.unit.simulator.venues import FEW, MARKETS, a_market, asked, refused, replied, symbols_of

OPENED_MS = NOW_MS + 300_000
"""The stocks of the opening market trade by then, those of the closed one do not."""


@pytest.fixture(scope="module")
def market() -> SimulatedMarket:
    return a_market(300)


@pytest.fixture(scope="module")
def rest(market: SimulatedMarket) -> Yahoo:
    return Yahoo(symbols_of(market), MARKETS)


def charted(
    rest: Yahoo, symbol: str, query: str = "interval=1m&range=1d", now_ms: int = OPENED_MS
) -> dict[str, Any]:
    answer = asked(rest, f"/v8/finance/chart/{symbol}?{query}", now_ms)
    assert answer["chart"]["error"] is None
    result: dict[str, Any] = answer["chart"]["result"][0]
    return result


def test_the_newest_price_is_in_the_meta(rest: Yahoo, market: SimulatedMarket) -> None:
    meta = charted(rest, "AAPL")["meta"]
    assert meta["regularMarketPrice"] == market.books["AAPLUSD"].last_price
    assert meta["previousClose"] == meta["chartPreviousClose"]
    assert (meta["symbol"], meta["currency"], meta["priceHint"]) == ("AAPL", "USD", 2)
    assert 0 <= OPENED_MS // 1000 - meta["regularMarketTime"] < 60


def test_all_columns_are_as_long_and_null_at_the_same_minutes(rest: Yahoo) -> None:
    chart = charted(rest, "JPM")
    quote = chart["indicators"]["quote"][0]
    assert {len(column) for column in quote.values()} == {len(chart["timestamp"])}
    nulls = {tuple(i for i, cell in enumerate(column) if cell is None) for column in quote.values()}
    assert len(nulls) == 1
    assert (
        len(chart["timestamp"]) // NULL_EVERY <= len(nulls.pop()) <= len(chart["timestamp"]) // NULL_EVERY + 1
    )


def test_prices_are_widened_32_bit_floats(rest: Yahoo) -> None:
    closes = [close for close in charted(rest, "JPM")["indicators"]["quote"][0]["close"] if close]
    assert any(round(close, 2) != close for close in closes)
    assert all(round(close, 2) == pytest.approx(close, rel=1e-6) for close in closes)


def test_a_closed_market_stays_at_its_last_session(rest: Yahoo, market: SimulatedMarket) -> None:
    chart = charted(rest, "JPM")
    meta, regular = chart["meta"], chart["meta"]["currentTradingPeriod"]["regular"]
    assert regular["start"] <= meta["regularMarketTime"] == regular["end"] - 1
    assert chart["timestamp"][0] == regular["start"]
    assert chart["timestamp"][-1] == regular["end"] - 60
    assert (
        charted(rest, "JPM", now_ms=OPENED_MS + 3_600_000)["meta"]["regularMarketTime"]
        == meta["regularMarketTime"]
    )


def test_before_the_opening_the_session_shown_is_yesterdays() -> None:
    rest = Yahoo(symbols_of(a_market()), MARKETS)
    chart = charted(rest, "AAPL", now_ms=NOW_MS + 10_000)
    regular = chart["meta"]["currentTradingPeriod"]["regular"]
    assert chart["meta"]["regularMarketTime"] * 1000 < NOW_MS < regular["start"] * 1000
    assert chart["timestamp"][-1] < regular["start"]


def test_the_bar_that_is_being_made_is_stamped_with_its_last_trade(rest: Yahoo) -> None:
    chart = charted(rest, "AAPL")
    assert chart["timestamp"][-1] == chart["meta"]["regularMarketTime"]
    assert all(at_s % 60 == 0 for at_s in chart["timestamp"][:-1])


def test_a_currency_pair_has_no_volume_and_no_hours_around_its_day(rest: Yahoo) -> None:
    chart = charted(rest, "COP%3DX")
    meta = chart["meta"]
    assert (meta["symbol"], meta["currency"], meta["exchangeTimezoneName"]) == (
        "COP=X",
        "COP",
        "America/Bogota",
    )
    assert set(chart["indicators"]["quote"][0]["volume"]) <= {0, None}
    periods = meta["currentTradingPeriod"]
    assert periods["pre"]["start"] == periods["pre"]["end"] == periods["regular"]["start"]
    assert periods["regular"]["end"] - periods["regular"]["start"] == 86_400


def test_a_window_without_trades_has_neither_times_nor_columns(rest: Yahoo) -> None:
    chart = charted(rest, "AAPL", "interval=1m&period1=1000&period2=2000")
    assert "timestamp" not in chart
    assert chart["indicators"] == {"quote": [{}]}
    assert chart["meta"]["range"] == ""


def test_a_window_is_in_seconds_and_excludes_its_end(rest: Yahoo) -> None:
    start = (OPENED_MS // MINUTE_MS - 4) * 60
    chart = charted(rest, "COP=X", f"interval=1m&period1={start}&period2={start + 120}")
    assert chart["timestamp"] == [start, start + 60]


def test_a_day_is_one_bar_at_the_beginning_of_the_session(rest: Yahoo) -> None:
    chart = charted(rest, "JPM", "interval=1d&range=1d")
    assert chart["timestamp"][-1] == chart["meta"]["currentTradingPeriod"]["regular"]["start"]
    assert "previousClose" not in chart["meta"]


@pytest.mark.parametrize(
    ("target", "status", "code"),
    [
        ("/v8/finance/chart/NOPE", 404, "Not Found"),
        ("/v8/finance/chart/AAPL?interval=7m", 422, "Unprocessable Entity"),
        ("/v8/finance/chart/AAPL?interval=1m&range=1w", 422, "Unprocessable Entity"),
        ("/v8/finance/chart/AAPL?interval=1m&period1=soon", 400, "Bad Request"),
        ("/elsewhere", 404, "Not Found"),
    ],
)
def test_bad_questions_are_refused(rest: Yahoo, target: str, status: int, code: str) -> None:
    chart = refused(rest, target, status)["chart"]
    assert chart["result"] is None
    assert chart["error"]["code"] == code


def test_quotes_need_a_crumb_that_nobody_has(rest: Yahoo) -> None:
    assert refused(rest, "/v7/finance/quote?symbols=AAPL", 401)["finance"]["error"]["code"] == "Unauthorized"


def test_too_many_requests_is_a_text(market: SimulatedMarket) -> None:
    rest = Yahoo(symbols_of(market), MARKETS, calls_a_minute=1)
    assert replied(rest, "/v8/finance/chart/AAPL").status == 200
    reply = replied(rest, "/v8/finance/chart/AAPL")
    assert (reply.status, reply.body) == (429, b"Too Many Requests\r\n")


@pytest.mark.parametrize("hour", range(0, 24, 3))
def test_a_day_is_one_bar_from_its_opening_wherever_it_lies(hour: int) -> None:
    now_ms = NOW_MS - NOW_MS % (24 * 60 * MINUTE_MS) + hour * 60 * MINUTE_MS
    markets = demo_markets(now_ms)
    market = SimulatedMarket(1, FEW, now_ms, markets=markets)
    market.advance(now_ms + 10_000)
    rest = Yahoo(symbols_of(market), markets)
    for symbol in ("COP=X", "JPM"):
        days = charted(rest, symbol, "interval=1d&range=1d", now_ms + 10_000)
        minutes = charted(rest, symbol, "interval=1m&range=1d", now_ms + 10_000)

        assert days["timestamp"] == minutes["timestamp"][:1], symbol
        (bar,) = ({name: column[0] for name, column in days["indicators"]["quote"][0].items()},)
        quote = minutes["indicators"]["quote"][0]
        assert bar["close"] == quote["close"][-1]
        assert bar["high"] >= max(filter(None, quote["high"]))
    wider = charted(rest, "COP=X", "interval=1d&range=5d", now_ms + 10_000)["timestamp"]
    assert [after - before for before, after in pairwise(wider)] == [86_400]
