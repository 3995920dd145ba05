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


class SourceSettings(Struct, frozen=True, kw_only=True):
    """One table per provider."""

    binance: BinanceSettings = BinanceSettings()
