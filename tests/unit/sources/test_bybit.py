import json
from collections.abc import Callable

import pytest

from rtp_tui.model.feeds import Quota
from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.market import BarOrigin, TickKind
from rtp_tui.net.http import HttpTimeout, HttpTooBig, HttpUnreachable, Params
from rtp_tui.sources.bybit import REQUESTS_PER_CONNECTION, SYMBOLS_PER_CONNECTION, BybitSource
from rtp_tui.sources.contract import (
    AccessDenied,
    BadPayload,
    RateLimited,
    SourceError,
    SourceUnavailable,
    Subscription,
    UnknownSymbol,
)
from rtp_tui.sources.provider_settings import BybitSettings
from tests.equipment import Quotas, equipment
from tests.factories import BTC, ETH, NOW_MS
from tests.fake_http import Answer, FakeHttp, a_reply
from tests.fakes import FakeClock

MINUTE = 60_000
START = NOW_MS // MINUTE * MINUTE
BITCOIN, ETHER = Subscription(BTC, "BTCUSDT"), Subscription(ETH, "ETHUSDT")
LIMITS = {
    "x-bapi-limit": "600",
    "x-bapi-limit-status": "37",
    "x-bapi-limit-reset-timestamp": str(NOW_MS + 2_500),
}


def a_source(
    answer: Callable[[str, Params], Answer], quotas: Quotas | None = None
) -> tuple[BybitSource, FakeHttp]:
    http = FakeHttp(answer)
    settings = BybitSettings(ws_url="ws://127.0.0.1:9/bybit")
    return BybitSource(settings, equipment(http, FakeClock(NOW_MS), quotas=quotas)), http


def nobody(path: str, params: Params) -> Answer:
    return a_reply()


def many(count: int) -> list[Subscription]:
    return [Subscription(InstrumentId(f"crypto:C{n}"), f"C{n:04}USDT") for n in range(count)]


def a_ticker(symbol: str) -> dict[str, str]:
    row = {"symbol": symbol, "bid1Price": "100.4", "ask1Price": "100.6", "lastPrice": "100.5"}
    return {**row, "prevPrice24h": "99", "highPrice24h": "110", "lowPrice24h": "90", "turnover24h": "5000"}


def a_kline(open_ms: int, **changes: str) -> list[str]:
    row = {"o": "1.5", "h": "2.5", "l": "0.5", "c": "2.0", "volume": "10", "turnover": "20"}
    return [str(open_ms), *{**row, **changes}.values()]


def enveloped(*rows: object, headers: dict[str, str] | None = None) -> Answer:
    result = {"category": "spot", "list": rows}
    return a_reply(json.dumps({"retCode": 0, "retMsg": "OK", "result": result}), headers=headers)


def refusal(
    code: int, words: str = "no \x1b[2J", status: int = 200, headers: dict[str, str] | None = None
) -> Answer:
    return a_reply(json.dumps({"retCode": code, "retMsg": words, "result": {}}), status, headers)


