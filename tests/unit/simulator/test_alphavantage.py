"""Alpha Vantage over HTTP."""

import pytest

from rtp_tui.simulator.alphavantage import CALLS_A_DAY, AlphaVantage
from rtp_tui.simulator.market import SimulatedMarket
from tests.unit.simulator.venues import a_market, asked, codes_of, replied

QUOTE = "/query?function=GLOBAL_QUOTE&symbol=AAPL&apikey=K"


@pytest.fixture(scope="module")
def market() -> SimulatedMarket:
    return a_market()


@pytest.fixture
def rest(market: SimulatedMarket) -> AlphaVantage:
    return AlphaVantage(codes_of(market))


def test_a_quote_is_texts_under_numbered_names(rest: AlphaVantage, market: SimulatedMarket) -> None:
    quote = asked(rest, QUOTE)["Global Quote"]
    assert quote["05. price"] == f"{codes_of(market)['AAPL'].last_price:.4f}"
    assert all(isinstance(value, str) for value in quote.values())


def test_a_symbol_nobody_knows_has_an_empty_quote(rest: AlphaVantage) -> None:
    assert asked(rest, QUOTE.replace("AAPL", "NOPE")) == {"Global Quote": {}}


def test_a_rate_is_that_of_the_pair(rest: AlphaVantage, market: SimulatedMarket) -> None:
    target = "/query?function=CURRENCY_EXCHANGE_RATE&from_currency=USD&to_currency=COP&apikey=K"
    rate = asked(rest, target)["Realtime Currency Exchange Rate"]
    assert rate["5. Exchange Rate"] == f"{codes_of(market)['USDCOP'].last_price:.8f}"


def test_whatever_is_refused_is_refused_with_status_200(rest: AlphaVantage) -> None:
    assert "apikey is invalid" in asked(rest, "/query?function=GLOBAL_QUOTE&symbol=AAPL")["Error Message"]
    assert "Invalid API call" in asked(rest, "/query?function=NOTHING&apikey=K")["Error Message"]
    assert rest.rate_limited("5").status == 200
    assert replied(rest, "/elsewhere").status == 404


def test_a_keys_day_ends_with_its_calls_and_the_answer_repeats_the_key(rest: AlphaVantage) -> None:
    for _ in range(CALLS_A_DAY):
        assert "Global Quote" in asked(rest, QUOTE)
    assert "API key as K and our standard" in asked(rest, QUOTE)["Information"]
    assert "Global Quote" in asked(rest, QUOTE.replace("apikey=K", "apikey=OTHER"))
