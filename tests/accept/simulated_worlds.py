"""Small engines on simulated exchanges: two streams and two that are asked, nobody standing by."""

from asyncio import TaskGroup
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from msgspec.structs import replace

from rtp_tui.assemble.engine import Engine, assembled
from rtp_tui.assemble.surroundings import Surroundings
from rtp_tui.clock import Clock
from rtp_tui.config.settings import Settings
from rtp_tui.model.feeds import FeedState
from rtp_tui.model.instrument import Instrument, InstrumentId, Priority
from rtp_tui.resilience.settings import PolicySettings
from rtp_tui.scheduling.settings import JobSettings
from rtp_tui.server.settings import ServerSettings
from rtp_tui.simulator.book import Book
from rtp_tui.simulator.exchange import SimulatedExchange
from rtp_tui.simulator.listings import LISTINGS
from rtp_tui.sources.provider_settings import SourceSettings
from rtp_tui.sources.registry import simulated_venues
from tests.accept.quick_store import leave_the_disk_its_time
from tests.accept.running import shared_calendars

BTC, ETH, SOL = InstrumentId("crypto:BTC"), InstrumentId("crypto:ETH"), InstrumentId("crypto:SOL")
DOGE, MSFT = InstrumentId("crypto:DOGE"), InstrumentId("stocks:MSFT")
FEEDS = {
    BTC: "binance:BTCUSDT",
    ETH: "binance:ETHUSDT",
    SOL: "coinbase:SOL-USD",
    DOGE: "coingecko:dogecoin",
    MSFT: "twelvedata:MSFT",
}
KEY = "key.txt"
LOOK_EVERY_S = 0.5
MANY = 1_000_000
_CODES = ("BTC", "ETH", "SOL", "DOGE", "MSFT")
_WORKING = (FeedState.LIVE, FeedState.POLLING)
_PATIENT = PolicySettings(
    window_calls=4,
    minimum_calls=2,
    open_ms=3_000,
    open_cap_ms=3_000,
    max_attempts=1,
    attempt_timeout_ms=4_000,
)


class SimulatedWorld:
    """One engine and its exchange."""

    def __init__(self, engine: Engine, exchange: SimulatedExchange, folder: Path, clock: Clock) -> None:
        self.engine = engine
        self.exchange = exchange
        self.clock = clock
        self.folder = folder
        self.state = engine.pipeline.state

    def book(self, code: str) -> Book:
        """What the exchange trades."""
        return next(book for book in self.exchange.market.books.values() if book.listing.code == code)

    async def until(self, is_so: Callable[[], bool], within_s: float) -> bool:
        """Wait for it; whether it came."""
        until_s = self.clock.monotonic() + within_s
        while not is_so():
            if self.clock.monotonic() > until_s:
                return False
            await self.clock.sleep(LOOK_EVERY_S)
        return True

    def is_fed(self) -> bool:
        """Every feed works and everything is priced."""
        feeds, quotes = self.state.feed.feeds, self.state.market.quotes
        return (
            len(feeds) >= len({feed.partition(":")[0] for feed in FEEDS.values()})
            and all(feed.state in _WORKING and not feed.error for feed in feeds.values() if feed.instruments)
            and all(key in quotes and not quotes[key].stored for key in FEEDS)
        )


def renew_key(folder: Path) -> None:
    """Have another key where the provider's key is kept."""
    path = folder / KEY
    number = len(path.read_text()) if path.exists() else 0
    path.write_text("k" * (number + 1))
    path.chmod(0o600)


def _settings(exchange: SimulatedExchange, folder: Path) -> Settings:
    folder.mkdir(exist_ok=True)
    renew_key(folder)
    sources = simulated_venues(SourceSettings(), exchange.ws_url, exchange.rest_url)
    sources = replace(
        sources,
        twelvedata=replace(
            sources.twelvedata,
            api_keys=(f"file:{folder / KEY}",),
            feed="quotes",
            credits_per_minute=0,
            credits_per_day=0,
        ),
    )
    return Settings(
        data_dir=str(folder),
        instruments=tuple(
            Instrument(id=key, name=key, feeds=(feed,), priority=Priority.HIGH) for key, feed in FEEDS.items()
        ),
        jobs=tuple(
            JobSettings(id=f"{kind}-prices", interval_ms=5_000, max_retries=0) for kind in ("crypto", "stock")
        ),
        policies={"polled": _PATIENT},
        server=ServerSettings(enabled=False),
        sources=sources,
    )


@asynccontextmanager
async def simulated_world(
    folder: Path,
    clock: Clock,
    changed: Callable[[Settings], Settings] = lambda settings: settings,
    around: Surroundings = Surroundings(),  # noqa: B008 - frozen
) -> AsyncIterator[SimulatedWorld]:
    """An engine, running while the block does."""
    exchange = SimulatedExchange(
        clock,
        trades_per_second=5,
        tick_interval_ms=500,
        markets=(),
        coingecko_calls_a_minute=MANY,
        twelvedata_credits_a_minute=MANY,
        listings=tuple(one for one in LISTINGS if one.code in _CODES),
    )
    begun = replace(around, shared_calendars=shared_calendars())
    async with (
        exchange.listening(),
        assembled(changed(_settings(exchange, folder)), clock, begun) as engine,
        TaskGroup() as running,
    ):
        await leave_the_disk_its_time(engine)
        running.create_task(engine.supervisor.run())
        try:
            yield SimulatedWorld(engine, exchange, folder, clock)
        finally:
            engine.supervisor.stop()
