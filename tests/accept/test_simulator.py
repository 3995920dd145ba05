"""The simulated exchange on a real socket, met by an ordinary client."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidMessage

from rtp_tui.capture import CaptureFile
from rtp_tui.clock import SystemClock
from rtp_tui.simulator.exchange import Address, ReplayedExchange, SimulatedExchange, Venue, simulate
from rtp_tui.simulator.faults import Fault
from rtp_tui.simulator.replay import Replay
from tests.accept.running import PATIENCE_S, recordings

pytestmark = pytest.mark.accept

CEASELESS_S = 10_000.0

CLOCK = SystemClock()
BTC_ETH = ("btcusdt@trade", "ethusdt@trade")


@asynccontextmanager
async def an_exchange(**options: Any) -> AsyncIterator[SimulatedExchange]:
    async with SimulatedExchange(CLOCK, **options).listening() as exchange:
        yield exchange


def subscribed(venue: Venue, streams: Iterable[str]) -> AbstractAsyncContextManager[ClientConnection]:
    return connect(f"{venue.ws_url}/stream?streams={'/'.join(streams)}", compression=None)


async def told(
    socket: ClientConnection, enough: Callable[[list[str]], bool] | int | None = None
) -> list[str]:
    """Everything that arrives until it is enough, or so many frames, or until the connection ends."""
    frames: list[str] = []
    with suppress(ConnectionClosed):
        async with asyncio.timeout(PATIENCE_S):
            while not (len(frames) >= enough if isinstance(enough, int) else enough and enough(frames)):
                frames.append(str(await socket.recv()))
    return frames


async def heard_in(socket: ClientConnection, seconds: float) -> list[str]:
    """Everything that arrives in so many seconds."""
    frames: list[str] = []
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            while True:
                frames.append(str(await socket.recv()))
    return frames


async def asked(venue: Venue, path: str) -> httpx.Response:
    async with httpx.AsyncClient(base_url=venue.rest_url, timeout=PATIENCE_S) as client:
        return await client.get(path)


async def test_trades_of_all_open_symbols_arrive_in_order_and_whole() -> None:
    async with an_exchange(trades_per_second=2000) as exchange:
        streams = [f"{symbol.lower()}@trade" for symbol in exchange.market.books]
        async with subscribed(exchange, streams) as socket:
            trades = [json.loads(frame)["data"] for frame in await told(socket, 4_000)]
    assert len(trades) == 4_000
    ids: dict[str, int] = {}
    for trade in trades:
        assert trade["t"] == ids.get(trade["s"], trade["t"] - 1) + 1
        ids[trade["s"]] = trade["t"]
    assert len(ids) == 51


async def test_a_raw_connection_subscribes_later_and_upper_case_stays_silent() -> None:
    async with an_exchange() as exchange, connect(f"{exchange.ws_url}/ws", compression=None) as socket:
        await socket.send('{"method":"SUBSCRIBE","params":["BTCUSDT@trade","btcusdt@aggTrade"],"id":1}')
        frames = [json.loads(frame) for frame in await told(socket, 20)]
    assert frames[0] == {"result": None, "id": 1}
    assert {frame["e"] for frame in frames[1:]} == {"aggTrade"}


class EarlyInAMinute(SystemClock):
    """The machine's clock, set ahead to where a minute has begun: what is counted by the minute is counted whole."""

    def __init__(self) -> None:
        self._ahead_ms = 61_000 - CLOCK.now_ms() % 60_000

    def now_ms(self) -> int:
        return super().now_ms() + self._ahead_ms


async def test_every_instrument_has_a_price_and_two_hours_of_history_where_it_is_open() -> None:
    async with SimulatedExchange(EarlyInAMinute()).listening() as exchange:
        tickers = (await asked(exchange, "/api/v3/ticker/24hr")).json()
        klines = await asked(exchange, "/api/v3/klines?symbol=BTCUSDT&interval=1m&limit=121")
    assert len(tickers) == 71
    assert all(float(ticker["lastPrice"]) > 0 for ticker in tickers)
    assert len(klines.json()) >= 120
    assert klines.headers["X-MBX-USED-WEIGHT-1M"] == "82"


