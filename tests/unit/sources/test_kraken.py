import json
from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import replace

from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.market import BarOrigin, TickKind
from rtp_tui.net.http import HttpTimeout, HttpTooBig, HttpUnreachable, Params
from rtp_tui.sources.contract import (
    AccessDenied,
    BadPayload,
    Endpoint,
    RateLimited,
    SourceError,
    SourceUnavailable,
    Subscription,
    UnknownSymbol,
)
from rtp_tui.sources.kraken import SYMBOLS_PER_CONNECTION, SYMBOLS_PER_REQUEST, KrakenSource
from rtp_tui.sources.provider_settings import KrakenSettings
from tests.equipment import equipment
from tests.factories import BTC, ETH, NOW_MS
from tests.fake_http import Answer, FakeHttp, a_reply
from tests.fakes import FakeClock

MINUTE = 60_000
START = NOW_MS // MINUTE * MINUTE
BITCOIN, ETHER = Subscription(BTC, "BTC/USD"), Subscription(ETH, "ETH/USD")
DAY: dict[str, Any] = {
    "a": ["101.5", "1", "1.000"],
    "b": ["100.5", "1", "1.000"],
    "c": ["101.0", "0.1"],
    "v": ["3.0", "12.0"],
    "p": ["100.0", "99.0"],
    "t": [10, 40],
    "l": ["95.0", "90.0"],
    "h": ["105.0", "110.0"],
    "o": "97.0",
}


def a_source(
    answer: Callable[[str, Params], Answer], settings: KrakenSettings | None = None
) -> tuple[KrakenSource, FakeHttp]:
    http = FakeHttp(answer)
    settings = settings or KrakenSettings(ws_url="ws://127.0.0.1:9/kraken")
    return KrakenSource(settings, equipment(http, FakeClock(NOW_MS))), http


def nobody(path: str, params: Params) -> Answer:
    return a_reply()


def answered(result: object) -> Answer:
    return a_reply(json.dumps({"error": [], "result": result}))


def refused(*errors: str, status: int = 200) -> Answer:
    return a_reply(json.dumps({"error": list(errors)}), status)


def many(count: int) -> list[Subscription]:
    return [Subscription(InstrumentId(f"crypto:C{n}"), f"C{n:04}/USD") for n in range(count)]


