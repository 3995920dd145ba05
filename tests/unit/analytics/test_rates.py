"""Currencies from priced pairs."""

import pytest

from rtp_tui.analytics.rates import pair_of, rates_of
from tests.factories import a_quote, an_instrument


@pytest.mark.parametrize("id_", ["fx:USDCOP", "fx:USD-COP", "fx:USDCOP=X", "fx:USD_COP"])
def test_a_pair_is_read_from_its_symbol(id_: str) -> None:
    assert pair_of(an_instrument(id_)) == ("USD", "COP")


@pytest.mark.parametrize("id_", ["crypto:USDCOP", "fx:DXY", "stocks:USDCOP"])
def test_what_is_no_pair_of_currencies_is_none(id_: str) -> None:
    assert pair_of(an_instrument(id_)) is None


def test_pairs_without_a_price_give_no_rate() -> None:
    pairs = [an_instrument("fx:USDCOP"), an_instrument("fx:EURUSD")]
    quotes = {pairs[0].id: a_quote(instrument=pairs[0].id, price=4000.0)}
    rates = rates_of(pairs, quotes)
    assert (rates.rate("USD", "COP"), rates.rate("EUR", "USD")) == (4000.0, None)
