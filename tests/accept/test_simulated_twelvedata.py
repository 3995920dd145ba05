"""Twelve Data's source and feed against the simulated provider over real sockets; its wire has the recorded shapes."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import ClientConnection
from websockets.asyncio.client import connect as dial
from websockets.exceptions import InvalidStatus

from rtp_tui.clock import SystemClock
from rtp_tui.model.feeds import FeedState
from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.market import TickKind
from rtp_tui.net.http import HttpClient
from rtp_tui.net.settings import NetSettings
from rtp_tui.simulator.exchange import SimulatedExchange
from rtp_tui.simulator.faults import Fault
from rtp_tui.sources.contract import Subscription
from rtp_tui.sources.provider_settings import SourceSettings, TwelveDataSettings
from rtp_tui.sources.registry import build_polling_sources, simulated_venues
from tests.accept.recordings import RECORDINGS, needs_recordings, reply_of
from tests.accept.running import PATIENCE_S
from tests.accept.simulated_feed import LONGEST_S, SimulatedFeed, an_exchange, shape
from tests.equipment import equipment

pytestmark = pytest.mark.accept

PESO = Subscription(InstrumentId("fx:USD/COP"), "USD/COP")
APPLE = Subscription(InstrumentId("stocks:AAPL"), "AAPL")
NOBODY = Subscription(InstrumentId("fx:EUR/XXX"), "EUR/XXX")
KEY = {"Authorization": "apikey key"}
SOCKET = "/twelvedata/v1/quotes/price"


async def said(socket: ClientConnection, event: str) -> Any:
    """The next message of an event."""
    async with asyncio.timeout(LONGEST_S):
        while True:
            message = json.loads(await socket.recv())
            if message["event"] == event:
                return message


async def asked(exchange: SimulatedExchange, path: str, headers: dict[str, str]) -> httpx.Response:
    async with httpx.AsyncClient(base_url=f"{exchange.rest_url}/twelvedata", timeout=PATIENCE_S) as client:
        return await client.get(path, headers=headers, timeout=PATIENCE_S)


def recorded(name: str) -> Any:
    lines = (RECORDINGS / "twelvedata/ws/frames_real_and_reported.jsonl").read_text().splitlines()
    return next(json.loads(line["data"]) for line in map(json.loads, lines) if line["id"] == name)


@asynccontextmanager
async def a_feed(exchange: SimulatedExchange, *wanted: Subscription) -> AsyncIterator[SimulatedFeed]:
    clock, clients = SystemClock(), list[HttpClient]()

    def http_at(address: str) -> HttpClient:
        clients.append(HttpClient(NetSettings(), clock, base_url=address))
        return clients[-1]

    async with AsyncExitStack() as stack, asyncio.TaskGroup() as group:
        venue = SimulatedFeed("twelvedata", SourceSettings(), wanted, exchange, http_at)
        for client in clients:
            await stack.enter_async_context(client)
        running = group.create_task(venue.feed.run())
        yield venue
        running.cancel()


@needs_recordings
async def test_what_is_sent_has_at_least_the_fields_of_recorded_frames() -> None:
    async with an_exchange() as exchange, dial(f"{exchange.ws_url}{SOCKET}?apikey=key") as socket:
        await socket.send('{"action":"subscribe","params":{"symbols":"USD/COP,AAPL,GBP/USD"}}')
        status = await said(socket, "subscribe-status")
        assert shape(status["fails"]) == shape(recorded("status_error_plan")["fails"])
        assert shape(status["success"]) == shape(recorded("status_ok")["success"])
        await socket.send('{"action":"heartbeat"}')
        assert await said(socket, "heartbeat") == recorded("heartbeat_reply")
        pair = await said(socket, "price")
        while "/" not in pair["symbol"]:
            pair = await said(socket, "price")
        assert shape(recorded("price_EURUSD")).items() <= shape(pair).items()


@needs_recordings
async def test_answers_have_the_shape_of_recorded_ones() -> None:
    async with an_exchange() as exchange:
        quote = (await asked(exchange, "/quote?symbol=AAPL", KEY)).json()
        path = "/time_series?symbol=AAPL&interval=1min"
        series = (await asked(exchange, path, KEY)).json()
        denied = await asked(exchange, path, {})
        kept = json.loads(reply_of("twelvedata/rest/2021-07-01_quote_IBM.json").body)
        unsaid = {"exchange", "currency", "average_volume", "fifty_two_week"}
        assert {name: value for name, value in shape(kept).items() if name not in unsaid}.items() <= shape(
            quote
        ).items()
        assert shape(series) == shape(
            json.loads(reply_of("twelvedata/rest/2023-08-24_time_series_AAPL_1min.json").body)
        )
        refusal = json.loads(reply_of("twelvedata/rest/2021-07-01_unauthorized_response_error.json").body)
        assert (denied.status_code, shape(denied.json())) == (401, shape(refusal))


async def test_a_socket_without_a_key_is_not_opened() -> None:
    async with an_exchange() as exchange:
        with pytest.raises(InvalidStatus) as raised:
            async with dial(f"{exchange.ws_url}{SOCKET}"):
                pass
        assert raised.value.response.status_code == 401


async def test_the_feed_prices_what_there_is_and_names_what_is_refused() -> None:
    async with an_exchange() as exchange, a_feed(exchange, PESO, NOBODY) as venue:
        await venue.until(lambda: len(venue.ticks) > 3)
        assert all((tick.kind, tick.instrument) == (TickKind.POLL, PESO.instrument) for tick in venue.ticks)
        assert all(tick.price and tick.event_ms for tick in venue.ticks)
        status = venue.feed.status()
        assert status.state is FeedState.LIVE
        assert "EUR/XXX" in (status.error or "")
        assert status.bad_frames == {}


async def test_a_connection_that_beats_outlives_one_that_does_not() -> None:
    async with (
        an_exchange() as exchange,
        a_feed(exchange, PESO) as venue,
        dial(f"{exchange.ws_url}{SOCKET}?apikey=key") as quiet,
    ):
        await venue.until(lambda: len(venue.ticks) > 0)
        async with asyncio.timeout(LONGEST_S):
            await quiet.wait_closed()
        assert quiet.close_code == 1008
        count = len(venue.ticks)
        await venue.until(lambda: len(venue.ticks) > count)
        assert venue.feed.status().reconnects == 0


async def test_a_connection_that_was_closed_is_made_anew_with_its_key() -> None:
    async with an_exchange() as exchange, a_feed(exchange, PESO) as venue:
        await venue.until(lambda: len(venue.ticks) > 1)
        exchange.inject(Fault.CLOSE, 0.0, "twelvedata")
        await venue.until(
            lambda: venue.feed.status().reconnects > 0 and venue.feed.status().state is FeedState.LIVE
        )


async def test_without_a_socket_in_the_plan_prices_come_by_question() -> None:
    chosen = SourceSettings(twelvedata=TwelveDataSettings(feed="quotes"))
    clock, clients = SystemClock(), list[HttpClient]()

    def http_at(address: str) -> HttpClient:
        clients.append(HttpClient(NetSettings(), clock, base_url=address))
        return clients[-1]

    async with an_exchange() as exchange, AsyncExitStack() as stack:
        settings = simulated_venues(chosen, exchange.ws_url, exchange.rest_url)
        source = build_polling_sources(settings, equipment(http_at, clock, lambda reference: "key"))[
            "twelvedata"
        ]
        for client in clients:
            await stack.enter_async_context(client)
        ticks = list(await source.latest([PESO, NOBODY, APPLE]))
        assert [tick.instrument for tick in ticks] == [PESO.instrument, APPLE.instrument]
        assert all(tick.price and tick.previous_close and tick.event_ms for tick in ticks)