class OneSecond(SystemClock):
    """A clock by which everything happens in the same second, however long this machine takes."""

    def monotonic(self) -> float:
        return 0.0


async def test_more_than_five_messages_in_a_second_end_the_connection() -> None:
    async with (
        SimulatedExchange(OneSecond()).listening() as exchange,
        connect(f"{exchange.ws_url}/ws") as socket,
    ):
        for number in range(6):
            await socket.send(json.dumps({"method": "LIST_SUBSCRIPTIONS", "id": number}))
        frames = await told(socket)
        assert len(frames) == 5
        assert socket.close_code == 1008


async def test_an_old_connection_is_told_before_it_is_closed() -> None:
    async with an_exchange(max_age_s=0.5) as exchange, subscribed(exchange, BTC_ETH) as socket:
        frames = await told(socket)
        assert socket.close_code == 1001
    assert [json.loads(frame)["data"]["e"] for frame in frames].count("serverShutdown") == 1


async def test_refusing_cuts_connections_and_lets_nobody_in_until_it_is_over() -> None:
    async with an_exchange() as exchange:
        async with subscribed(exchange, BTC_ETH) as socket:
            exchange.inject(Fault.REFUSE, CEASELESS_S)
            await told(socket)
            assert socket.close_code == 1006
        with pytest.raises((InvalidMessage, OSError)):
            async with subscribed(exchange, BTC_ETH):
                pass
        with pytest.raises(httpx.TransportError):
            await asked(exchange, "/api/v3/time")
        exchange.end_faults()
        await until_let_in(exchange)
        async with subscribed(exchange, BTC_ETH) as socket:
            assert await told(socket, 1)


