"""Which sources there are; beside the provider's own files the only place that names one."""

from msgspec.structs import replace

from rtp_tui.sources.alphavantage import AlphaVantageSource
from rtp_tui.sources.binance import BinanceSource
from rtp_tui.sources.bybit import BybitSource
from rtp_tui.sources.coinbase import CoinbaseSource
from rtp_tui.sources.coinbase_advanced import CoinbaseAdvancedSource
from rtp_tui.sources.coingecko import CoinGeckoSource
from rtp_tui.sources.dhan import DhanSource
from rtp_tui.sources.dhan_securities import read_security_ids
from rtp_tui.sources.equipment import Equipment
from rtp_tui.sources.kraken import KrakenSource
from rtp_tui.sources.okx import OkxSource
from rtp_tui.sources.provider_settings import SourceSettings
from rtp_tui.sources.sec import SecSource
from rtp_tui.sources.secrets import SIMULATED
from rtp_tui.sources.twelvedata import TwelveDataSource
from rtp_tui.sources.twelvedata_quotes import TwelveDataQuotes
from rtp_tui.sources.yahoo import YahooSource

AnySource = (
    BinanceSource
    | CoinbaseSource
    | CoinbaseAdvancedSource
    | KrakenSource
    | OkxSource
    | BybitSource
    | TwelveDataSource
    | DhanSource
)
AnyPollingSource = CoinGeckoSource | YahooSource | AlphaVantageSource | TwelveDataQuotes


def build_sources(settings: SourceSettings, equipment: Equipment) -> dict[str, AnySource]:
    """One streaming source for each enabled provider, by its name."""
    sources: dict[str, AnySource] = {}
    if settings.binance.enabled:
        sources[BinanceSource.name] = BinanceSource(settings.binance, equipment)
    if settings.coinbase.enabled:
        advanced = settings.coinbase.feed == "advanced"
        coinbase = CoinbaseAdvancedSource if advanced else CoinbaseSource
        sources[coinbase.name] = coinbase(settings.coinbase, equipment)
    if settings.kraken.enabled:
        sources[KrakenSource.name] = KrakenSource(settings.kraken, equipment)
    if settings.okx.enabled:
        sources[OkxSource.name] = OkxSource(settings.okx, equipment)
    if settings.bybit.enabled:
        sources[BybitSource.name] = BybitSource(settings.bybit, equipment)
    if settings.twelvedata.enabled and settings.twelvedata.feed == "socket":
        sources[TwelveDataSource.name] = TwelveDataSource(settings.twelvedata, equipment)
    if settings.dhan.enabled:
        securities = read_security_ids(settings.dhan.security_ids_file)
        sources[DhanSource.name] = DhanSource(settings.dhan, equipment, securities)
    return sources


def build_polling_sources(settings: SourceSettings, equipment: Equipment) -> dict[str, AnyPollingSource]:
    """One source to be asked at an interval for each enabled provider, by its name."""
    sources: dict[str, AnyPollingSource] = {}
    if settings.coingecko.enabled:
        sources[CoinGeckoSource.name] = CoinGeckoSource(settings.coingecko, equipment)
    if settings.yahoo.enabled:
        sources[YahooSource.name] = YahooSource(settings.yahoo, equipment)
    if settings.alphavantage.enabled:
        sources[AlphaVantageSource.name] = AlphaVantageSource(settings.alphavantage, equipment)
    if settings.twelvedata.enabled and settings.twelvedata.feed == "quotes":
        sources[TwelveDataQuotes.name] = TwelveDataQuotes(settings.twelvedata, equipment)
    return sources


def build_filings_source(settings: SourceSettings, equipment: Equipment) -> SecSource | None:
    """The source of what companies file; None where it is not enabled."""
    return SecSource(settings.sec, equipment) if settings.sec.enabled else None


def provider_at(settings: SourceSettings, rest_url: str) -> str:
    """Who is asked at an address; empty where nobody is."""
    if rest_url == settings.coinbase.advanced_rest_url:
        return CoinbaseAdvancedSource.name
    if rest_url == settings.sec.www_url:
        return SecSource.name
    return next(
        (name for name in SourceSettings.__struct_fields__ if getattr(settings, name).rest_url == rest_url),
        "",
    )


def simulated_venues(settings: SourceSettings, ws_url: str, rest_url: str) -> SourceSettings:
    """The same settings with every provider that the simulated exchange can play found there.

    Binance is at the root; each other provider is below a path of its own name.
    """
    return replace(
        settings,
        binance=replace(settings.binance, enabled=True, ws_url=ws_url, rest_url=rest_url),
        coinbase=replace(
            settings.coinbase,
            enabled=True,
            ws_url=f"{ws_url}/coinbase",
            rest_url=f"{rest_url}/coinbase",
            advanced_ws_url=f"{ws_url}/coinbase_advanced",
            advanced_rest_url=f"{rest_url}/coinbase_advanced",
        ),
        kraken=replace(
            settings.kraken, enabled=True, ws_url=f"{ws_url}/kraken", rest_url=f"{rest_url}/kraken"
        ),
        okx=replace(settings.okx, enabled=True, ws_url=f"{ws_url}/okx", rest_url=f"{rest_url}/okx"),
        bybit=replace(settings.bybit, enabled=True, ws_url=f"{ws_url}/bybit", rest_url=f"{rest_url}/bybit"),
        coingecko=replace(settings.coingecko, enabled=True, api_keys=(), rest_url=f"{rest_url}/coingecko"),
        yahoo=replace(settings.yahoo, enabled=True, rest_url=f"{rest_url}/yahoo"),
        alphavantage=replace(
            settings.alphavantage,
            enabled=True,
            api_keys=(f"{SIMULATED}:key",),
            rest_url=f"{rest_url}/alphavantage",
        ),
        twelvedata=replace(
            settings.twelvedata,
            enabled=True,
            api_keys=(f"{SIMULATED}:key",),
            ws_url=f"{ws_url}/twelvedata",
            rest_url=f"{rest_url}/twelvedata",
        ),
        dhan=replace(
            settings.dhan,
            enabled=True,
            client_id=f"{SIMULATED}:client",
            api_token=f"{SIMULATED}:token",
            ws_url=f"{ws_url}/dhan",
            rest_url=f"{rest_url}/dhan",
        ),
        sec=replace(
            settings.sec,
            enabled=True,
            rest_url=f"{rest_url}/sec",
            www_url=f"{rest_url}/sec",
            user_agent="Simulated Desk desk@example.com",
        ),
    )
