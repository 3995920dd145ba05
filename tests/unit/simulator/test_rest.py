"""Answers over HTTP."""

import json
from itertools import pairwise

import pytest

from rtp_tui.simulator.listings import LISTINGS
from rtp_tui.simulator.market import SimulatedMarket
from rtp_tui.simulator.minutes import MINUTE_MS
from rtp_tui.simulator.rest import MarketAnswers, Metered
from tests.factories import NOW_MS

FEW = tuple(listing for listing in LISTINGS if listing.code in ("BTC", "ETH", "USDCOP"))
MINUTE = NOW_MS - NOW_MS % MINUTE_MS


@pytest.fixture(scope="module")
def market() -> SimulatedMarket:
    market = SimulatedMarket(1, FEW, NOW_MS)
    market.advance(NOW_MS + 10_000)
    return market


@pytest.fixture
def rest(market: SimulatedMarket) -> Metered:
    return Metered(MarketAnswers(market.books))


def asked(rest: Metered, target: str, status: int = 200, now_ms: int = NOW_MS + 10_000) -> object:
    reply = rest.answer(target, now_ms)
    assert reply.status == status
    return json.loads(reply.body)


def test_klines_are_rows_of_twelve_oldest_first_the_last_one_forming(rest: Metered) -> None:
    rows = asked(rest, "/api/v3/klines?symbol=BTCUSDT&interval=1m&limit=120")
    assert isinstance(rows, list)
    assert len(rows) == 120
    assert all(len(row) == 12 for row in rows)
    assert [type(cell) for cell in rows[0]] == [int, *[str] * 5, int, str, int, str, str, str]
    assert all(after[0] - before[0] == MINUTE_MS for before, after in pairwise(rows))
    assert rows[-1][0] == MINUTE
    assert rows[-1][6] == MINUTE + 59_999


def test_klines_of_a_range_are_the_first_of_it(rest: Metered) -> None:
    start = MINUTE - 60 * MINUTE_MS
    rows = asked(rest, f"/api/v3/klines?symbol=BTCUSDT&interval=1m&startTime={start}&limit=5")
    assert [row[0] for row in rows] == [start + i * MINUTE_MS for i in range(5)]  # type: ignore[attr-defined]
    end = start + 2 * MINUTE_MS - 1
    rows = asked(rest, f"/api/v3/klines?symbol=BTCUSDT&interval=1m&startTime={start}&endTime={end}")
    assert [row[0] for row in rows] == [start, start + MINUTE_MS]  # type: ignore[attr-defined]


def test_longer_intervals_are_made_of_minutes(rest: Metered) -> None:
    hour = MINUTE - MINUTE % 3_600_000 - 3_600_000
    minutes = asked(
        rest, f"/api/v3/klines?symbol=ETHUSDT&interval=1m&startTime={hour}&endTime={hour + 3_599_999}"
    )
    rows = asked(
        rest, f"/api/v3/klines?symbol=ETHUSDT&interval=1h&startTime={hour}&endTime={hour + 3_599_999}"
    )
    assert isinstance(minutes, list)
    assert isinstance(rows, list)
    assert len(minutes) == 60
    (row,) = rows
    assert (row[1], row[4]) == (minutes[0][1], minutes[-1][4])
    assert float(row[2]) == max(float(minute[2]) for minute in minutes)
    assert row[8] == sum(minute[8] for minute in minutes)


def test_one_symbol_is_an_object_several_or_all_are_a_list(rest: Metered) -> None:
    one = asked(rest, "/api/v3/ticker/price?symbol=BTCUSDT")
    assert isinstance(one, dict)
    assert set(one) == {"symbol", "price"}
    two = asked(rest, "/api/v3/ticker/24hr?symbols=%5B%22ETHUSDT%22,%22USDCOP%22%5D")
    assert [row["symbol"] for row in two] == ["ETHUSDT", "USDCOP"]  # type: ignore[attr-defined]
    assert len(asked(rest, "/api/v3/ticker/bookTicker")) == 3  # type: ignore[arg-type]
    assert len(asked(rest, "/api/v3/exchangeInfo")["symbols"]) == 3  # type: ignore[index]


@pytest.mark.parametrize(
    ("target", "status", "code"),
    [
        ("/api/v3/klines?symbol=NOPE&interval=1m", 400, -1121),
        ("/api/v3/ticker/24hr?symbols=%5B%22BTCUSDT%22,%22NOPE%22%5D", 400, -1121),
        ("/api/v3/ticker/24hr?symbols=BTCUSDT", 400, -1100),
        ("/api/v3/klines?interval=1m", 400, -1102),
        ("/api/v3/klines?symbol=BTCUSDT&interval=7m", 400, -1120),
        ("/api/v3/klines?symbol=BTCUSDT&interval=1m&limit=x", 400, -1100),
        ("/api/v3/nothing", 404, -1000),
    ],
)
def test_what_is_wrong_gets_the_venues_code(rest: Metered, target: str, status: int, code: int) -> None:
    assert asked(rest, target, status)["code"] == code  # type: ignore[index]


def test_weight_is_counted_by_the_minute_and_refused_past_the_limit(rest: Metered) -> None:
    for _ in range(75):
        reply = rest.answer("/api/v3/ticker/24hr", NOW_MS)
    assert dict(reply.headers) == {"X-MBX-USED-WEIGHT-1M": "6000"}
    refused = rest.answer("/api/v3/time", NOW_MS)
    assert refused.status == 429
    assert dict(refused.headers)["Retry-After"] == "40"
    assert rest.answer("/api/v3/time", NOW_MS + MINUTE_MS).status == 200


def test_a_client_that_goes_on_after_its_refusal_is_banned(rest: Metered) -> None:
    statuses = [rest.answer("/api/v3/ticker/24hr", NOW_MS).status for _ in range(90)]
    assert statuses == [200] * 75 + [429] * 10 + [418] * 5
