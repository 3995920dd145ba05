import json
from collections.abc import Callable
from typing import Any

import pytest

from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.market import BarOrigin, TickKind
from rtp_tui.net.http import HttpTimeout, HttpTooBig, HttpUnreachable, Params
from rtp_tui.sources.coinbase import PRODUCTS_PER_CONNECTION, REQUESTS_PER_CONNECTION, CoinbaseSource
from rtp_tui.sources.contract import (
    AccessDenied,
    BadPayload,
    RateLimited,
    SourceError,
    SourceUnavailable,
    Subscription,
    UnknownSymbol,
)
from rtp_tui.sources.moments import rfc3339_ms
from rtp_tui.sources.provider_settings import CoinbaseSettings
from tests.equipment import equipment
from tests.factories import BTC, ETH, NOW_MS
from tests.fake_http import Answer, FakeHttp, a_reply
from tests.fakes import FakeClock

MINUTE = 60_000
START = NOW_MS // MINUTE * MINUTE
BITCOIN, ETHER = Subscription(BTC, "BTC-USD"), Subscription(ETH, "ETH-USD")
STATS = {"open": "99.0", "high": "110.0", "low": "90.0", "last": "100.5", "volume": "12.0"}


def a_source(answer: Callable[[str, Params], Answer]) -> tuple[CoinbaseSource, FakeHttp]:
    http = FakeHttp(answer)
    settings = CoinbaseSettings(ws_url="ws://127.0.0.1:9/coinbase")
    return CoinbaseSource(settings, equipment(http, FakeClock(NOW_MS))), http


def nobody(path: str, params: Params) -> Answer:
    return a_reply()


def many(count: int) -> list[Subscription]:
    return [Subscription(InstrumentId(f"crypto:C{n}"), f"C{n:04}-USD") for n in range(count)]


