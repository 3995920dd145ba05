"""Recorded charts of Yahoo, read by the source and by the standard library, are the same."""

import json
from decimal import Decimal
from typing import Any

import pytest

from rtp_tui.model.instrument import InstrumentId
from rtp_tui.sources.contract import BadPayload, Subscription
from rtp_tui.sources.provider_settings import YahooSettings
from rtp_tui.sources.yahoo import YahooSource
from tests.accept.recordings import http_of, needs_recordings, reply_of
from tests.equipment import equipment
from tests.fakes import FakeClock

pytestmark = [pytest.mark.accept, needs_recordings]

FOLDER = "yahoo/rest"
DAILY = [
    "chart-AAPL.http.json",
    "chart-AAPL-2020-08-31-to-2020-11-07.http.json",
    "chart-BTC-USD-2020-01-01-to-2020-01-03.http.json",
    "chart-EURUSD=X-2020-01-01-to-2020-01-03.http.json",
    "chart-GC=F-2020-01-01-to-2020-01-03.http.json",
    "historical-via-chart-NVDA-split-2021-02-01-to-2022-01-31.csv.http.json",
    "raw_history_chart_MSFT.json",
]
CLOSED = "chart-AAPL-2025-02-01-to-2025-02-02-includePrePost-false-interval-1m.http.json"
HAND_MADE = ["chart-notimestamp-quotes-length.fake.http.json", "chart-notimestamp-weird-quote.fake.http.json"]
END_MS = 1_800_000_000_000


def result_of(name: str) -> dict[str, Any]:
    result: dict[str, Any] = json.loads(reply_of(f"{FOLDER}/{name}").body)["chart"]["result"][0]
    return result


def asked(name: str) -> tuple[YahooSource, Subscription]:
    symbol = result_of(name)["meta"]["symbol"] if "chart" in name else "AAPL"
    source = YahooSource(YahooSettings(), equipment(http_of(f"{FOLDER}/{name}"), FakeClock(END_MS)))
    return source, Subscription(InstrumentId("stocks:X"), symbol)


@pytest.mark.parametrize("name", [*DAILY, CLOSED, *HAND_MADE])
async def test_every_recorded_chart_gives_its_price(name: str) -> None:
    source, wanted = asked(name)
    (tick,) = await source.latest([wanted])
    meta = result_of(name)["meta"]
    assert tick.price == meta["regularMarketPrice"]
    assert tick.event_ms == meta["regularMarketTime"] * 1000
    assert tick.previous_close == meta.get("previousClose")


async def test_the_close_before_the_chart_is_not_the_previous_close() -> None:
    source, wanted = asked(CLOSED)
    (tick,) = await source.latest([wanted])
    assert tick.previous_close == 244.47
    assert result_of(CLOSED)["meta"]["chartPreviousClose"] == 236


@pytest.mark.parametrize("name", DAILY)
async def test_every_bar_of_a_recorded_chart_is_read_with_the_digits_of_its_symbol(name: str) -> None:
    source, wanted = asked(name)
    bars = await source.bars(wanted, "1d", 0, END_MS)
    result = result_of(name)
    meta, times = result["meta"], list(result["timestamp"])
    if times[-1] == meta["regularMarketTime"]:
        times[-1] = meta["currentTradingPeriod"]["regular"]["start"]
    assert [bar.open_ms for bar in bars] == [at_s * 1000 for at_s in times]
    columns = result["indicators"]["quote"][0]
    step = Decimal(1).scaleb(-meta["priceHint"])
    for index, bar in enumerate(bars):
        for field in ("open", "high", "low", "close"):
            exact = Decimal(columns[field][index])
            assert abs(Decimal(str(getattr(bar, field))) - exact) <= step / 2
            assert Decimal(str(getattr(bar, field))) % step == 0
        assert bar.volume == columns["volume"][index]


async def test_a_closed_market_gives_no_bars() -> None:
    source, wanted = asked(CLOSED)
    assert list(await source.bars(wanted, "1m", 0, 60_000)) == []


@pytest.mark.parametrize("name", HAND_MADE)
async def test_columns_without_times_are_no_bars(name: str) -> None:
    source, wanted = asked(name)
    with pytest.raises(BadPayload):
        await source.bars(wanted, "1d", 0, END_MS)


@pytest.mark.parametrize(
    "name", ["getCrumb-getcrumb.http.json", "getCrumb-quote-AAPL.http.json", "quote-AAPL.http.json"]
)
async def test_recorded_answers_to_other_questions_are_not_taken_for_charts(name: str) -> None:
    source, wanted = asked(name)
    with pytest.raises(BadPayload):
        await source.latest([wanted])
