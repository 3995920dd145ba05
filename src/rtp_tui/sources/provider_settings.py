"""Settings of the sources, one struct a provider."""

from typing import Literal

from msgspec import Struct


class BinanceSettings(Struct, frozen=True, kw_only=True):
    """Binance spot market data; no key is needed."""

    enabled: bool = True
    ws_url: str = "wss://stream.binance.com:9443"
    rest_url: str = "https://api.binance.com"
    trades: Literal["trade", "aggTrade"] = "trade"
    """Which trade stream feeds ticks and bars."""


class OkxSettings(Struct, frozen=True, kw_only=True):
    """OKX spot market data; no key is needed. A simulated one is below `/okx` of its address."""

    enabled: bool = True
    ws_url: str = "wss://ws.okx.com:8443/ws/v5/public"
    rest_url: str = "https://www.okx.com"


class CoinbaseSettings(Struct, frozen=True, kw_only=True):
    """Coinbase market data of either of its feeds; no key is needed.

    Simulated ones are below `/coinbase` and `/coinbase_advanced` of their address.
    """

    enabled: bool = True
    ws_url: str = "wss://ws-feed.exchange.coinbase.com"
    rest_url: str = "https://api.exchange.coinbase.com"
    feed: Literal["exchange", "advanced"] = "exchange"
    """Which of the venue's two feeds; the addresses above are of the first, those below of the second."""
    advanced_ws_url: str = "wss://advanced-trade-ws.coinbase.com"
    advanced_rest_url: str = "https://api.coinbase.com"


class KrakenSettings(Struct, frozen=True, kw_only=True):
    """Kraken spot market data; no key is needed. A simulated one is below `/kraken` of its address."""

    enabled: bool = True
    ws_url: str = "wss://ws.kraken.com/v2"
    rest_url: str = "https://api.kraken.com"
    event_trigger: Literal["bbo", "trades"] = "bbo"
    """What makes a new ticker: a change of the best bid or ask, or a trade."""


class BybitSettings(Struct, frozen=True, kw_only=True):
    """Bybit spot market data; no key is needed. A simulated one is below `/bybit` of its address."""

    enabled: bool = True
    ws_url: str = "wss://stream.bybit.com/v5/public/spot"
    rest_url: str = "https://api.bybit.com"


class CoinGeckoSettings(Struct, frozen=True, kw_only=True):
    """CoinGecko prices, market capitalisation and treasuries; a key raises the quota.

    A simulated one is below `/coingecko` of its address.
    """

    enabled: bool = True
    rest_url: str = "https://api.coingecko.com/api/v3"
    """Keys of paid plans belong to `https://pro-api.coingecko.com/api/v3`."""
    prices_from: Literal["markets", "simple"] = "markets"
    """Which question gives prices: `/coins/markets`, or the smaller `/simple/price` without high and low."""
    api_keys: tuple[str, ...] = ()
    """References: `env:NAME`, `file:PATH` or `keyring:SERVICE/USER`."""
    on_quota: Literal["wait", "next"] = "wait"
    """At the end of a key's quota: wait for it, or go on with the next key."""


class YahooSettings(Struct, frozen=True, kw_only=True):
    """Yahoo charts; no key is needed. A simulated one is below `/yahoo` of its address."""

    enabled: bool = True
    rest_url: str = "https://query1.finance.yahoo.com"


class AlphaVantageSettings(Struct, frozen=True, kw_only=True):
    """Alpha Vantage stock quotes."""

    enabled: bool = True
    rest_url: str = "https://www.alphavantage.co"
    api_keys: tuple[str, ...] = ()
    on_quota: Literal["wait", "next"] = "wait"
    calls_per_day: int = 25
    """What a key may ask, a free one by default; 0: as often as a paid one is asked for."""


class TwelveDataSettings(Struct, frozen=True, kw_only=True):
    """Twelve Data currencies and stocks. A simulated one is below `/twelvedata` of its address."""

    enabled: bool = True
    ws_url: str = "wss://ws.twelvedata.com"
    rest_url: str = "https://api.twelvedata.com"
    api_keys: tuple[str, ...] = ()
    on_quota: Literal["wait", "next"] = "wait"
    feed: Literal["socket", "quotes"] = "socket"
    """Prices as they change, or by question, for plans whose socket has not the symbols."""
    prices_from: Literal["quote", "price"] = "quote"
    """Which question gives prices: `/quote` with the previous close, or the smaller `/price`."""
    credits_per_minute: int = 8
    """What a key may spend, by default of the Basic plan, one for each symbol of a question; 0: no limit."""
    credits_per_day: int = 800


class DhanSettings(Struct, frozen=True, kw_only=True):
    """Dhan Indian equities; the access token lives about a day. A simulated one is below `/dhan` of its address."""

    enabled: bool = True
    ws_url: str = "wss://api-feed.dhan.co"
    rest_url: str = "https://api.dhan.co/v2"
    client_id: str = ""
    """A reference, as for keys."""
    api_token: str = ""
    """A reference; `file:PATH` is read again when the file changes."""
    prices_from: Literal["quote", "ohlc", "ltp"] = "quote"
    """Which question gives prices while there is no socket: `ohlc` and `ltp` tell less, and no time."""
    security_ids_file: str = ""
    """Which number a symbol has: `symbol,segment,security_id`, or the provider's `api-scrip-master.csv`.

    Without it symbols are numbers themselves: `dhan:NSE_EQ/2885` or `dhan:2885`.
    """


class SecSettings(Struct, frozen=True, kw_only=True):
    """SEC EDGAR: what companies file; no key is needed. A simulated one is below `/sec` of its address."""

    enabled: bool = True
    rest_url: str = "https://data.sec.gov"
    www_url: str = "https://www.sec.gov"
    """Where the list of tickers is."""
    user_agent: str = ""
    """Who asks, as the rules of access demand: `Company Name contact@example.com`. Without it nothing is asked."""


class SourceSettings(Struct, frozen=True, kw_only=True):
    """One table per provider; its key is what stands before the colon of a feed's name."""

    binance: BinanceSettings = BinanceSettings()
    okx: OkxSettings = OkxSettings()
    coinbase: CoinbaseSettings = CoinbaseSettings()
    kraken: KrakenSettings = KrakenSettings()
    bybit: BybitSettings = BybitSettings()
    coingecko: CoinGeckoSettings = CoinGeckoSettings()
    yahoo: YahooSettings = YahooSettings()
    alphavantage: AlphaVantageSettings = AlphaVantageSettings()
    twelvedata: TwelveDataSettings = TwelveDataSettings()
    dhan: DhanSettings = DhanSettings()
    sec: SecSettings = SecSettings()
