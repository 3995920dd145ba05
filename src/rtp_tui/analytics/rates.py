"""Currencies for one another, from the currency pairs that are priced."""

import re
from collections.abc import Iterable, Mapping

from rtp_tui.analytics.valuation import Rates
from rtp_tui.model.instrument import Instrument, InstrumentId
from rtp_tui.model.market import Quote

_NO_LETTER = re.compile(r"[^A-Z]")


def pair_of(instrument: Instrument) -> tuple[str, str] | None:
    """`USD` and `COP` of `fx:USDCOP`, `fx:USD-COP` or `fx:USDCOP=X`; None for anything that is no pair of currencies."""
    letters = _NO_LETTER.sub("", instrument.symbol.upper())
    return (letters[:3], letters[3:6]) if instrument.asset_class == "fx" and len(letters) >= 6 else None


def rates_of(instruments: Iterable[Instrument], quotes: Mapping[InstrumentId, Quote]) -> Rates:
    """What the priced pairs tell."""
    pairs = {}
    for instrument in instruments:
        pair, quote = pair_of(instrument), quotes.get(instrument.id)
        if pair is not None and quote is not None and quote.price is not None:
            pairs[pair] = quote.price
    return Rates(pairs)
