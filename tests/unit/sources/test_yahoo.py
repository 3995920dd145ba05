import json
from collections.abc import Callable
from typing import Any

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
from rtp_tui.sources.provider_settings import YahooSettings
from rtp_tui.sources.yahoo import YahooSource
from tests.equipment import equipment
from tests.factories import NOW_MS
from tests.fake_http import Answer, FakeHttp, a_reply
from tests.fakes import FakeClock

APPLE = Subscription(InstrumentId("stocks:AAPL"), "AAPL")
MINUTE, DAY = 60_000, 86_400_000
NOW_S = NOW_MS // 1000
START_S = NOW_S // 60 * 60
META: dict[str, Any] = {
    "currency": "USD",
    "symbol": "AAPL",
    "regularMarketTime": NOW_S - 5,
    "regularMarketPrice": 244.873,
    "chartPreviousClose": 236,
    "previousClose": 244.47,
    "priceHint": 2,
    "currentTradingPeriod": {"regular": {"start": NOW_S - 3600, "end": NOW_S + 3600, "gmtoffset": 0}},
    "dataGranularity": "1m",
    "range": "1d",
}


def a_chart(times: list[int] | None = None, /, **meta: Any) -> dict[str, Any]:
    """A chart with a bar of 1.5 2.5 0.5 2.0 at each time; None leaves all bars out, as a closed market does."""
    bars: dict[str, Any] = {"meta": {**META, **meta}, "indicators": {"quote": [{}]}}
    if times is not None:
        columns = {"open": 1.5, "high": 2.5, "low": 0.5, "close": 2.0, "volume": 10}
        bars["timestamp"] = times
        bars["indicators"]["quote"] = [{name: [value] * len(times) for name, value in columns.items()}]
    return {"chart": {"result": [bars], "error": None}}


def a_row(chart: dict[str, Any], index: int, **changes: float | None) -> dict[str, Any]:
    quote = chart["chart"]["result"][0]["indicators"]["quote"][0]
    for name, value in changes.items():
        quote[name][index] = value
    return chart


def a_source(answer: Callable[[str, Params], Answer]) -> tuple[YahooSource, FakeHttp]:
    http = FakeHttp(answer)
    return YahooSource(YahooSettings(), equipment(http, FakeClock(NOW_MS))), http


def always(chart: object) -> Callable[[str, Params], Answer]:
    return lambda path, params: a_reply(json.dumps(chart))


async def test_the_meta_of_a_chart_gives_price_and_previous_close() -> None:
    source, http = a_source(always(a_chart()))
    (tick,) = await source.latest([APPLE])
    assert http.asked == [("/v8/finance/chart/AAPL", {"interval": "1m", "range": "1d"})]
    assert (tick.kind, tick.instrument, tick.feed) == (TickKind.POLL, "stocks:AAPL", "yahoo:AAPL")
    assert (tick.event_ms, tick.received_ms) == ((NOW_S - 5) * 1000, NOW_MS)
    assert (tick.price, tick.previous_close) == (244.873, 244.47)
    assert (tick.open_24h, tick.volume_24h, tick.market_cap) == (None, None, None)


async def test_the_close_before_a_chart_is_the_previous_one_only_of_one_day() -> None:
    source, _ = a_source(always(a_chart(previousClose=None)))
    (tick,) = await source.latest([APPLE])
    assert tick.previous_close == 236.0

    source, _ = a_source(always(a_chart(previousClose=None, range="6mo")))
    (tick,) = await source.latest([APPLE])
    assert tick.previous_close is None


@pytest.mark.parametrize("currency", ["GBp", "GBX", "ZAc", "ILA"])
async def test_prices_in_pence_become_pounds(currency: str) -> None:
    source, _ = a_source(always(a_chart(currency=currency, regularMarketPrice=1234.5, previousClose=1200)))
    (tick,) = await source.latest([APPLE])
    assert (tick.price, tick.previous_close) == (12.345, 12.0)


@pytest.mark.parametrize("price", [None, 0])
async def test_a_symbol_without_a_price_is_left_out(price: float | None) -> None:
    source, _ = a_source(always(a_chart(regularMarketPrice=price)))
    assert list(await source.latest([APPLE])) == []
    assert source.raw(APPLE.instrument) is None


