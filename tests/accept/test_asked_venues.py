"""Sources and feeds against the simulated venues over real sockets, each below a path of its name."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from random import Random

import pytest

from rtp_tui.clock import SystemClock
from rtp_tui.feeds.classify import classify
from rtp_tui.feeds.polling_feed import PollingFeed
from rtp_tui.feeds.streaming_feed import StreamingFeed
from rtp_tui.model.feeds import FeedState
from rtp_tui.model.instrument import Instrument, InstrumentId
from rtp_tui.model.jobs import Progress
from rtp_tui.model.market import Bar, Tick, TickKind
from rtp_tui.net.http import HttpClient
from rtp_tui.net.settings import NetSettings
from rtp_tui.net.websocket import connect
from rtp_tui.processing.processor import Processor
from rtp_tui.resilience.guard import Guard
from rtp_tui.resilience.outcome import NotPermitted
from rtp_tui.resilience.settings import PolicySettings
from rtp_tui.simulator.exchange import SimulatedExchange
from rtp_tui.simulator.faults import Fault
from rtp_tui.simulator.listings import LISTINGS, Listing
from rtp_tui.simulator.venue_names import (
    bybit_symbol,
    coin,
    coinbase_product,
    okx_name,
    yahoo_symbol,
)
from rtp_tui.sources.coingecko import CoinGeckoSource
from rtp_tui.sources.contract import SourceError, Subscription, UnknownSymbol
from rtp_tui.sources.provider_settings import SourceSettings
from rtp_tui.sources.registry import build_polling_sources, build_sources, simulated_venues
from rtp_tui.sources.secrets import Secrets
from tests.accept.running import PATIENCE_S
from tests.equipment import equipment

pytestmark = pytest.mark.accept


PATIENT = (
    Fault.BLACK_HOLE,
    Fault.RATE_LIMIT,
    Fault.RATE_LIMIT_BARE,
    Fault.BAN,
    Fault.KEY_REJECTED,
)
"""A feed takes longer than a test to trust a venue again that did so."""


class Venues:
    """The simulated venues, and clients for their addresses."""

    def __init__(self, exchange: SimulatedExchange, stack: AsyncExitStack) -> None:
        self.exchange = exchange
        self.clock = SystemClock()
        self.settings = simulated_venues(SourceSettings(), exchange.ws_url, exchange.rest_url)
        self.ticks: list[Tick] = []
        self.bars: list[Bar] = []
        self.came = asyncio.Event()
        self._clients: list[HttpClient] = []
        self._stack = stack

    def accept(self, tick: Tick) -> None:
        self.ticks.append(tick)
        self.came.set()

    async def wait_until(self, is_so: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while not is_so():
                self.came.clear()
                await self.came.wait()

    def http_at(self, base_url: str) -> HttpClient:
        self._clients.append(HttpClient(NetSettings(), self.clock, base_url=base_url))
        return self._clients[-1]

    async def enter(self) -> None:
        for client in self._clients:
            await self._stack.enter_async_context(client)

    def polling(self, name: str, *, policy: PolicySettings | None = None) -> PollingFeed:
        source = build_polling_sources(
            self.settings, equipment(self.http_at, self.clock, Secrets(os.environ).reveal)
        )[name]
        guard = Guard(
            f"{name}/prices",
            policy or PolicySettings(),
            self.clock,
            lambda status: None,
            classify,
            Random(1),
        )
        return PollingFeed(
            name,
            source,
            subscriptions_of(name),
            guard,
            clock=self.clock,
            accept=self.accept,
            announce=lambda payload: None,
        )

    def streaming(self, name: str, *others: Subscription) -> StreamingFeed:
        source = build_sources(self.settings, equipment(self.http_at, self.clock))[name]
        return StreamingFeed(
            name,
            source,
            source,
            [*subscriptions_of(name), *others],
            clock=self.clock,
            connect=partial(
                connect, clock=self.clock, settings=NetSettings(), max_bytes=source.max_frame_bytes
            ),
            accept=self.accept,
            announce=lambda payload: None,
            keep_backfill=self.bars.extend,
        )


@asynccontextmanager
async def simulated() -> AsyncIterator[Venues]:
    exchange = SimulatedExchange(SystemClock())
    async with exchange.listening(), AsyncExitStack() as stack:
        yield Venues(exchange, stack)


def symbol_of(provider: str, listing: Listing) -> str | None:
    if provider == "coingecko":
        known = coin(listing)
        return known.id if known is not None else None
    named = {"coinbase": coinbase_product, "okx": okx_name, "bybit": bybit_symbol, "yahoo": yahoo_symbol}
    return named[provider](listing)


def subscriptions_of(provider: str) -> list[Subscription]:
    named = ((listing, symbol_of(provider, listing)) for listing in LISTINGS)
    return [
        Subscription(InstrumentId(f"{listing.asset_class}:{listing.code}"), symbol)
        for listing, symbol in named
        if symbol is not None
    ]


def a_processor(provider: str) -> Processor:
    return Processor(
        Instrument(id=one.instrument, name=one.symbol, feeds=(f"{provider}:{one.symbol}",))
        for one in subscriptions_of(provider)
    )


@pytest.mark.parametrize("name", ["coingecko", "yahoo"])
async def test_a_poll_prices_every_instrument_of_the_venue(name: str) -> None:
    async with simulated() as venues:
        feed = venues.polling(name)
        await venues.enter()
        wanted = len(subscriptions_of(name))
        assert await feed.poll() == Progress(wanted, wanted)
        processor = a_processor(name)
        for tick in venues.ticks:
            processor.process(tick)
    assert not processor.rejected
    assert {tick.kind for tick in venues.ticks} == {TickKind.POLL}
    assert feed.status().silent == ()
    some = venues.ticks[0].instrument
    frame = feed.raw(some)
    assert frame is not None
    assert frame.text


async def test_the_simulated_treasuries_are_read() -> None:
    async with simulated() as venues:
        source = build_polling_sources(venues.settings, equipment(venues.http_at, venues.clock))["coingecko"]
        await venues.enter()
        assert isinstance(source, CoinGeckoSource)
        treasuries = await source.treasuries("bitcoin")
    assert treasuries.holders
    assert sum(holder.holdings for holder in treasuries.holders) == pytest.approx(treasuries.total_holdings)


@pytest.mark.parametrize("name", ["coinbase", "okx", "bybit"])
async def test_a_venue_streams_trades_and_figures_and_its_past_is_fetched(name: str) -> None:
    async with simulated() as venues, asyncio.TaskGroup() as group:
        feed = venues.streaming(name)
        await venues.enter()
        running = group.create_task(feed.run())
        wanted = {one.instrument for one in subscriptions_of(name)}
        await venues.wait_until(
            lambda: (
                {tick.instrument for tick in venues.ticks if tick.kind is TickKind.TRADE} == wanted
                and {tick.instrument for tick in venues.ticks if tick.bid is not None} == wanted
                and {bar.instrument for bar in venues.bars} == wanted
            )
        )
        status = feed.status()
        running.cancel()
    assert (status.state, status.error, status.bad_frames) == (FeedState.LIVE, None, {})
    processor = a_processor(name)
    for tick in venues.ticks:
        processor.process(tick)
    assert set(processor.rejected) <= {"duplicate"}


@pytest.mark.parametrize("name", ["coingecko", "yahoo"])
@pytest.mark.parametrize("fault", list(Fault))
async def test_no_fault_of_a_venue_is_more_than_a_failed_poll(name: str, fault: Fault) -> None:
    policy = PolicySettings(max_attempts=1, attempt_timeout_ms=300, slow_call_ms=200)
    async with simulated() as venues:
        feed = venues.polling(name, policy=policy)
        await venues.enter()
        venues.exchange.inject(fault, 60.0, name)
        error = None
        try:
            progress = await feed.poll()
            assert progress.done <= progress.expected
        except (SourceError, NotPermitted, TimeoutError) as raised:
            error = raised
    assert error is None or feed.status().error == str(error)


@pytest.mark.parametrize("name", ["okx", "bybit"])
async def test_prices_and_bars_of_a_streaming_venue_can_be_asked_for(name: str) -> None:
    async with simulated() as venues:
        source = build_sources(venues.settings, equipment(venues.http_at, venues.clock))[name]
        await venues.enter()
        wanted = subscriptions_of(name)
        source.endpoints(wanted)
        ticks = list(await source.latest([*wanted, Subscription(InstrumentId("crypto:NO"), "NO-USDT")]))
        now_ms = venues.clock.now_ms()
        minute_ms = now_ms - now_ms % 60_000
        bars = await source.bars(wanted[0], "1m", minute_ms - 700 * 60_000, minute_ms)
        with pytest.raises(UnknownSymbol):
            await source.bars(Subscription(InstrumentId("crypto:NO"), "NO-USDT"), "1m", 0, 60_000)
    assert [tick.instrument for tick in ticks] == [one.instrument for one in wanted]
    assert all(tick.price and tick.bid and tick.volume_24h and tick.volume_24h > 1e5 for tick in ticks)
    assert [bar.open_ms for bar in bars] == [minute_ms - n * 60_000 for n in range(700, 0, -1)]
    assert all(bar.closed for bar in bars)


@pytest.mark.parametrize("name", ["okx", "bybit"])
@pytest.mark.parametrize("fault", list(Fault))
async def test_no_fault_of_a_streaming_venue_ends_its_feed(name: str, fault: Fault) -> None:
    async with simulated() as venues, asyncio.TaskGroup() as group:
        feed = venues.streaming(name)
        await venues.enter()
        running = group.create_task(feed.run())
        await venues.wait_until(lambda: any(tick.kind is TickKind.TRADE for tick in venues.ticks))
        venues.exchange.inject(fault, 0.5, name)
        await asyncio.sleep(0.7)
        before = len(venues.ticks)
        if fault not in PATIENT:
            await venues.wait_until(lambda: len(venues.ticks) > before)
        assert not running.done()
        running.cancel()
    processor = a_processor(name)
    for tick in venues.ticks:
        processor.process(tick)
    assert all(quote.price is None or quote.price > 0 for quote in processor.quotes())


@pytest.mark.parametrize("name", ["okx", "bybit"])
async def test_garbage_of_a_streaming_venue_is_counted(name: str) -> None:
    async with simulated() as venues, asyncio.TaskGroup() as group:
        feed = venues.streaming(name)
        await venues.enter()
        venues.exchange.inject(Fault.GARBAGE, 60.0, name)
        running = group.create_task(feed.run())
        await venues.wait_until(lambda: {"not_json", "wrong_shape"} <= set(feed.status().bad_frames))
        running.cancel()


async def test_a_planned_close_of_okx_is_announced_and_loses_no_trade() -> None:
    async with simulated() as venues, asyncio.TaskGroup() as group:
        feed = venues.streaming("okx")
        await venues.enter()
        running = group.create_task(feed.run())
        await venues.wait_until(lambda: feed.status().state is FeedState.LIVE and len(venues.ticks) > 20)
        venues.exchange.inject(Fault.CLOSE, 3.0, "okx")
        await venues.wait_until(
            lambda: feed.status().reconnects >= 1 and feed.status().state is FeedState.LIVE
        )
        before = len(venues.ticks)
        await venues.wait_until(lambda: len(venues.ticks) > before + 20)
        running.cancel()
    assert feed.status().error is None


@pytest.mark.parametrize("name", ["okx", "bybit"])
async def test_a_symbol_that_a_venue_does_not_know_is_named_and_the_others_are_priced(name: str) -> None:
    async with simulated() as venues, asyncio.TaskGroup() as group:
        feed = venues.streaming(name, Subscription(InstrumentId("crypto:NO"), "nopeusdt"))
        await venues.enter()
        running = group.create_task(feed.run())
        wanted = {one.instrument for one in subscriptions_of(name)}
        await venues.wait_until(
            lambda: (
                {tick.instrument for tick in venues.ticks if tick.kind is TickKind.TRADE} == wanted
                and "NOPEUSDT" in (feed.status().error or "")
            )
        )
        running.cancel()
