import json
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.market import BarOrigin, TickKind
from rtp_tui.net.http import HttpTimeout, HttpTooBig, HttpUnreachable, Params
from rtp_tui.sources.contract import (
    AccessDenied,
    BadPayload,
    RateLimited,
    SourceError,
    SourceUnavailable,
    Subscription,
    UnknownSymbol,
)
from rtp_tui.sources.okx import INSTRUMENTS_PER_CONNECTION, OkxSource
from rtp_tui.sources.okx_rest import RECENT_CANDLES
from rtp_tui.sources.provider_settings import OkxSettings
from tests.equipment import equipment
from tests.factories import BTC, ETH, NOW_MS
from tests.fake_http import Answer, FakeHttp, a_reply
from tests.fakes import FakeClock

MINUTE = 60_000
START = NOW_MS // MINUTE * MINUTE
BITCOIN, ETHER = Subscription(BTC, "BTC-USDT"), Subscription(ETH, "ETH-USDT")
UNKNOWN = {
    "code": "51001",
    "data": [],
    "msg": "Instrument ID, Instrument ID code, or Spread ID doesn't exist.",
}


def a_source(answer: Callable[[str, Params], Answer]) -> tuple[OkxSource, FakeHttp]:
    http = FakeHttp(answer)
    settings = OkxSettings(ws_url="ws://127.0.0.1:9/okx")
    return OkxSource(settings, equipment(http, FakeClock(NOW_MS))), http


def nobody(path: str, params: Params) -> Answer:
    return a_reply()


def many(count: int) -> list[Subscription]:
    return [Subscription(InstrumentId(f"crypto:C{n}"), f"COIN{n:028}-USDT") for n in range(count)]


def a_ticker(name: str, **changes: str) -> dict[str, str]:
    row = {"instType": "SPOT", "instId": name, "last": "100.5", "askPx": "100.6", "bidPx": "100.4"}
    figures = {"open24h": "99", "high24h": "110", "low24h": "90", "volCcy24h": "5000", "vol24h": "50"}
    return {**row, **figures, "ts": str(NOW_MS), **changes}


def enveloped(*rows: object) -> Answer:
    return a_reply(json.dumps({"code": "0", "msg": "", "data": rows}))


def refusal(code: str, status: int = 200, headers: dict[str, str] | None = None) -> Answer:
    return a_reply(json.dumps({"code": code, "msg": "no \x1b[2J", "data": []}), status, headers)


def a_candle(open_ms: int, *, fields: int = 9, **changes: str) -> list[str]:
    row = {"o": "1.5", "h": "2.5", "l": "0.5", "c": "2.0", "vol": "10", "volCcy": "15", "quote": "15"}
    confirm = "1" if open_ms < START else "0"
    return [str(open_ms), *{**row, "confirm": confirm, **changes}.values()][:fields]


def candles_of_a_venue(path: str, params: Params) -> Answer:
    """The rows older than `after`, newest first; the recent ones no further back than the venue keeps them."""
    newest = (int(params["after"]) - 1) // MINUTE * MINUTE
    limit = 300 if path.endswith("/candles") else 100
    assert int(params["limit"]) == limit
    oldest = START - 1439 * MINUTE if path.endswith("/candles") else 0
    opens = [newest - n * MINUTE for n in range(limit)]
    return enveloped(*(a_candle(open_ms) for open_ms in opens if open_ms >= oldest))


def test_tickers_and_trades_of_all_instruments_are_asked_for_on_one_connection() -> None:
    (endpoint,) = a_source(nobody)[0].endpoints([BITCOIN, Subscription(ETH, "eth-usdt")])
    assert endpoint.url == "ws://127.0.0.1:9/okx"
    assert [json.loads(text) for text in endpoint.opening] == [
        {
            "op": "subscribe",
            "args": [
                {"channel": channel, "instId": name}
                for name in ("BTC-USDT", "ETH-USDT")
                for channel in ("tickers", "trades")
            ],
        }
    ]