async def until_let_in(exchange: Venue) -> None:
    """Ask until there is an answer."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            with suppress(httpx.TransportError):
                await asked(exchange, "/api/v3/time")
                return
            await asyncio.sleep(0.05)


async def test_a_stall_is_silent_and_ends() -> None:
    async with an_exchange() as exchange, subscribed(exchange, BTC_ETH) as socket:
        exchange.inject(Fault.HANG, CEASELESS_S)
        # What was on its way before is heard first, which takes a busy machine its time.
        async with asyncio.timeout(PATIENCE_S):
            while await heard_in(socket, 0.3):
                pass
        assert await heard_in(socket, 0.5) == []
        exchange.end_faults()
        assert await told(socket, 1)


async def test_an_announced_close_spares_connections_made_since() -> None:
    async with an_exchange() as exchange, subscribed(exchange, BTC_ETH) as old:
        exchange.inject(Fault.CLOSE, 0.5)
        async with subscribed(exchange, BTC_ETH) as new:
            frames = await told(old)
            assert old.close_code == 1001
            assert any("serverShutdown" in frame for frame in frames)
            assert await told(new, 1)
            assert new.close_code is None


@pytest.mark.parametrize(
    ("fault", "code", "status"), [(Fault.RATE_LIMIT, 1008, 429), (Fault.SERVER_ERROR, 1011, 503)]
)
async def test_a_venue_in_trouble_closes_and_refuses_with_its_codes(
    fault: Fault, code: int, status: int
) -> None:
    async with an_exchange() as exchange, subscribed(exchange, BTC_ETH) as socket:
        exchange.inject(fault, CEASELESS_S)
        await told(socket)
        assert socket.close_code == code
        assert (await asked(exchange, "/api/v3/time")).status_code == status
        with pytest.raises(InvalidHandshake):
            async with subscribed(exchange, BTC_ETH):
                pass


async def test_the_port_is_free_again_afterwards_and_taken_meanwhile() -> None:
    async with an_exchange() as exchange:
        port = exchange.port
        with pytest.raises(OSError):
            async with an_exchange(port=port):
                pass
    async with an_exchange(port=port) as again:
        assert again.port == port


async def test_simulate_tells_its_addresses_and_ends_when_cancelled() -> None:
    told_where: asyncio.Future[tuple[Address, ...]] = asyncio.get_running_loop().create_future()
    async with asyncio.TaskGroup() as group:
        running = group.create_task(
            simulate(CLOCK, port=0, capture=None, speed=None, seed=7, on_listening=told_where.set_result)
        )
        addresses = {address.venue: address for address in await asyncio.wait_for(told_where, 5)}
        async with httpx.AsyncClient(timeout=PATIENCE_S) as client:
            assert (await client.get(f"{addresses['binance'].rest_url}/api/v3/ping")).json() == {}
            assert "gecko_says" in (await client.get(f"{addresses['coingecko'].rest_url}/ping")).json()
        running.cancel()
    sockets = {venue for venue, address in addresses.items() if address.ws_url}
    assert sockets >= {"binance", "coinbase", "okx", "bybit"}
    assert set(addresses) - sockets >= {"coingecko", "yahoo"}


@pytest.mark.parametrize("symbol", ["btcusdt", "ethusdt"])
async def test_a_replayed_capture_arrives_whole_and_verbatim(symbol: str) -> None:
    path = recordings() / f"binance/ws/2024-08-08_spot_{symbol}_trade_bookTicker_depth100ms_346s.txt.gz"
    expected = [frame.text for frame in CaptureFile(path) if f'"stream":"{symbol}@trade"' in frame.text]
    replay = Replay(CLOCK, CaptureFile(path), speed=None)
    async with (
        ReplayedExchange(CLOCK, replay).listening() as exchange,
        subscribed(exchange, [f"{symbol}@trade"]) as socket,
    ):
        frames: list[str] = []
        async with asyncio.timeout(PATIENCE_S):
            while not replay.finished or len(frames) < len(expected):
                frames += await heard_in(socket, 0.5)
        assert frames == expected
        assert socket.close_code is None


RECORDED_STREAMS = {
    "2021-04-04_combined_3sym_kline1m_aggTrade_depth_91s.jsonl.gz": ("aggTrade", "kline_1m"),
    "2024-08-08_spot_btcusdt_trade_bookTicker_depth100ms_346s.txt.gz": ("trade", "bookTicker"),
    "frames_misc.jsonl": ("miniTicker",),
}


@pytest.mark.parametrize("name", RECORDED_STREAMS)
async def test_simulated_events_have_the_shape_of_recorded_ones(name: str) -> None:
    kinds = RECORDED_STREAMS[name]
    recorded = _first_events(CaptureFile(recordings() / "binance" / "ws" / name), kinds)
    streams = [f"btcusdt@{kind}" for kind in kinds]
    async with an_exchange() as exchange, subscribed(exchange, streams) as socket:
        simulated: dict[str, Any] = {}
        async with asyncio.timeout(PATIENCE_S):
            while len(simulated) < len(streams):
                event = json.loads(await socket.recv())
                simulated.setdefault(event["stream"].partition("@")[2], _shape(event["data"]))
    assert simulated == recorded


def _first_events(capture: CaptureFile, kinds: Iterable[str]) -> dict[str, Any]:
    shapes: dict[str, Any] = {}
    for frame in capture:
        event = json.loads(frame.text)
        if not isinstance(event, dict):
            continue
        event = event.get("data", event)
        kind = {"24hrMiniTicker": "miniTicker", "kline": "kline_1m"}.get(
            event.get("e", "bookTicker"), event.get("e", "bookTicker")
        )
        if kind in kinds:
            shapes.setdefault(kind, _shape(event))
    return shapes


def _shape(value: Any) -> Any:
    """Names in order, and the types of what they name."""
    if isinstance(value, dict):
        return [(name, _shape(inner)) for name, inner in value.items()]
    return type(value).__name__


def test_all_recordings_that_are_json_lines_are_read() -> None:
    captures = [CaptureFile(path) for path in sorted(recordings().glob("*/ws/*.jsonl*"))]
    assert captures
    for capture in captures:
        assert list(capture), capture.path.name
        assert capture.bad_lines == 0
        assert not capture.truncated
