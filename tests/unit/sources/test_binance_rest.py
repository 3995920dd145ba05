import json
from collections.abc import Callable
from typing import Any

import pytest

from rtp_tui.model.feeds import Quota
from rtp_tui.model.market import BarOrigin, TickKind
from rtp_tui.net.http import HttpReply, HttpTimeout, HttpTooBig, HttpUnreachable, Params
from rtp_tui.processing.validation import reject_reason
from rtp_tui.sources.binance import BinanceSource
from rtp_tui.sources.contract import (
    AccessDenied,
    BadPayload,
    RateLimited,
    SourceError,
    SourceUnavailable,
    Subscription,
)
from rtp_tui.sources.provider_settings import BinanceSettings
from tests.equipment import Quotas, equipment
from tests.factories import BTC, ETH
from tests.fake_http import Answer, FakeHttp, a_reply
from tests.fakes import FakeClock

NOW_MS = 1_790_000_000_000
MINUTE = 60_000
NEXT_MINUTE_MS = (NOW_MS // MINUTE + 1) * MINUTE
BITCOIN, ETHER = Subscription(BTC, "BTCUSDT"), Subscription(ETH, "ETHUSDT")


def a_source(answer: Callable[[str, Params], Answer]) -> tuple[BinanceSource, FakeHttp]:
    http = FakeHttp(answer)
    return BinanceSource(BinanceSettings(), equipment(http, FakeClock(NOW_MS))), http


def a_day(symbol: str, **changes: Any) -> dict[str, Any]:
    return {
        "symbol": symbol,
        "lastPrice": "100.5",
        "bidPrice": "100.4",
        "askPrice": "100.6",
        "openPrice": "99.0",
        "highPrice": "110.0",
        "lowPrice": "90.0",
        "volume": "12.0",
        "quoteVolume": "1200.5",
        "closeTime": NOW_MS - 7,
        **changes,
    }


def a_kline(open_ms: int, **changes: str) -> list[Any]:
    row = {"o": "1.5", "h": "2.5", "l": "0.5", "c": "2.0", "v": "10.0", **changes}
    return [open_ms, *row.values(), open_ms + MINUTE - 1, "20.0", 7, "5.0", "10.0", "0"]


def market(known: set[str]) -> Callable[[str, Params], HttpReply]:
    """Answers as the venue does: one unknown symbol spoils the whole question."""

    def answer(path: str, params: Params) -> HttpReply:
        wanted = [str(params["symbol"])] if "symbol" in params else json.loads(str(params["symbols"]))
        if not set(wanted) <= known:
            return a_reply('{"code":-1121,"msg":"Invalid symbol."}', 400)
        days = [a_day(symbol) for symbol in wanted]
        return a_reply(json.dumps(days[0] if "symbol" in params else days))

    return answer


async def test_the_day_ticker_gives_price_spread_and_figures_of_24_hours() -> None:
    source, http = a_source(market({"BTCUSDT"}))
    (tick,) = await source.latest([BITCOIN])
    assert http.asked == [("/api/v3/ticker/24hr", {"symbols": '["BTCUSDT"]'})]
    assert (tick.kind, tick.instrument, tick.feed) == (TickKind.QUOTE, BTC, "binance:BTCUSDT")
    assert (tick.event_ms, tick.received_ms, tick.price) == (NOW_MS - 7, NOW_MS, 100.5)
    assert (tick.bid, tick.ask, tick.open_24h) == (100.4, 100.6, 99.0)
    assert (tick.high_24h, tick.low_24h, tick.volume_24h) == (110.0, 90.0, 1200.5)


async def test_an_unknown_symbol_does_not_lose_the_others() -> None:
    source, _ = a_source(market({"BTCUSDT", "ETHUSDT"}))
    ticks = await source.latest([BITCOIN, Subscription(BTC, "NOPEUSDT"), ETHER])
    assert [tick.feed for tick in ticks] == ["binance:BTCUSDT", "binance:ETHUSDT"]


async def test_symbols_are_asked_for_in_batches_that_cost_little() -> None:
    symbols = [f"C{n}USDT" for n in range(45)]
    source, http = a_source(market(set(symbols)))
    ticks = list(await source.latest([Subscription(BTC, symbol) for symbol in symbols]))
    assert len(ticks) == 45
    assert [len(json.loads(str(params["symbols"]))) for _, params in http.asked] == [20, 20, 5]


async def test_a_zero_of_a_symbol_that_never_traded_is_not_a_price() -> None:
    day = a_day("BTCUSDT", lastPrice="0.00000000", bidPrice="0.00000000", closeTime=0)
    source, _ = a_source(lambda path, params: a_reply(json.dumps([day])))
    (tick,) = await source.latest([BITCOIN])
    assert (tick.price, tick.bid, tick.ask, tick.event_ms) == (None, None, 100.6, None)


@pytest.mark.parametrize("price", ["NaN", "1e999", "-1", "abc"])
async def test_a_price_that_is_none_is_handed_on_to_be_judged_and_does_not_lose_the_others(
    price: str,
) -> None:
    days = [a_day("BTCUSDT", lastPrice=price), a_day("ETHUSDT")]
    source, _ = a_source(lambda path, params: a_reply(json.dumps(days)))
    bad, good = await source.latest([BITCOIN, ETHER])
    assert reject_reason(bad) is not None
    assert reject_reason(good) is None


async def test_klines_become_backfilled_bars_and_the_forming_one_is_open() -> None:
    minute = NOW_MS // MINUTE * MINUTE
    rows = [a_kline(minute - MINUTE), a_kline(minute)]
    source, http = a_source(lambda path, params: a_reply(json.dumps(rows)))
    closed, forming = await source.bars(BITCOIN, "1m", minute - MINUTE, NOW_MS)
    assert http.asked == [
        (
            "/api/v3/klines",
            {
                "symbol": "BTCUSDT",
                "interval": "1m",
                "startTime": minute - MINUTE,
                "endTime": NOW_MS - 1,
                "limit": 1000,
            },
        )
    ]
    assert (closed.open_ms, closed.closed, forming.closed) == (minute - MINUTE, True, False)
    assert (closed.open, closed.high, closed.low, closed.close) == (1.5, 2.5, 0.5, 2.0)
    assert (closed.volume, closed.trades, closed.origin) == (10.0, 7, BarOrigin.BACKFILL)
    assert (closed.instrument, closed.source, closed.timeframe) == (BTC, "binance:BTCUSDT", "1m")


async def test_many_klines_are_fetched_page_by_page() -> None:
    start = NOW_MS // MINUTE * MINUTE - 2500 * MINUTE

    def answer(path: str, params: Params) -> HttpReply:
        first = -(-int(params["startTime"]) // MINUTE) * MINUTE
        opens = range(first, int(params["endTime"]) + 1, MINUTE)[: int(params["limit"])]
        return a_reply(json.dumps([a_kline(open_ms) for open_ms in opens]))

    source, http = a_source(answer)
    bars = await source.bars(BITCOIN, "1m", start, start + 2500 * MINUTE)
    assert [bar.open_ms for bar in bars] == [start + n * MINUTE for n in range(2500)]
    assert len(http.asked) == 3


async def test_klines_outside_of_what_was_asked_are_left_out_and_paging_ends() -> None:
    rows = [a_kline(n * MINUTE) for n in range(1000)]
    source, http = a_source(lambda path, params: a_reply(json.dumps(rows)))
    assert len(await source.bars(BITCOIN, "1m", 500 * MINUTE, 600 * MINUTE)) == 100
    assert len(http.asked) == 1


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (a_reply('{"code":-1003,"msg":"banned until 1785050129644"}', 418), RateLimited),
        (a_reply("", 429), RateLimited),
        (a_reply("<html>WAF</html>", 403), AccessDenied),
        (a_reply('{"code":0,"msg":"Service unavailable from a restricted location"}', 451), AccessDenied),
        (a_reply("", 500), SourceUnavailable),
        (a_reply("<html>bad gateway</html>", 502), SourceUnavailable),
        (a_reply('{"code":-1121,"msg":"Invalid symbol."}', 400), BadPayload),
        (a_reply("not found", 404), BadPayload),
        (a_reply("<html>hello</html>"), BadPayload),
        (a_reply('{"code":0}'), BadPayload),
        (a_reply('[[1,"1"'), BadPayload),
        (a_reply(b"[" * 200_000), BadPayload),
        (a_reply(json.dumps([a_kline(0, c="NaN")])), BadPayload),
        (a_reply(json.dumps([a_kline(0, c="1e999")])), BadPayload),
        (a_reply(json.dumps([a_kline(0, c="abc")])), BadPayload),
        (a_reply(json.dumps([a_kline(0, v="-1")])), BadPayload),
        (a_reply(json.dumps([a_kline(MINUTE), a_kline(0)])), BadPayload),
        (a_reply(json.dumps([a_kline(0, h="0.1")])), BadPayload),
        (a_reply(json.dumps([a_kline(0, l="100")])), BadPayload),
        (a_reply(json.dumps([a_kline(0, l="0")])), BadPayload),
        (a_reply(json.dumps([a_kline(0, h="1e308")])), BadPayload),
        (a_reply(json.dumps([a_kline(0, v="1e308")])), BadPayload),
        (a_reply(json.dumps([a_kline(1)])), BadPayload),
        (a_reply(json.dumps([[*a_kline(0)[:8], -7, *a_kline(0)[9:]]])), BadPayload),
        (HttpUnreachable("refused"), SourceUnavailable),
        (HttpTimeout("took longer than 10 s"), SourceUnavailable),
        (HttpTooBig("more than 8000000 bytes"), BadPayload),
    ],
)
async def test_what_goes_wrong_has_one_of_four_names(answer: Answer, error: type[SourceError]) -> None:
    source, _ = a_source(lambda path, params: answer)
    with pytest.raises(error):
        await source.bars(BITCOIN, "1m", 0, 2 * MINUTE)


