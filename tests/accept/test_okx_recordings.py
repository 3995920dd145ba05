"""Every frame and body recorded of OKX, read by the source and by the standard library, is the same."""

import gzip
import json
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from rtp_tui.model.instrument import Instrument, InstrumentId
from rtp_tui.model.market import Tick, TickKind
from rtp_tui.processing.processor import Processor
from rtp_tui.sources.contract import Notice, RateLimited, SourceError, Subscription, UnknownSymbol
from rtp_tui.sources.okx import OkxSource
from rtp_tui.sources.okx_frames import FrameReader
from rtp_tui.sources.provider_settings import OkxSettings
from tests.accept.recordings import RECORDINGS, entry_of, http_of, needs_recordings
from tests.equipment import equipment
from tests.fake_http import FakeHttp, a_reply
from tests.fakes import FakeClock

pytestmark = [pytest.mark.accept, needs_recordings]

CAPTURES = (
    "okx/ws/2021-07-22_v5_2conn_10inst_tickers_trades_books_30s.jsonl.gz",
    "okx/ws/2022-05-13_v5_3inst_tickers_trades_books_11s.jsonl.gz",
    "okx/ws/2023-05-27_okcoin_v5_4inst_candle1m_tickers_trades_books_25s.jsonl.gz",
)
SINGLE = "okx/ws/2021-2023_single_frames_crypto-msg-parser.jsonl"
FRAMES = "okx/ws/v5_frames_2026-09-25.jsonl"
CONTROL = "okx/ws/v5_control_frames.jsonl"
BITCOIN = Subscription(InstrumentId("crypto:BTC"), "BTC-USDT")


def frames_of(capture: str) -> Iterator[tuple[str, int]]:
    with gzip.open(RECORDINGS / capture, "rt") as lines:
        for line in lines:
            record = json.loads(line)
            if record["dir"] == "recv":
                yield record["data"], int(record["ts"] * 1000)


def single_frames(recording: str) -> dict[str, str]:
    lines = (RECORDINGS / recording).read_text().splitlines()
    return {one["id"]: one["data"] for one in map(json.loads, lines)}


def names_in(messages: list[Any]) -> list[str]:
    return sorted({one["arg"]["instId"] for one in messages if "arg" in one})


def a_reader(names: list[str]) -> FrameReader:
    reader = FrameReader("okx", 16 << 20)
    reader.expect([Subscription(InstrumentId(f"crypto:{name}"), name) for name in names])
    return reader


def always(body: str) -> FakeHttp:
    return FakeHttp(lambda path, params: a_reply(body))


def known(text: str) -> float | None:
    return float(Decimal(text)) if text and Decimal(text) else None


def expected_ticks(message: dict[str, Any], received_ms: int = 1) -> list[Tick]:
    """What a frame says, read independently."""
    argument = message.get("arg", {})
    if argument.get("channel") not in ("trades", "tickers") or "data" not in message:
        return []
    name = argument["instId"]
    is_spot = len(name.split("-")) == 2
    ticks = []
    for row in message["data"]:
        common: dict[str, Any] = {
            "instrument": f"crypto:{name}",
            "feed": f"okx:{name}",
            "event_ms": int(row["ts"]),
            "received_ms": received_ms,
        }
        if argument["channel"] == "trades":
            told: dict[str, Any] = {
                "kind": TickKind.TRADE,
                "price": float(Decimal(row["px"])),
                "size": float(Decimal(row["sz"])) if is_spot else None,
                "sequence": int(row["tradeId"]),
            }
        else:
            assert (row["instType"] == "SPOT") is is_spot
            told = {
                "kind": TickKind.QUOTE,
                "bid": known(row["bidPx"]),
                "ask": known(row["askPx"]),
                "open_24h": known(row["open24h"]),
                "high_24h": known(row["high24h"]),
                "low_24h": known(row["low24h"]),
                "volume_24h": known(row["volCcy24h"]) if is_spot else None,
            }
        ticks.append(Tick(**(common | told)))
    return ticks


@pytest.mark.parametrize("capture", CAPTURES)
def test_every_frame_of_a_capture_is_read_as_the_file_says(capture: str) -> None:
    frames = [frame for frame, _ in frames_of(capture)]
    messages = [json.loads(frame) for frame in frames]
    reader = a_reader(names_in(messages))
    channels: Counter[str] = Counter()
    for frame, message in zip(frames, messages, strict=True):
        event = message.get("event")
        channels[f"event:{event}" if event else message["arg"]["channel"]] += 1
        said = reader.read(frame, 1)
        assert not isinstance(said, Notice), frame
        assert list(said) == expected_ticks(message)
    assert dict(channels) == entry_of(capture)["channels"]


@pytest.mark.parametrize("capture", CAPTURES)
def test_each_trade_of_a_capture_is_counted_once_though_two_sockets_told_it(capture: str) -> None:
    messages = [json.loads(frame) for frame, _ in frames_of(capture)]
    names = names_in(messages)
    processor = Processor(
        [Instrument(id=InstrumentId(f"crypto:{name}"), name=name, feeds=(f"okx:{name}",)) for name in names]
    )
    reader = a_reader(names)
    trades: dict[str, dict[str, Any]] = {}
    for frame, received_ms in frames_of(capture):
        message = json.loads(frame)
        if message.get("arg", {}).get("channel") == "trades" and "data" in message:
            of_name = trades.setdefault(message["arg"]["instId"], {})
            of_name.update({row["tradeId"]: row for row in message["data"]})
        for tick in reader.read(frame, received_ms):  # type: ignore[union-attr]
            processor.process(tick)
    assert set(processor.rejected) <= {"duplicate"}
    assert trades
    for name, by_number in trades.items():
        bars = processor.bars(InstrumentId(f"crypto:{name}"))
        assert sum(bar.trades for bar in bars) == len(by_number)
        in_units = sum(Decimal(row["sz"]) for row in by_number.values()) if name.count("-") == 1 else 0
        assert sum(bar.volume for bar in bars) == pytest.approx(float(in_units))


