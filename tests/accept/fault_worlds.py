"""Engines with a simulated exchange of their own, where one thing goes wrong at one venue and what comes of it is noted."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from msgspec import Struct

from rtp_tui.assemble.engine import Engine, assembled
from rtp_tui.clock import SystemClock
from rtp_tui.config.settings import Settings
from rtp_tui.model.feeds import FeedState, FeedStatus
from rtp_tui.model.health import Freshness
from rtp_tui.model.instrument import Instrument, InstrumentId
from rtp_tui.model.parts import PartState
from rtp_tui.model.queries import GetGaps
from rtp_tui.resilience.settings import PolicySettings
from rtp_tui.scheduling.settings import JobSettings
from rtp_tui.server.settings import ServerSettings
from rtp_tui.simulator.exchange import SimulatedExchange
from rtp_tui.simulator.faults import Fault
from rtp_tui.sources.provider_settings import SourceSettings
from rtp_tui.sources.registry import simulated_venues

WORKING = (FeedState.LIVE, FeedState.POLLING)
READY_WITHIN_S, HEALED_WITHIN_S = 60.0, 60.0
FOUND_WITHIN_S = 45.0
"""A gap is looked for every ten seconds, once its minute is surely over."""
LOOK_EVERY_S = 0.05
_FRESH = (Freshness.LIVE, Freshness.FRESH)
MINUTE_MS = 60_000

SHARED = InstrumentId("crypto:BTC")
"""Priced by the venue in question, with a standby."""
ALONE = InstrumentId("crypto:ETH")
"""Priced by it alone; of the venue without coins a stock."""
SHARE = InstrumentId("stocks:AAPL")
_SYMBOLS = {
    SHARED: {"binance": "BTCUSDT", "coinbase": "BTC-USD", "coingecko": "bitcoin"},
    ALONE: {"binance": "ETHUSDT", "coinbase": "ETH-USD", "coingecko": "ethereum"},
    SHARE: {"yahoo": "AAPL"},
}
STANDBY = {"binance": "coinbase", "coinbase": "binance", "coingecko": "binance", "yahoo": None}
"""Who prices the shared instrument next, by whose fault it is."""
_OTHERS = {
    InstrumentId("crypto:SOL"): "coingecko:solana",
    InstrumentId("crypto:ADA"): "binance:ADAUSDT",
    InstrumentId("crypto:LTC"): "coinbase:LTC-USD",
    InstrumentId("fx:USDCOP"): "yahoo:COP=X",
}
"""So that every venue has something to do."""
_PATIENT = PolicySettings(
    window_calls=4,
    minimum_calls=2,
    open_ms=3_000,
    open_cap_ms=3_000,
    max_attempts=1,
    attempt_timeout_ms=4_000,
)
_JOBS = tuple(
    JobSettings(id=f"{kind}-prices", interval_ms=5_000, max_retries=0) for kind in ("crypto", "stock", "fx")
)


class Found(Struct):
    """What one fault at one venue came to; seconds since it began."""

    detected_s: float | None = None
    """The feed said that something is wrong: by its state, or by an error."""
    error: str = ""
    switched_s: float | None = None
    """The standby priced the shared instrument."""
    labelled_s: float | None = None
    """The instrument that only this venue prices was no longer called live or fresh."""
    healed_s: float | None = None
    """Since the end of the fault: the feed works, names no error, and prices."""
    disturbed: tuple[str, ...] = ()
    """Other feeds that stopped working meanwhile."""
    failed_parts: tuple[str, ...] = ()
    missing: tuple[int, ...] = ()
    """Minutes since the start, of the instrument that only this venue prices, with neither a bar nor a gap."""
    bad_frames: int = 0
    refused: int = 0
    """Observations that were not believed or came twice."""
    offset_ms: int | None = None
    frames: int = 0
    """Heard while the fault lasted."""


class World:
    """One engine, its exchange, and the venue that is to be at fault."""

    def __init__(self, engine: Engine, exchange: SimulatedExchange, venue: str) -> None:
        self.engine = engine
        self.exchange = exchange
        self.venue = venue
        self.alone = SHARE if venue == "yahoo" else ALONE
        self.state = engine.pipeline.state
        self.found = Found()
        self._clock = SystemClock()
        self._began_s = 0.0

    @property
    def feed(self) -> FeedStatus:
        """Of the venue at fault."""
        return self.state.feed.feeds[self.venue]

    @property
    def since_s(self) -> float:
        """Since the fault began."""
        return self._clock.monotonic() - self._began_s

    async def until(self, is_so: Callable[[], bool], within_s: float) -> bool:
        """Wait for it; whether it came."""
        until_s = self._clock.monotonic() + within_s
        while not is_so():
            if self._clock.monotonic() > until_s:
                return False
            await self._clock.sleep(LOOK_EVERY_S)
        return True

    def is_ready(self) -> bool:
        """Everything runs and everything has a price of its first feed."""
        state = self.state
        market, verdicts = state.market, state.quality.freshness
        return (
            all(feed.state in WORKING and not feed.error for feed in state.feed.feeds.values())
            and all(key in verdicts and verdicts[key].freshness in _FRESH for key in market.instruments)
            and all(
                key in market.quotes and market.quotes[key].source == one.feeds[0]
                for key, one in market.instruments.items()
            )
            and bool(self.engine.pipeline.bars_in_memory(self.alone))
        )

    async def suffer(self, fault: Fault, seconds: float, healed_within_s: float = HEALED_WITHIN_S) -> Found:
        """Let the fault happen and pass; what was seen of it."""
        assert await self.until(self.is_ready, READY_WITHIN_S), f"never ready: {self.state.feed.feeds}"
        frames, bad = self.feed.frames, sum(self.feed.bad_frames.values())
        refused = self._refused()
        self._began_s = self._clock.monotonic()
        self.exchange.inject(fault, seconds, self.venue, retry_after="2")
        await self.until(lambda: self._look(seconds), seconds + 1)
        ended_s = self._clock.monotonic()
        ended_ms = self._clock.now_ms()
        self.found.frames = self.feed.frames - frames
        self.found.bad_frames = sum(self.feed.bad_frames.values()) - bad
        self.found.refused = self._refused() - refused
        if await self.until(lambda: self._has_healed(ended_ms), healed_within_s):
            self.found.healed_s = self._clock.monotonic() - ended_s
        await self._conclude()
        return self.found

    def _look(self, seconds: float) -> bool:
        """Note what is new; True when the fault's time is over."""
        found, feed, since_s = self.found, self.feed, self.since_s
        if found.detected_s is None and (feed.state not in WORKING or feed.error or self._has_fallen_back()):
            found.detected_s, found.error = since_s, feed.error or feed.state.value
        shared = self.state.market.quotes.get(SHARED)
        if found.switched_s is None and shared and not shared.source.startswith(self.venue):
            found.switched_s = since_s
        verdict = self.state.quality.freshness.get(self.alone)
        if found.labelled_s is None and verdict and verdict.freshness not in _FRESH:
            found.labelled_s = since_s
        if feed.clock_offset_ms is not None:
            found.offset_ms = max(feed.clock_offset_ms, found.offset_ms or 0)
        others = [one for one in self.state.feed.feeds.values() if one.name != self.venue]
        broken = {
            f"{one.name}: {one.state} {one.error}" for one in others if one.state not in WORKING or one.error
        }
        found.disturbed = tuple(sorted(broken | set(found.disturbed)))
        return since_s >= seconds

    def _has_fallen_back(self) -> bool:
        return self.feed.state is FeedState.POLLING and not self.feed.polled

    def _has_healed(self, ended_ms: int) -> bool:
        wanted = FeedState.POLLING if self.feed.polled else FeedState.LIVE
        quote = self.state.market.quotes[self.alone]
        return (
            self.feed.state is wanted
            and not self.feed.error
            and quote.received_ms > ended_ms
            and quote.source.startswith(self.venue)
        )

    def _refused(self) -> int:
        return sum(self.engine.pipeline.processor.rejected.values())

    async def _conclude(self) -> None:
        parts = self.state.part.parts.values()
        self.found.failed_parts = tuple(
            f"{part.name}: {part.state} {part.detail}" for part in parts if part.state is not PartState.OK
        )
        until_s = self._clock.monotonic() + FOUND_WITHIN_S
        while (missing := await self._missing()) and self._clock.monotonic() < until_s:
            await self._clock.sleep(LOOK_EVERY_S)
        self.found.missing = missing

    async def _missing(self) -> tuple[int, ...]:
        """Minutes with neither a bar nor a gap, pending or ended."""
        known = {bar.open_ms for bar in self.engine.pipeline.bars_in_memory(self.alone)}
        gaps = (await self.engine.api.query(GetGaps(instrument=self.alone))).gaps
        return tuple(
            at_ms
            for at_ms in range(min(known), max(known), MINUTE_MS)
            if at_ms not in known and not any(gap.from_ms <= at_ms < gap.to_ms for gap in gaps)
        )


