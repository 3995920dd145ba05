"""Recorded answers, read by the sources that asked."""

import json

import pytest

from rtp_tui.capture import CapturedFrame
from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.market import TickKind
from rtp_tui.net.http import HttpUnreachable
from rtp_tui.sources.binance import BinanceSource
from rtp_tui.sources.coinbase import CoinbaseSource
from rtp_tui.sources.coingecko import CoinGeckoSource
from rtp_tui.sources.contract import HistorySource, PollingSource, Subscription
from rtp_tui.sources.provider_settings import (
    BinanceSettings,
    CoinbaseSettings,
    CoinGeckoSettings,
    YahooSettings,
)
from rtp_tui.sources.replay import Observed, RecordedHttp, observed, replaying_equipment
from rtp_tui.sources.yahoo import YahooSource
from tests.fakes import FakeClock

OPEN_MS = 1_723_075_200_000
BTC, ETH = InstrumentId("crypto:BTC"), InstrumentId("crypto:ETH")
HTTP = RecordedHttp()
EQUIPMENT = replaying_equipment(FakeClock(OPEN_MS + 600_000), HTTP)
SOURCES: dict[str, PollingSource | HistorySource] = {
    "binance": BinanceSource(BinanceSettings(), EQUIPMENT),
    "coinbase": CoinbaseSource(CoinbaseSettings(), EQUIPMENT),
    "coingecko": CoinGeckoSource(CoinGeckoSettings(api_keys=("env:KEY",)), EQUIPMENT),
    "yahoo": YahooSource(YahooSettings(), EQUIPMENT),
}
SYMBOLS = {"binance": "BTCUSDT", "coinbase": "BTC-USD", "coingecko": "bitcoin", "yahoo": "BTC-USD"}


async def said(source: str, url: str, body: object, status: int = 200) -> Observed:
    frame = CapturedFrame(
        OPEN_MS + 600_000,
        source,
        "http",
        f"https://venue.example{url}",
        json.dumps(body),
        None,
        "GET",
        status,
    )
    wanted = [Subscription(BTC, SYMBOLS[source]), Subscription(ETH, "SOMETHING-ELSE")]
    return await observed(SOURCES[source], HTTP, wanted, frame)


DAY = {"symbol": "BTCUSDT", "lastPrice": "60000", "closeTime": OPEN_MS, "quoteVolume": "5"}
KLINE = [OPEN_MS, "1", "3", "0.5", "2", "10", OPEN_MS + 59_999, "20", 7]
CHART = {
    "chart": {
        "result": [
            {
                "meta": {"regularMarketPrice": 61.5, "regularMarketTime": OPEN_MS // 1000},
                "timestamp": [OPEN_MS // 1000],
                "indicators": {
                    "quote": [{"open": [1.0], "high": [3.0], "low": [0.5], "close": [2.0], "volume": [4]}]
                },
            }
        ]
    }
}


@pytest.mark.parametrize(
    ("source", "url", "body", "kind", "price"),
    [
        (
            "binance",
            "/api/v3/ticker/24hr?symbols=%5B%22X%22%2C%22BTCUSDT%22%5D",
            [DAY],
            TickKind.QUOTE,
            60_000,
        ),
        ("coinbase", "/products/BTC-USD/stats", {"last": "60000", "open": "1"}, TickKind.QUOTE, 60_000),
        (
            "coingecko",
            "/api/v3/coins/markets?vs_currency=usd&ids=bitcoin%2Cx&per_page=250&page=1&precision=full",
            [{"id": "bitcoin", "current_price": 60_000}],
            TickKind.POLL,
            60_000,
        ),
        ("yahoo", "/v8/finance/chart/BTC-USD?interval=1m&range=1d", CHART, TickKind.POLL, 61.5),
    ],
)
async def test_prices_that_were_answered_are_observed_again(
    source: str, url: str, body: object, kind: TickKind, price: float
) -> None:
    (tick,) = (await said(source, url, body)).ticks

    assert (tick.kind, tick.instrument, tick.price) == (kind, BTC, price)
    assert tick.received_ms == OPEN_MS + 600_000


@pytest.mark.parametrize(
    ("source", "url", "body", "trades"),
    [
        (
            "binance",
            f"/api/v3/klines?symbol=BTCUSDT&interval=1m&startTime={OPEN_MS}&endTime={OPEN_MS + 59_999}&limit=1000",
            [KLINE],
            7,
        ),
        (
            "coinbase",
            "/products/BTC-USD/candles?granularity=60&start=2024-08-08T00%3A00%3A00Z&end=2024-08-08T00%3A05%3A59Z",
            [[OPEN_MS // 1000, 0.5, 3, 1, 2, 10]],
            0,
        ),
        (
            "yahoo",
            f"/v8/finance/chart/BTC-USD?interval=1m&period1={OPEN_MS // 1000}&period2={OPEN_MS // 1000 + 300}",
            {"chart": {"result": [{**CHART["chart"]["result"][0], "meta": {"regularMarketPrice": 0}}]}},
            0,
        ),
    ],
)
async def test_bars_that_were_answered_are_given_again(
    source: str, url: str, body: object, trades: int
) -> None:
    (bar,) = (await said(source, url, body)).bars

    assert (bar.open_ms, bar.open, bar.high, bar.low, bar.close) == (OPEN_MS, 1, 3, 0.5, 2)
    assert (bar.instrument, bar.trades, bar.closed) == (BTC, trades, True)


@pytest.mark.parametrize(
    ("source", "url", "body", "status"),
    [
        ("binance", "/api/v3/ticker/24hr?symbols=%5B%22ETHUSDT%22%5D", [DAY], 200),
        ("binance", "/api/v3/exchangeInfo?symbol=BTCUSDT", [DAY], 200),
        ("binance", "/api/v3/ticker/24hr?symbols=%5B%22BTCUSDT%22%5D", {"code": -1003, "msg": "slow"}, 429),
        ("coinbase", "/products/BTC-USD/stats", "<html>", 200),
        ("coinbase", "/products/BTC-USD/candles?granularity=300&start=x&end=y", [], 200),
        ("yahoo", "", CHART, 200),
    ],
)
async def test_answers_to_something_else_and_refusals_say_nothing(
    source: str, url: str, body: object, status: int
) -> None:
    assert await said(source, url, body, status) == Observed()


async def test_nothing_is_asked_of_anybody() -> None:
    with pytest.raises(HttpUnreachable):
        await RecordedHttp().get("/api/v3/ticker/24hr", {"symbol": "BTCUSDT"})