def test_a_quiet_connection_is_kept_alive_by_a_text_that_is_not_json() -> None:
    (endpoint,) = a_source(nobody)[0].endpoints([BITCOIN])
    assert endpoint.keepalive is not None
    assert (endpoint.keepalive.text, endpoint.keepalive.every_s) == ("ping", 20.0)


@pytest.mark.parametrize("count", [0, 1, 50, 51, 300, 301, 1000])
def test_every_instrument_is_asked_for_once_within_the_bounds_of_a_connection(count: int) -> None:
    subscriptions = many(count)
    endpoints = a_source(nobody)[0].endpoints(subscriptions)
    orders = [json.loads(text) for endpoint in endpoints for text in endpoint.opening]
    asked = [argument["instId"] for order in orders for argument in order["args"]]
    assert asked == [one.symbol for one in subscriptions for _ in range(2)]
    assert [one for endpoint in endpoints for one in endpoint.subscriptions] == subscriptions
    for endpoint in endpoints:
        assert len(endpoint.subscriptions) <= INSTRUMENTS_PER_CONNECTION
        assert len(endpoint.opening) < 480
        assert sum(map(len, endpoint.opening)) < 64 * 1024


async def test_tickers_give_price_and_figures_of_24_hours_in_money() -> None:
    source, http = a_source(lambda path, params: enveloped(a_ticker("BTC-USDT")))
    (tick,) = await source.latest([BITCOIN])
    assert http.asked == [("/api/v5/market/ticker", {"instId": "BTC-USDT"})]
    assert (tick.kind, tick.feed, tick.event_ms) == (TickKind.QUOTE, "okx:BTC-USDT", NOW_MS)
    assert (tick.price, tick.bid, tick.ask) == (100.5, 100.4, 100.6)
    assert (tick.open_24h, tick.high_24h, tick.low_24h, tick.volume_24h) == (99.0, 110.0, 90.0, 5000.0)


async def test_the_coins_of_contracts_are_not_taken_for_money() -> None:
    row = a_ticker("BTC-USDT-SWAP", instType="SWAP")
    source, _ = a_source(lambda path, params: enveloped(row))
    (tick,) = await source.latest([Subscription(BTC, "BTC-USDT-SWAP")])
    assert tick.volume_24h is None


async def test_an_instrument_that_does_not_exist_does_not_lose_the_others() -> None:
    def answer(path: str, params: Params) -> Answer:
        name = str(params["instId"])
        return a_reply(json.dumps(UNKNOWN)) if name.startswith("NO") else enveloped(a_ticker(name))

    source, _ = a_source(answer)
    ticks = await source.latest([Subscription(BTC, "NO-USDT"), ETHER])
    assert [tick.feed for tick in ticks] == ["okx:ETH-USDT"]


async def test_many_instruments_are_one_question() -> None:
    wanted = many(40)
    rows = [a_ticker(one.symbol) for one in wanted[1:]] + [a_ticker("OTHER-USDT")]
    source, http = a_source(lambda path, params: enveloped(*rows))
    ticks = list(await source.latest(wanted))
    assert http.asked == [("/api/v5/market/tickers", {"instType": "SPOT"})]
    assert [tick.instrument for tick in ticks] == [one.instrument for one in wanted[1:]]


async def test_candles_come_newest_first_and_become_bars_oldest_first() -> None:
    rows = [a_candle(START), a_candle(START - MINUTE), a_candle(START - 2 * MINUTE)]
    pages = iter([rows, []])
    source, http = a_source(lambda path, params: enveloped(*next(pages)))
    first, second, forming = await source.bars(BITCOIN, "1m", START - 5 * MINUTE, NOW_MS)
    assert http.asked[0] == (
        "/api/v5/market/candles",
        {"instId": "BTC-USDT", "bar": "1m", "after": NOW_MS, "limit": 300},
    )
    assert [bar.open_ms for bar in (first, second, forming)] == [START - 2 * MINUTE, START - MINUTE, START]
    assert (first.closed, second.closed, forming.closed) == (True, True, False)
    assert (first.open, first.high, first.low, first.close, first.volume) == (1.5, 2.5, 0.5, 2.0, 10.0)
    assert (first.trades, first.origin, first.source) == (0, BarOrigin.BACKFILL, "okx:BTC-USDT")


