"""Five hundred Indian shares against the simulated broker over real sockets, within its quotas."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import httpx
import pytest
from msgspec.structs import replace
from websockets.asyncio.client import connect as dial
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from rtp_tui.clock import SystemClock
from rtp_tui.feeds.classify import classify
from rtp_tui.feeds.streaming_feed import StreamingFeed
from rtp_tui.model.feeds import FeedState
from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.market import BadFrame, Bar, Tick, TickKind
from rtp_tui.net.http import HttpClient
from rtp_tui.net.paced import PacedHttp
from rtp_tui.net.settings import NetSettings
from rtp_tui.net.websocket import connect
from rtp_tui.resilience.guard import Guard
from rtp_tui.resilience.settings import PolicySettings
from rtp_tui.simulator.dhan_gateway import CONNECTIONS, DhanGateway
from rtp_tui.simulator.dhan_rest import EXPIRED, DhanRest
from rtp_tui.simulator.dhan_shares import SHARES
from rtp_tui.simulator.exchange import SimulatedExchange
from rtp_tui.simulator.faults import Fault
from rtp_tui.sources.contract import Subscription
from rtp_tui.sources.dhan import DhanSource
from rtp_tui.sources.dhan_packets import Disconnect, Quoted, unpacked
from rtp_tui.sources.dhan_securities import read_security_ids
from rtp_tui.sources.provider_settings import SourceSettings
from rtp_tui.sources.registry import simulated_venues
from tests.accept.running import PATIENCE_S
from tests.equipment import equipment

pytestmark = pytest.mark.accept

SUBSCRIPTIONS = tuple(Subscription(InstrumentId(f"stocks:{share.symbol}"), share.symbol) for share in SHARES)
EVERYBODY = {one.instrument for one in SUBSCRIPTIONS}
WISH = {"ExchangeSegment": "NSE_EQ", "SecurityId": "1333"}
LONGEST_S = 120.0


class Broker:
    """The simulated broker, a feed and what came of it."""

    def __init__(self, exchange: SimulatedExchange, source: DhanSource) -> None:
        self.exchange = exchange
        self.source = source
        self.ticks: list[Tick] = []
        self.bars: list[Bar] = []
        self._came = asyncio.Event()
        clock = SystemClock()
        guard = Guard("dhan/prices", PolicySettings(), clock, lambda status: None, classify, Random(1))
        self.feed = StreamingFeed(
            "dhan",
            source,
            source,
            SUBSCRIPTIONS,
            clock=clock,
            connect=partial(connect, clock=clock, settings=NetSettings(), max_bytes=source.max_frame_bytes),
            accept=self.accept,
            announce=lambda payload: None,
            keep_backfill=self.bars.extend,
            guard=guard,
        )

    @property
    def gateway(self) -> DhanGateway:
        gateway = self.exchange.listener.gateways["dhan"]
        assert isinstance(gateway, DhanGateway)
        return gateway

    @property
    def refused(self) -> int:
        """What exceeded a quota, of the socket or of questions."""
        assert isinstance(self.gateway.rest, DhanRest)
        return self.gateway.refused + self.gateway.rest.refused

    def accept(self, tick: Tick) -> None:
        self.ticks.append(tick)
        self._came.set()

    async def until(self, is_so: Callable[[], bool]) -> None:
        async with asyncio.timeout(LONGEST_S):
            while not is_so():
                self._came.clear()
                await self._came.wait()

    async def until_all_are(self, kind: TickKind, since: int = 0) -> None:
        await self.until(
            lambda: {tick.instrument for tick in self.ticks[since:] if tick.kind is kind} == EVERYBODY
        )


def listed(folder: Path) -> Path:
    """The numbers of the shares in a file."""
    rows = (f"{share.symbol},NSE_EQ,{share.id}\n" for share in SHARES)
    file = folder / "ids.csv"
    file.write_text("symbol,segment,security_id\n" + "".join(rows), encoding="utf-8")
    return file


@asynccontextmanager
async def an_exchange() -> AsyncIterator[SimulatedExchange]:
    async with SimulatedExchange(SystemClock(), trades_per_second=1.0).listening() as exchange:
        yield exchange


@asynccontextmanager
async def a_broker(folder: Path) -> AsyncIterator[Broker]:
    clients: list[HttpClient] = []
    clock = SystemClock()

    def http_at(address: str) -> HttpClient:
        clients.append(HttpClient(NetSettings(), clock, base_url=address))
        return clients[-1]

    async with an_exchange() as exchange, AsyncExitStack() as stack:
        settings = simulated_venues(SourceSettings(), exchange.ws_url, exchange.rest_url).dhan
        given = replace(
            equipment(http_at, clock), paced=lambda http, calls_per_s: PacedHttp(http, clock, calls_per_s)
        )
        broker = Broker(exchange, DhanSource(settings, given, read_security_ids(str(listed(folder)))))
        for client in clients:
            await stack.enter_async_context(client)
        yield broker


@asynccontextmanager
async def a_running_broker(folder: Path) -> AsyncIterator[Broker]:
    async with a_broker(folder) as broker, asyncio.TaskGroup() as group:
        running = group.create_task(broker.feed.run())
        yield broker
        running.cancel()


# --- five hundred shares


async def test_all_are_asked_for_in_a_moment_in_their_order_and_nothing_is_refused(tmp_path: Path) -> None:
    async with a_broker(tmp_path) as broker:
        ticks = list(await broker.source.latest(SUBSCRIPTIONS))
        again = list(await broker.source.latest(SUBSCRIPTIONS))
        assert broker.refused == 0
    assert [tick.instrument for tick in ticks] == [one.instrument for one in SUBSCRIPTIONS]
    assert len(again) == len(SUBSCRIPTIONS)
    assert all(tick.price and tick.event_ms and tick.bid and tick.previous_close for tick in ticks)


async def test_all_are_live_by_the_binary_socket_and_nothing_is_refused(tmp_path: Path) -> None:
    async with a_running_broker(tmp_path) as broker:
        await broker.until_all_are(TickKind.TRADE)
        status = broker.feed.status()
        assert broker.refused == 0
    assert (status.state, status.error, status.bad_frames) == (FeedState.LIVE, None, {})
    trades = [tick for tick in broker.ticks if tick.kind is TickKind.TRADE]
    assert all(tick.event_ms and abs(tick.event_ms - tick.received_ms) < 30_000 for tick in trades)
    assert {one.previous_close is not None for one in broker.ticks} == {True, False}


async def test_bars_of_trades_agree_with_the_candles(tmp_path: Path) -> None:
    async with a_broker(tmp_path) as broker:
        now_ms = SystemClock().now_ms()
        bars = await broker.source.bars(SUBSCRIPTIONS[0], "1m", now_ms - 3_600_000, now_ms)
        assert broker.refused == 0
    assert len(bars) == 60
    whole = bars[-2]
    assert whole.close == SHARES[0].trade_at(whole.open_ms + 59_999).price
    assert whole.volume == 60 * SHARES[0].size


async def test_while_there_is_no_socket_prices_are_asked_for(tmp_path: Path) -> None:
    async with a_running_broker(tmp_path) as broker:
        await broker.until_all_are(TickKind.TRADE)
        since = len(broker.ticks)
        broker.gateway.has_socket_at = lambda target: False  # type: ignore[method-assign]
        for subscriber in tuple(broker.gateway.fanout.subscribers):
            subscriber.wire.transport.abort()
        await broker.until_all_are(TickKind.POLL, since)


@pytest.mark.parametrize("fault", [Fault.RESET, Fault.REFUSE, Fault.SERVER_ERROR])
async def test_the_feed_comes_back(tmp_path: Path, fault: Fault) -> None:
    async with a_running_broker(tmp_path) as broker:
        await broker.until_all_are(TickKind.TRADE)
        broker.exchange.inject(fault, 0.5, "dhan")
        await broker.until(lambda: broker.feed.status().reconnects > 0)
        since = len(broker.ticks)
        await broker.until_all_are(TickKind.TRADE, since)


async def test_garbage_is_counted_and_stops_nothing(tmp_path: Path) -> None:
    async with a_running_broker(tmp_path) as broker:
        await broker.until_all_are(TickKind.TRADE)
        broker.exchange.inject(Fault.GARBAGE, 300, "dhan")
        await broker.until(lambda: BadFrame.WRONG_SHAPE in broker.feed.status().bad_frames)
        since = len(broker.ticks)
        await broker.until_all_are(TickKind.TRADE, since)


# --- the wire


def met(exchange: SimulatedExchange, client: str = "a", token: str = "t", **more: str) -> Any:
    query = {"version": "2", "token": token, "clientId": client, "authType": "2", **more}
    return dial(f"{exchange.ws_url}/dhan?{httpx.QueryParams(query)}", compression=None)


async def ask(socket: Any, code: int, *wishes: dict[str, str]) -> None:
    request = {"RequestCode": code, "InstrumentCount": len(wishes), "InstrumentList": wishes}
    await socket.send(json.dumps(request))


async def ended(socket: Any) -> int | None:
    """Why the broker ended a connection."""
    reason: int | None = None
    async with asyncio.timeout(LONGEST_S):
        try:
            while True:
                for packet in unpacked(await socket.recv()).packets:
                    reason = packet.reason if isinstance(packet, Disconnect) else reason
        except ConnectionClosed:
            return reason


async def until_quiet(socket: Any) -> None:
    """Wait until nothing came for longer than a share goes untraded."""
    async with asyncio.timeout(LONGEST_S):
        while True:
            try:
                await asyncio.wait_for(socket.recv(), 3)
            except TimeoutError:
                return


async def test_unsubscribing_with_the_wrong_code_changes_nothing() -> None:
    async with an_exchange() as exchange, met(exchange) as socket:
        await ask(socket, 17, WISH)
        await ask(socket, 16, WISH)
        for _ in range(4):
            async with asyncio.timeout(LONGEST_S):
                frame = await socket.recv()
        assert isinstance(unpacked(frame).packets[0], Quoted)
        await ask(socket, 18, WISH)
        await until_quiet(socket)


async def test_more_than_a_hundred_instruments_a_message_end_the_connection() -> None:
    async with an_exchange() as exchange, met(exchange) as socket:
        await ask(socket, 17, *[WISH] * 101)
        assert await ended(socket) == 804


async def test_one_connection_too_many_ends_the_oldest() -> None:
    async with an_exchange() as exchange, AsyncExitStack() as stack:
        sockets = [await stack.enter_async_context(met(exchange)) for _ in range(CONNECTIONS)]
        async with met(exchange, "another client"):
            pass
        await stack.enter_async_context(met(exchange))
        assert await ended(sockets[0]) == 805


async def test_an_expired_token_is_told_after_the_handshake_and_none_before_it() -> None:
    async with an_exchange() as exchange:
        async with met(exchange, token=EXPIRED) as socket:
            assert await ended(socket) == 807
        for wrong in ({"token": ""}, {"clientId": ""}, {"version": "1"}):
            with pytest.raises(InvalidHandshake):
                async with met(exchange, **wrong):
                    pass


async def test_questions_are_posted_and_nothing_else_is_answered() -> None:
    async with (
        an_exchange() as exchange,
        httpx.AsyncClient(base_url=exchange.rest_url, timeout=PATIENCE_S) as client,
    ):
        headers = {"access-token": "t", "client-id": "a"}
        told = await client.post("/dhan/marketfeed/ltp", json={"NSE_EQ": [1333]}, headers=headers)
        assert told.json()["data"]["NSE_EQ"]["1333"]["last_price"] > 0
        assert (await client.get("/dhan/marketfeed/ltp", headers=headers)).status_code == 404
        assert (await client.post("/dhan/marketfeed/ltp", json={})).status_code == 401
