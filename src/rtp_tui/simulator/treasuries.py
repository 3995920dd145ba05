"""Companies that hold bitcoin or ether: invented figures of believable size."""

from collections.abc import Mapping
from types import MappingProxyType

from msgspec import Struct


class Treasury(Struct, frozen=True):
    """One company; `entry_usd` is what it paid, 0 where that is unknown."""

    name: str
    symbol: str
    country: str
    holdings: float
    entry_usd: int


_BITCOIN = (
    Treasury("Strategy", "NASDAQ:MSTR", "US", 641_205, 47_490_000_000),
    Treasury("MARA Holdings", "NASDAQ:MARA", "US", 53_250, 0),
    Treasury("Twenty One Capital", "NYSE:XXI", "US", 43_514, 3_720_000_000),
    Treasury("Metaplanet Inc.", "TSE: 3350", "JP", 30_823, 3_330_000_000),
    Treasury("Riot Platforms, Inc", "NASDAQ:RIOT", "US", 19_324, 0),
    Treasury("Coinbase Global, Inc", "NASDAQ:COIN", "US", 14_548, 1_057_000_000),
    Treasury("CleanSpark Inc.", "NASDAQ:CLSK", "US", 13_033, 0),
    Treasury("Tesla, Inc.", "NASDAQ:TSLA", "US", 11_509, 386_000_000),
    Treasury("Hut 8 Mining Corp", "NASDAQ:HUT", "CA", 10_278, 0),
    Treasury("Block Inc.", "NYSE:XYZ", "US", 8_780, 292_000_000),
    Treasury("Galaxy Digital Holdings", "TSE: GLXY", "US", 6_894.5, 0),
    Treasury("Exodus Movement Inc", "EXOD:OTCMKTS", "US", 2_147, 0),
)
_ETHER = (
    Treasury("BitMine Immersion", "NYSE:BMNR", "US", 3_629_701, 0),
    Treasury("SharpLink Gaming", "NASDAQ:SBET", "US", 859_853, 3_093_000_000),
    Treasury("Coinbase Global, Inc", "NASDAQ:COIN", "US", 148_715, 0),
    Treasury("Exodus Movement Inc", "EXOD:OTCMKTS", "US", 2_802, 0),
)
TREASURIES: Mapping[str, tuple[Treasury, ...]] = MappingProxyType({"bitcoin": _BITCOIN, "ethereum": _ETHER})


class Company(Struct, frozen=True):
    """A row of `companies`; field names are the wire's."""

    name: str
    symbol: str
    country: str
    total_holdings: float
    total_entry_value_usd: int
    total_current_value_usd: int
    percentage_of_total_supply: float


class PublicTreasury(Struct, frozen=True):
    """The answer of `/companies/public_treasury/{coin}`; field names are the wire's."""

    total_holdings: float
    total_value_usd: float
    market_cap_dominance: float
    companies: tuple[Company, ...]


def public_treasury(coin: str, price: float, supply: float) -> PublicTreasury:
    """What the companies hold of a coin, at this price."""
    treasuries = TREASURIES[coin]
    holdings = sum(treasury.holdings for treasury in treasuries)
    return PublicTreasury(
        holdings,
        holdings * price,
        round(100 * holdings / supply, 2),
        tuple(_company(treasury, price, supply) for treasury in treasuries),
    )


def _company(treasury: Treasury, price: float, supply: float) -> Company:
    return Company(
        treasury.name,
        treasury.symbol,
        treasury.country,
        treasury.holdings,
        treasury.entry_usd,
        round(treasury.holdings * price),
        round(100 * treasury.holdings / supply, 3),
    )
