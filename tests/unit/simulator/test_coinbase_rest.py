"""Coinbase over HTTP."""

from itertools import pairwise

import pytest

from rtp_tui.simulator.coinbase_rest import REQUESTS_A_SECOND, CoinbaseRest
from rtp_tui.simulator.market import SimulatedMarket
from rtp_tui.simulator.minutes import MINUTE_MS
from tests.factories import NOW_MS
from tests.unit.simulator.venues import a_market, asked, products_of, refused, replied

MINUTE_S = (NOW_MS + 10_000) // MINUTE_MS * 60
CANDLES = "/products/BTC-USD/candles?granularity="


@pytest.fixture(scope="module")
def market() -> SimulatedMarket:
    return a_market()


@pytest.fixture
def rest(market: SimulatedMarket) -> CoinbaseRest:
    return CoinbaseRest(products_of(market))


def test_candles_are_newest_first_at_most_three_hundred_and_low_before_high(rest: CoinbaseRest) -> None:
    rows = asked(rest, f"{CANDLES}60")
    assert len(rows) == 300
    assert rows[0][0] == MINUTE_S
    assert all(later[0] - earlier[0] == 60 for later, earlier in pairwise(rows))
    assert all(
        low <= min(open_, close) <= max(open_, close) <= high for _, low, high, open_, close, _ in rows
    )


def test_a_range_is_given_in_seconds_or_as_text(rest: CoinbaseRest) -> None:
    start, end = MINUTE_S - 600, MINUTE_S - 300
    rows = asked(rest, f"{CANDLES}60&start={start}&end={end}")
    assert [row[0] for row in rows] == list(range(end, start - 1, -60))
    assert asked(rest, f"{CANDLES}60&start=2026-09-21T13:00:00&end=2026-09-21T13:05:00Z") is not None


def test_longer_candles_begin_at_multiples_of_their_length(rest: CoinbaseRest) -> None:
    rows = asked(rest, f"{CANDLES}300")
    assert all(row[0] % 300 == 0 for row in rows)


@pytest.mark.parametrize(
    ("target", "words"),
    [
        (f"{CANDLES}60&start=0&end=86400", "exceeds 300"),
        (f"{CANDLES}61", "Unsupported granularity"),
        (f"{CANDLES}60&start=yesterday", "not a valid ISO8601"),
    ],
)
def test_too_many_or_nonsense_is_a_bad_request(rest: CoinbaseRest, target: str, words: str) -> None:
    assert words in refused(rest, target, 400)["message"]


def test_what_does_not_exist_is_not_found(rest: CoinbaseRest) -> None:
    assert refused(rest, "/products/GALA-USD/ticker", 404) == {"message": "NotFound"}
    assert refused(rest, "/nowhere", 404) == {"message": "NotFound"}


def test_the_day_and_the_newest_trade_are_decimal_strings(
    rest: CoinbaseRest, market: SimulatedMarket
) -> None:
    stats = asked(rest, "/products/BTC-USD/stats")
    assert set(stats) == {"open", "high", "low", "last", "volume", "volume_30day"}
    assert all(isinstance(text, str) and float(text) > 0 for text in stats.values())
    ticker = asked(rest, "/products/BTC-USD/ticker")
    assert float(ticker["price"]) == market.books["BTCUSDT"].last_price
    assert float(ticker["bid"]) < float(ticker["ask"])
    assert ticker["time"].endswith("Z")


def test_products_have_their_increments(rest: CoinbaseRest) -> None:
    products = {row["id"]: row for row in asked(rest, "/products")}
    assert set(products) == {"BTC-USD", "ETH-USD"}
    assert products["BTC-USD"]["quote_increment"] == "0.01"
    assert asked(rest, "/products/ETH-USD") == products["ETH-USD"]


def test_the_venues_time_is_now(rest: CoinbaseRest) -> None:
    assert asked(rest, "/time", NOW_MS)["epoch"] == NOW_MS / 1000


def test_more_than_its_quota_in_a_second_is_refused_until_the_next(rest: CoinbaseRest) -> None:
    for _ in range(REQUESTS_A_SECOND):
        assert replied(rest, "/time").status == 200
    reply = replied(rest, "/time")
    assert (reply.status, reply.body) == (429, b'{"message":"Public rate limit exceeded"}')
    assert replied(rest, "/time", NOW_MS + 11_001).status == 200
