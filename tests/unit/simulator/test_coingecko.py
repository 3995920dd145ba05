"""CoinGecko over HTTP."""

import json
import re

import pytest

from rtp_tui.simulator.coingecko import CALLS_A_MINUTE, CoinGecko
from rtp_tui.simulator.market import SimulatedMarket
from tests.factories import NOW_MS
from tests.unit.simulator.venues import a_market, asked, coins_of, refused, replied


@pytest.fixture(scope="module")
def market() -> SimulatedMarket:
    return a_market()


@pytest.fixture
def rest(market: SimulatedMarket) -> CoinGecko:
    return CoinGecko(coins_of(market))


def test_prices_are_numbers_and_unknown_ids_are_left_out(rest: CoinGecko, market: SimulatedMarket) -> None:
    target = (
        "/simple/price?ids=bitcoin,gala,nonsense&vs_currencies=usd"
        "&include_24hr_change=true&include_last_updated_at=true"
    )
    prices = asked(rest, target)
    assert set(prices) == {"bitcoin", "gala"}
    assert prices["bitcoin"]["usd"] == market.books["BTCUSDT"].last_price
    assert isinstance(prices["bitcoin"]["usd_24h_change"], float)
    assert 0 <= NOW_MS // 1000 + 10 - prices["bitcoin"]["last_updated_at"] < 60
    assert asked(rest, "/simple/price?ids=nonsense&vs_currencies=usd") == {}


def test_both_base_addresses_are_answered(rest: CoinGecko) -> None:
    assert asked(rest, "/ping") == asked(rest, "/api/v3/ping")


def test_markets_are_ordered_by_size_and_may_be_paged(rest: CoinGecko) -> None:
    rows = asked(rest, "/coins/markets?vs_currency=usd&ids=gala,ethereum,bitcoin")
    assert [row["id"] for row in rows] == ["bitcoin", "ethereum", "gala"]
    assert [row["market_cap_rank"] for row in rows] == [1, 2, 3]
    second = asked(rest, "/coins/markets?vs_currency=usd&per_page=2&page=2")
    assert [row["id"] for row in second] == ["gala"]


def test_markets_tell_times_in_text_and_have_nulls(rest: CoinGecko) -> None:
    bitcoin, ether, _ = asked(rest, "/coins/markets?vs_currency=usd&price_change_percentage=1h")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", bitcoin["last_updated"])
    assert ether["max_supply"] is ether["fully_diluted_valuation"] is ether["roi"] is None
    assert isinstance(bitcoin["price_change_percentage_1h_in_currency"], float)
    assert "price_change_percentage_24h_in_currency" not in bitcoin
    assert bitcoin["low_24h"] <= bitcoin["current_price"] <= bitcoin["high_24h"]


def test_the_list_maps_ids_to_symbols(rest: CoinGecko) -> None:
    assert {"id": "bitcoin", "symbol": "btc", "name": "Bitcoin"} in asked(rest, "/coins/list")


def test_treasuries_add_up_and_some_entries_are_unknown(rest: CoinGecko, market: SimulatedMarket) -> None:
    treasury = asked(rest, "/companies/public_treasury/bitcoin")
    companies = treasury["companies"]
    price = market.books["BTCUSDT"].last_price
    assert len(companies) == 12
    assert treasury["total_holdings"] == sum(company["total_holdings"] for company in companies)
    assert treasury["total_value_usd"] == pytest.approx(price * treasury["total_holdings"])
    assert {company["total_entry_value_usd"] == 0 for company in companies} == {True, False}
    assert any(": " in company["symbol"] for company in companies)
    in_ether = asked(rest, "/companies/public_treasury/ethereum")
    assert "NASDAQ:COIN" in {company["symbol"] for company in in_ether["companies"]}


@pytest.mark.parametrize(
    ("target", "status"),
    [
        ("/simple/price?vs_currencies=usd", 422),
        ("/coins/markets", 422),
        ("/coins/markets?vs_currency=doubloons", 400),
        ("/companies/public_treasury/gala", 404),
        ("/nowhere", 404),
    ],
)
def test_bad_questions_are_refused(rest: CoinGecko, target: str, status: int) -> None:
    assert set(refused(rest, target, status)) == {"error"}


def test_the_free_quota_is_thirty_a_minute_and_says_when_it_is_over(rest: CoinGecko) -> None:
    for _ in range(CALLS_A_MINUTE):
        assert replied(rest, "/ping").status == 200
    reply = replied(rest, "/ping", NOW_MS + 40_000)
    assert json.loads(reply.body)["status"]["error_code"] == 429
    assert reply.headers == (("Retry-After", "30"),)
    assert replied(rest, "/ping", NOW_MS + 70_000).status == 200


def test_the_quota_can_be_raised(market: SimulatedMarket) -> None:
    rest = CoinGecko(coins_of(market), calls_a_minute=1000)
    assert {replied(rest, "/ping").status for _ in range(1000)} == {200}