@pytest.mark.parametrize(
    ("header", "wait_s"),
    [("30", 30.0), ("999999999", 259_200.0), ("soon", None), ("-1", None), ("", None), ("²", None)],
)
async def test_the_asked_for_patience_is_passed_on_within_reason(header: str, wait_s: float | None) -> None:
    source, _ = a_source(lambda path, params: a_reply("", 429, {"retry-after": header}))
    with pytest.raises(RateLimited) as raised:
        await source.latest([BITCOIN])
    assert raised.value.retry_after_s == wait_s


@pytest.mark.parametrize(
    ("asked", "date", "wait_s"),
    [
        ("Fri, 31 Dec 1999 23:59:59 GMT", "Fri, 31 Dec 1999 23:59:29 GMT", 30.0),
        ("Fri, 31 Dec 1999 23:59:59 GMT", "Sat, 01 Jan 2000 00:00:30 GMT", 0.0),
        ("Fri, 31 Dec 2100 23:59:59 GMT", "Fri, 31 Dec 1999 23:59:59 GMT", 259_200.0),
        ("Fri, 31 Dec 1999 23:59:59 GMT", "", None),
        ("Fri, 31 Dec 1999 23:59:59 GMT", "now", None),
    ],
)
async def test_patience_that_is_asked_for_as_a_date_counts_from_that_of_the_answer(
    asked: str, date: str, wait_s: float | None
) -> None:
    source, _ = a_source(lambda path, params: a_reply("", 429, {"retry-after": asked, "date": date}))
    with pytest.raises(RateLimited) as raised:
        await source.latest([BITCOIN])
    assert raised.value.retry_after_s == wait_s


