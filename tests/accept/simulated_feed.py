"""A feed of one simulated venue over real sockets, and what came of it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from typing import Any

from rtp_tui.clock import SystemClock
from rtp_tui.feeds.streaming_feed import StreamingFeed
from rtp_tui.model.instrument import Instrument, InstrumentId
from rtp_tui.model.market import Bar, Tick, TickKind
from rtp_tui.net.http import HttpClient
from rtp_tui.net.settings import NetSettings
from rtp_tui.net.websocket import connect
from rtp_tui.processing.processor import Processor
from rtp_tui.simulator.exchange import SimulatedExchange
from rtp_tui.sources.contract import Subscription
from rtp_tui.sources.provider_settings import SourceSettings
from rtp_tui.sources.registry import build_sources, simulated_venues
from tests.equipment import equipment

LONGEST_S = 120.0
TRADES_PER_S = 30.0
"""Of all listings; so few that a snapshot reaches back over an outage."""


class SimulatedFeed:
    """The feed of a provider, and what it said of the subscriptions, the first of which is asked about."""

    def __init__(
        self,
        name: str,
        chosen: SourceSettings,
        subscriptions: tuple[Subscription, ...],
        exchange: SimulatedExchange,
        http_at: Callable[[str], HttpClient],
        **changes: Any,
    ) -> None:
        self.exchange = exchange
        self.ticks: list[Tick] = []
        self.bars: list[Bar] = []
        self.processor = Processor(
            Instrument(id=one.instrument, name=one.symbol, feeds=(f"{name}:{one.symbol}",))
            for one in subscriptions
        )
        self._first = subscriptions[0].instrument
        self._came = asyncio.Event()
        clock = SystemClock()
        settings = simulated_venues(chosen, exchange.ws_url, exchange.rest_url)
        source = build_sources(settings, equipment(http_at, clock))[name]
        self.feed = StreamingFeed(
            name,
            source,
            source,
            subscriptions,
            clock=clock,
            connect=partial(connect, clock=clock, settings=NetSettings(), max_bytes=source.max_frame_bytes),
            accept=self.accept,
            announce=lambda payload: None,
            keep_backfill=self.bars.extend,
            **changes,
        )

    def accept(self, tick: Tick) -> None:
        """Take an observation, as the pipeline does."""
        self.ticks.append(tick)
        self.processor.process(tick)
        self._came.set()

    def trades(self, instrument: InstrumentId | None = None) -> list[int]:
        """The numbers of the trades that came, in their order."""
        wanted = instrument or self._first
        return [
            tick.sequence or 0
            for tick in self.ticks
            if tick.kind is TickKind.TRADE and tick.instrument == wanted
        ]

    async def until(self, is_so: Callable[[], bool]) -> None:
        """Wait for what observations bring about. Raises TimeoutError."""
        async with asyncio.timeout(LONGEST_S):
            while not is_so():
                self._came.clear()
                await self._came.wait()

    async def until_traded_since(self, count: int) -> None:
        """Wait for more trades than so many."""
        await self.until(lambda: len(self.trades()) > count)


@asynccontextmanager
async def an_exchange() -> AsyncIterator[SimulatedExchange]:
    """All simulated venues, listening."""
    async with SimulatedExchange(SystemClock(), trades_per_second=TRADES_PER_S).listening() as exchange:
        yield exchange


@asynccontextmanager
async def simulated_feed(
    name: str, subscriptions: tuple[Subscription, ...], chosen: SourceSettings | None = None, **changes: Any
) -> AsyncIterator[SimulatedFeed]:
    """A feed that runs, and has heard its first trades; `changes` are more of what a feed is made with."""
    clock, clients = SystemClock(), list[HttpClient]()

    def http_at(address: str) -> HttpClient:
        clients.append(HttpClient(NetSettings(), clock, base_url=address))
        return clients[-1]

    async with an_exchange() as exchange, AsyncExitStack() as stack, asyncio.TaskGroup() as group:
        venue = SimulatedFeed(name, chosen or SourceSettings(), subscriptions, exchange, http_at, **changes)
        for client in clients:
            await stack.enter_async_context(client)
        running = group.create_task(venue.feed.run())
        await venue.until_traded_since(3)
        yield venue
        running.cancel()


def shape(value: Any) -> Any:
    """Names, and the types of what they name; whole numbers are numbers."""
    if isinstance(value, dict):
        return {name: shape(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [shape(value[0])] if value else []
    return "number" if isinstance(value, int | float) else type(value).__name__
