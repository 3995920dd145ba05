"""Every recorded answer of Dhan, and the invented packets, read as the files say."""

import json
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest

from rtp_tui.model.instrument import InstrumentId
from rtp_tui.net.http import HttpReply
from rtp_tui.sources.contract import (
    AccessDenied,
    BadPayload,
    RateLimited,
    SourceError,
    Subscription,
)
from rtp_tui.sources.dhan import DhanSource
from rtp_tui.sources.dhan_frames import price_of, traded_ms
from rtp_tui.sources.dhan_packets import (
    SEGMENTS,
    Disconnect,
    Full,
    MarketStatus,
    OpenInterest,
    PreviousClose,
    Quoted,
    Ticker,
    unpacked,
)
from rtp_tui.sources.provider_settings import DhanSettings
from tests.accept.recordings import RECORDINGS, needs_recordings, reply_of
from tests.equipment import equipment
from tests.fake_http import FakeHttp
from tests.fakes import FakeClock

pytestmark = [pytest.mark.accept, needs_recordings]

REST = "dhan/rest"
VECTORS = RECORDINGS / "dhan/ws/binary_vectors_SYNTHETIC.json"
HDFC = Subscription(InstrumentId("stocks:HDFCBANK"), "1333")
OPTION = Subscription(InstrumentId("futures:NIFTY"), "NSE_FNO/49081")


def a_source(reply: HttpReply) -> DhanSource:
    settings = DhanSettings(client_id="env:CLIENT", api_token="env:TOKEN")
    return DhanSource(settings, equipment(FakeHttp(lambda path, params: reply), FakeClock()))


def vector(name: str) -> tuple[bytes, dict[str, Any]]:
    (found,) = (one for one in json.loads(VECTORS.read_text()) if one["name"] == name)
    frame = bytes.fromhex(found["hex"])
    assert len(frame) == found["len"]
    return frame, found["expect"]


# --- prices and candles


@pytest.mark.parametrize(
    ("name", "timeframe"),
    [
        ("base_api_charts_historical_0", "1d"),
        ("resources_historical_data_daily_0", "1d"),
        ("resources_historical_data_intraday_0", "1m"),
    ],
)
async def test_candles_are_read_field_by_field(name: str, timeframe: str) -> None:
    reply = reply_of(f"{REST}/{name}.http.json")
    columns = json.loads(reply.body, parse_float=Decimal)
    bars = await a_source(reply).bars(HDFC, timeframe, 0, 1_790_000_000_000)
    assert len(bars) == len(columns["timestamp"]) > 0
    for at, bar in enumerate(bars):
        assert bar.open_ms == int(columns["timestamp"][at] * 1000)
        for field in ("open", "high", "low", "close", "volume"):
            assert getattr(bar, field) == float(columns[field][at]), (at, field)


async def test_the_first_minute_of_a_day_is_a_quarter_past_nine_in_india() -> None:
    reply = reply_of(f"{REST}/resources_historical_data_intraday_0.http.json")
    bars = await a_source(reply).bars(HDFC, "1m", 0, 1_790_000_000_000)
    assert bars[0].open_ms == datetime.fromisoformat("2024-09-11T09:15:00+05:30").timestamp() * 1000
    assert len(bars) % 375 == 0


@pytest.mark.parametrize("name", ["base_api_marketfeed_ohlc_0", "base_api_marketfeed_quote_0"])
async def test_a_price_of_zero_is_told_as_none(name: str) -> None:
    reply = reply_of(f"{REST}/{name}.http.json")
    assert json.loads(reply.body)["data"]["NSE_FNO"]["49081"]["last_price"] == 0
    assert list(await a_source(reply).latest([OPTION])) == []