def klines_of_a_venue(path: str, params: Params) -> Answer:
    """At most a thousand rows of the newest, newest first, the one at the end among them."""
    start, end = int(params["start"]), int(params["end"])
    opens = range(-(-start // MINUTE) * MINUTE, end + 1, MINUTE)
    return enveloped(*(a_kline(open_ms) for open_ms in list(reversed(opens))[: int(params["limit"])]))


def test_each_symbol_is_asked_for_by_itself_so_that_one_cannot_spoil_another() -> None:
    (endpoint,) = a_source(nobody)[0].endpoints([BITCOIN, Subscription(ETH, "ethusdt")])
    assert endpoint.url == "ws://127.0.0.1:9/bybit"
    assert [json.loads(text) for text in endpoint.opening] == [
        {
            "op": "subscribe",
            "args": [f"{topic}.{symbol}" for topic in ("tickers", "publicTrade", "orderbook.1")],
        }
        for symbol in ("BTCUSDT", "ETHUSDT")
    ]


def test_a_quiet_connection_is_kept_alive_by_a_ping() -> None:
    (endpoint,) = a_source(nobody)[0].endpoints([BITCOIN])
    assert endpoint.keepalive is not None
    assert (json.loads(endpoint.keepalive.text), endpoint.keepalive.every_s) == ({"op": "ping"}, 20.0)


def test_a_top_that_is_told_again_is_a_sign_of_life() -> None:
    (endpoint,) = a_source(nobody)[0].endpoints([BITCOIN])
    assert endpoint.heartbeat_s == 3.0


@pytest.mark.parametrize("count", [0, 1, 20, 21, 60, 61, 500])
def test_every_symbol_is_asked_for_once_within_ten_topics_a_request(count: int) -> None:
    subscriptions = many(count)
    endpoints = a_source(nobody)[0].endpoints(subscriptions)
    orders = [json.loads(text)["args"] for endpoint in endpoints for text in endpoint.opening]
    asked = [topic.rpartition(".")[2] for topics in orders for topic in topics]
    assert asked == [one.symbol for one in subscriptions for _ in range(3)]
    assert all(len(topics) <= 10 for topics in orders)
    assert all(len(endpoint.opening) <= REQUESTS_PER_CONNECTION for endpoint in endpoints)
    assert all(len(endpoint.subscriptions) <= SYMBOLS_PER_CONNECTION for endpoint in endpoints)
    assert [one for endpoint in endpoints for one in endpoint.subscriptions] == subscriptions


async def test_tickers_give_price_spread_and_figures_of_24_hours_in_money() -> None:
    source, http = a_source(lambda path, params: enveloped(a_ticker("BTCUSDT")))
    (tick,) = await source.latest([BITCOIN])
    assert http.asked == [("/v5/market/tickers", {"category": "spot", "symbol": "BTCUSDT"})]
    assert (tick.kind, tick.feed, tick.event_ms) == (TickKind.QUOTE, "bybit:BTCUSDT", None)
    assert (tick.price, tick.bid, tick.ask, tick.received_ms) == (100.5, 100.4, 100.6, NOW_MS)
    assert (tick.open_24h, tick.high_24h, tick.low_24h, tick.volume_24h) == (99.0, 110.0, 90.0, 5000.0)


async def test_a_symbol_that_does_not_exist_does_not_lose_the_others() -> None:
    def answer(path: str, params: Params) -> Answer:
        symbol = str(params["symbol"])
        return refusal(10001, "Not supported symbols") if symbol == "NO" else enveloped(a_ticker(symbol))

    source, _ = a_source(answer)
    ticks = await source.latest([Subscription(BTC, "NO"), ETHER])
    assert [tick.feed for tick in ticks] == ["bybit:ETHUSDT"]


async def test_many_symbols_are_one_question() -> None:
    wanted = many(40)
    rows = [a_ticker(one.symbol) for one in wanted[1:]] + [a_ticker("OTHERUSDT")]
    source, http = a_source(lambda path, params: enveloped(*rows))
    ticks = list(await source.latest(wanted))
    assert http.asked == [("/v5/market/tickers", {"category": "spot"})]
    assert [tick.instrument for tick in ticks] == [one.instrument for one in wanted[1:]]


async def test_klines_come_newest_first_and_become_bars_oldest_first() -> None:
    source, http = a_source(klines_of_a_venue)
    first, second, forming = await source.bars(BITCOIN, "1m", START - 2 * MINUTE, NOW_MS)
    path, params = http.asked[0]
    assert (path, params["interval"], params["category"]) == ("/v5/market/kline", "1", "spot")
    assert [bar.open_ms for bar in (first, second, forming)] == [START - 2 * MINUTE, START - MINUTE, START]
    assert (first.closed, second.closed, forming.closed) == (True, True, False)
    assert (first.open, first.high, first.low, first.close, first.volume) == (1.5, 2.5, 0.5, 2.0, 10.0)
    assert (first.trades, first.origin, first.source) == (0, BarOrigin.BACKFILL, "bybit:BTCUSDT")


async def test_many_klines_are_fetched_page_by_page() -> None:
    source, http = a_source(klines_of_a_venue)
    bars = await source.bars(BITCOIN, "1m", START - 2_500 * MINUTE, START)
    assert [bar.open_ms for bar in bars] == [START - n * MINUTE for n in range(2_500, 0, -1)]
    assert len(http.asked) == 3


async def test_klines_outside_of_what_was_asked_are_left_out() -> None:
    rows = [a_kline(START + n * MINUTE) for n in range(4, -5, -1)]
    source, _ = a_source(lambda path, params: enveloped(*rows))
    bars = await source.bars(BITCOIN, "1m", START - 2 * MINUTE, START)
    assert [bar.open_ms for bar in bars] == [START - 2 * MINUTE, START - MINUTE]


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (refusal(10001, "Not supported symbols"), UnknownSymbol),
        (refusal(10001, "params error: Symbol Is Invalid"), UnknownSymbol),
        (refusal(10001, "Invalid period!"), BadPayload),
        (refusal(10006), RateLimited),
        (refusal(10018), RateLimited),
        (refusal(10429), RateLimited),
        (a_reply("", 429), RateLimited),
        (a_reply("403, access too frequent", 403), RateLimited),
        (
            a_reply("<html>The Amazon CloudFront distribution is configured to block</html>", 403),
            AccessDenied,
        ),
        (refusal(10016), SourceUnavailable),
        (refusal(10000), SourceUnavailable),
        (refusal(10003), AccessDenied),
        (refusal(10010), AccessDenied),
        (refusal(10024), AccessDenied),
        (refusal(99999), BadPayload),
        (refusal(99999, status=500), SourceUnavailable),
        (a_reply("<html>bad gateway</html>", 502), SourceUnavailable),
        (a_reply("404 page not found", 404), BadPayload),
        (a_reply("<html>hello</html>"), BadPayload),
        (a_reply(""), BadPayload),
        (a_reply('{"retCode":"0","result":{"list":[]}}'), BadPayload),
        (a_reply('{"retCode":0,"result":{}}'), BadPayload),
        (a_reply('{"retCode":0,"result":{"list":[['), BadPayload),
        (a_reply(b"[" * 200_000), BadPayload),
        (enveloped(a_kline(START), a_kline(START)), BadPayload),
        (enveloped(a_kline(START + 1000)), BadPayload),
        (enveloped(a_kline(START)[:5]), BadPayload),
        (enveloped(["soon", "1", "1", "1", "1", "1"]), BadPayload),
        (enveloped(a_kline(START, l="5")), BadPayload),
        (enveloped(a_kline(START, o="")), BadPayload),
        (enveloped(a_kline(START, h="NaN")), BadPayload),
        (enveloped(a_kline(START, volume="-1")), BadPayload),
        (HttpUnreachable("refused"), SourceUnavailable),
        (HttpTimeout("took longer than 10 s"), SourceUnavailable),
        (HttpTooBig("more than 8000000 bytes"), BadPayload),
    ],
)
async def test_what_goes_wrong_has_a_name(answer: Answer, error: type[SourceError]) -> None:
    source, _ = a_source(lambda path, params: answer)
    with pytest.raises(SourceError) as raised:
        await source.bars(BITCOIN, "1m", START, START + MINUTE)
    assert type(raised.value) is error
    assert len(str(raised.value)) <= 160
    assert "\x1b" not in str(raised.value)


