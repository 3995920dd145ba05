"""Currencies for one another, from the currency pairs that are priced."""

import re
from collections.abc import Iterable, Mapping

from rtp_tui.analytics.valuation import Rates
from rtp_tui.model.instrument import Instrument, InstrumentId
from rtp_tui.model.market import Quote

CROSS = "USD"
"""The currency that the others are priced in the most."""
_NO_LETTER = re.compile(r"[^A-Z]")


def pair_of(instrument: Instrument) -> tuple[str, str] | None:
    """`USD` and `COP` of `fx:USDCOP`, `fx:USD-COP` or `fx:USDCOP=X`; None for anything that is no pair of currencies."""
    if instrument.asset_class != "fx":
        return None
    letters = _NO_LETTER.sub("", instrument.symbol.upper())
    return (letters[:3], letters[3:6]) if len(letters) >= 6 else None


def rates_of(instruments: Iterable[Instrument], quotes: Mapping[InstrumentId, Quote]) -> Rates:
    """What the priced pairs tell."""
    pairs = {}
    for instrument in instruments:
        pair, quote = pair_of(instrument), quotes.get(instrument.id)
        if pair is not None and quote is not None and quote.price is not None:
            pairs[pair] = quote.price
    return Rates(pairs)


def ways_between(of: str, to: str) -> tuple[tuple[tuple[str, str], ...], ...]:
    """The ways from one currency to another, the most direct first: each is currencies that follow each other, two by two."""
    direct = ((of, to),)
    return (direct,) if CROSS in (of, to) else (direct, ((of, CROSS), (CROSS, to)))


def pairs_between(of: Iterable[str], to: str, instruments: Iterable[Instrument]) -> list[Instrument]:
    """The pairs that may lead from one of these currencies to another, either way around."""
    legs = {frozenset(leg) for one in of if one != to for way in ways_between(one, to) for leg in way}
    return [one for one in instruments if (pair := pair_of(one)) is not None and frozenset(pair) in legs]