def a_candle(open_ms: int, **changes: float) -> list[Any]:
    row = {"low": 0.5, "high": 2.5, "open": 1.5, "close": 2.0, "volume": 10.0, **changes}
    return [open_ms // 1000, *row.values()]


def test_each_product_is_asked_for_by_itself_so_that_one_cannot_spoil_another() -> None:
    (endpoint,) = a_source(nobody)[0].endpoints([BITCOIN, Subscription(ETH, "eth-usd")])
    assert endpoint.url == "ws://127.0.0.1:9/coinbase"
    assert [json.loads(text) for text in endpoint.opening] == [
        {"type": "subscribe", "product_ids": [product], "channels": ["ticker", "matches", "heartbeat"]}
        for product in ("BTC-USD", "ETH-USD")
    ]


@pytest.mark.parametrize("count", [0, 1, 20, 21, 100, 101, 1000])
def test_every_product_is_asked_for_once_within_the_bounds_of_a_connection(count: int) -> None:
    subscriptions = many(count)
    endpoints = a_source(nobody)[0].endpoints(subscriptions)
    asked = [json.loads(text)["product_ids"] for endpoint in endpoints for text in endpoint.opening]
    assert [product for part in asked for product in part] == [one.symbol for one in subscriptions]
    assert all(len(endpoint.opening) <= REQUESTS_PER_CONNECTION for endpoint in endpoints)
    assert all(len(endpoint.subscriptions) <= PRODUCTS_PER_CONNECTION for endpoint in endpoints)
    assert [one for endpoint in endpoints for one in endpoint.subscriptions] == subscriptions


async def test_stats_give_price_and_figures_of_24_hours() -> None:
    source, http = a_source(lambda path, params: a_reply(json.dumps(STATS)))
    (tick,) = await source.latest([BITCOIN])
    assert http.asked == [("/products/BTC-USD/stats", {})]
    assert (tick.kind, tick.feed, tick.event_ms) == (TickKind.QUOTE, "coinbase:BTC-USD", None)
    assert (tick.price, tick.open_24h, tick.high_24h, tick.low_24h) == (100.5, 99.0, 110.0, 90.0)
    assert (tick.received_ms, tick.volume_24h) == (NOW_MS, None)


async def test_a_product_that_does_not_exist_does_not_lose_the_others() -> None:
    def answer(path: str, params: Params) -> Answer:
        return a_reply('{"message":"NotFound"}', 404) if "NO" in path else a_reply(json.dumps(STATS))

    source, _ = a_source(answer)
    ticks = await source.latest([Subscription(BTC, "NO-USD"), ETHER])
    assert [tick.feed for tick in ticks] == ["coinbase:ETH-USD"]


async def test_a_symbol_cannot_leave_its_place_in_the_address() -> None:
    source, http = a_source(lambda path, params: a_reply(json.dumps(STATS)))
    await source.latest([Subscription(BTC, "../A?B#C")])
    assert http.asked[0][0] == "/products/..%2FA%3FB%23C/stats"


async def test_candles_become_bars_in_order_with_low_and_high_in_their_places() -> None:
    rows = [a_candle(START), a_candle(START - 2 * MINUTE)]
    source, http = a_source(lambda path, params: a_reply(json.dumps(rows)))
    closed, forming = await source.bars(BITCOIN, "1m", START - 2 * MINUTE, NOW_MS)
    assert http.asked[0][0] == "/products/BTC-USD/candles"
    assert (closed.open_ms, closed.closed, forming.closed) == (START - 2 * MINUTE, True, False)
    assert (closed.open, closed.high, closed.low, closed.close, closed.volume) == (1.5, 2.5, 0.5, 2.0, 10.0)
    assert (closed.trades, closed.origin, closed.source) == (0, BarOrigin.BACKFILL, "coinbase:BTC-USD")


async def test_many_candles_are_fetched_page_by_page_never_more_than_the_venue_gives() -> None:
    def answer(path: str, params: Params) -> Answer:
        first, last = rfc3339_ms(str(params["start"])), rfc3339_ms(str(params["end"]))
        opens = list(range(first, last + 1, MINUTE))
        if len(opens) > 300:
            return a_reply('{"message":"granularity too small for the requested time range"}', 400)
        return a_reply(json.dumps([a_candle(open_ms) for open_ms in reversed(opens)]))

    source, http = a_source(answer)
    bars = await source.bars(BITCOIN, "1m", START - 700 * MINUTE, START)
    assert [bar.open_ms for bar in bars] == [START - n * MINUTE for n in range(700, 0, -1)]
    assert len(http.asked) == 3


async def test_candles_outside_of_what_was_asked_are_left_out() -> None:
    rows = [a_candle(START + n * MINUTE) for n in range(-5, 5)]
    source, _ = a_source(lambda path, params: a_reply(json.dumps(rows)))
    bars = await source.bars(BITCOIN, "1m", START - 2 * MINUTE, START)
    assert [bar.open_ms for bar in bars] == [START - 2 * MINUTE, START - MINUTE]


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (a_reply('{"message":"Public rate limit exceeded"}', 429), RateLimited),
        (a_reply("<html>blocked</html>", 403), AccessDenied),
        (a_reply('{"message":"Unauthorized."}', 401), AccessDenied),
        (a_reply('{"message":"NotFound"}', 404), UnknownSymbol),
        (a_reply("<html>no such page</html>", 404), BadPayload),
        (a_reply('{"message":"granularity too small"}', 400), BadPayload),
        (a_reply('{"message":"Internal server error"}', 500), SourceUnavailable),
        (a_reply("<html>bad gateway</html>", 502), SourceUnavailable),
        (a_reply("<html>hello</html>"), BadPayload),
        (a_reply('{"message":"hello"}'), BadPayload),
        (a_reply("[[1517443740,10106"), BadPayload),
        (a_reply(b"[" * 200_000), BadPayload),
        (a_reply(json.dumps([a_candle(START), a_candle(START)])), BadPayload),
        (a_reply(json.dumps([a_candle(START + 1000)])), BadPayload),
        (a_reply(json.dumps([a_candle(START, low=5.0)])), BadPayload),
        (a_reply(json.dumps([a_candle(START, high=1.0)])), BadPayload),
        (a_reply(json.dumps([a_candle(START, low=0.0)])), BadPayload),
        (a_reply(json.dumps([a_candle(START, high=1e300)])), BadPayload),
        (a_reply(json.dumps([a_candle(START, volume=-1.0)])), BadPayload),
        (HttpUnreachable("refused"), SourceUnavailable),
        (HttpTimeout("took longer than 10 s"), SourceUnavailable),
        (HttpTooBig("more than 8000000 bytes"), BadPayload),
    ],
)
async def test_what_goes_wrong_has_a_name(answer: Answer, error: type[SourceError]) -> None:
    source, _ = a_source(lambda path, params: answer)
    with pytest.raises(error) as raised:
        await source.bars(BITCOIN, "1m", START, START + MINUTE)
    assert len(str(raised.value)) <= 160


async def test_a_length_that_the_venue_does_not_have_is_refused_before_asking() -> None:
    source, http = a_source(nobody)
    with pytest.raises(BadPayload):
        await source.bars(BITCOIN, "7m", START, NOW_MS)
    assert not http.asked


async def test_the_asked_for_patience_is_passed_on_within_reason() -> None:
    source, _ = a_source(lambda path, params: a_reply("", 429, {"retry-after": "99999999"}))
    with pytest.raises(RateLimited) as raised:
        await source.latest([BITCOIN])
    assert raised.value.retry_after_s == 3600.0
