"""The venues of the fault table, what they price there, and which of them are in one world together."""

from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from rtp_tui.config.settings import Settings
from rtp_tui.model.instrument import Instrument, InstrumentId
from rtp_tui.resilience.settings import PolicySettings
from rtp_tui.scheduling.settings import JobSettings
from rtp_tui.server.settings import ServerSettings
from rtp_tui.simulator.exchange import SimulatedExchange
from rtp_tui.sources.provider_settings import SourceSettings
from rtp_tui.sources.registry import simulated_venues

_PATIENT = PolicySettings(
    window_calls=4,
    minimum_calls=2,
    open_ms=3_000,
    open_cap_ms=3_000,
    freeze_cap_ms=30_000,
    max_attempts=1,
    attempt_timeout_ms=4_000,
)
_JOBS = tuple(
    JobSettings(id=f"{kind}-prices", interval_ms=5_000, max_retries=0) for kind in ("crypto", "stock")
)


class Venue(Struct, frozen=True):
    """One row of the table: `shared` is what a standby may price too, `alone` what nobody else does."""

    provider: str
    kind: str
    """Of what it prices: feeds of the same kind may stand in for each other."""
    spelling: str
    """How the provider writes a code."""
    shared: str
    alone: str
    silence_s: float = 30.0
    """So long a socket may say nothing, by its heartbeat, or a symbol, by three of its cadences."""
    is_asked: bool = False
    few_frames: int = 20
    """More than these come in ten seconds."""

    def feed(self, code: str) -> str:
        """What carries a code."""
        return f"{self.provider}:{self.spelling.format(_COINS.get(code, code) if self.is_asked else code)}"


KEY = "key.txt"
_COINS = {"SOL": "solana", "DOGE": "dogecoin"}
COINS, SHARES, INDIAN = "crypto", "stocks", "indian"
VENUES = {
    "binance": Venue("binance", COINS, "{}USDT", "BTC", "ADA", 15.0),
    "coinbase": Venue("coinbase", COINS, "{}-USD", "BTC", "ADA", 5.0),
    "coinbase_advanced": Venue("coinbase", COINS, "{}-USD", "BTC", "ADA", 5.0),
    "okx": Venue("okx", COINS, "{}-USDT", "ETH", "SOL"),
    "bybit": Venue("bybit", COINS, "{}USDT", "ETH", "SOL", 6.0),
    "kraken": Venue("kraken", COINS, "{}/USD", "SOL", "DOGE", 5.0),
    "twelvedata": Venue("twelvedata", SHARES, "{}", "AAPL", "MSFT", 20.0, few_frames=4),
    "dhan": Venue("dhan", INDIAN, "NSE_EQ/{}", "2885", "1333", few_frames=5),
    "coingecko": Venue("coingecko", COINS, "{}", "SOL", "DOGE", is_asked=True),
    "yahoo": Venue("yahoo", SHARES, "{}", "AMZN", "NVDA", is_asked=True),
    "alphavantage": Venue("alphavantage", SHARES, "{}", "GOOGL", "MSFT", is_asked=True),
    "twelvedata_quotes": Venue("twelvedata", SHARES, "{}", "AAPL", "MSFT", is_asked=True),
}
"""No provider carries a code for two instruments, wherever it is a standby."""
CODES = ("BTC", "ETH", "SOL", "ADA", "DOGE", "AAPL", "MSFT", "NVDA", "AMZN", "GOOGL")
STREAMED = tuple(name for name, venue in VENUES.items() if not venue.is_asked)
ASKED = tuple(name for name, venue in VENUES.items() if venue.is_asked)


class Group(Struct, frozen=True):
    """Venues that are at fault together, and those beside them that must not be disturbed."""

    at_fault: tuple[str, ...]
    beside: tuple[str, ...]

    def standby_of(self, name: str) -> str | None:
        """Who prices what is shared while a venue is at fault."""
        kind = VENUES[name].kind
        return next((other for other in self.beside if VENUES[other].kind == kind), None)


def shared_of(name: str) -> InstrumentId:
    """Priced by the venue, with a standby."""
    return InstrumentId(f"{_asset_class(name)}:{name}-shared")


def alone_of(name: str) -> InstrumentId:
    """Priced by the venue alone."""
    return InstrumentId(f"{_asset_class(name)}:{name}-alone")


def _asset_class(name: str) -> str:
    return COINS if VENUES[name].kind == COINS else SHARES


def _instruments(group: Group) -> Iterator[Instrument]:
    for name in (*group.at_fault, *group.beside):
        venue, key = VENUES[name], alone_of(name)
        yield Instrument(id=key, name=key, feeds=(venue.feed(venue.alone),))
    for name in group.at_fault:
        standby = group.standby_of(name)
        if standby is not None:
            code = VENUES[name].shared
            feeds = (VENUES[name].feed(code), VENUES[standby].feed(code))
            yield Instrument(id=shared_of(name), name=shared_of(name), feeds=feeds)


def renew_key(folder: Path) -> None:
    """Have another key where the providers' key is kept."""
    path = folder / KEY
    number = len(path.read_text()) if path.exists() else 0
    path.write_text("k" * (number + 1))
    path.chmod(0o600)


def settings_of(group: Group, exchange: SimulatedExchange, folder: Path) -> Settings:
    """An engine for a group, on an exchange that listens; no quota of a provider is in the way."""
    folder.mkdir(exist_ok=True)
    renew_key(folder)
    names, keys = (*group.at_fault, *group.beside), (f"file:{folder / KEY}",)
    sources = simulated_venues(SourceSettings(), exchange.ws_url, exchange.rest_url)
    sources = replace(
        sources,
        coinbase=replace(sources.coinbase, feed="advanced" if "coinbase_advanced" in names else "exchange"),
        twelvedata=replace(
            sources.twelvedata,
            api_keys=keys,
            feed="quotes" if "twelvedata_quotes" in names else "socket",
            credits_per_minute=0,
            credits_per_day=0,
        ),
        alphavantage=replace(sources.alphavantage, api_keys=keys, calls_per_day=0),
    )
    return Settings(
        data_dir=str(folder),
        instruments=tuple(_instruments(group)),
        jobs=_JOBS,
        policies={"polled": _PATIENT},
        server=ServerSettings(enabled=False),
        sources=sources,
    )


def door_of(name: str) -> str:
    """What the simulated exchange calls a venue."""
    return "twelvedata" if name == "twelvedata_quotes" else name