def a_row(open_ms: int, **changes: str | int) -> list[Any]:
    row = {"open": "1.5", "high": "2.5", "low": "0.5", "close": "2.0", "vwap": "1.8", "volume": "10.0"}
    return [open_ms // 1000, *{**row, "count": 3, **changes}.values()]


def ohlc(*rows: list[Any], key: str = "BTC/USD") -> Answer:
    return answered({key: list(rows), "last": 5})


def asked_symbols(endpoints: list[Endpoint], channel: str) -> list[str]:
    orders = [json.loads(text)["params"] for endpoint in endpoints for text in endpoint.opening]
    return [symbol for order in orders if order["channel"] == channel for symbol in order["symbol"]]


def test_tickers_and_trades_are_asked_for_each_with_what_is_newest() -> None:
    (endpoint,) = a_source(nobody)[0].endpoints([BITCOIN, ETHER])
    assert endpoint.url == "ws://127.0.0.1:9/kraken"
    symbols = ["BTC/USD", "ETH/USD"]
    assert [json.loads(text) for text in endpoint.opening] == [
        {
            "method": "subscribe",
            "params": {"channel": "ticker", "event_trigger": "bbo", "snapshot": True, "symbol": symbols},
        },
        {"method": "subscribe", "params": {"channel": "trade", "snapshot": True, "symbol": symbols}},
    ]


def test_symbols_come_and_go_on_an_open_connection() -> None:
    source, _ = a_source(nobody)
    (endpoint,) = source.endpoints([BITCOIN])
    assert source.subscribing([BITCOIN]) == endpoint.opening
    params = [json.loads(text)["params"] for text in source.unsubscribing([BITCOIN, ETHER])]
    assert params == [
        {"channel": "ticker", "event_trigger": "bbo", "symbol": ["BTC/USD", "ETH/USD"]},
        {"channel": "trade", "symbol": ["BTC/USD", "ETH/USD"]},
    ]


def test_tickers_can_be_had_with_trades_alone() -> None:
    source, _ = a_source(nobody, KrakenSettings(event_trigger="trades"))
    assert '"event_trigger":"trades"' in source.endpoints([BITCOIN])[0].opening[0]


def test_a_quiet_connection_is_kept_by_pings() -> None:
    keepalive = a_source(nobody)[0].endpoints([BITCOIN])[0].keepalive
    assert keepalive is not None
    assert json.loads(keepalive.text) == {"method": "ping"}
    assert keepalive.every_s < 60


def test_the_venue_promises_a_sign_of_life_every_second() -> None:
    assert a_source(nobody)[0].endpoints([BITCOIN])[0].heartbeat_s == 1.0


@pytest.mark.parametrize("count", [0, 1, 50, 51, 200, 201, 1000])
def test_every_symbol_is_asked_for_once_within_the_bounds_of_a_connection(count: int) -> None:
    subscriptions = many(count)
    endpoints = list(a_source(nobody)[0].endpoints(subscriptions))
    for channel in ("ticker", "trade"):
        assert asked_symbols(endpoints, channel) == [one.symbol for one in subscriptions]
    assert all(len(endpoint.subscriptions) <= SYMBOLS_PER_CONNECTION for endpoint in endpoints)
    assert all(len(text) < 64 * 1024 for endpoint in endpoints for text in endpoint.opening)
    assert all(
        len(json.loads(text)["params"]["symbol"]) <= SYMBOLS_PER_REQUEST
        for endpoint in endpoints
        for text in endpoint.opening
    )
    assert [one for endpoint in endpoints for one in endpoint.subscriptions] == subscriptions


def test_a_symbol_of_two_instruments_is_asked_for_once_as_it_is_written() -> None:
    twice = [Subscription(BTC, "AAPLx/USD"), Subscription(ETH, "AAPLx/USD")]
    endpoints = list(a_source(nobody)[0].endpoints(twice))
    assert asked_symbols(endpoints, "trade") == ["AAPLx/USD"]


async def test_tickers_give_price_and_figures_of_24_hours_not_of_today() -> None:
    source, http = a_source(lambda path, params: answered({"BTC/USD": DAY, "ETH/USD": DAY}))
    tick, other = await source.latest([BITCOIN, ETHER])
    assert http.asked == [("/0/public/Ticker", {"pair": "BTC/USD,ETH/USD"})]
    assert (tick.kind, tick.feed, tick.event_ms) == (TickKind.QUOTE, "kraken:BTC/USD", None)
    assert (tick.price, tick.bid, tick.ask) == (101.0, 100.5, 101.5)
    assert (tick.high_24h, tick.low_24h, tick.open_24h) == (110.0, 90.0, None)
    assert (tick.received_ms, tick.volume_24h) == (NOW_MS, 12.0 * 99.0)
    assert other.instrument == ETH


async def test_a_pair_answered_by_an_old_name_is_asked_for_alone() -> None:
    def answer(path: str, params: Params) -> Answer:
        if params["pair"] == "BTC/USD":
            return answered({"XXBTZUSD": DAY})
        return answered({"XXBTZUSD": DAY, "ETH/USD": DAY})

    source, http = a_source(answer)
    ticks = await source.latest([BITCOIN, ETHER])
    assert [tick.feed for tick in ticks] == ["kraken:BTC/USD", "kraken:ETH/USD"]
    assert [params["pair"] for _, params in http.asked] == ["BTC/USD,ETH/USD", "BTC/USD"]


async def test_a_pair_that_does_not_exist_does_not_lose_the_others() -> None:
    def answer(path: str, params: Params) -> Answer:
        if "NO/USD" in str(params["pair"]):
            return refused("EQuery:Unknown asset pair")
        return answered({str(params["pair"]): DAY})

    source, _ = a_source(answer)
    ticks = await source.latest([Subscription(BTC, "NO/USD"), ETHER])
    assert [tick.feed for tick in ticks] == ["kraken:ETH/USD"]


async def test_zeros_and_missing_figures_are_not_known() -> None:
    source, _ = a_source(lambda path, params: answered({"X": {"c": ["0.0"], "p": ["0.0", "0.0"], "b": []}}))
    (tick,) = await source.latest([BITCOIN])
    assert (tick.price, tick.bid, tick.ask, tick.high_24h, tick.volume_24h) == (None,) * 5


async def test_candles_become_bars_under_whichever_key_the_answer_has() -> None:
    rows = [a_row(START - 2 * MINUTE), a_row(START)]
    source, http = a_source(lambda path, params: ohlc(*rows, key="XXBTZUSD"))
    closed, forming = await source.bars(BITCOIN, "1m", START - 2 * MINUTE, NOW_MS)
    since = (START - 2 * MINUTE) // 1000 - 1
    assert http.asked == [("/0/public/OHLC", {"pair": "BTC/USD", "interval": 1, "since": since})]
    assert (closed.open_ms, closed.closed, forming.closed) == (START - 2 * MINUTE, True, False)
    assert (closed.open, closed.high, closed.low, closed.close, closed.volume) == (1.5, 2.5, 0.5, 2.0, 10.0)
    assert (closed.origin, closed.source) == (BarOrigin.BACKFILL, "kraken:BTC/USD")


async def test_candles_outside_of_what_was_asked_are_left_out() -> None:
    rows = [a_row(START + n * MINUTE) for n in range(-5, 5)]
    source, _ = a_source(lambda path, params: ohlc(*rows))
    bars = await source.bars(BITCOIN, "1m", START - 2 * MINUTE, START)
    assert [bar.open_ms for bar in bars] == [START - 2 * MINUTE, START - MINUTE]


async def test_an_empty_minute_is_flat_and_one_before_any_price_is_none() -> None:
    flat = {"open": "2.0", "high": "2.0", "low": "2.0", "close": "2.0", "vwap": "0.0", "volume": "0.00000000"}
    nothing = dict.fromkeys(flat, "0.0")
    rows = [
        a_row(START - 3 * MINUTE, **nothing, count=0),
        a_row(START - 2 * MINUTE),
        a_row(START - MINUTE, **flat, count=0),
    ]
    source, _ = a_source(lambda path, params: ohlc(*rows))
    traded, empty = await source.bars(BITCOIN, "1m", START - 3 * MINUTE, START)
    assert traded.open_ms == START - 2 * MINUTE
    assert (empty.open, empty.high, empty.low, empty.close, empty.volume) == (2.0, 2.0, 2.0, 2.0, 0.0)


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (refused("EQuery:Unknown asset pair"), UnknownSymbol),
        (refused("EGeneral:Invalid arguments"), BadPayload),
        (refused("EAPI:Rate limit exceeded"), RateLimited),
        (refused("EGeneral:Too many requests"), RateLimited),
        (refused("EGeneral:Temporary lockout"), RateLimited),
        (refused("EService:Unavailable"), SourceUnavailable),
        (refused("EService:Busy"), SourceUnavailable),
        (refused("EGeneral:Internal error"), SourceUnavailable),
        (refused("EGeneral:Permission denied"), AccessDenied),
        (refused("EAPI:Invalid key"), AccessDenied),
        (refused("WDeprecated:old", "EService:Busy"), SourceUnavailable),
        (refused("EService:Busy", status=520), SourceUnavailable),
        (a_reply("error code: 1015", 429), RateLimited),
        (a_reply("<html>blocked</html>", 403), AccessDenied),
        (a_reply("<html>no such page</html>", 404), BadPayload),
        (a_reply("<html>bad gateway</html>", 502), SourceUnavailable),
        (a_reply("<html>hello</html>"), BadPayload),
        (a_reply("{}"), BadPayload),
        (answered({}), BadPayload),
        (answered({"A": [], "B": [], "last": 5}), BadPayload),
        (answered({"A": 5, "last": 5}), BadPayload),
        (a_reply('{"error":[],"result":{"BTC/USD":[[17'), BadPayload),
        (a_reply(b"[" * 200_000), BadPayload),
        (ohlc(a_row(START), a_row(START)), BadPayload),
        (ohlc(a_row(START + 1000)), BadPayload),
        (ohlc(a_row(START, low="5.0")), BadPayload),
        (ohlc(a_row(START, high="1.0")), BadPayload),
        (ohlc(a_row(START, low="0.0")), BadPayload),
        (ohlc(a_row(START, high="1e300")), BadPayload),
        (ohlc(a_row(START, volume="-1.0")), BadPayload),
        (ohlc(a_row(START, close="NaN")), BadPayload),
        (ohlc(a_row(START)[:-1]), BadPayload),
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


async def test_a_warning_beside_an_answer_is_no_error() -> None:
    body = {"error": ["WGeneral:Deprecated"], "result": {"BTC/USD": [a_row(START)], "last": 5}}
    source, _ = a_source(lambda path, params: a_reply(json.dumps(body)))
    assert await source.bars(BITCOIN, "1m", START, START + MINUTE)


async def test_a_length_that_the_venue_does_not_have_is_refused_before_asking() -> None:
    source, http = a_source(nobody)
    with pytest.raises(BadPayload):
        await source.bars(BITCOIN, "7m", START, NOW_MS)
    assert not http.asked


def test_the_venue_is_asked_once_a_second() -> None:
    paces: list[float] = []
    given = equipment(FakeHttp(nobody), FakeClock(NOW_MS))

    def paced(client: Any, calls_per_s: float) -> Any:
        paces.append(calls_per_s)
        return client

    KrakenSource(KrakenSettings(), replace(given, paced=paced))
    assert paces == [1.0]
