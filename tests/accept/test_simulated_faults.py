"""Faults that every simulated venue knows, met by ordinary clients."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from rtp_tui.clock import SystemClock
from rtp_tui.simulator.exchange import SimulatedExchange
from rtp_tui.simulator.faults import Fault
from tests.accept.running import PATIENCE_S

pytestmark = pytest.mark.accept

PATHS = {
    "binance": "/binance/api/v3/ticker/24hr?symbol=BTCUSDT",
    "coinbase": "/coinbase/products/BTC-USD/stats",
    "coingecko": "/coingecko/simple/price?ids=bitcoin&vs_currencies=usd",
    "yahoo": "/yahoo/v8/finance/chart/AAPL?interval=1m&range=1d",
}
ALL = pytest.mark.parametrize("venue", PATHS)
STREAMING = pytest.mark.parametrize("venue", ["binance", "coinbase"])


@asynccontextmanager
async def an_exchange() -> AsyncIterator[SimulatedExchange]:
    async with SimulatedExchange(SystemClock()).listening() as exchange:
        yield exchange


async def asked(
    exchange: SimulatedExchange, venue: str, timeout_s: float = PATIENCE_S, key: str = ""
) -> httpx.Response:
    async with httpx.AsyncClient(base_url=exchange.rest_url, timeout=timeout_s) as client:
        return await client.get(PATHS[venue], headers={"x-cg-demo-api-key": key} if key else {})


@asynccontextmanager
async def met(
    exchange: SimulatedExchange, venue: str, ping_s: float | None = None
) -> AsyncIterator[ClientConnection]:
    path = "/binance/ws/btcusdt@trade" if venue == "binance" else "/coinbase"
    async with connect(f"{exchange.ws_url}{path}", ping_interval=ping_s, ping_timeout=ping_s) as socket:
        if venue == "coinbase":
            await socket.send(
                json.dumps({"type": "subscribe", "product_ids": ["BTC-USD"], "channels": ["matches"]})
            )
        await socket.recv()
        yield socket


async def end_of(socket: ClientConnection) -> int:
    """The code that it ends with."""
    async with asyncio.timeout(PATIENCE_S):
        try:
            while True:
                await socket.recv()
        except ConnectionClosed as closed:
            return closed.rcvd.code if closed.rcvd else 1006


@ALL
async def test_a_reset_comes_in_the_middle_of_an_answer(venue: str) -> None:
    async with an_exchange() as exchange:
        exchange.inject(Fault.RESET, 60, venue)
        with pytest.raises(httpx.TransportError):
            await asked(exchange, venue)
        exchange.end_faults()
        await asyncio.sleep(0.2)
        assert (await asked(exchange, venue)).status_code == 200


@STREAMING
async def test_a_reset_comes_in_the_middle_of_a_frame(venue: str) -> None:
    async with an_exchange() as exchange, met(exchange, venue) as socket:
        exchange.inject(Fault.RESET, 60, venue)
        assert await end_of(socket) == 1006


@ALL
async def test_a_black_hole_answers_nothing_and_closes_nothing(venue: str) -> None:
    async with an_exchange() as exchange:
        exchange.inject(Fault.BLACK_HOLE, 60, venue)
        with pytest.raises(httpx.ReadTimeout):
            await asked(exchange, venue, 0.7)


@STREAMING
async def test_in_a_black_hole_pings_and_handshakes_are_not_answered_either(venue: str) -> None:
    async with an_exchange() as exchange, met(exchange, venue, ping_s=1.0) as socket:
        exchange.inject(Fault.BLACK_HOLE, 60, venue)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.7), met(exchange, venue):
                pass
        assert await end_of(socket) == 1006


@STREAMING
async def test_after_a_black_hole_a_connection_that_was_kept_goes_on(venue: str) -> None:
    async with an_exchange() as exchange, met(exchange, venue) as socket:
        exchange.inject(Fault.BLACK_HOLE, 60, venue)
        await asyncio.sleep(0.3)
        exchange.end_faults(venue)
        async with asyncio.timeout(PATIENCE_S):
            await (await socket.ping())
            await socket.recv()


@STREAMING
async def test_in_a_silent_stall_pings_are_answered(venue: str) -> None:
    async with an_exchange() as exchange, met(exchange, venue) as socket:
        exchange.inject(Fault.HANG, 60, venue)
        async with asyncio.timeout(PATIENCE_S):
            await (await socket.ping())


@ALL
async def test_a_slow_body_begins_and_does_not_end(venue: str) -> None:
    async with an_exchange() as exchange:
        exchange.inject(Fault.SLOW_BODY, 60, venue)
        began = time.monotonic()
        async with (
            httpx.AsyncClient(base_url=exchange.rest_url, timeout=PATIENCE_S) as client,
            client.stream("GET", PATHS[venue]) as reply,
        ):
            pieces = reply.aiter_bytes()
            first, second = await anext(pieces), await anext(pieces)
            assert reply.status_code == 200
            assert len(first) + len(second) <= 2
            assert time.monotonic() - began > 0.5
            exchange.end_faults()
            rest = [piece async for piece in pieces]
    assert len(b"".join([first, second, *rest])) == int(reply.headers["Content-Length"])


@ALL
async def test_html_comes_with_200(venue: str) -> None:
    async with an_exchange() as exchange:
        exchange.inject(Fault.HTML, 60, venue)
        reply = await asked(exchange, venue)
    assert (reply.status_code, reply.headers["Content-Type"]) == (200, "text/html")


@ALL
async def test_a_refusal_by_rate_may_keep_silent_about_when_to_come_back(venue: str) -> None:
    async with an_exchange() as exchange:
        exchange.inject(Fault.RATE_LIMIT_BARE, 60, venue)
        reply = await asked(exchange, venue)
    assert (reply.status_code, "Retry-After" in reply.headers) == (429, False)


@ALL
async def test_a_ban_says_how_long_it_lasts(venue: str) -> None:
    async with an_exchange() as exchange:
        exchange.inject(Fault.BAN, 3_600, venue)
        reply = await asked(exchange, venue)
    assert reply.status_code == (418 if venue == "binance" else 429)
    assert 3_600 - PATIENCE_S <= int(reply.headers["Retry-After"]) <= 3_600


@ALL
async def test_a_quota_is_used_up_after_a_few_more_answers(venue: str) -> None:
    async with an_exchange() as exchange:
        exchange.inject(Fault.QUOTA, 60, venue, retry_after="7")
        replies = [await asked(exchange, venue) for _ in range(7)]
    assert [reply.status_code for reply in replies] == [200] * 5 + [429] * 2
    assert replies[-1].headers["Retry-After"] == "7"
    if venue == "binance":
        used = [int(reply.headers["X-MBX-USED-WEIGHT-1M"]) for reply in replies[:5]]
        assert used == sorted(set(used))
        assert used[-1] == 6000


@ALL
async def test_without_a_key_named_every_request_is_refused(venue: str) -> None:
    async with an_exchange() as exchange:
        exchange.inject(Fault.KEY_REJECTED, 60, venue)
        assert (await asked(exchange, venue)).status_code == 401


async def test_one_key_is_refused_and_another_is_not() -> None:
    async with an_exchange() as exchange:
        exchange.inject(Fault.KEY_REJECTED, 60, "coingecko", key="old")
        statuses = [(await asked(exchange, "coingecko", key=key)).status_code for key in ("old", "new", "")]
    assert statuses == [401, 200, 200]


@STREAMING
@pytest.mark.parametrize(
    ("fault", "code", "status"),
    [(Fault.RATE_LIMIT_BARE, 1008, 429), (Fault.BAN, 1008, None), (Fault.HTML, None, 200)],
)
async def test_sockets_are_refused_as_requests_are(
    venue: str, fault: Fault, code: int | None, status: int | None
) -> None:
    async with an_exchange() as exchange, met(exchange, venue) as socket:
        exchange.inject(fault, 60, venue)
        if code is not None:
            assert await end_of(socket) == code
        with pytest.raises(InvalidStatus) as refused:
            async with met(exchange, venue):
                pass
    assert refused.value.response.status_code == status or status is None
