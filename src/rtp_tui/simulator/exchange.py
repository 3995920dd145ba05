"""The simulated exchange: a market of its own, or a recorded one, behind a gateway on loopback."""

from abc import ABC, abstractmethod
from asyncio import Event, TaskGroup
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Self

from msgspec import Struct

from rtp_tui.capture import CaptureFile
from rtp_tui.clock import Clock
from rtp_tui.simulator.alphavantage import CALLS_A_DAY, AlphaVantage
from rtp_tui.simulator.binance_gateway import BinanceGateway
from rtp_tui.simulator.book import Book
from rtp_tui.simulator.bybit_gateway import BybitGateway
from rtp_tui.simulator.bybit_publisher import BybitPublisher
from rtp_tui.simulator.bybit_rest import BybitRest
from rtp_tui.simulator.coinbase_advanced_gateway import CoinbaseAdvancedGateway
from rtp_tui.simulator.coinbase_advanced_rest import CoinbaseAdvancedRest
from rtp_tui.simulator.coinbase_gateway import CoinbaseGateway
from rtp_tui.simulator.coinbase_publisher import CoinbasePublisher
from rtp_tui.simulator.coinbase_rest import CoinbaseRest
from rtp_tui.simulator.coingecko import CALLS_A_MINUTE, CoinGecko, Quoted
from rtp_tui.simulator.demo import DemoMarket, demo_markets
from rtp_tui.simulator.dhan_gateway import DhanGateway
from rtp_tui.simulator.dhan_rest import DhanRest
from rtp_tui.simulator.dhan_shares import SHARES
from rtp_tui.simulator.faults import Fault
from rtp_tui.simulator.gateway import RETRY_AFTER, Gateway
from rtp_tui.simulator.kraken_gateway import KrakenGateway
from rtp_tui.simulator.kraken_rest import KrakenRest
from rtp_tui.simulator.listener import Listener
from rtp_tui.simulator.listings import LISTINGS, OF_DESKS, Listing
from rtp_tui.simulator.market import SimulatedMarket
from rtp_tui.simulator.okx_gateway import OkxGateway
from rtp_tui.simulator.okx_publisher import OkxPublisher
from rtp_tui.simulator.okx_rest import OkxRest
from rtp_tui.simulator.publisher import Publisher
from rtp_tui.simulator.replay import Replay
from rtp_tui.simulator.rest import MarketAnswers, Metered
from rtp_tui.simulator.sec import Sec, SecGateway
from rtp_tui.simulator.stream_gateway import MAX_AGE_S, StreamGateway
from rtp_tui.simulator.twelvedata_gateway import TwelveDataGateway
from rtp_tui.simulator.twelvedata_rest import CREDITS_A_MINUTE, TwelveDataRest
from rtp_tui.simulator.venue_names import (
    alphavantage_symbol,
    bybit_symbol,
    coin,
    coinbase_product,
    every_bybit_symbol,
    every_okx_name,
    kraken_symbol,
    okx_name,
    twelvedata_symbol,
    yahoo_symbol,
)
from rtp_tui.simulator.yahoo import Yahoo

LOOPBACK = "127.0.0.1"
REPLAY_BEAT_S = 0.02


class Address(Struct, frozen=True):
    """Where a venue is; one that is only asked has no socket."""

    venue: str
    rest_url: str
    ws_url: str | None


class Lasting(Struct, frozen=True):
    """What goes wrong at a venue, and until which monotonic moment."""

    venue: str
    fault: Fault
    until_s: float


