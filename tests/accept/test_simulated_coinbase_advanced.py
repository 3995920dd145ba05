"""Advanced Trade's source and feed against the simulated venue over real sockets; its wire has the recorded shapes."""

import asyncio
import gzip
import json
from contextlib import AbstractAsyncContextManager
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import ClientConnection
from websockets.asyncio.client import connect as dial

from rtp_tui.model.feeds import FeedState
from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.market import BadFrame, TickKind
from rtp_tui.simulator.exchange import SimulatedExchange
from rtp_tui.simulator.faults import Fault
from rtp_tui.simulator.listings import LISTINGS
from rtp_tui.simulator.venue_names import coinbase_product
from rtp_tui.sources.contract import Subscription
from rtp_tui.sources.provider_settings import CoinbaseSettings, SourceSettings
from tests.accept.recordings import RECORDINGS, needs_recordings
from tests.accept.running import PATIENCE_S
from tests.accept.simulated_feed import SimulatedFeed, an_exchange, shape, simulated_feed

pytestmark = pytest.mark.accept

VENUE = "coinbase_advanced"
SUBSCRIPTIONS = tuple(
    Subscription(InstrumentId(f"crypto:{listing.code}"), product)
    for listing in LISTINGS
    if (product := coinbase_product(listing)) is not None
)
BTC = SUBSCRIPTIONS[0]
CAPTURE = "coinbase/ws/2026-08-09_advanced_2sym_all_channels_25s.jsonl.gz"


def met(exchange: SimulatedExchange) -> Any:
    return dial(f"{exchange.ws_url}/{VENUE}", compression=None)


async def order(socket: ClientConnection, channel: str, *products: str) -> None:
    await socket.send(json.dumps({"type": "subscribe", "product_ids": products, "channel": channel}))


# --- the wire


@needs_recordings
async def test_what_is_sent_has_the_shape_of_recorded_frames_and_contiguous_numbers() -> None:
    recorded: dict[str, Any] = {}
    with gzip.open(RECORDINGS / CAPTURE, "rt") as lines:
        for record in map(json.loads, lines):
            if record["dir"] == "recv":
                message = json.loads(record["data"])
                recorded.setdefault(message["channel"], shape(message))
    sent: dict[str, Any] = {}
    numbers: list[int] = []
    async with an_exchange() as exchange, met(exchange) as socket, asyncio.timeout(PATIENCE_S):
        await order(socket, "market_trades", "BTC-USD", "ETH-USD")
        await order(socket, "ticker", "BTC-USD", "ETH-USD")
        await order(socket, "heartbeats")
        while len(sent) < 4 or len(numbers) < 100:
            message = json.loads(await socket.recv())
            numbers.append(message["sequence_num"])
            sent.setdefault(message["channel"], shape(message))
    assert sent == {channel: recorded[channel] for channel in sent}
    assert numbers == list(range(len(numbers)))


async def test_an_unknown_channel_is_an_error_and_an_unknown_product_is_absent() -> None:
    async with an_exchange() as exchange, met(exchange) as socket, asyncio.timeout(PATIENCE_S):
        await order(socket, "gossip", "BTC-USD")
        assert json.loads(await socket.recv()) == {"type": "error", "message": "authentication failure"}
        await order(socket, "heartbeats")
        await order(socket, "market_trades", "NO-USD")
        said = [json.loads(await socket.recv()) for _ in range(2)]
    assert said[-1]["events"] == [{"subscriptions": {"heartbeats": ["heartbeats"]}}]


async def test_who_asks_for_nothing_within_five_seconds_is_sent_away() -> None:
    async with an_exchange() as exchange, met(exchange) as silent, asyncio.timeout(PATIENCE_S):
        await silent.wait_closed()
        assert silent.close_code == 1008


async def test_refusals_over_http_have_their_status() -> None:
    async with (
        an_exchange() as exchange,
        httpx.AsyncClient(base_url=exchange.rest_url, timeout=PATIENCE_S) as client,
    ):
        reply = await client.get(f"/{VENUE}/api/v3/brokerage/market/products/NO-USD")
    assert (reply.status_code, reply.json()["error"]) == (404, "NOT_FOUND")


