"""The instruments of a first start: what public sources price without a key."""

from collections.abc import Iterator

from rtp_tui.model.instrument import Instrument, InstrumentId, Priority

PUBLIC_TITLE = (
    "coins, shares and currencies of sources that want no key; "
    "Binance, OKX, Bybit, Coinbase, Kraken, CoinGecko, Yahoo"
)
"""What a person is told who may choose them."""

_COINS = (
    ("BTC", "Bitcoin", "bitcoin"),
    ("ETH", "Ethereum", "ethereum"),
    ("SOL", "Solana", "solana"),
    ("XRP", "XRP", "ripple"),
    ("DOGE", "Dogecoin", "dogecoin"),
    ("ADA", "Cardano", "cardano"),
    ("TRX", "TRON", "tron"),
    ("LINK", "Chainlink", "chainlink"),
    ("AVAX", "Avalanche", "avalanche-2"),
    ("LTC", "Litecoin", "litecoin"),
)
_WITH_ALL_STANDBYS = frozenset(("BTC", "ETH", "SOL"))
"""The others go on from one socket to the polled prices: every further stream costs both sides."""
_SHARES = (("AAPL", "Apple"), ("MSFT", "Microsoft"), ("NVDA", "NVIDIA"))


def public_instruments() -> tuple[Instrument, ...]:
    """Ten coins, three shares and two currency pairs."""
    return (*_coins(), *_shares(), *_currencies())


def _coins() -> Iterator[Instrument]:
    for symbol, name, coin in _COINS:
        all_standbys = symbol in _WITH_ALL_STANDBYS
        standbys = (
            f"okx:{symbol}-USDT",
            f"bybit:{symbol}USDT",
            f"coinbase:{symbol}-USD",
            f"kraken:{symbol}/USD",
        )
        yield Instrument(
            id=InstrumentId(f"crypto:{symbol}"),
            name=name,
            feeds=(f"binance:{symbol}USDT", *(standbys if all_standbys else ()), f"coingecko:{coin}"),
            priority=Priority.HIGH if all_standbys else Priority.MEDIUM,
        )


def _shares() -> Iterator[Instrument]:
    for symbol, name in _SHARES:
        yield Instrument(
            id=InstrumentId(f"stocks:{symbol}"), name=name, feeds=(f"yahoo:{symbol}",), market="XNYS"
        )


def _currencies() -> Iterator[Instrument]:
    """The hours of currency futures come nearest to those of currencies."""
    for symbol, currency, name in (
        ("EURUSD", "USD", "Euro"),
        ("USDCOP", "COP", "US Dollar / Colombian Peso"),
    ):
        yield Instrument(
            id=InstrumentId(f"fx:{symbol}"),
            name=name,
            feeds=(f"yahoo:{symbol.removeprefix('USD')}=X",),
            currency=currency,
            market="CMES",
        )
