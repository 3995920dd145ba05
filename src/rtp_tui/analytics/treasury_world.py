"""What treasury numbers are made from: prices of coins, shares, and the figures that their companies filed."""

from msgspec import Struct

from rtp_tui.model.filings import Fact
from rtp_tui.model.instrument import Instrument, InstrumentId

UNITS = "CryptoAssetNumberOfUnits"
SHARES = "EntityCommonStockSharesOutstanding"


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


def shares_outstanding(share: Share) -> Fact | None:
    """How many shares its company filed that there are; a figure of none is none."""
    found = (fact for fact in share.facts if fact.concept == SHARES and fact.value > 0)
    return max(found, key=lambda fact: (fact.end, fact.filed), default=None)


def units_told(share: Share) -> tuple[str, ...]:
    """In which units its company filed what it holds."""
    return tuple(dict.fromkeys(fact.unit for fact in share.facts if fact.concept == UNITS))
