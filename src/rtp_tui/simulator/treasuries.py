"""Companies that hold bitcoin: invented figures of believable size."""

from msgspec import Struct

MAX_SUPPLY = 21_000_000


class Treasury(Struct, frozen=True):
    """One company; `entry_usd` is what it paid, 0 where that is unknown."""

    name: str
    symbol: str
    country: str
    holdings: float
    entry_usd: int


TREASURIES = (
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
    """The answer of `/companies/public_treasury/bitcoin`; field names are the wire's."""

    total_holdings: float
    total_value_usd: float
    market_cap_dominance: float
    companies: tuple[Company, ...]


def public_treasury(price: float, supply: float) -> PublicTreasury:
    """What the companies hold, at this price of a bitcoin."""
    holdings = sum(treasury.holdings for treasury in TREASURIES)
    return PublicTreasury(
        holdings,
        holdings * price,
        round(100 * holdings / supply, 2),
        tuple(_company(treasury, price) for treasury in TREASURIES),
    )


def _company(treasury: Treasury, price: float) -> Company:
    return Company(
        treasury.name,
        treasury.symbol,
        treasury.country,
        treasury.holdings,
        treasury.entry_usd,
        round(treasury.holdings * price),
        round(100 * treasury.holdings / MAX_SUPPLY, 3),
    )