class Venue(ABC):
    """What is the same for every exchange here: its addresses, its faults, being told to run."""

    def __init__(self, gateways: Mapping[str, Gateway], host: str, port: int) -> None:
        self.listener = Listener(gateways)
        self._host = host
        self._port = port

    @property
    def port(self) -> int:
        """Known once listening."""
        return self.listener.port

    @property
    def ws_url(self) -> str:
        """Where the sockets are; known once listening. A venue other than the first is at `/<its name>`."""
        return f"ws://{self._host}:{self.port}"

    @property
    def rest_url(self) -> str:
        """Where the requests go; known once listening. A venue other than the first is at `/<its name>`."""
        return f"http://{self._host}:{self.port}"

    @property
    def addresses(self) -> tuple[Address, ...]:
        """Where each venue is; known once listening."""
        return tuple(
            Address(
                name,
                f"{self.rest_url}/{name}",
                f"{self.ws_url}/{name}" if isinstance(gateway, StreamGateway) else None,
            )
            for name, gateway in self.listener.gateways.items()
        )

    def inject(
        self,
        fault: Fault,
        seconds: float,
        venue: str | None = None,
        *,
        retry_after: str | None = RETRY_AFTER,
        key: str | None = None,
    ) -> None:
        """Let something go wrong for so long at one venue, or at all; call it in the loop that runs the exchange.

        `retry_after` is what refusals by rate say, None that they do not say; `key` the one that is refused, None
        that all are. Raises ValueError for an unknown venue, which lists them.
        """
        for gateway in self._named(venue):
            gateway.inject(fault, seconds, retry_after, key)

    def end_faults(self, venue: str | None = None) -> None:
        """Let nothing go wrong any more at one venue, or at all. Raises ValueError for an unknown venue."""
        for gateway in self._named(venue):
            gateway.faults.end_all()

    def lasting(self) -> tuple[Lasting, ...]:
        """What goes wrong now."""
        return tuple(
            Lasting(name, fault, until_s)
            for name, gateway in self.listener.gateways.items()
            for fault, until_s in gateway.faults.lasting.items()
        )

    def _named(self, venue: str | None) -> list[Gateway]:
        gateways = self.listener.gateways
        if venue is not None and venue not in gateways:
            raise ValueError(f"no venue {venue!r}; venues: {', '.join(gateways)}")
        return [gateway for name, gateway in gateways.items() if venue in (None, name)]

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[Self]:
        """Be open inside the block. Raises OSError when the port is taken."""
        async with self.listener.listening(self._host, self._port) as group:
            running = group.create_task(self._trade(group))
            try:
                yield self
            finally:
                running.cancel()

    async def run(self) -> None:
        """Be open until cancelled."""
        async with self.listening():
            await Event().wait()

    @abstractmethod
    async def _trade(self, group: TaskGroup) -> None:
        """Publish for ever, one beat of the gateway after another."""


class SimulatedExchange(Venue):
    """The seeded market; `markets` are the hours it keeps to, by default those of the demo as of its opening.

    `has_desks`: it lists what the ready-made desks watch beside `listings`, and every coin at OKX and Bybit.
    """

    def __init__(
        self,
        clock: Clock,
        *,
        host: str = LOOPBACK,
        port: int = 0,
        seed: int = 1,
        trades_per_second: float = 200.0,
        tick_interval_ms: int = 50,
        markets: tuple[DemoMarket, ...] | None = None,
        max_age_s: float = MAX_AGE_S,
        coingecko_calls_a_minute: int = CALLS_A_MINUTE,
        alphavantage_calls_a_day: int = CALLS_A_DAY,
        twelvedata_credits_a_minute: int = CREDITS_A_MINUTE,
        listings: Sequence[Listing] = LISTINGS,
        has_desks: bool = False,
    ) -> None:
        start_ms = clock.now_ms()
        self.markets = demo_markets(start_ms) if markets is None else markets
        self.market = SimulatedMarket(
            seed,
            (*listings, *OF_DESKS) if has_desks else listings,
            start_ms,
            markets=self.markets,
            trades_per_second=trades_per_second,
        )
        books = self.market.books
        self._binance = BinanceGateway(clock, Metered(MarketAnswers(books)), max_age_s=max_age_s)
        products = _by_name(books.values(), coinbase_product)
        self._coinbase = CoinbaseGateway(clock, CoinbaseRest(products), products, max_age_s=max_age_s)
        advanced = CoinbaseAdvancedRest(products)
        self._advanced = CoinbaseAdvancedGateway(clock, advanced, products, max_age_s=max_age_s)
        on_okx = _by_name(books.values(), every_okx_name if has_desks else okx_name)
        self._okx = OkxGateway(clock, OkxRest(on_okx), on_okx, max_age_s=max_age_s)
        on_bybit = _by_name(books.values(), every_bybit_symbol if has_desks else bybit_symbol)
        self._bybit = BybitGateway(clock, BybitRest(on_bybit), on_bybit, max_age_s=max_age_s)
        pairs = _by_name(books.values(), kraken_symbol)
        self._kraken = KrakenGateway(clock, KrakenRest(pairs), pairs, max_age_s=max_age_s)
        coingecko = CoinGecko(_coins(books.values()), calls_a_minute=coingecko_calls_a_minute)
        yahoo = Yahoo(_by_name(books.values(), yahoo_symbol), self.markets)
        alphavantage = AlphaVantage(
            _by_name(books.values(), alphavantage_symbol), calls_a_day=alphavantage_calls_a_day
        )
        on_twelvedata = _by_name(books.values(), twelvedata_symbol)
        credits_a_minute = twelvedata_credits_a_minute
        self._twelvedata = TwelveDataGateway(
            clock,
            TwelveDataRest(on_twelvedata, credits_a_minute=credits_a_minute),
            on_twelvedata,
            max_age_s=max_age_s,
        )
        super().__init__(
            {
                "binance": self._binance,
                "coinbase": self._coinbase,
                "coinbase_advanced": self._advanced,
                "okx": self._okx,
                "bybit": self._bybit,
                "kraken": self._kraken,
                "coingecko": Gateway(clock, coingecko),
                "yahoo": Gateway(clock, yahoo),
                "alphavantage": Gateway(clock, alphavantage),
                "twelvedata": self._twelvedata,
                "dhan": DhanGateway(clock, DhanRest(SHARES), SHARES, max_age_s=max_age_s),
                "sec": SecGateway(clock, Sec()),
            },
            host,
            port,
        )
        for gateway in self.listener.gateways.values():
            gateway.catch_up = self._catch_up
        self._publishers = (
            Publisher(self.market, self._binance.fanout.wants, self._binance.publish),
            CoinbasePublisher(products, self._coinbase.fanout.wants, self._coinbase.publish),
            OkxPublisher(on_okx, self._okx.fanout.wants, self._okx.publish),
            BybitPublisher(on_bybit, self._bybit.fanout.wants, self._bybit.publish),
            self._kraken.publisher,
            self._advanced.publisher,
            self._twelvedata.publisher,
        )
        self._clock = clock
        self._tick_interval_s = tick_interval_ms / 1000

    def _catch_up(self) -> None:
        """Let the market go on up to now, and publish what happened."""
        now_ms = self._clock.now_ms()
        happened = self.market.advance(now_ms)
        for publisher in self._publishers:
            publisher.beat(happened, now_ms)

    async def _trade(self, group: TaskGroup) -> None:
        while True:
            self._catch_up()
            for gateway in self.listener.gateways.values():
                gateway.beat(group)
            await self._clock.sleep(self._tick_interval_s)