@pytest.mark.parametrize("recording", [SINGLE, FRAMES])
def test_single_frames_of_all_years_and_markets_are_read(recording: str) -> None:
    frames = single_frames(recording)
    parsed = {identity: json.loads(frame) for identity, frame in frames.items()}
    reader = a_reader(names_in(list(parsed.values())))
    for identity, message in parsed.items():
        said = reader.read(frames[identity], 1)
        if "arg" in message:
            assert list(said) == expected_ticks(message), identity  # type: ignore[arg-type]
        else:
            # An answer over HTTP, or an error.
            assert isinstance(said, Notice), identity


def test_a_channel_of_another_socket_is_refused_in_the_words_of_the_venue() -> None:
    said = a_reader(["BTC-USDT"]).read(single_frames(FRAMES)["error_candle_on_public_socket"], 1)
    assert isinstance(said, Notice)
    assert said.refused is not None
    assert said.refused.startswith("60018: Subscribe failed, wrong URL or channel:candle1m,instId:BTC-USDT")


def test_documented_control_frames_are_a_close_ahead_and_a_refusal() -> None:
    frames = single_frames(CONTROL)
    reader = a_reader(["BTC-USDT"])
    assert reader.read(frames["notice_64008_service_upgrade"], 1) == Notice(closing=True)
    said = reader.read(frames["documented_error_60012"], 1)
    assert isinstance(said, Notice)
    assert said.refused is not None
    assert said.refused.startswith('60012: Invalid request: {"op": "subscribe", "argss"')


def recorded_candles() -> list[tuple[str, list[str]]]:
    """The rows of candle channels with their instrument; each of the years has its own number of fields."""
    frames = [frame for frame, _ in frames_of(CAPTURES[2])] + list(single_frames(SINGLE).values())
    messages = [json.loads(frame) for frame in frames]
    pushed = [one for one in messages if one.get("arg", {}).get("channel", "").startswith("candle")]
    return [(one["arg"]["instId"], row) for one in pushed for row in one.get("data", ())]


async def test_recorded_rows_of_candles_become_bars_whatever_their_number_of_fields() -> None:
    rows = recorded_candles()
    assert {len(row) for _, row in rows} == {7, 9}
    for name, row in rows:
        start_ms = int(row[0])
        http = always(json.dumps({"code": "0", "data": [row]}))
        source = OkxSource(OkxSettings(), equipment(http, FakeClock(start_ms + 90_000)))
        wanted = Subscription(InstrumentId(f"crypto:{name}"), name)
        (bar,) = await source.bars(wanted, "1m", start_ms, start_ms + 60_000)
        volume = row[5] if name.count("-") == 1 else row[6]
        assert [bar.open, bar.high, bar.low, bar.close, bar.volume] == [
            float(Decimal(text)) for text in (*row[1:5], volume)
        ]
        assert bar.open_ms == start_ms
        assert bar.closed is (len(row) < 9 or row[8] == "1")


async def test_candles_over_http_have_their_columns_in_the_right_places() -> None:
    recording = "okx/rest/candles_shape_NOT_RECORDED.json"
    rows = json.loads((RECORDINGS / recording).read_text())["data"]
    start_ms, end_ms = int(rows[-1][0]), int(rows[0][0]) + 60_000
    source = OkxSource(OkxSettings(), equipment(http_of(recording), FakeClock(end_ms)))
    bars = await source.bars(BITCOIN, "1m", start_ms, end_ms)
    assert [
        [str(bar.open_ms), bar.open, bar.high, bar.low, bar.close, bar.volume, bar.closed]
        for bar in reversed(bars)
    ] == [[row[0], *(float(Decimal(text)) for text in row[1:6]), row[8] == "1"] for row in rows]


@pytest.mark.parametrize(
    ("recording", "error", "words"),
    [
        ("okx/rest/error_429_50011.http.json", RateLimited, "50011: Too Many Requests"),
        ("okx/rest/error_51001_no_such_instrument.http.json", UnknownSymbol, "51001: Instrument ID"),
    ],
)
async def test_recorded_errors_have_their_names(recording: str, error: type[SourceError], words: str) -> None:
    source = OkxSource(OkxSettings(), equipment(http_of(recording)))
    with pytest.raises(error) as raised:
        await source.bars(BITCOIN, "1m", 0, 60_000)
    assert str(raised.value).startswith(words)
    if error is UnknownSymbol:
        assert list(await source.latest([BITCOIN])) == []


@pytest.mark.parametrize("kind", ["SPOT", "SWAP"])
def test_every_recorded_instrument_can_be_subscribed_to(kind: str) -> None:
    with gzip.open(RECORDINGS / f"okx/rest/public_instruments_{kind}_2022-02-27.json.gz", "rt") as file:
        names = [row["instId"] for row in json.load(file)["data"]]
    source = OkxSource(OkxSettings(), equipment(FakeHttp(lambda path, params: a_reply())))
    endpoints = source.endpoints([Subscription(InstrumentId(f"crypto:{name}"), name) for name in names])
    asked = [
        argument["instId"]
        for endpoint in endpoints
        for text in endpoint.opening
        for argument in json.loads(text)["args"]
    ]
    assert asked[::2] == asked[1::2] == names
    assert all(sum(map(len, endpoint.opening)) < 64 * 1024 for endpoint in endpoints)