@pytest.mark.parametrize("fields", [7, 8, 9])
async def test_rows_of_seven_and_of_nine_fields_are_read_from_the_front(fields: int) -> None:
    rows = [a_candle(START - MINUTE, fields=fields, confirm="0")]
    source, _ = a_source(lambda path, params: enveloped(*rows))
    (bar,) = await source.bars(BITCOIN, "1m", START - MINUTE, START)
    assert (bar.close, bar.volume) == (2.0, 10.0)
    # Over by the clock, unless the venue has said that it is not.
    assert bar.closed is (fields < 9)


async def test_a_minute_without_trades_is_flat() -> None:
    row = [str(START - MINUTE), "2", "2", "2", "2", "0", "0", "0", "1"]
    source, _ = a_source(lambda path, params: enveloped(row))
    (bar,) = await source.bars(BITCOIN, "1m", START - MINUTE, START)
    assert (bar.open, bar.low, bar.volume, bar.closed) == (2.0, 2.0, 0.0, True)


async def test_contracts_are_counted_in_coins() -> None:
    source, _ = a_source(lambda path, params: enveloped(a_candle(START - MINUTE, vol="700", volCcy="7")))
    (bar,) = await source.bars(Subscription(BTC, "BTC-USDT-SWAP"), "1m", START - MINUTE, START)
    assert bar.volume == 7.0


async def test_many_candles_are_fetched_page_by_page_each_older_than_the_one_before() -> None:
    source, http = a_source(candles_of_a_venue)
    bars = await source.bars(BITCOIN, "1m", START - 700 * MINUTE, START)
    assert [bar.open_ms for bar in bars] == [START - n * MINUTE for n in range(700, 0, -1)]
    assert [int(params["after"]) for _, params in http.asked] == [START - n * 300 * MINUTE for n in range(3)]


async def test_what_the_question_for_recent_candles_does_not_reach_is_asked_of_history() -> None:
    source, http = a_source(candles_of_a_venue)
    count = RECENT_CANDLES + 150
    bars = await source.bars(BITCOIN, "1m", START - count * MINUTE, START)
    assert [bar.open_ms for bar in bars] == [START - n * MINUTE for n in range(count, 0, -1)]
    assert [path.rpartition("/")[2] for path, _ in http.asked] == ["candles"] * 5 + ["history-candles"] * 2


