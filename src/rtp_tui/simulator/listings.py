"""What the simulated exchange lists: invented figures of believable size."""

from math import ceil, log10

from msgspec import Struct


class Listing(Struct, frozen=True, kw_only=True):
    """One traded symbol and how it behaves."""

    symbol: str
    """The venue's name of it, for example `BTCUSDT`."""
    asset_class: str
    code: str
    """The symbol as a person writes it: `BTC`, `AAPL`, `USDCOP`."""
    name: str
    price: float
    volatility: float
    """Of a year, as a fraction."""
    liquidity: float
    """Share of all trades, in arbitrary units."""
    market: str
    currency: str = "USD"
    decimals: int = 2
    """Of the price."""
    notional: float = 400.0
    """Median value of a trade."""
    spread_bps: float = 1.0
    open_hours_a_year: float = 8760.0

    @property
    def size_decimals(self) -> int:
        """Of the size of a trade: the dearer, the finer."""
        return max(0, min(5, ceil(log10(self.price))))


# code, name, price, decimals, volatility, liquidity, median trade
_CRYPTO = (
    ("BTC", "Bitcoin", 68_012.40, 2, 0.45, 30.0, 900),
    ("ETH", "Ethereum", 2_418.35, 2, 0.62, 22.0, 700),
    ("SOL", "Solana", 151.82, 2, 0.78, 14.0, 450),
    ("XRP", "XRP", 1.6243, 4, 0.75, 10.0, 350),
    ("BNB", "BNB", 812.60, 2, 0.50, 8.0, 450),
    ("DOGE", "Dogecoin", 0.14215, 5, 0.90, 8.0, 250),
    ("ADA", "Cardano", 0.4312, 4, 0.80, 5.0, 250),
    ("TRX", "TRON", 0.3108, 4, 0.45, 4.0, 250),
    ("LINK", "Chainlink", 13.42, 2, 0.80, 4.0, 250),
    ("AVAX", "Avalanche", 16.18, 2, 0.85, 4.0, 250),
    ("SUI", "Sui", 1.8846, 4, 0.95, 4.0, 250),
    ("XLM", "Stellar", 0.2514, 4, 0.78, 2.5, 200),
    ("LTC", "Litecoin", 88.71, 2, 0.65, 3.0, 250),
    ("BCH", "Bitcoin Cash", 498.20, 2, 0.68, 2.5, 250),
    ("HBAR", "Hedera", 0.1462, 5, 0.88, 2.0, 200),
    ("DOT", "Polkadot", 2.874, 3, 0.80, 2.5, 200),
    ("UNI", "Uniswap", 6.318, 3, 0.90, 2.5, 200),
    ("TON", "Toncoin", 1.946, 3, 0.72, 2.0, 200),
    ("PEPE", "Pepe", 0.00000612, 8, 1.15, 3.5, 180),
    ("SHIB", "Shiba Inu", 0.00000894, 8, 0.85, 2.0, 180),
    ("AAVE", "Aave", 178.43, 2, 0.88, 2.0, 220),
    ("NEAR", "NEAR Protocol", 2.116, 3, 0.95, 2.0, 180),
    ("APT", "Aptos", 2.842, 3, 0.92, 1.8, 180),
    ("ICP", "Internet Computer", 4.236, 3, 0.90, 1.5, 180),
    ("ETC", "Ethereum Classic", 15.74, 2, 0.75, 1.5, 180),
    ("ONDO", "Ondo", 0.6128, 4, 0.95, 1.5, 160),
    ("TAO", "Bittensor", 318.60, 2, 1.05, 2.0, 200),
    ("ARB", "Arbitrum", 0.2746, 4, 0.98, 1.5, 150),
    ("OP", "Optimism", 0.4183, 4, 1.00, 1.2, 150),
    ("POL", "Polygon", 0.1687, 4, 0.85, 1.2, 150),
    ("FIL", "Filecoin", 1.612, 3, 0.90, 1.2, 150),
    ("ATOM", "Cosmos", 2.946, 3, 0.80, 1.2, 150),
    ("WLD", "Worldcoin", 0.7421, 4, 1.10, 1.5, 150),
    ("INJ", "Injective", 7.184, 3, 1.00, 1.2, 150),
    ("SEI", "Sei", 0.1532, 4, 1.00, 1.0, 140),
    ("RENDER", "Render", 2.308, 3, 1.00, 1.2, 140),
    ("FET", "Artificial Superintelligence", 0.3264, 4, 1.10, 1.2, 140),
    ("VET", "VeChain", 0.01684, 5, 0.88, 0.8, 120),
    ("ALGO", "Algorand", 0.1478, 4, 0.85, 0.8, 120),
    ("BONK", "Bonk", 0.00001218, 8, 1.20, 1.5, 130),
    ("TIA", "Celestia", 0.8926, 4, 1.10, 1.0, 130),
    ("JUP", "Jupiter", 0.2867, 4, 1.05, 0.8, 120),
    ("ENA", "Ethena", 0.3418, 4, 1.15, 1.4, 140),
    ("CRV", "Curve DAO", 0.4672, 4, 1.00, 0.9, 120),
    ("LDO", "Lido DAO", 0.7386, 4, 1.00, 0.8, 120),
    ("STX", "Stacks", 0.3942, 4, 0.98, 0.7, 120),
    ("IMX", "Immutable", 0.3258, 4, 1.02, 0.7, 110),
    ("GRT", "The Graph", 0.06214, 5, 0.98, 0.7, 110),
    ("SAND", "The Sandbox", 0.1734, 4, 0.95, 0.7, 110),
    ("GALA", "Gala", 0.00894, 5, 1.05, 0.8, 110),
)

