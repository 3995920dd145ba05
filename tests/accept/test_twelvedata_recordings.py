"""Every recorded answer and frame of Twelve Data, read as the file says."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.market import Bar, TickKind
from rtp_tui.net.http import HttpReply
from rtp_tui.sources.contract import (
    AccessDenied,
    BadPayload,
    Notice,
    RateLimited,
    SourceError,
    Subscription,
    UnknownSymbol,
)
from rtp_tui.sources.provider_settings import TwelveDataSettings
from rtp_tui.sources.twelvedata import TwelveDataSource
from tests.accept.recordings import RECORDINGS, needs_recordings, reply_of
from tests.equipment import equipment
from tests.fake_http import FakeHttp
from tests.fakes import FakeClock

pytestmark = [pytest.mark.accept, needs_recordings]

REST, WS = "twelvedata/rest", "twelvedata/ws/frames_real_and_reported.jsonl"
NOW_MS = 1_790_000_000_000
LONG_AGO_MS = 1_500_000_000_000
FIGURES = ("open", "high", "low", "close")


def of(symbol: str) -> Subscription:
    return Subscription(InstrumentId(f"any:{symbol}"), symbol)


def a_source(reply: HttpReply | None = None) -> TwelveDataSource:
    http = FakeHttp(lambda path, params: reply or HttpReply(200, {}, b""))
    settings = TwelveDataSettings(
        api_keys=("env:A",), prices_from="quote", credits_per_minute=0, credits_per_day=0
    )
    return TwelveDataSource(settings, equipment(http, FakeClock(NOW_MS)))


def read_independently(body: str | bytes) -> Any:
    return json.loads(body, parse_float=Decimal, parse_int=Decimal)


def assert_same(bars: list[Bar], rows: list[dict[str, str]]) -> None:
    """Rows may come newest first; a bar has every figure of its row."""
    ascending = sorted(rows, key=lambda row: row["datetime"])
    assert len(bars) == len(rows)
    for bar, row in zip(bars, ascending, strict=True):
        at = datetime.fromisoformat(row["datetime"]).replace(tzinfo=UTC)
        assert bar.open_ms == round(at.timestamp() * 1000)
        assert (bar.open, bar.high, bar.low, bar.close) == tuple(
            float(Decimal(row[name])) for name in FIGURES
        )
        assert bar.volume == float(Decimal(row.get("volume", "0")))
        assert bar.closed


@pytest.mark.parametrize(
    ("name", "symbol", "timeframe"),
    [
        ("2021-07-01_time_series_IBM_1day.json", "IBM", "1d"),
        ("2023-08-24_time_series_AAPL_1min.json", "AAPL", "1m"),
    ],
)
async def test_a_time_series_is_read_field_by_field(name: str, symbol: str, timeframe: str) -> None:
    reply = reply_of(f"{REST}/{name}")
    length_ms = 5000 * (86_400_000 if timeframe == "1d" else 60_000)
    rows = read_independently(reply.body)["values"]
    newest = datetime.fromisoformat(rows[0]["datetime"]).replace(tzinfo=UTC).timestamp() * 1000
    end_ms = round(newest) + 60_000
    bars = await a_source(reply).bars(of(symbol), timeframe, end_ms - length_ms, end_ms)
    assert_same(list(bars), rows)


async def test_every_series_of_a_batch_of_pairs_is_read_field_by_field() -> None:
    batch = read_independently(reply_of(f"{REST}/2023-08-04_time_series_batch_FX_1day.json").body)
    assert len(batch) > 3
    for symbol, series in batch.items():
        reply = HttpReply(200, {}, json.dumps(series).encode())
        bars = await a_source(reply).bars(of(symbol), "1d", LONG_AGO_MS, LONG_AGO_MS + 4000 * 86_400_000)
        assert "volume" not in series["values"][0]
        assert_same(list(bars), series["values"])


async def test_the_quote_is_read_field_by_field() -> None:
    reply = reply_of(f"{REST}/2021-07-01_quote_IBM.json")
    (tick,) = await a_source(reply).latest([of("IBM")])
    quote = read_independently(reply.body)
    assert (tick.price, tick.previous_close) == (
        float(Decimal(quote["close"])),
        float(Decimal(quote["previous_close"])),
    )
    assert "last_quote_at" not in quote
    assert tick.event_ms is None


async def test_the_price_is_read_as_it_is() -> None:
    reply = reply_of(f"{REST}/2021-07-01_price_IBM.json")
    (tick,) = await a_source(reply).latest([of("IBM")])
    assert tick.price == float(Decimal(read_independently(reply.body)["price"]))


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("2021-07-01_bad_request_response_error.json", BadPayload),
        ("2021-07-01_not_found_response_error.json", UnknownSymbol),
        ("2021-07-01_page_not_found_response_error.txt", BadPayload),
        ("2021-07-01_unauthorized_response_error.json", AccessDenied),
        ("error_429_minute.http.json", RateLimited),
        ("2021-07-01_api_usage_free_plan.json", BadPayload),
        ("2021-07-01_api_usage_free_plan.csv", BadPayload),
        ("2021-07-01_price_IBM.csv", BadPayload),
        ("2021-07-01_quote_IBM.csv", BadPayload),
        ("2021-07-01_time_series_IBM_1day.csv", BadPayload),
        ("2021-07-01_symbol_search_IBM.json", BadPayload),
        ("2023-08-24_ema_AAPL_1min.json", BadPayload),
    ],
)
async def test_every_refusal_has_its_name_and_what_was_not_asked_for_is_no_answer(
    name: str, error: type[SourceError]
) -> None:
    reply = reply_of(f"{REST}/{name}")
    with pytest.raises(error) as raised:
        await a_source(reply).latest([of("IBM")])
    assert type(raised.value) is error
    with pytest.raises(error):
        await a_source(reply).bars(of("IBM"), "1d", LONG_AGO_MS, LONG_AGO_MS + 86_400_000)


def test_every_frame_is_read_field_by_field() -> None:
    source, priced, notices = a_source(), 0, dict[str, Notice]()
    source.endpoints([of("AAPL"), of("EUR/USD"), of("AMZN")])
    for line in map(json.loads, (RECORDINGS / WS).read_text().splitlines()):
        said, frame = source.decode(line["data"], NOW_MS), read_independently(line["data"])
        if isinstance(said, Notice):
            notices[line["id"]] = said
        for tick in () if isinstance(said, Notice) else said:
            priced += 1
            assert tick.kind is TickKind.POLL
            assert (tick.instrument, tick.feed) == (f"any:{frame['symbol']}", f"twelvedata:{frame['symbol']}")
            assert (tick.event_ms, tick.received_ms) == (int(frame["timestamp"]) * 1000, NOW_MS)
            assert tick.price == float(frame["price"])
            assert (tick.bid, tick.ask) == (frame.get("bid"), frame.get("ask"))
    assert priced == 3
    assert notices["heartbeat_reply"].is_heartbeat
    assert "GBP/USD" in (notices["status_error_plan"].refused or "")
    assert set(notices) == {"heartbeat_reply", "status_error_plan"}
