import json
from collections.abc import Callable

import pytest

from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.market import BarOrigin, TickKind
from rtp_tui.net.http import HttpTimeout, HttpTooBig, HttpUnreachable, Params
from rtp_tui.sources.coinbase_advanced import PRODUCTS_PER_CONNECTION, CoinbaseAdvancedSource
from rtp_tui.sources.contract import (
    AccessDenied,
    BadPayload,
    RateLimited,
    SourceError,
    SourceUnavailable,
    Subscription,
    UnknownSymbol,
)
from rtp_tui.sources.provider_settings import CoinbaseSettings
from tests.equipment import equipment
from tests.factories import BTC, ETH, NOW_MS
from tests.fake_http import Answer, FakeHttp, a_reply
from tests.fakes import FakeClock

MINUTE = 60_000
START = NOW_MS // MINUTE * MINUTE
BITCOIN, ETHER = Subscription(BTC, "BTC-USD"), Subscription(ETH, "eth-usd")
PRODUCT = {
    "product_id": "BTC-USD",
    "price": "104",
    "price_percentage_change_24h": "4",
    "volume_24h": "12",
    "approximate_quote_24h_volume": "1234.5",
    "best_bid_price": "",
    "best_ask_price": "",
    "high_24h": "110",
    "low_24h": "90",
    "status": "online",
}
PRODUCTS = "/api/v3/brokerage/market/products"


def a_source(answer: Callable[[str, Params], Answer]) -> tuple[CoinbaseAdvancedSource, FakeHttp]:
    http = FakeHttp(answer)
    settings = CoinbaseSettings(advanced_ws_url="ws://127.0.0.1:9/coinbase_advanced")
    return CoinbaseAdvancedSource(settings, equipment(http, FakeClock(NOW_MS))), http


def nobody(path: str, params: Params) -> Answer:
    return a_reply()


