"""Kraken over HTTP."""

from itertools import pairwise

import pytest

from rtp_tui.simulator.kraken_rest import CALLS, MAX_ROWS, KrakenRest
from rtp_tui.simulator.market import SimulatedMarket
from rtp_tui.simulator.minutes import MINUTE_MS
from tests.factories import NOW_MS
from tests.unit.simulator.venues import a_market, asked, pairs_of, replied

MINUTE_S = (NOW_MS + 10_000) // MINUTE_MS * 60
OHLC = "/0/public/OHLC?pair=BTC/USD&interval="


@pytest.fixture(scope="module")
def market() -> SimulatedMarket:
    return a_market()


@pytest.fixture
def rest(market: SimulatedMarket) -> KrakenRest:
    return KrakenRest(pairs_of(market))


def test_candles_are_oldest_first_and_the_last_of_them_is_forming(rest: KrakenRest) -> None:
    answer = asked(rest, f"{OHLC}1")
    assert answer["error"] == []
    rows = answer["result"]["BTC/USD"]
    assert len(rows) == MAX_ROWS + 1
    assert (rows[-1][0], answer["result"]["last"]) == (MINUTE_S, MINUTE_S - 60)
    assert all(after[0] - before[0] == 60 for before, after in pairwise(rows))
    assert all(isinstance(text, str) for row in rows for text in row[1:7])
    assert all(isinstance(row[7], int) for row in rows)


def test_only_what_is_after_the_asked_moment_comes(rest: KrakenRest) -> None:
    rows = asked(rest, f"{OHLC}1&since={MINUTE_S - 300}")["result"]["BTC/USD"]
    assert [row[0] for row in rows] == [MINUTE_S - n for n in (240, 180, 120, 60, 0)]
    assert asked(rest, f"{OHLC}1&since={MINUTE_S}")["result"] == {"BTC/USD": [], "last": MINUTE_S - 60}


def test_longer_candles_begin_at_multiples_of_their_length(rest: KrakenRest) -> None:
    rows = asked(rest, f"{OHLC}15")["result"]["BTC/USD"]
    assert all(row[0] % 900 == 0 for row in rows)


@pytest.mark.parametrize(
    ("target", "error"),
    [
        ("/0/public/OHLC?pair=NOPE&interval=1", "EQuery:Unknown asset pair"),
        ("/0/public/Ticker?pair=BTC/USD,XBT/USD", "EQuery:Unknown asset pair"),
        (f"{OHLC}7", "EGeneral:Invalid arguments"),
        (f"{OHLC}1&since=yesterday", "EGeneral:Invalid arguments"),
        ("/0/public/Gossip", "EGeneral:Unknown method"),
    ],
)
def test_errors_come_with_status_200(rest: KrakenRest, target: str, error: str) -> None:
    assert asked(rest, target) == {"error": [error]}


def test_tickers_are_of_the_pairs_that_were_asked_for(rest: KrakenRest, market: SimulatedMarket) -> None:
    result = asked(rest, "/0/public/Ticker?pair=BTC/USD,ETH/USD")["result"]
    assert set(result) == {"BTC/USD", "ETH/USD"}
    day = result["BTC/USD"]
    assert float(day["c"][0]) == market.books["BTCUSDT"].last_price
    assert float(day["b"][0]) < float(day["a"][0])
    assert float(day["l"][1]) <= float(day["p"][1]) <= float(day["h"][1])


def test_the_list_of_pairs_names_what_the_socket_refuses(rest: KrakenRest) -> None:
    pairs = asked(rest, "/0/public/AssetPairs")["result"]
    assert pairs["XBTUSD"]["wsname"] == "XBT/USD"
    assert pairs["ETHUSD"]["wsname"] == "ETH/USD"


def test_more_than_its_quota_is_refused_with_status_200(rest: KrakenRest) -> None:
    for _ in range(CALLS):
        assert asked(rest, "/0/public/Time")["error"] == []
    reply = replied(rest, "/0/public/Time")
    assert (reply.status, reply.body) == (200, b'{"error":["EAPI:Rate limit exceeded"]}')
    assert asked(rest, "/0/public/Time", NOW_MS + 21_000)["error"] == []
