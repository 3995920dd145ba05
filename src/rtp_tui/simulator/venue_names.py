"""What the venues call the things listed here."""

from msgspec import Struct

from rtp_tui.simulator.listings import Listing


class Coin(Struct, frozen=True):
    """A coin as CoinGecko knows it."""

    id: str
    supply: float
    """In circulation."""
    max_supply: float | None = None


_COINS = {
    "BTC": Coin("bitcoin", 19.98e6, 21e6),
    "ETH": Coin("ethereum", 120.7e6),
    "SOL": Coin("solana", 553e6),
    "XRP": Coin("ripple", 60.1e9, 100e9),
    "BNB": Coin("binancecoin", 137.7e6, 200e6),
    "DOGE": Coin("dogecoin", 151.6e9),
    "ADA": Coin("cardano", 35.9e9, 45e9),
    "TRX": Coin("tron", 94.7e9),
    "LINK": Coin("chainlink", 697e6, 1e9),
    "AVAX": Coin("avalanche-2", 427e6, 715e6),
    "SUI": Coin("sui", 3.68e9, 10e9),
    "XLM": Coin("stellar", 32.1e9, 50e9),
    "LTC": Coin("litecoin", 76.5e6, 84e6),
    "BCH": Coin("bitcoin-cash", 19.96e6, 21e6),
    "HBAR": Coin("hedera-hashgraph", 42.5e9, 50e9),
    "DOT": Coin("polkadot", 1.63e9),
    "UNI": Coin("uniswap", 630e6, 1e9),
    "TON": Coin("the-open-network", 2.53e9),
    "PEPE": Coin("pepe", 420.69e12, 420.69e12),
    "SHIB": Coin("shiba-inu", 589.2e12),
    "AAVE": Coin("aave", 15.3e6, 16e6),
    "NEAR": Coin("near", 1.28e9),
    "APT": Coin("aptos", 735e6),
    "ICP": Coin("internet-computer", 545e6),
    "ETC": Coin("ethereum-classic", 153.9e6, 210.7e6),
    "ONDO": Coin("ondo-finance", 3.16e9, 10e9),
    "TAO": Coin("bittensor", 10.2e6, 21e6),
    "ARB": Coin("arbitrum", 5.6e9, 10e9),
    "OP": Coin("optimism", 1.9e9),
    "POL": Coin("polygon-ecosystem-token", 10.5e9),
    "FIL": Coin("filecoin", 715e6, 1.96e9),
    "ATOM": Coin("cosmos", 478e6),
    "WLD": Coin("worldcoin-wld", 2.3e9, 10e9),
    "INJ": Coin("injective-protocol", 99.9e6),
    "SEI": Coin("sei-network", 6.4e9, 10e9),
    "RENDER": Coin("render-token", 518e6, 644e6),
    "FET": Coin("fetch-ai", 2.3e9, 2.71e9),
    "VET": Coin("vechain", 85.9e9, 86.7e9),
    "ALGO": Coin("algorand", 8.8e9, 10e9),
    "BONK": Coin("bonk", 82.5e12, 88.8e12),
    "TIA": Coin("celestia", 830e6),
    "JUP": Coin("jupiter-exchange-solana", 3.2e9, 10e9),
    "ENA": Coin("ethena", 7.4e9, 15e9),
    "CRV": Coin("curve-dao-token", 1.4e9, 3.03e9),
    "LDO": Coin("lido-dao", 890e6, 1e9),
    "STX": Coin("blockstack", 1.8e9, 1.82e9),
    "IMX": Coin("immutable-x", 1.96e9, 2e9),
    "GRT": Coin("the-graph", 10.5e9),
    "SAND": Coin("the-sandbox", 2.6e9, 3e9),
    "GALA": Coin("gala", 46.2e9, 50e9),
}

_ON_COINBASE = frozenset(("BTC", "ETH", "SOL", "XRP", "DOGE", "ADA", "LINK", "AVAX", "LTC", "BCH"))

_ON_OKX_AND_BYBIT = frozenset(("BTC", "ETH", "SOL"))
"""Few: every name here is one more stream beside those of the venues before them."""


_ON_KRAKEN = frozenset(("BTC", "ETH", "SOL", "DOGE"))


def coin(listing: Listing) -> Coin | None:
    """What CoinGecko knows of a listing; None for what is no coin."""
    return _COINS.get(listing.code) if listing.asset_class == "crypto" else None


def coinbase_product(listing: Listing) -> str | None:
    """`BTC-USD`; None for what Coinbase does not trade."""
    is_traded = listing.asset_class == "crypto" and listing.code in _ON_COINBASE
    return f"{listing.code}-USD" if is_traded else None


def okx_name(listing: Listing) -> str | None:
    """`BTC-USDT`; None for what OKX does not trade here."""
    return f"{listing.code}-USDT" if _is_on_okx_and_bybit(listing) else None


def bybit_symbol(listing: Listing) -> str | None:
    """`BTCUSDT`; None for what Bybit does not trade here."""
    return listing.symbol if _is_on_okx_and_bybit(listing) else None


def every_okx_name(listing: Listing) -> str | None:
    """`BTC-USDT`; None for what is no coin."""
    return f"{listing.code}-USDT" if coin(listing) else None


def every_bybit_symbol(listing: Listing) -> str | None:
    """`BTCUSDT`; None for what is no coin."""
    return listing.symbol if coin(listing) else None


def _is_on_okx_and_bybit(listing: Listing) -> bool:
    return listing.asset_class == "crypto" and listing.code in _ON_OKX_AND_BYBIT


def kraken_symbol(listing: Listing) -> str | None:
    """`BTC/USD`; None for what Kraken does not trade here."""
    is_traded = listing.asset_class == "crypto" and listing.code in _ON_KRAKEN
    return f"{listing.code}/USD" if is_traded else None


def yahoo_symbol(listing: Listing) -> str | None:
    """`AAPL`, `COP=X`; None for coins."""
    match listing.asset_class:
        case "stocks":
            return listing.code
        case "fx":
            return f"{listing.code.removeprefix('USD')}=X"
    return None


def alphavantage_symbol(listing: Listing) -> str | None:
    """`AAPL`, `USDCOP` (which is asked for as two currencies); None for coins."""
    return None if listing.asset_class == "crypto" else listing.code


def twelvedata_symbol(listing: Listing) -> str | None:
    """`AAPL`, `USD/COP`; None for coins."""
    match listing.asset_class:
        case "stocks":
            return listing.code
        case "fx":
            return f"{listing.code[:3]}/{listing.code[3:]}"
    return None