def a_candle(open_ms: int, **changes: str) -> dict[str, str]:
    row = {"low": "0.5", "high": "2.5", "open": "1.5", "close": "2.0", "volume": "10.0"}
    return {"start": str(open_ms // 1000), **row, **changes}


def candles(*rows: dict[str, str]) -> Answer:
    return a_reply(json.dumps({"candles": rows}))


def refused(error: str, details: str, status: int) -> Answer:
    return a_reply(json.dumps({"error": error, "error_details": details, "message": details}), status)


def test_each_channel_is_asked_for_by_itself_and_heartbeats_before_all() -> None:
    (endpoint,) = a_source(nobody)[0].endpoints([BITCOIN, ETHER])
    assert endpoint.url == "ws://127.0.0.1:9/coinbase_advanced"
    products = ["BTC-USD", "ETH-USD"]
    assert [json.loads(text) for text in endpoint.opening] == [
        {"type": "subscribe", "channel": "heartbeats"},
        {"type": "subscribe", "product_ids": products, "channel": "ticker"},
        {"type": "subscribe", "product_ids": products, "channel": "market_trades"},
    ]
    assert endpoint.heartbeat_s == 1.0


@pytest.mark.parametrize("count", [0, 1, 100, 101, 1000])
def test_every_product_is_asked_for_once_within_the_bounds_of_a_connection(count: int) -> None:
    subscriptions = [Subscription(InstrumentId(f"crypto:C{n}"), f"C{n:04}-USD") for n in range(count)]
    endpoints = a_source(nobody)[0].endpoints(subscriptions)
    orders = [json.loads(text) for endpoint in endpoints for text in endpoint.opening]
    for channel in ("ticker", "market_trades"):
        asked = [product for one in orders if one["channel"] == channel for product in one["product_ids"]]
        assert asked == [one.symbol for one in subscriptions]
    assert all(len(endpoint.subscriptions) <= PRODUCTS_PER_CONNECTION for endpoint in endpoints)
    assert [one for endpoint in endpoints for one in endpoint.subscriptions] == subscriptions


def test_products_come_and_go_on_an_open_connection() -> None:
    source, _ = a_source(nobody)
    (endpoint,) = source.endpoints([BITCOIN])
    assert source.subscribing([BITCOIN]) == endpoint.opening[1:]
    assert [json.loads(text) for text in source.unsubscribing([ETHER])] == [
        {"type": "unsubscribe", "product_ids": ["ETH-USD"], "channel": channel}
        for channel in ("ticker", "market_trades")
    ]


async def test_a_product_gives_price_and_figures_of_24_hours() -> None:
    source, http = a_source(lambda path, params: a_reply(json.dumps(PRODUCT)))
    (tick,) = await source.latest([BITCOIN])
    assert http.asked == [(f"{PRODUCTS}/BTC-USD", {})]
    assert (tick.kind, tick.feed, tick.event_ms) == (TickKind.QUOTE, "coinbase:BTC-USD", None)
    assert (tick.price, tick.open_24h, tick.high_24h, tick.low_24h) == (104.0, 100.0, 110.0, 90.0)
    assert (tick.received_ms, tick.volume_24h, tick.bid, tick.ask) == (NOW_MS, 1234.5, None, None)


async def test_products_that_do_not_exist_or_not_any_more_do_not_lose_the_others() -> None:
    def answer(path: str, params: Params) -> Answer:
        if "NO" in path:
            return refused("NOT_FOUND", "valid product_id is required", 404)
        status = "delisted" if "OLD" in path else "online"
        return a_reply(json.dumps({**PRODUCT, "status": status}))

    source, _ = a_source(answer)
    ticks = await source.latest([Subscription(BTC, "NO-USD"), Subscription(BTC, "OLD-USD"), ETHER])
    assert [tick.feed for tick in ticks] == ["coinbase:eth-usd"]


async def test_a_symbol_cannot_leave_its_place_in_the_address() -> None:
    source, http = a_source(lambda path, params: a_reply(json.dumps(PRODUCT)))
    await source.latest([Subscription(BTC, "../A?B#C")])
    assert http.asked[0][0] == f"{PRODUCTS}/..%2FA%3FB%23C"


async def test_a_change_that_is_no_number_is_a_bad_answer() -> None:
    source, _ = a_source(
        lambda path, params: a_reply(json.dumps({**PRODUCT, "price_percentage_change_24h": "x"}))
    )
    with pytest.raises(BadPayload):
        await source.latest([BITCOIN])


async def test_candles_become_bars_in_order_and_holes_stay_holes() -> None:
    rows = [a_candle(START), a_candle(START - 2 * MINUTE)]
    source, http = a_source(lambda path, params: candles(*rows))
    closed, forming = await source.bars(BITCOIN, "1m", START - 2 * MINUTE, NOW_MS)
    ((path, params),) = http.asked
    assert path == f"{PRODUCTS}/BTC-USD/candles"
    assert (params["granularity"], params["start"]) == ("ONE_MINUTE", (START - 2 * MINUTE) // 1000)
    assert (closed.open_ms, closed.closed, forming.closed) == (START - 2 * MINUTE, True, False)
    assert (closed.open, closed.high, closed.low, closed.close, closed.volume) == (1.5, 2.5, 0.5, 2.0, 10.0)
    assert (closed.origin, closed.source) == (BarOrigin.BACKFILL, "coinbase:BTC-USD")


async def test_many_candles_are_fetched_page_by_page_never_more_than_the_venue_gives() -> None:
    def answer(path: str, params: Params) -> Answer:
        opens = list(range(int(params["start"]) // 60 * 60, int(params["end"]) + 1, 60))
        if len(opens) > 350:
            return refused("INVALID_ARGUMENT", "number of candles requested should be less than 350", 400)
        return candles(*(a_candle(open_s * 1000) for open_s in reversed(opens)))

    source, http = a_source(answer)
    bars = await source.bars(BITCOIN, "1m", START - 800 * MINUTE, START)
    assert [bar.open_ms for bar in bars] == [START - n * MINUTE for n in range(800, 0, -1)]
    assert len(http.asked) == 3


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (refused("RESOURCE_EXHAUSTED", "Too many requests", 429), RateLimited),
        (a_reply("<html>blocked</html>", 403), AccessDenied),
        (a_reply("Unauthorized", 401), AccessDenied),
        (refused("NOT_FOUND", "valid product_id is required", 404), UnknownSymbol),
        (refused("INVALID_ARGUMENT", "valid product_id is required", 400), UnknownSymbol),
        (refused("INVALID_ARGUMENT", "start must be before end", 400), BadPayload),
        (a_reply("<html>no such page</html>", 404), BadPayload),
        (refused("INTERNAL", "oops", 500), SourceUnavailable),
        (a_reply("<html>bad gateway</html>", 502), SourceUnavailable),
        (a_reply("<html>hello</html>"), BadPayload),
        (a_reply("{}"), BadPayload),
        (a_reply('{"candles":[{"start":"17'), BadPayload),
        (a_reply(b"[" * 200_000), BadPayload),
        (candles(a_candle(START), a_candle(START)), BadPayload),
        (candles(a_candle(START + 1000)), BadPayload),
        (candles(a_candle(START, start="soon")), BadPayload),
        (candles(a_candle(START, low="5.0")), BadPayload),
        (candles(a_candle(START, high="1.0")), BadPayload),
        (candles(a_candle(START, low="0")), BadPayload),
        (candles(a_candle(START, high="1e300")), BadPayload),
        (candles(a_candle(START, volume="-1.0")), BadPayload),
        (HttpUnreachable("refused"), SourceUnavailable),
        (HttpTimeout("took longer than 10 s"), SourceUnavailable),
        (HttpTooBig("more than 8000000 bytes"), BadPayload),
    ],
)
async def test_what_goes_wrong_has_a_name(answer: Answer, error: type[SourceError]) -> None:
    source, _ = a_source(lambda path, params: answer)
    with pytest.raises(error) as raised:
        await source.bars(BITCOIN, "1m", START, START + MINUTE)
    assert type(raised.value) is error
    assert len(str(raised.value)) <= 160


async def test_a_length_that_the_venue_does_not_have_is_refused_before_asking() -> None:
    source, http = a_source(nobody)
    with pytest.raises(BadPayload):
        await source.bars(BITCOIN, "7m", START, NOW_MS)
    assert not http.asked