async def test_messages_hold_nothing_that_a_terminal_would_obey() -> None:
    body = json.dumps({"code": -1000, "msg": "\x1b[2Jboom" + "x" * 1000})
    source, _ = a_source(lambda path, params: a_reply(body, 400))
    with pytest.raises(BadPayload) as raised:
        await source.latest([BITCOIN])
    assert str(raised.value).startswith("HTTP 400: boomxxx")
    assert len(str(raised.value)) <= 160


@pytest.mark.parametrize(
    ("header", "told"),
    [
        ("5990", [("binance", Quota(used=5990, limit=6000, left=10, reset_ms=NEXT_MINUTE_MS))]),
        (
            "99999999999999999999",
            [("binance", Quota(used=6000, limit=6000, left=0, reset_ms=NEXT_MINUTE_MS))],
        ),
        ("lots", []),
        ("", []),
    ],
)
async def test_the_weight_that_was_used_is_passed_on(header: str, told: list[tuple[str, Quota]]) -> None:
    quotas = Quotas()
    http = FakeHttp(lambda path, params: a_reply("[]", 200, {"x-mbx-used-weight-1m": header}))
    source = BinanceSource(BinanceSettings(), equipment(http, FakeClock(NOW_MS), quotas=quotas))
    await source.latest([Subscription(BTC, "BTCUSDT")])
    assert quotas.told == told