async def test_the_beginning_of_the_answer_is_kept() -> None:
    source, _ = a_source(always(a_chart([START_S - 60 * n for n in range(300)])))
    await source.latest([APPLE])
    said = source.raw(APPLE.instrument) or b""
    assert said.startswith(b'{"chart": {"result": [{"meta": {"currency": "USD", "symbol": "AAPL"')
    assert len(said) == 1024


@pytest.mark.parametrize(
    ("symbol", "path"),
    [
        ("EURUSD=X", "EURUSD=X"),
        ("GC=F", "GC=F"),
        ("BRK-B", "BRK-B"),
        ("OCDO.L", "OCDO.L"),
        ("^GSPC", "%5EGSPC"),
        ("../x?y", "..%2Fx%3Fy"),
    ],
)
async def test_a_symbol_keeps_its_place_in_the_address(symbol: str, path: str) -> None:
    source, http = a_source(always(a_chart()))
    await source.latest([Subscription(APPLE.instrument, symbol)])
    assert http.asked[0][0] == f"/v8/finance/chart/{path}"


async def test_charts_become_bars_with_the_digits_they_had() -> None:
    chart = a_chart([START_S - 60, START_S])
    a_row(chart, 0, open=164.97999572753906, high=166.69000244140625, low=162.14999389648438)
    a_row(chart, 0, close=164.32000732421875, volume=None)
    source, http = a_source(always(chart))
    closed, forming = await source.bars(APPLE, "1m", (START_S - 60) * 1000, NOW_MS)
    assert http.asked == [
        ("/v8/finance/chart/AAPL", {"interval": "1m", "period1": START_S - 60, "period2": NOW_S})
    ]
    assert (closed.open, closed.high, closed.low, closed.close) == (164.98, 166.69, 162.15, 164.32)
    assert (closed.open_ms, closed.closed, forming.closed) == ((START_S - 60) * 1000, True, False)
    assert (closed.volume, forming.volume, closed.trades) == (0.0, 10.0, 0)
    assert (closed.origin, closed.source, closed.timeframe) == (BarOrigin.BACKFILL, "yahoo:AAPL", "1m")


@pytest.mark.parametrize(
    ("hint", "currency", "expected"),
    [
        (4, "USD", 1.1221),
        (None, "USD", 1.1220825910568237),
        (99, "USD", 1.1220825910568237),
        (2, "GBp", 0.0112),
    ],
)
async def test_digits_follow_the_price_hint(hint: int | None, currency: str, expected: float) -> None:
    chart = a_chart([START_S], priceHint=hint, currency=currency)
    price = 1.1220825910568237
    a_row(chart, 0, open=price, high=price, low=price, close=price)
    source, _ = a_source(always(chart))
    (bar,) = await source.bars(APPLE, "1m", START_S * 1000, NOW_MS)
    assert bar.open == bar.high == bar.low == bar.close == expected


@pytest.mark.parametrize("name", ["open", "high", "low", "close"])
@pytest.mark.parametrize("nothing", [None, 0])
async def test_a_minute_without_trades_gives_no_bar(name: str, nothing: float | None) -> None:
    chart = a_row(a_chart([START_S - 60, START_S]), 0, **{name: nothing})
    source, _ = a_source(always(chart))
    assert [b.open_ms for b in await source.bars(APPLE, "1m", 0, NOW_MS)] == [START_S * 1000]


async def test_a_bar_reaches_as_far_as_its_open_and_close() -> None:
    chart = a_row(a_chart([START_S]), 0, high=1.9, low=1.6)
    source, _ = a_source(always(chart))
    (bar,) = await source.bars(APPLE, "1m", START_S * 1000, NOW_MS)
    assert (bar.high, bar.low) == (2.0, 1.5)


async def test_the_newest_price_among_minutes_is_no_bar() -> None:
    source, _ = a_source(always(a_chart([START_S, START_S + 17])))
    assert len(await source.bars(APPLE, "1m", START_S * 1000, NOW_MS)) == 1


async def test_the_bar_of_a_day_under_way_begins_with_its_session() -> None:
    opened_s = META["currentTradingPeriod"]["regular"]["start"]
    source, _ = a_source(always(a_chart([opened_s - 86_400, META["regularMarketTime"]])))
    before, today = await source.bars(APPLE, "1d", 0, NOW_MS)
    assert (before.open_ms, today.open_ms) == ((opened_s - 86_400) * 1000, opened_s * 1000)
    assert (before.closed, today.closed) == (True, False)