def _by_name(books: Iterable[Book], name_of: Callable[[Listing], str | None]) -> dict[str, Book]:
    named = ((name_of(book.listing), book) for book in books)
    return {name: book for name, book in named if name is not None}


def _coins(books: Iterable[Book]) -> dict[str, Quoted]:
    known = ((coin(book.listing), book) for book in books)
    return {found.id: Quoted(found, book) for found, book in known if found is not None}


class ReplayedExchange(Venue):
    """A recorded capture; `replay` says how far it is."""

    def __init__(self, clock: Clock, replay: Replay, *, host: str = LOOPBACK, port: int = 0) -> None:
        self._gateway = BinanceGateway(clock, replay.rest)
        super().__init__({"binance": self._gateway}, host, port)
        self._clock = clock
        self.replay = replay

    async def _trade(self, group: TaskGroup) -> None:
        playing = group.create_task(self.replay.play(self._gateway))
        try:
            while True:
                self._gateway.beat(group)
                await self._clock.sleep(REPLAY_BEAT_S)
        finally:
            playing.cancel()


async def simulate(
    clock: Clock,
    *,
    host: str = LOOPBACK,
    port: int,
    capture: Path | None,
    speed: float | None,
    seed: int,
    on_listening: Callable[[tuple[Address, ...]], None],
    trades_per_second: float = 200.0,
    shift_times: bool = False,
) -> None:
    """Run an exchange until cancelled: the seeded market, or the replay of a capture.

    `speed` is a multiple of the recorded pace; None is as fast as it is read. `on_listening` is told where
    each venue is. Raises OSError when the port is taken or the capture cannot be read.
    """
    venue: Venue
    if capture is None:
        venue = SimulatedExchange(clock, host=host, port=port, seed=seed, trades_per_second=trades_per_second)
    else:
        replay = Replay(clock, CaptureFile(capture), speed=speed, shift_times=shift_times)
        venue = ReplayedExchange(clock, replay, host=host, port=port)
    async with venue.listening():
        on_listening(venue.addresses)
        await Event().wait()