async def test_a_day_begins_at_midnight_in_utc() -> None:
    source, http = a_source(lambda path, params: enveloped())
    assert await source.bars(BITCOIN, "1d", START - 86_400_000, START) == []
    assert await source.bars(BITCOIN, "1h", START - 86_400_000, START) == []
    assert [params["bar"] for _, params in http.asked] == ["1Dutc", "1H"]


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (a_reply(json.dumps(UNKNOWN)), UnknownSymbol),
        (refusal("51000"), UnknownSymbol),
        (a_reply('{"msg":"Too Many Requests","code":"50011"}', 429), RateLimited),
        (refusal("50011"), RateLimited),
        (refusal("50061"), RateLimited),
        (a_reply("", 429), RateLimited),
        *[(refusal(code), SourceUnavailable) for code in ("50001", "50004", "50013", "50026")],
        (refusal("50001", 503), SourceUnavailable),
        (refusal("50113", 401), AccessDenied),
        (refusal("50111"), AccessDenied),
        (refusal("51155"), AccessDenied),
        (refusal("59999"), BadPayload),
        (refusal("59999", 500), SourceUnavailable),
        (a_reply("<html>blocked</html>", 403), AccessDenied),
        (a_reply("<html>bad gateway</html>", 502), SourceUnavailable),
        (a_reply("<html>no such page</html>", 404), BadPayload),
        (a_reply("<html>hello</html>"), BadPayload),
        (a_reply(""), BadPayload),
        (a_reply('{"code":0,"data":[]}'), BadPayload),
        (a_reply('{"code":"0","data":{}}'), BadPayload),
        (a_reply('{"code":"0","data":[['), BadPayload),
        (a_reply(b"[" * 200_000), BadPayload),
        (enveloped(a_candle(START - MINUTE), a_candle(START - MINUTE)), BadPayload),
        (enveloped(a_candle(START - 2 * MINUTE), a_candle(START - MINUTE)), BadPayload),
        (enveloped(a_candle(START)), BadPayload),
        (enveloped(a_candle(START - MINUTE + 1000)), BadPayload),
        (enveloped(a_candle(START - MINUTE, fields=5)), BadPayload),
        (enveloped(["soon", "1", "1", "1", "1", "1"]), BadPayload),
        (enveloped(a_candle(START - MINUTE, l="5")), BadPayload),
        (enveloped(a_candle(START - MINUTE, o="")), BadPayload),
        (enveloped(a_candle(START - MINUTE, h="NaN")), BadPayload),
        (enveloped(a_candle(START - MINUTE, vol="-1")), BadPayload),
        (HttpUnreachable("refused"), SourceUnavailable),
        (HttpTimeout("took longer than 10 s"), SourceUnavailable),
        (HttpTooBig("more than 8000000 bytes"), BadPayload),
    ],
)
async def test_what_goes_wrong_has_a_name(answer: Answer, error: type[SourceError]) -> None:
    source, _ = a_source(lambda path, params: answer)
    with pytest.raises(SourceError) as raised:
        await source.bars(BITCOIN, "1m", START - 3 * MINUTE, START)
    assert type(raised.value) is error
    assert len(str(raised.value)) <= 160
    assert "\x1b" not in str(raised.value)


async def test_the_asked_for_patience_is_passed_on_within_reason() -> None:
    source, _ = a_source(lambda path, params: refusal("50011", 429, {"retry-after": "99999999"}))
    with pytest.raises(RateLimited) as raised:
        await source.latest([BITCOIN])
    assert raised.value.retry_after_s == 3600.0


async def test_a_length_that_the_venue_does_not_have_is_refused_before_asking() -> None:
    source, http = a_source(nobody)
    with pytest.raises(BadPayload):
        await source.bars(BITCOIN, "7m", START, NOW_MS)
    assert not http.asked


async def test_a_venue_that_repeats_its_oldest_page_is_not_asked_for_ever() -> None:
    def answer(path: str, params: Params) -> Any:
        return enveloped(*(a_candle(START - n * MINUTE) for n in range(1, 4)))

    source, http = a_source(answer)
    with pytest.raises(BadPayload):
        await source.bars(BITCOIN, "1m", START - 90 * MINUTE, START)
    assert len(http.asked) == 2


def test_open_connections_take_other_instruments() -> None:
    source, _ = a_source(nobody)
    for operation, texts in (
        ("subscribe", source.subscribing(many(60))),
        ("unsubscribe", source.unsubscribing(many(60))),
    ):
        orders = [json.loads(text) for text in texts]
        assert [order["op"] for order in orders] == [operation] * 2
        assert sum(len(order["args"]) for order in orders) == 120


def test_what_is_asked_for_is_json() -> None:
    (endpoint,) = a_source(nobody)[0].endpoints([Subscription(BTC, 'A"B-USDT')])
    assert msgspec.json.decode(endpoint.opening[0])["args"][0]["instId"] == 'A"B-USDT'
