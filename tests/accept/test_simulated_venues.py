"""Coinbase, CoinGecko and Yahoo beside Binance behind one port: their wire as recorded, each broken alone."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from pathlib import Path
from time import monotonic, process_time
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from rtp_tui.capture import CaptureFile
from rtp_tui.clock import SystemClock
from rtp_tui.simulator.exchange import SimulatedExchange
from rtp_tui.simulator.faults import Fault
from tests.accept.running import PATIENCE_S, recordings, slowness

pytestmark = pytest.mark.accept

CEASELESS_S = 10_000.0

CHART = "/yahoo/v8/finance/chart/COP=X?interval=1m&range=1d"
PRICES = "/coingecko/simple/price?ids=bitcoin&vs_currencies=usd"
TICKER = "/coinbase/products/BTC-USD/ticker"
TIME = "/binance/api/v3/time"
PRODUCTS = ("BTC-USD", "ETH-USD", "SOL-USD", "XRP-USD", "DOGE-USD", "ADA-USD", "LINK-USD", "AVAX-USD")


@asynccontextmanager
async def an_exchange(**options: Any) -> AsyncIterator[SimulatedExchange]:
    async with SimulatedExchange(SystemClock(), **options).listening() as exchange:
        yield exchange


def met(exchange: SimulatedExchange) -> AbstractAsyncContextManager[ClientConnection]:
    return connect(f"{exchange.ws_url}/coinbase", compression=None)


async def subscribe(
    socket: ClientConnection, channels: Iterable[str], products: Iterable[str] = PRODUCTS[:2]
) -> None:
    order = {"type": "subscribe", "product_ids": list(products), "channels": list(channels)}
    await socket.send(json.dumps(order))


def never(events: list[Any]) -> bool:
    return False


def is_any(events: list[Any]) -> bool:
    return len(events) > 0


async def told(socket: ClientConnection, is_enough: Callable[[list[Any]], bool] = never) -> list[Any]:
    """Everything that arrives until it is enough, or until the connection ends."""
    events: list[Any] = []
    with suppress(ConnectionClosed):
        async with asyncio.timeout(PATIENCE_S):
            while not is_enough(events):
                events.append(json.loads(await socket.recv()))
    return events


async def asked(exchange: SimulatedExchange, path: str, timeout_s: float = PATIENCE_S) -> httpx.Response:
    async with httpx.AsyncClient(base_url=exchange.rest_url, timeout=timeout_s) as client:
        return await client.get(path)


async def statuses(exchange: SimulatedExchange) -> list[int | str]:
    """What each venue answers with, in order; `-` where it does not."""
    found: list[int | str] = []
    for path in (TIME, TICKER, PRICES, CHART):
        try:
            found.append((await asked(exchange, path)).status_code)
        except httpx.TransportError:
            found.append("-")
    return found


def shape(value: Any) -> Any:
    """Names, and the types of what they name; whole numbers are numbers."""
    if isinstance(value, dict):
        return {name: shape(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [shape(value[0])] if value else []
    return "number" if isinstance(value, int | float) else type(value).__name__


def recorded_body(path: Path) -> Any:
    return json.loads(json.loads(path.read_text())["response"]["body"])


async def test_who_subscribes_gets_the_newest_and_then_everything() -> None:
    async with an_exchange() as exchange, met(exchange) as socket:
        await subscribe(socket, ("ticker", "matches", "heartbeat"))
        events = await told(socket, is_a_whole_round)
    kinds = [event["type"] for event in events]
    assert kinds[:5] == ["subscriptions", "ticker", "ticker", "last_match", "last_match"]
    ids = [event["trade_id"] for event in events if event["type"] == "match"]
    assert len(set(ids)) == len(ids) > 50


def is_a_whole_round(events: list[Any]) -> bool:
    """Some heartbeats and many trades, each with its ticker."""
    kinds = [event["type"] for event in events]
    told_twice = kinds.count("match") == kinds.count("ticker") - 2
    return told_twice and kinds.count("heartbeat") >= 4 and kinds.count("match") > 50


async def test_who_asks_for_nothing_within_five_seconds_is_sent_away() -> None:
    async with an_exchange() as exchange, met(exchange) as silent, met(exchange) as busy:
        await subscribe(busy, ("heartbeat",))
        await told(silent)
        assert silent.close_code == 1008
        assert busy.close_code is None


async def test_who_asks_is_told_what_happened_up_to_now() -> None:
    """A minute that is over is whole, however long ago the exchange looked at its clock."""
    async with an_exchange(tick_interval_ms=3_600_000) as exchange:
        first = (await asked(exchange, TICKER)).json()["trade_id"]
        async with asyncio.timeout(PATIENCE_S / 4):
            while (await asked(exchange, TICKER)).json()["trade_id"] == first:  # noqa: ASYNC110 - nothing tells
                await asyncio.sleep(0.1)


async def test_its_sockets_are_nowhere_else() -> None:
    async with an_exchange() as exchange:
        for path in ("/coingecko", "/yahoo", "/coinbase/feed"):
            with pytest.raises(InvalidHandshake):
                async with connect(f"{exchange.ws_url}{path}"):
                    pass
        async with connect(f"{exchange.ws_url}/binance/stream?streams=btcusdt@trade") as socket:
            assert (await told(socket, is_any))[0]["stream"] == "btcusdt@trade"


@pytest.mark.parametrize("venue", ["binance", "coinbase", "coingecko", "yahoo"])
async def test_a_venue_that_is_cut_off_leaves_the_others_and_comes_back(venue: str) -> None:
    venues = ("binance", "coinbase", "coingecko", "yahoo")
    async with an_exchange() as exchange:
        exchange.inject(Fault.REFUSE, CEASELESS_S, venue)
        assert await statuses(exchange) == ["-" if name == venue else 200 for name in venues]
        exchange.end_faults(venue)
        async with asyncio.timeout(PATIENCE_S):
            while await statuses(exchange) != [200, 200, 200, 200]:  # noqa: ASYNC110 - nothing tells
                await asyncio.sleep(0.05)


async def test_a_fault_without_a_venue_is_everywhere_and_one_elsewhere_nowhere() -> None:
    async with an_exchange() as exchange:
        with pytest.raises(ValueError, match="atlantis"):
            exchange.inject(Fault.REFUSE, 1, "atlantis")
        exchange.inject(Fault.SERVER_ERROR, CEASELESS_S)
        assert await statuses(exchange) == [503, 503, 503, 503]
        assert await statuses(exchange) == [500, 500, 500, 500]


async def test_a_stall_never_answers_and_does_not_outlast_the_exchange() -> None:
    async with asyncio.timeout(PATIENCE_S):
        async with an_exchange() as exchange:
            exchange.inject(Fault.HANG, 600, "yahoo")
            waiting = asyncio.create_task(asked(exchange, CHART, 30))
            with pytest.raises(httpx.ReadTimeout):
                await asked(exchange, CHART, 0.5)
            assert (await asked(exchange, PRICES)).status_code == 200
        with pytest.raises(httpx.TransportError):
            await waiting


async def test_an_outage_of_one_socket_is_none_of_the_other() -> None:
    async with (
        an_exchange() as exchange,
        met(exchange) as coinbase,
        connect(f"{exchange.ws_url}/stream?streams=btcusdt@trade") as binance,
    ):
        await subscribe(coinbase, ("matches",))
        exchange.inject(Fault.REFUSE, CEASELESS_S, "coinbase")
        await told(coinbase)
        assert coinbase.close_code == 1006
        assert await told(binance, is_any)
        assert binance.close_code is None


@pytest.mark.parametrize("retry_after", ["30", "99999999999", "next tuesday", None])
async def test_refusals_by_rate_say_what_was_asked_for(retry_after: str | None) -> None:
    async with an_exchange() as exchange:
        exchange.inject(Fault.RATE_LIMIT, CEASELESS_S, "yahoo", retry_after=retry_after)
        reply = await asked(exchange, CHART)
        assert (reply.status_code, reply.text) == (429, "Too Many Requests\r\n")
        assert reply.headers.get("Retry-After") == retry_after


async def test_the_refusal_by_rate_is_the_recorded_one() -> None:
    expected = recorded_body(recordings() / "coingecko/rest/error_429.http.json")
    async with an_exchange() as exchange:
        exchange.inject(Fault.RATE_LIMIT, CEASELESS_S, "coingecko", retry_after="119")
        reply = await asked(exchange, PRICES)
    assert (reply.status_code, reply.json(), reply.headers["retry-after"]) == (429, expected, "119")


async def test_garbage_is_html_or_half_an_answer_or_none_each_with_200() -> None:
    async with an_exchange() as exchange:
        whole = (await asked(exchange, PRICES)).text
        exchange.inject(Fault.GARBAGE, CEASELESS_S, "coingecko")
        replies = [await asked(exchange, PRICES) for _ in range(3)]
    assert [reply.status_code for reply in replies] == [200, 200, 200]
    assert replies[0].text.startswith("<html>")
    assert 0 < len(replies[1].text) < len(whole)
    assert replies[2].text == ""


async def test_an_endless_body_goes_on_until_the_client_leaves() -> None:
    async with an_exchange() as exchange:
        exchange.inject(Fault.ENDLESS, 600, "yahoo")
        async with httpx.AsyncClient(base_url=exchange.rest_url, timeout=PATIENCE_S) as client:
            received = 0
            async with client.stream("GET", CHART) as reply:
                assert reply.status_code == 200
                async for piece in reply.aiter_bytes():
                    received += len(piece)
                    if received > 200_000:
                        break
        assert (await asked(exchange, PRICES)).status_code == 200
    assert received > 200_000


async def test_latency_is_a_slow_answer() -> None:
    async with an_exchange() as exchange:
        exchange.inject(Fault.LATENCY, CEASELESS_S, "coinbase")
        with pytest.raises(httpx.ReadTimeout):
            await asked(exchange, TICKER, 1)
        assert (await asked(exchange, TICKER)).status_code == 200


async def test_anonymous_clients_are_turned_away() -> None:
    async with an_exchange() as exchange:
        found = []
        for path in (TIME, TICKER, PRICES, CHART):
            async with httpx.AsyncClient(base_url=exchange.rest_url, timeout=PATIENCE_S) as client:
                del client.headers["User-Agent"]
                found.append((await client.get(path)).status_code)
    assert found == [200, 400, 403, 429]


async def test_coinbase_events_have_the_shape_of_recorded_ones() -> None:
    capture = CaptureFile(
        recordings() / "coinbase/ws/2021-04-17_exchange_10sym_ticker_matches_level2_31s.jsonl.gz"
    )
    recorded: dict[str, Any] = {}
    for frame in capture:
        event = json.loads(frame.text)
        if event["type"] in ("ticker", "match", "last_match"):
            recorded.setdefault(event["type"], shape(event))
    async with an_exchange() as exchange, met(exchange) as socket:
        await subscribe(socket, ("ticker", "matches"))
        events = {event["type"]: shape(event) for event in await told(socket, has_every_kind)}
    events.pop("subscriptions")
    # Sizes of the best quotes came after the recording was made.
    newer = {name: events["ticker"].pop(name) for name in ("best_bid_size", "best_ask_size")}
    assert events == recorded
    assert set(newer.values()) == {"str"}


def has_every_kind(events: list[Any]) -> bool:
    return {event["type"] for event in events} >= {"subscriptions", "ticker", "match", "last_match"}


@pytest.mark.parametrize(
    ("path", "recording"),
    [
        (
            "/coinbase/products/BTC-USD/candles?granularity=60",
            "coinbase/rest/xchange_example-historical-candles.json",
        ),
        (TICKER, "coinbase/rest/xchange_example-ticker-data.json"),
    ],
)
async def test_coinbase_answers_have_the_shape_of_recorded_ones(path: str, recording: str) -> None:
    recorded = json.loads((recordings() / recording).read_text())
    async with an_exchange() as exchange:
        assert shape((await asked(exchange, path)).json()) == shape(recorded)


async def test_coin_markets_have_the_shape_of_recorded_ones() -> None:
    recorded = recorded_body(recordings() / "coingecko/rest/coins_markets_response.http.json")
    async with an_exchange() as exchange:
        rows = (await asked(exchange, "/coingecko/coins/markets?vs_currency=usd&ids=bitcoin")).json()
    expected = {**shape(recorded[0]), "roi": "NoneType"}  # the recorder wrote null as a text
    assert shape(rows[0]) == expected
    assert list(rows[0]) == list(recorded[0])


async def test_treasuries_have_the_shape_of_recorded_ones() -> None:
    recorded = recorded_body(recordings() / "coingecko/rest/companies_response.http.json")
    async with an_exchange() as exchange:
        body = (await asked(exchange, "/coingecko/companies/public_treasury/bitcoin")).json()
    assert shape(body) == shape(recorded)


@pytest.mark.parametrize(
    ("path", "recording"),
    [
        (
            "/yahoo/v8/finance/chart/AAPL?interval=1m&period1=1&period2=2",
            "chart-AAPL-2025-02-01-to-2025-02-02-includePrePost-false-interval-1m.http.json",
        ),
        (
            "/yahoo/v8/finance/chart/COP=X?interval=1d&range=1d",
            "chart-EURUSD=X-2020-01-01-to-2020-01-03.http.json",
        ),
    ],
)
async def test_charts_have_the_shape_of_recorded_ones(path: str, recording: str) -> None:
    recorded = recorded_body(recordings() / "yahoo" / "rest" / recording)
    recorded["chart"]["result"][0]["indicators"].pop("adjclose", None)
    async with an_exchange() as exchange:
        # A session that has just begun has no bar before its first trade.
        async with asyncio.timeout(PATIENCE_S):
            while not exchange.market.books["USDCOP"].forming.trades:  # noqa: ASYNC110 - nothing tells
                await asyncio.sleep(0.05)
        assert shape((await asked(exchange, path)).json()) == shape(recorded)


async def test_all_venues_together_cost_little() -> None:
    """The share is of the exchange and of this test's own client together, both in this process."""
    async with an_exchange(coingecko_calls_a_minute=1000) as exchange, met(exchange) as socket:
        await subscribe(socket, ("ticker", "matches", "heartbeat"), PRODUCTS)
        began_s, worked_s = monotonic(), process_time()
        polled = [await asked(exchange, path) for path in (PRICES, CHART, TICKER)]
        events = await told(socket, lambda events: len(events) > 200 and monotonic() - began_s > 4)
        share = (process_time() - worked_s) / (monotonic() - began_s)
    assert {reply.status_code for reply in polled} == {200}
    assert len(events) > 200
    assert share < 0.15 * slowness(), share