# --- the feed


def a_feed(*more: Subscription) -> AbstractAsyncContextManager[SimulatedFeed]:
    chosen = SourceSettings(coinbase=CoinbaseSettings(feed="advanced"))
    return simulated_feed("coinbase", (*SUBSCRIPTIONS, *more), chosen)


async def test_the_feed_streams_trades_and_figures_and_fetches_its_past() -> None:
    wanted = {one.instrument for one in SUBSCRIPTIONS}
    async with a_feed() as venue:
        await venue.until(
            lambda: (
                {tick.instrument for tick in venue.ticks if tick.kind is TickKind.TRADE} == wanted
                and {tick.instrument for tick in venue.ticks if tick.bid is not None} == wanted
                and {bar.instrument for bar in venue.bars} == wanted
            )
        )
        status = venue.feed.status()
    assert (status.state, status.bad_frames) == (FeedState.LIVE, {})
    assert status.error is None or "429" in status.error, "requests of this test are not paced"
    assert set(venue.processor.rejected) <= {"duplicate"}


async def test_a_product_that_does_not_exist_is_named_and_the_others_live() -> None:
    async with a_feed(Subscription(InstrumentId("crypto:NO"), "NO-USD")) as venue:
        status = venue.feed.status()
    assert (status.state, status.error) == (FeedState.LIVE, "refused: not acknowledged: NO-USD")


async def test_lost_frames_are_counted_and_what_they_held_comes_with_the_next_connection() -> None:
    async with a_feed() as venue:
        venue.exchange.inject(Fault.GAP, 1.5, VENUE)
        await venue.until(lambda: BadFrame.OUT_OF_SEQUENCE in venue.feed.status().bad_frames)
        before = venue.trades()[0]
        await venue.until(lambda: venue.feed.status().reconnects > 0)
        await venue.until_traded_since(len(venue.trades()) + 10)
        numbers = sorted(set(venue.trades()))
        assert venue.feed.status().state is FeedState.LIVE
    lost = set(range(before, numbers[-1] + 1)) - set(numbers)
    assert len(lost) <= 3, "only what the gap took after the new connection was made"


@pytest.mark.parametrize("fault", [Fault.REFUSE, Fault.RESET, Fault.SERVER_ERROR, Fault.CLOSE])
async def test_what_was_traded_while_the_connection_was_gone_is_told_by_the_next_one(fault: Fault) -> None:
    async with a_feed() as venue:
        before = len(venue.trades())
        venue.exchange.inject(fault, 0.5, VENUE)
        await venue.until(lambda: venue.feed.status().reconnects > 0)
        await venue.until(lambda: venue.feed.status().state is FeedState.LIVE)
        await venue.until_traded_since(max(before, len(venue.trades())) + 5)
        numbers = sorted(set(venue.trades()))
    assert numbers == list(range(numbers[0], numbers[-1] + 1))


async def test_garbage_is_counted_by_its_kind_and_does_not_stop_the_feed() -> None:
    async with a_feed() as venue:
        venue.exchange.inject(Fault.GARBAGE, 300, VENUE)
        kinds = {BadFrame.NOT_JSON, BadFrame.WRONG_SHAPE, BadFrame.UNKNOWN_SYMBOL}
        await venue.until(lambda: kinds <= set(venue.feed.status().bad_frames))
        await venue.until_traded_since(len(venue.trades()) + 5)
        assert venue.feed.status().state is FeedState.LIVE


@pytest.mark.parametrize("fault", [Fault.DUPLICATE, Fault.REORDER, Fault.SPIKE, Fault.CLOCK, Fault.LATENCY])
async def test_a_disturbed_stream_goes_on(fault: Fault) -> None:
    async with a_feed() as venue:
        venue.exchange.inject(fault, 3.0, VENUE)
        await venue.until_traded_since(len(venue.trades()) + 20)
        status = venue.feed.status()
    assert status.state is FeedState.LIVE
    assert BadFrame.OUT_OF_SEQUENCE not in status.bad_frames
