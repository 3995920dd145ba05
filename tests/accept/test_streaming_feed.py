"""A feed over real sockets on loopback, against a venue that only ever sends."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from functools import partial

import pytest
from websockets.asyncio.server import ServerConnection, serve

from rtp_tui.clock import SystemClock
from rtp_tui.feeds.streaming_feed import StreamingFeed
from rtp_tui.model.events import Payload
from rtp_tui.model.feeds import FeedState, FeedStatus
from rtp_tui.model.market import Tick
from rtp_tui.net.websocket import connect
from rtp_tui.sources.binance import BinanceSource
from rtp_tui.sources.contract import Subscription
from rtp_tui.sources.provider_settings import BinanceSettings
from tests.accept.running import PATIENCE_S
from tests.equipment import equipment
from tests.factories import BTC
from tests.fake_http import FakeHttp, a_reply

pytestmark = pytest.mark.accept

Script = Callable[[ServerConnection, int], Awaitable[None]]


def a_trade_frame(number: int) -> str:
    event = {
        "e": "trade",
        "E": 1,
        "s": "BTCUSDT",
        "t": number,
        "p": "100.5",
        "q": "1",
        "T": 1_790_000_000_000,
    }
    return json.dumps({"stream": "btcusdt@trade", "data": event})


class Run:
    """What a feed said and heard."""

    def __init__(self) -> None:
        self.ticks: list[Tick] = []
        self.came = asyncio.Event()
        self.said: list[FeedStatus] = []
        self.paths: list[str] = []

    def accept(self, tick: Tick) -> None:
        self.ticks.append(tick)
        self.came.set()

    def announce(self, payload: Payload) -> None:
        assert isinstance(payload, FeedStatus)
        self.said.append(payload)

    async def wait_for(self, number: int) -> None:
        """Until the trade of this number has come."""
        async with asyncio.timeout(PATIENCE_S):
            while not any(tick.sequence == number for tick in self.ticks):
                self.came.clear()
                await self.came.wait()


@asynccontextmanager
async def a_run(script: Script) -> AsyncIterator[tuple[Run, StreamingFeed]]:
    """A feed connected to a venue whose n-th connection follows the script."""
    run, clock = Run(), SystemClock()

    async def attend(connection: ServerConnection) -> None:
        assert connection.request is not None
        run.paths.append(connection.request.path)
        await script(connection, len(run.paths))

    async with serve(attend, "127.0.0.1", 0, max_size=None) as server, asyncio.TaskGroup() as group:
        port = server.sockets[0].getsockname()[1]
        http = FakeHttp(lambda path, params: a_reply("", 500))
        source = BinanceSource(BinanceSettings(ws_url=f"ws://127.0.0.1:{port}"), equipment(http, clock))
        feed = StreamingFeed(
            "binance",
            source,
            source,
            [Subscription(BTC, "BTCUSDT")],
            clock=clock,
            connect=partial(connect, clock=clock),
            accept=run.accept,
            announce=run.announce,
            keep_backfill=lambda bars: None,
        )
        task = group.create_task(feed.run())
        try:
            yield run, feed
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


async def test_garbage_is_counted_and_every_trade_around_it_arrives() -> None:
    async def script(connection: ServerConnection, visit: int) -> None:
        await connection.send(a_trade_frame(1))
        await connection.send("<html>hello</html>")
        await connection.send(b"\x00\xff\xfe")
        await connection.send("x" * 2_000_000)
        await connection.send(a_trade_frame(2)[:-30])
        await connection.send(a_trade_frame(3))
        await connection.wait_closed()

    async with a_run(script) as (run, feed):
        await run.wait_for(3)
        status = feed.status()
        assert [tick.sequence for tick in run.ticks] == [1, 3]
        assert status.bad_frames == {"not_json": 2, "not_text": 1, "too_big": 1}
        assert (status.state, status.reconnects) == (FeedState.LIVE, 0)
        assert status.error == "history: HTTP 500"
    assert run.paths == ["/stream?streams=btcusdt@trade/btcusdt@bookTicker/btcusdt@miniTicker"]
    assert run.said[-1].state is FeedState.STOPPED


@pytest.mark.parametrize("code", [1000, 1001, 1011])
async def test_a_connection_that_is_closed_comes_back(code: int) -> None:
    async def script(connection: ServerConnection, visit: int) -> None:
        await connection.send(a_trade_frame(visit))
        if visit == 1:
            await connection.close(code, "going away")
        await connection.wait_closed()

    async with a_run(script) as (run, feed):
        await run.wait_for(2)
        assert feed.status().reconnects == 1
        assert any(status.error == f"closed with {code}: going away" for status in run.said)


async def test_a_connection_that_is_cut_comes_back() -> None:
    async def script(connection: ServerConnection, visit: int) -> None:
        await connection.send(a_trade_frame(visit))
        if visit == 1:
            connection.transport.abort()
        await connection.wait_closed()

    async with a_run(script) as (run, _):
        await run.wait_for(2)
        assert any(status.error == "closed with 1006" for status in run.said)


async def test_an_announced_end_costs_no_trade() -> None:
    connections: set[ServerConnection] = set()

    async def script(connection: ServerConnection, visit: int) -> None:
        connections.add(connection)
        if visit == 1:
            await connection.send('{"stream":"!serverShutdown","data":{"e":"serverShutdown","E":1}}')
            for number in range(1, 501):
                for listener in tuple(connections):
                    with suppress(Exception):
                        await listener.send(a_trade_frame(number))
                await asyncio.sleep(0.005)
        await connection.wait_closed()
        connections.discard(connection)

    async with a_run(script) as (run, feed):
        await run.wait_for(500)
        heard = {tick.sequence for tick in run.ticks if tick.sequence is not None}
        assert set(range(1, 501)) <= heard
        assert feed.status().state is FeedState.LIVE
        assert FeedState.RECONNECTING not in {status.state for status in run.said}