@pytest.mark.parametrize(
    "name",
    ["client_marketfeed_ltp_0", "models_market_feed_0", "models_market_feed_1", "models_market_feed_2"],
)
async def test_what_nobody_knows_is_left_out(name: str) -> None:
    reply = reply_of(f"{REST}/{name}.http.json")
    assert reply.status == 200
    assert list(await a_source(reply).latest([HDFC, OPTION])) == []


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("base_api_charts_historical_1", AccessDenied),
        ("client_error_500_0", BadPayload),
        ("client_error_806_0", AccessDenied),
        ("client_error_dh_901_0", AccessDenied),
        ("client_error_dh_904_0", RateLimited),
        ("client_error_dh_905_0", BadPayload),
    ],
)
async def test_every_refusal_has_its_name(name: str, error: type[SourceError]) -> None:
    with pytest.raises(error):
        await a_source(reply_of(f"{REST}/{name}.http.json")).latest([HDFC])


def test_no_recording_is_left_out() -> None:
    names = {file.name.removesuffix(".http.json") for file in (RECORDINGS / REST).iterdir()}
    with open(__file__, encoding="utf-8") as own:  # noqa: PTH123 - this file
        text = own.read()
    assert {name for name in names if f'"{name}"' not in text and f"/{name}." not in text} == set()


# --- packets, which nobody recorded


def test_the_ticker() -> None:
    frame, expect = vector("ticker")
    (packet,) = unpacked(frame).packets
    assert isinstance(packet, Ticker)
    assert (SEGMENTS[packet.about.segment], packet.about.security_id) == (
        expect["segment"],
        expect["security_id"],
    )
    assert (price_of(packet.price), packet.traded_s) == (expect["ltp"], expect["ltt_raw"])
    assert traded_ms(packet.traded_s) == datetime.fromisoformat(expect["ltt_utc"]).timestamp() * 1000


def test_the_quote() -> None:
    frame, expect = vector("quote")
    (packet,) = unpacked(frame).packets
    assert isinstance(packet, Quoted)
    read = {
        "code": 4,
        "ltp": price_of(packet.price),
        "ltq": packet.size,
        "ltt_raw": packet.traded_s,
        "atp": price_of(packet.mean),
        "volume": packet.volume,
        "total_sell_qty": packet.sell_size,
        "total_buy_qty": packet.buy_size,
        "open": price_of(packet.open),
        "close": price_of(packet.close),
        "high": price_of(packet.high),
        "low": price_of(packet.low),
    }
    assert read == expect


def test_the_close_before() -> None:
    frame, expect = vector("prev_close")
    (packet,) = unpacked(frame).packets
    assert isinstance(packet, PreviousClose)
    assert (price_of(packet.price), packet.open_interest) == (expect["prev_close"], expect["prev_oi"])


def test_open_interest() -> None:
    frame, expect = vector("oi")
    (packet,) = unpacked(frame).packets
    assert isinstance(packet, OpenInterest)
    assert (SEGMENTS[packet.about.segment], packet.contracts) == (expect["segment"], expect["oi"])


def test_the_full_packet_begins_like_the_quote() -> None:
    frame, expect = vector("full")
    (packet,) = unpacked(frame).packets
    assert isinstance(packet, Full)
    assert len(packet.levels) == expect["depth_levels"]
    assert [packet.quoted] == unpacked(vector("quote")[0]).packets
    assert all(level.bid < level.ask for level in packet.levels)


def test_the_smallest_packets() -> None:
    frame, expect = vector("disconnect_805")
    assert unpacked(frame).packets == [Disconnect(expect["reason"])]
    (status,) = unpacked(vector("market_status")[0]).packets
    assert isinstance(status, MarketStatus)
    assert unpacked(vector("unknown_code_0")[0]).packets == []
    assert not unpacked(vector("unknown_code_0")[0]).is_truncated


def test_packets_in_one_frame_and_a_frame_that_is_cut() -> None:
    frame, expect = vector("two_packets_in_one_frame")
    assert len(unpacked(frame).packets) == expect["packets"]
    cut = unpacked(vector("truncated")[0])
    assert (cut.packets, cut.is_truncated) == ([], True)
