"""Kraken's source and feed against the simulated venue over real sockets; its wire has the recorded shapes."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from itertools import pairwise
from random import Random
from typing import Any, TypeVar

import httpx
import pytest
from websockets.asyncio.client import ClientConnection
from websockets.asyncio.client import connect as dial
from websockets.exceptions import InvalidHandshake

from rtp_tui.model.feeds import FeedState
from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.market import BadFrame, TickKind
from rtp_tui.simulator.exchange import SimulatedExchange
from rtp_tui.simulator.faults import Fault
from rtp_tui.simulator.kraken_gateway import CONNECTIONS
from rtp_tui.simulator.listings import LISTINGS
from rtp_tui.simulator.venue_names import kraken_symbol
from rtp_tui.sources.contract import SourceError, Subscription
from tests.accept.recordings import RECORDINGS, needs_recordings, reply_of
from tests.accept.running import PATIENCE_S
from tests.accept.simulated_feed import LONGEST_S, SimulatedFeed, an_exchange, shape, simulated_feed
from tests.fakes import OpenGuard

pytestmark = pytest.mark.accept

SUBSCRIPTIONS = tuple(
    Subscription(InstrumentId(f"crypto:{listing.code}"), symbol)
    for listing in LISTINGS
    if (symbol := kraken_symbol(listing)) is not None
)
BTC = SUBSCRIPTIONS[0]
ResultT = TypeVar("ResultT")
OHLC = "/kraken/0/public/OHLC?pair=BTC/USD&interval=1"


def met(exchange: SimulatedExchange) -> Any:
    return dial(f"{exchange.ws_url}/kraken", compression=None)


async def said(socket: ClientConnection) -> Any:
    async with asyncio.timeout(PATIENCE_S):
        return json.loads(await socket.recv())


async def first_of(socket: ClientConnection, *channels: str) -> dict[str, Any]:
    """The first message of each channel that was waited for."""
    found: dict[str, Any] = {}
    while set(channels) - set(found):
        message = await said(socket)
        if message.get("data"):
            found.setdefault(message["channel"], message)
    return found


async def order(socket: ClientConnection, channel: str, *symbols: str, **more: Any) -> None:
    params = {"channel": channel, "symbol": symbols, **more}
    await socket.send(json.dumps({"method": "subscribe", "params": params}))


async def asked(exchange: SimulatedExchange, path: str) -> httpx.Response:
    async with httpx.AsyncClient(base_url=exchange.rest_url, timeout=PATIENCE_S) as client:
        return await client.get(path)


def recorded(name: str) -> Any:
    lines = (RECORDINGS / "kraken/ws/v2_frames_2026-09-25.jsonl").read_text().splitlines()
    return next(json.loads(line["data"]) for line in map(json.loads, lines) if line["id"] == name)


# --- the wire


@needs_recordings
async def test_what_is_sent_has_the_shape_of_recorded_frames() -> None:
    async with an_exchange() as exchange, met(exchange) as socket:
        assert shape(await said(socket)) == shape(recorded("status"))
        await order(socket, "trade", "BTC/USD", "XBT/USD")
        assert shape(await said(socket)) == shape(recorded("ack"))
        assert await said(socket) | {"time_in": "", "time_out": ""} == recorded("reject_symbol") | {
            "time_in": "",
            "time_out": "",
        }
        await order(socket, "ticker", "BTC/USD", event_trigger="bbo")
        found = await first_of(socket, "ticker", "trade")
        assert {name: shape(message) for name, message in found.items()} == {
            name: shape(recorded(name)) for name in ("ticker", "trade")
        }


@needs_recordings
async def test_answers_have_the_shape_of_recorded_ones() -> None:
    kept = json.loads((RECORDINGS / "kraken/rest/OHLC_BTCUSD_60_2026-09-25.json").read_text())
    refusal = reply_of("kraken/rest/error_unknown_pair.http.json")
    async with an_exchange() as exchange:
        assert shape((await asked(exchange, OHLC)).json()) == shape(kept)
        reply = await asked(exchange, "/kraken/0/public/OHLC?pair=NOPE&interval=1")
    assert (reply.status_code, reply.content) == (refusal.status, refusal.body)


async def test_a_quiet_connection_has_a_heartbeat_and_answers_pings() -> None:
    async with an_exchange() as exchange, met(exchange) as socket:
        await said(socket)
        await order(socket, "trade", "BTC/USD", snapshot=False)
        await socket.send('{"method":"ping","req_id":2}')
        kinds: set[str] = set()
        while not kinds >= {"heartbeat", "pong"}:
            message = await said(socket)
            kinds.add(message.get("channel") or message["method"])


async def test_too_many_connections_are_kept_out() -> None:
    async with an_exchange() as exchange:
        for _ in range(CONNECTIONS):
            async with met(exchange):
                pass
        with pytest.raises(InvalidHandshake):
            async with met(exchange):
                pass


# --- the feed


def a_feed(**changes: Any) -> AbstractAsyncContextManager[SimulatedFeed]:
    return simulated_feed("kraken", SUBSCRIPTIONS, **changes)


async def test_the_feed_streams_trades_and_figures_and_fetches_its_past() -> None:
    wanted = {one.instrument for one in SUBSCRIPTIONS}
    async with a_feed() as venue:
        await venue.until(
            lambda: (
                {tick.instrument for tick in venue.ticks if tick.kind is TickKind.TRADE} == wanted
                and {tick.instrument for tick in venue.ticks if tick.volume_24h is not None} == wanted
                and {bar.instrument for bar in venue.bars} == wanted
            )
        )
        status = venue.feed.status()
    assert (status.state, status.error, status.bad_frames) == (FeedState.LIVE, None, {})
    assert set(venue.processor.rejected) <= {"duplicate"}
    opens = [bar.open_ms for bar in venue.bars if bar.instrument == BTC.instrument]
    assert all(after - before == 60_000 for before, after in pairwise(opens))


@pytest.mark.parametrize("fault", [Fault.REFUSE, Fault.RESET, Fault.SERVER_ERROR, Fault.CLOSE])
async def test_what_was_traded_while_the_connection_was_gone_is_told_by_the_next_one(fault: Fault) -> None:
    async with a_feed() as venue:
        before = len(venue.trades())
        venue.exchange.inject(fault, 0.5, "kraken")
        await venue.until(lambda: venue.feed.status().reconnects > 0)
        await venue.until(lambda: venue.feed.status().state is FeedState.LIVE)
        await venue.until_traded_since(max(before, len(venue.trades())) + 5)
        numbers = sorted(set(venue.trades()))
    assert numbers == list(range(numbers[0], numbers[-1] + 1))


async def test_garbage_is_counted_by_its_kind_and_does_not_stop_the_feed() -> None:
    async with a_feed() as venue:
        venue.exchange.inject(Fault.GARBAGE, 300, "kraken")
        kinds = {BadFrame.NOT_JSON, BadFrame.WRONG_SHAPE, BadFrame.UNKNOWN_SYMBOL}
        await venue.until(lambda: kinds <= set(venue.feed.status().bad_frames))
        await venue.until_traded_since(len(venue.trades()) + 5)
        assert venue.feed.status().state is FeedState.LIVE


@pytest.mark.parametrize(
    "fault", [Fault.GAP, Fault.DUPLICATE, Fault.REORDER, Fault.SPIKE, Fault.CLOCK, Fault.LATENCY]
)
async def test_a_disturbed_stream_goes_on_and_every_trade_counts_once(fault: Fault) -> None:
    async with a_feed() as venue:
        venue.exchange.inject(fault, 3.0, "kraken")
        await venue.until_traded_since(len(venue.trades()) + 20)
        seen = {one.instrument: set(venue.trades(one.instrument)) for one in SUBSCRIPTIONS}
        counted = {
            one.instrument: sum(bar.trades for bar in venue.processor.bars(one.instrument))
            for one in SUBSCRIPTIONS
        }
        rejected = dict(venue.processor.rejected)
        assert venue.feed.status().state is FeedState.LIVE
    if fault is not Fault.CLOCK:
        assert counted == {instrument: len(numbers) for instrument, numbers in seen.items()}, rejected


@pytest.mark.parametrize("fault", [Fault.RATE_LIMIT, Fault.BAN, Fault.HTML, Fault.ENDLESS, Fault.SLOW_BODY])
async def test_history_that_is_refused_is_named_and_the_feed_lives_on_or_comes_back(fault: Fault) -> None:
    async with a_feed() as venue:
        venue.exchange.inject(fault, 2.0, "kraken")
        await asyncio.wait_for(venue.feed.refresh(), LONGEST_S)
        await venue.until(lambda: venue.feed.status().state is FeedState.LIVE)
        await venue.until_traded_since(len(venue.trades()) + 5)


class Unlucky(Random):
    """Draws waits that no test sees the end of."""

    def uniform(self, a: float, b: float) -> float:
        return 3_600.0


class NotingGuard(OpenGuard):
    """Lets everything through, and knows when something failed."""

    def __init__(self) -> None:
        super().__init__()
        self.failed = asyncio.Event()

    async def call(
        self, work: Callable[[], Awaitable[ResultT]], *, deadline_s: float | None = None
    ) -> ResultT:
        try:
            return await super().call(work, deadline_s=deadline_s)
        except SourceError:
            self.failed.set()
            raise


async def test_a_feed_that_waits_for_long_connects_once_the_venue_answers_questions_again() -> None:
    guard = NotingGuard()
    async with a_feed(rng=Unlucky(), guard=guard) as venue:
        venue.exchange.inject(Fault.REFUSE, 3_600.0, "kraken")
        await asyncio.wait_for(guard.failed.wait(), LONGEST_S)
        assert venue.feed.status().next_attempt_ms is not None
        venue.exchange.end_faults()
        await venue.until_traded_since(len(venue.trades()) + 5)
        status = venue.feed.status()
    assert (status.state, status.early_tries, status.next_attempt_ms) == (FeedState.LIVE, 1, None)
