"""Which sources there are; beside the provider's own files the only place that names one."""

from collections.abc import Callable

from msgspec.structs import replace

from rtp_tui.clock import Clock
from rtp_tui.sources.asking import Http
from rtp_tui.sources.binance import BinanceSource
from rtp_tui.sources.coinbase import CoinbaseSource
from rtp_tui.sources.provider_settings import SourceSettings

AnySource = BinanceSource | CoinbaseSource


def build_sources(
    settings: SourceSettings, clock: Clock, http_at: Callable[[str], Http]
) -> dict[str, AnySource]:
    """One streaming source for each enabled provider, by its name; `http_at` gives a client for a base URL."""
    sources: dict[str, AnySource] = {}
    if settings.binance.enabled:
        sources[BinanceSource.name] = BinanceSource(
            settings.binance, http_at(settings.binance.rest_url), clock
        )
    if settings.coinbase.enabled:
        sources[CoinbaseSource.name] = CoinbaseSource(
            settings.coinbase, http_at(settings.coinbase.rest_url), clock
        )
    return sources


def simulated_venues(settings: SourceSettings, ws_url: str, rest_url: str) -> SourceSettings:
    """The same settings with every provider that the simulated exchange can play found there.

    Binance is at the root; each other provider is below a path of its own name.
    """
    return replace(
        settings,
        binance=replace(settings.binance, enabled=True, ws_url=ws_url, rest_url=rest_url),
        coinbase=replace(
            settings.coinbase, enabled=True, ws_url=f"{ws_url}/coinbase", rest_url=f"{rest_url}/coinbase"
        ),
    )