@pytest.mark.parametrize(
    ("answer", "wait_s"),
    [
        (refusal(10006, headers=LIMITS), 2.5),
        (refusal(10006, headers={**LIMITS, "x-bapi-limit-reset-timestamp": "9" * 15}), 3600.0),
        (refusal(10006, headers={**LIMITS, "x-bapi-limit-reset-timestamp": "5"}), 0.0),
        (refusal(10006, headers={"retry-after": "7"}), 7.0),
        (refusal(10006), None),
        (a_reply("403, access too frequent", 403), 600.0),
    ],
)
async def test_how_long_to_wait_is_what_the_venue_says(answer: Answer, wait_s: float | None) -> None:
    source, _ = a_source(lambda path, params: answer)
    with pytest.raises(RateLimited) as raised:
        await source.latest([BITCOIN])
    assert raised.value.retry_after_s == wait_s


async def test_what_is_left_of_the_quota_is_told_where_the_venue_tells_it() -> None:
    quotas = Quotas()
    source, _ = a_source(lambda path, params: enveloped(a_ticker("BTCUSDT"), headers=LIMITS), quotas)
    await source.latest([BITCOIN])
    assert quotas.told == [("bybit", Quota(used=563, limit=600, left=37, reset_ms=NOW_MS + 2_500))]


@pytest.mark.parametrize("headers", [{}, {**LIMITS, "x-bapi-limit-status": "many"}])
async def test_without_usable_headers_nothing_is_told(headers: dict[str, str]) -> None:
    quotas = Quotas()
    source, _ = a_source(lambda path, params: enveloped(a_ticker("BTCUSDT"), headers=headers), quotas)
    await source.latest([BITCOIN])
    assert not quotas.told


async def test_a_length_that_the_venue_does_not_have_is_refused_before_asking() -> None:
    source, http = a_source(nobody)
    with pytest.raises(BadPayload):
        await source.bars(BITCOIN, "7m", START, NOW_MS)
    assert not http.asked


def test_open_connections_take_other_symbols_each_by_itself_and_leave_them_together() -> None:
    source, _ = a_source(nobody)
    added = [json.loads(text) for text in source.subscribing(many(4))]
    assert [(order["op"], len(order["args"])) for order in added] == [("subscribe", 3)] * 4
    left = [json.loads(text) for text in source.unsubscribing(many(4))]
    assert [(order["op"], len(order["args"])) for order in left] == [("unsubscribe", 9), ("unsubscribe", 3)]