# code, name, price, volatility, liquidity
_STOCKS = (
    ("AAPL", "Apple", 271.46, 0.26, 4.0),
    ("MSFT", "Microsoft", 498.72, 0.24, 3.0),
    ("NVDA", "NVIDIA", 186.35, 0.42, 6.0),
    ("AMZN", "Amazon", 232.18, 0.31, 3.0),
    ("GOOGL", "Alphabet", 298.44, 0.30, 3.0),
    ("META", "Meta Platforms", 642.90, 0.34, 2.5),
    ("TSLA", "Tesla", 402.15, 0.58, 5.0),
    ("AVGO", "Broadcom", 348.60, 0.40, 2.0),
    ("AMD", "Advanced Micro Devices", 214.73, 0.50, 3.0),
    ("NFLX", "Netflix", 108.92, 0.34, 1.5),
    ("MSTR", "Strategy", 184.26, 0.85, 2.5),
    ("COIN", "Coinbase Global", 262.38, 0.75, 2.0),
    ("PLTR", "Palantir", 168.54, 0.60, 2.5),
    ("INTC", "Intel", 38.47, 0.48, 1.5),
    ("JPM", "JPMorgan Chase", 312.65, 0.24, 1.2),
    ("V", "Visa", 334.18, 0.20, 0.8),
    ("WMT", "Walmart", 104.62, 0.21, 0.8),
    ("XOM", "Exxon Mobil", 118.34, 0.25, 0.8),
    ("KO", "Coca-Cola", 71.28, 0.16, 0.6),
    ("DIS", "Walt Disney", 108.76, 0.28, 0.6),
)
_OF_DESKS = (
    ("MARA", "MARA Holdings", 12.84, 0.95, 1.5),
    ("RIOT", "Riot Platforms", 14.92, 0.92, 1.5),
    ("CLSK", "CleanSpark", 11.36, 0.98, 1.2),
    ("HUT", "Hut 8", 38.15, 0.95, 0.8),
    ("CORZ", "Core Scientific", 15.87, 0.90, 0.8),
    ("GLXY", "Galaxy Digital", 27.42, 0.88, 0.8),
    ("BTDR", "Bitdeer", 13.08, 1.05, 0.8),
    ("XXI", "Twenty One Capital", 11.74, 0.95, 0.6),
    ("GME", "GameStop", 22.36, 0.60, 1.0),
    ("XYZ", "Block", 62.51, 0.55, 1.0),
)
"""Companies that hold bitcoin, beside those above."""

_ALREADY_CLOSED = frozenset({"JPM", "V", "WMT", "XOM", "KO", "DIS"})

OPENING_MARKET = "demo-opening"
CLOSED_MARKET = "demo-closed"
FX_MARKET = "demo-fx"


def _crypto() -> tuple[Listing, ...]:
    return tuple(
        Listing(
            symbol=f"{code}USDT",
            asset_class="crypto",
            code=code,
            name=name,
            price=price,
            decimals=decimals,
            volatility=volatility,
            liquidity=liquidity,
            notional=notional,
            spread_bps=0.02 if liquidity >= 20 else 1.0 + 3.0 / liquidity,
            market="24x7",
        )
        for code, name, price, decimals, volatility, liquidity, notional in _CRYPTO
    )


def _stocks(companies: tuple[tuple[str, str, float, float, float], ...]) -> tuple[Listing, ...]:
    return tuple(
        Listing(
            symbol=f"{code}USD",
            asset_class="stocks",
            code=code,
            name=name,
            price=price,
            volatility=volatility,
            liquidity=liquidity,
            notional=2_500.0,
            spread_bps=0.6 + 1.0 / liquidity,
            market=CLOSED_MARKET if code in _ALREADY_CLOSED else OPENING_MARKET,
            open_hours_a_year=252 * 6.5,
        )
        for code, name, price, volatility, liquidity in companies
    )


def _fx(
    code: str, name: str, price: float, decimals: int, volatility: float, notional: float, spread_bps: float
) -> Listing:
    return Listing(
        symbol=code,
        asset_class="fx",
        code=code,
        name=name,
        price=price,
        decimals=decimals,
        volatility=volatility,
        liquidity=2.0,
        notional=notional,
        spread_bps=spread_bps,
        market=FX_MARKET,
        currency=code[3:],
        open_hours_a_year=260 * 24,
    )


LISTINGS: tuple[Listing, ...] = (
    *_crypto(),
    *_stocks(_STOCKS),
    _fx("USDCOP", "US Dollar / Colombian Peso", 4_098.50, 2, 0.14, 40_000_000.0, 1.2),
)
"""Everything the demo trades: 50 crypto pairs, 20 stocks and one currency pair."""

OF_DESKS: tuple[Listing, ...] = (
    *_stocks(_OF_DESKS),
    _fx("EURUSD", "Euro", 1.1612, 5, 0.08, 9_000.0, 0.4),
)
"""What the ready-made desks watch beside that."""