async def test_a_closed_market_has_no_bars() -> None:
    source, _ = a_source(always(a_chart()))
    assert list(await source.bars(APPLE, "1m", START_S * 1000, NOW_MS)) == []


async def test_long_ranges_of_minutes_are_fetched_week_by_week() -> None:
    def answer(path: str, params: Params) -> Answer:
        assert int(params["period2"]) - int(params["period1"]) <= 7 * 86_400
        return a_reply(json.dumps(a_chart([int(params["period1"])])))

    source, http = a_source(answer)
    start_ms = START_S * 1000 - 20 * DAY
    bars = await source.bars(APPLE, "1m", start_ms, START_S * 1000)
    assert [bar.open_ms for bar in bars] == [start_ms, start_ms + 7 * DAY, start_ms + 14 * DAY]
    assert len(http.asked) == 3


def failed(code: str, description: str, interface: str = "chart") -> str:
    return json.dumps({interface: {"result": None, "error": {"code": code, "description": description}}})


WEIRD = a_chart()
WEIRD["chart"]["result"][0]["indicators"]["quote"] = [
    {"open": [1.0], "high": [1.0], "low": [1.0], "close": [1.0], "volume": [1]}
]
NO_DATA = failed("Not Found", "No data found, symbol may be delisted")


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (a_reply(NO_DATA, 404), UnknownSymbol),
        (a_reply(NO_DATA, 200), UnknownSymbol),
        (a_reply("<html>not here</html>", 404), BadPayload),
        (a_reply("Too Many Requests\r\n", 429), RateLimited),
        (a_reply("Edge: Too Many Requests", 429), RateLimited),
        (a_reply("Too Many Requests\r\n", 200), RateLimited),
        (a_reply("", 429), RateLimited),
        (a_reply(failed("Unauthorized", "Invalid Crumb", "finance"), 401), AccessDenied),
        (a_reply(failed("Unauthorized", "Invalid Crumb"), 200), AccessDenied),
        (a_reply("Forbidden", 403), AccessDenied),
        (a_reply(failed("Unprocessable Entity", "1m data not available"), 422), BadPayload),
        (a_reply(failed("Bad Request", "Data doesn't exist"), 400), BadPayload),
        (a_reply(failed("Internal", "oops"), 500), SourceUnavailable),
        (a_reply("<html>Will be right back</html>", 503), SourceUnavailable),
        (a_reply("<html>hello</html>"), BadPayload),
        (a_reply("{}"), BadPayload),
        (a_reply('{"chart":{"result":[],"error":null}}'), BadPayload),
        (a_reply('{"chart":{"result":null,"error":null}}'), BadPayload),
        (a_reply('{"chart":{"result":[{"meta":5}],"error":null}}'), BadPayload),
        (a_reply(b"[" * 200_000), BadPayload),
        (a_reply(json.dumps(WEIRD)), BadPayload),
        (a_reply(json.dumps(a_row(a_chart([START_S]), 0, volume=-1))), BadPayload),
        (a_reply(json.dumps(a_row(a_chart([START_S]), 0, high=1e300))), BadPayload),
        (HttpUnreachable("refused"), SourceUnavailable),
        (HttpTimeout("took longer than 10 s"), SourceUnavailable),
        (HttpTooBig("more than 8000000 bytes"), BadPayload),
    ],
)
async def test_what_goes_wrong_has_a_name(answer: Answer, error: type[SourceError]) -> None:
    source, _ = a_source(lambda path, params: answer)
    with pytest.raises(SourceError) as raised:
        await source.bars(APPLE, "1m", START_S * 1000, NOW_MS)
    assert type(raised.value) is error
    assert len(str(raised.value)) <= 160


async def test_a_symbol_that_is_gone_is_told_in_the_providers_words() -> None:
    source, _ = a_source(lambda path, params: a_reply(NO_DATA, 404))
    with pytest.raises(UnknownSymbol, match=r"^No data found, symbol may be delisted$"):
        await source.latest([APPLE])


async def test_a_chart_with_odd_columns_still_has_a_price() -> None:
    source, _ = a_source(always(WEIRD))
    (tick,) = await source.latest([APPLE])
    assert tick.price == 244.873