def _instruments(venue: str) -> tuple[Instrument, ...]:
    standby = STANDBY[venue]
    alone = SHARE if venue == "yahoo" else ALONE
    feeds: dict[InstrumentId, tuple[str, ...]] = {alone: (f"{venue}:{_SYMBOLS[alone][venue]}",)}
    if standby is not None:
        feeds[SHARED] = tuple(f"{name}:{_SYMBOLS[SHARED][name]}" for name in (venue, standby))
    feeds |= {key: (feed,) for key, feed in _OTHERS.items()}
    return tuple(Instrument(id=key, name=key, feeds=names) for key, names in feeds.items())


@asynccontextmanager
async def world(venue: str, folder: Path) -> AsyncIterator[World]:
    """An engine on an exchange of its own, running while the block does."""
    clock = SystemClock()
    exchange = SimulatedExchange(clock, trades_per_second=60, tick_interval_ms=100, markets=())
    async with exchange.listening():
        settings = Settings(
            data_dir=str(folder),
            instruments=_instruments(venue),
            jobs=_JOBS,
            policies={"polled": _PATIENT},
            server=ServerSettings(enabled=False),
            sources=simulated_venues(SourceSettings(), exchange.ws_url, exchange.rest_url),
        )
        async with assembled(settings, clock) as engine, asyncio.TaskGroup() as group:
            group.create_task(engine.supervisor.run())
            try:
                yield World(engine, exchange, venue)
            finally:
                engine.supervisor.stop()
