"""What treasury numbers are made from: prices of coins, shares, and the figures that their companies filed."""

from msgspec import Struct

from rtp_tui.model.filings import Fact
from rtp_tui.model.instrument import Instrument, InstrumentId
from rtp_tui.model.treasury import SharesFrom

UNITS = "CryptoAssetNumberOfUnits"
SHARES = "EntityCommonStockSharesOutstanding"
SHARES_ON_BALANCE = "CommonStockSharesOutstanding"
REPORTS = frozenset({"10-K", "10-KT", "10-Q", "10-QT", "20-F", "40-F"})
"""Whose cover page tells how many shares there are."""


class CoinPrice(Struct, frozen=True):
    """A coin that is priced in US dollars."""

    symbol: str
    name: str
    instrument: InstrumentId
    price: float | None


class Share(Struct, frozen=True, kw_only=True):
    """A stock that is priced in US dollars, and what is known of its company."""

    instrument: Instrument
    price: float | None = None
    market_cap: float | None = None
    company: str = ""
    """Its name at the regulator; empty while nothing that it filed is known."""
    facts: tuple[Fact, ...] = ()


def filed_units(share: Share, coin: CoinPrice) -> Fact | None:
    """How much of a coin its company filed that it holds: a unit is the coin's symbol or its name, in any case."""
    names = {coin.symbol.upper(), coin.name.upper()}
    found = (fact for fact in share.facts if fact.concept == UNITS and fact.unit.upper() in names)
    return max(found, key=lambda fact: (fact.end, fact.filed), default=None)


class Outstanding(Struct, frozen=True):
    """How many shares there are, and where that is told."""

    fact: Fact
    told_by: SharesFrom


def shares_outstanding(share: Share) -> Outstanding | None:
    """How many shares its company filed that there are; a figure of none is none.

    The regulator's facts leave out what is told by class of shares. A newest report whose cover page tells nothing else
    has several classes: an older cover page is then of another time, or of another company than it is now. Its balance
    sheet may tell all classes together.
    """
    cover, newest = _newest(share, SHARES), newest_report(share)
    if cover is not None and (newest is None or cover.filed >= newest.filed):
        return Outstanding(cover, SharesFrom.COVER)
    total = None if newest is None else _newest(share, SHARES_ON_BALANCE, newest.accession)
    return None if total is None else Outstanding(total, SharesFrom.BALANCE_SHEET)


def newest_report(share: Share) -> Fact | None:
    """A figure of the newest report of its company."""
    found = (fact for fact in share.facts if fact.form in REPORTS)
    return max(found, key=lambda fact: (fact.filed, fact.end), default=None)


def _newest(share: Share, concept: str, accession: str | None = None) -> Fact | None:
    found = (
        fact
        for fact in share.facts
        if fact.concept == concept and fact.value > 0 and accession in (None, fact.accession)
    )
    return max(found, key=lambda fact: (fact.end, fact.filed), default=None)


def units_told(share: Share) -> tuple[str, ...]:
    """In which units its company filed what it holds."""
    return tuple(dict.fromkeys(fact.unit for fact in share.facts if fact.concept == UNITS))
