"""Every real frame and answer of Kraken, read by the source and by the standard library, is the same.

Captures of the first version of the socket are read here and written as the second would write them, field by field
as the venue documents; no source speaks it.
"""

import gzip
import json
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from rtp_tui.model.instrument import Instrument, InstrumentId
from rtp_tui.model.market import Tick, TickKind
from rtp_tui.processing.processor import Processor
from rtp_tui.sources.contract import Notice, Subscription, UnknownSymbol
from rtp_tui.sources.kraken import KrakenSource
from rtp_tui.sources.kraken_frames import FrameReader
from rtp_tui.sources.provider_settings import KrakenSettings
from tests.accept.recordings import RECORDINGS, entry_of, http_of, needs_recordings
from tests.equipment import equipment
from tests.fake_http import FakeHttp, a_reply

pytestmark = [pytest.mark.accept, needs_recordings]

FRAMES = "kraken/ws/v2_frames_2026-09-25.jsonl"
BOOK = "kraken/ws/2023_v2_book10_BTCUSD_snapshot_updates.json.gz"
SINGLE = "kraken/ws/2021-2023_single_frames_crypto-msg-parser.jsonl"
OLD_TICKER = "kraken/ws/2021-04-05_v1_10pair_ticker_120s.jsonl"
OLD_TRADE = "kraken/ws/2021-04-05_v1_10pair_trade_120s.jsonl"
OLD_BOOK = "kraken/ws/2021-04-05_v1_10pair_book1000_120s.jsonl.gz"
NEW_NAMES = {"XBT": "BTC", "XDG": "DOGE"}
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def lines_of(recording: str) -> list[dict[str, Any]]:
    path = RECORDINGS / recording
    written = path.read_bytes()
    text = (gzip.decompress(written) if path.suffix == ".gz" else written).decode()
    return [json.loads(line) for line in text.splitlines()]


def received(recording: str) -> Iterator[tuple[str, int]]:
    return (
        (record["data"], int(record["ts"] * 1000))
        for record in lines_of(recording)
        if record["dir"] == "recv"
    )


def frames_by_id() -> dict[str, str]:
    return {record["id"]: record["data"] for record in lines_of(FRAMES)}


def a_reader(*symbols: str) -> FrameReader:
    reader = FrameReader("kraken", 1 << 20)
    reader.expect([Subscription(InstrumentId(f"crypto:{symbol}"), symbol) for symbol in symbols])
    return reader


def exactly(text: str) -> Any:
    return json.loads(text, parse_float=Decimal)


def independently_ms(text: str) -> int:
    moment = datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)
    return int((moment - EPOCH).total_seconds() * 1000)


def common(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "instrument": f"crypto:{row['symbol']}",
        "feed": f"kraken:{row['symbol']}",
        "event_ms": independently_ms(row["timestamp"]) if "timestamp" in row else None,
        "received_ms": 1,
    }


def expected_trade(row: dict[str, Any]) -> Tick:
    return Tick(
        **common(row),
        kind=TickKind.TRADE,
        price=float(row["price"]),
        size=float(row["qty"]),
        sequence=row["trade_id"],
    )


def expected_day(row: dict[str, Any]) -> dict[str, Any]:
    """Everything but the turnover, a product of two floats."""
    return common(row) | {
        "kind": TickKind.QUOTE,
        "bid": float(row["bid"]),
        "ask": float(row["ask"]),
        "open_24h": float(row["last"] - row["change"]),
        "high_24h": float(row["high"]),
        "low_24h": float(row["low"]),
        "price": None,
        "size": None,
        "sequence": None,
    }


def assert_is_day(tick: Tick, row: dict[str, Any]) -> None:
    expected = expected_day(row)
    assert {name: getattr(tick, name) for name in expected} == expected
    assert tick.volume_24h == pytest.approx(float(row["volume"] * row["vwap"]))


# --- version 2


def test_each_frame_of_version_2_is_read_as_the_file_says() -> None:
    frames, reader = frames_by_id(), a_reader("BTC/USD")
    (day,) = exactly(frames["ticker"])["data"]
    (tick,) = reader.read(frames["ticker"], 1)  # type: ignore[misc]
    assert_is_day(tick, day)
    (trade,) = exactly(frames["trade"])["data"]
    assert list(reader.read(frames["trade"], 1)) == [expected_trade(trade)]  # type: ignore[arg-type]
    for nothing in ("status", "ack", "ohlc", "book_snapshot"):
        assert reader.read(frames[nothing], 1) == ()


def test_recorded_rejections_are_named() -> None:
    frames, reader = frames_by_id(), a_reader("BTC/USD")
    words = json.loads(frames["reject_symbol"])["error"]
    assert reader.read(frames["reject_symbol"], 1) == Notice(refused=f"{words}; here it is BTC/USD")
    words = json.loads(frames["reject_private"])["error"]
    assert reader.read(frames["reject_private"], 1) == Notice(refused=words)


def test_the_recorded_connection_has_a_number_beyond_63_bits() -> None:
    assert json.loads(frames_by_id()["status"])["data"][0]["connection_id"] > 2**63


def test_recorded_books_are_none_of_ours() -> None:
    reader = a_reader("BTC/USD")
    with gzip.open(RECORDINGS / BOOK, "rt") as file:
        book = json.load(file)
    messages = [book["init"], *book["updates"]]
    assert len(messages) > 10
    assert {reader.read(json.dumps(message), 1) for message in messages} == {()}


# --- version 1, written as version 2


def renamed(pair: str) -> str:
    base, _, quote = pair.partition("/")
    return f"{NEW_NAMES.get(base, base)}/{NEW_NAMES.get(quote, quote)}"


def at(seconds: str) -> str:
    """`1617666425.123456` as version 2 writes it."""
    whole, _, fraction = seconds.partition(".")
    moment = datetime.fromtimestamp(int(whole), tz=UTC).replace(microsecond=int(fraction.ljust(6, "0")[:6]))
    return moment.isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"


def as_day(payload: dict[str, Any], pair: str) -> dict[str, Any]:
    return {
        "symbol": renamed(pair),
        "bid": Decimal(payload["b"][0]),
        "bid_qty": Decimal(payload["b"][2]),
        "ask": Decimal(payload["a"][0]),
        "ask_qty": Decimal(payload["a"][2]),
        "last": Decimal(payload["c"][0]),
        "volume": Decimal(payload["v"][1]),
        "vwap": Decimal(payload["p"][1]),
        "low": Decimal(payload["l"][1]),
        "high": Decimal(payload["h"][1]),
        "change": Decimal(payload["c"][0]) - Decimal(payload["o"][1]),
    }


def as_trades(payload: list[list[str]], pair: str, first_id: int) -> list[dict[str, Any]]:
    """Version 1 does not number trades."""
    return [
        {
            "symbol": renamed(pair),
            "side": {"b": "buy", "s": "sell"}[side],
            "price": Decimal(price),
            "qty": Decimal(volume),
            "ord_type": {"m": "market", "l": "limit"}[kind],
            "trade_id": number,
            "timestamp": at(time),
        }
        for number, (price, volume, time, side, kind, _) in enumerate(payload, first_id)
    ]


def written(channel: str, rows: list[dict[str, Any]]) -> str:
    """With the digits of the recording."""
    marked = json.dumps(
        {"channel": channel, "type": "update", "data": rows},
        default=lambda number: f"#{number:f}#",
    )
    return marked.replace('"#', "").replace('#"', "")


def observations(recording: str) -> Iterator[tuple[Any, str, int]]:
    """Payload, pair and when it was received, of the frames that are lists."""
    for frame, received_ms in received(recording):
        message = json.loads(frame)
        if isinstance(message, list):
            yield message[1], message[-1], received_ms


def test_every_ticker_of_the_old_capture_is_read_as_the_file_says() -> None:
    rows = [as_day(payload, pair) for payload, pair, _ in observations(OLD_TICKER)]
    assert len(rows) == entry_of(OLD_TICKER)["channels"]["ticker"]
    reader = a_reader(*{row["symbol"] for row in rows})
    for row in rows:
        (tick,) = reader.read(written("ticker", [row]), 1)  # type: ignore[misc]
        assert_is_day(tick, row)


def test_every_trade_of_the_old_capture_is_read_and_counted_once() -> None:
    first_id, messages = 1, []
    for payload, pair, received_ms in observations(OLD_TRADE):
        messages.append((as_trades(payload, pair, first_id), received_ms))
        first_id += len(payload)
    assert len(messages) == entry_of(OLD_TRADE)["channels"]["trade"]
    symbols = sorted({row["symbol"] for rows, _ in messages for row in rows})
    reader, counted = a_reader(*symbols), Counter[str]()
    processor = Processor(
        Instrument(id=InstrumentId(f"crypto:{symbol}"), name=symbol, feeds=(f"kraken:{symbol}",))
        for symbol in symbols
    )
    for rows, received_ms in messages:
        frame = written("trade", rows)
        assert list(reader.read(frame, 1)) == [expected_trade(row) for row in rows]  # type: ignore[arg-type]
        for tick in reader.read(frame, received_ms):  # type: ignore[union-attr]
            processor.process(tick)
            counted[tick.instrument] += 1
    assert not processor.rejected
    for instrument, count in counted.items():
        assert sum(bar.trades for bar in processor.bars(InstrumentId(instrument))) == count


@pytest.mark.parametrize("recording", [OLD_TICKER, OLD_TRADE, OLD_BOOK])
def test_frames_of_version_1_as_they_are_are_counted_and_nothing_else(recording: str) -> None:
    reader = a_reader("XBT/USD", "BTC/USD")
    for frame, _ in received(recording):
        said = reader.read(frame, 1)
        assert isinstance(said, Notice), frame
        assert said.bad is not None, frame


def test_single_frames_of_version_1_are_told_apart_from_ours() -> None:
    reader = a_reader("XBT/USD")
    for record in lines_of(SINGLE):
        assert isinstance(reader.read(record["data"], 1), Notice)


# --- REST


def a_source(recording: str) -> KrakenSource:
    return KrakenSource(KrakenSettings(), equipment(http_of(recording)))


@pytest.mark.parametrize(
    ("recording", "timeframe"),
    [
        ("kraken/rest/OHLC_XBTUSDT_1m_2025-11-10.json", "1m"),
        ("kraken/rest/OHLC_BTCUSD_60_2026-09-25.json", "1h"),
    ],
)
async def test_every_recorded_candle_is_a_bar_whatever_its_key(recording: str, timeframe: str) -> None:
    result = json.loads((RECORDINGS / recording).read_text())["result"]
    (rows,) = (rows for key, rows in result.items() if key != "last")
    assert result["last"] == rows[-2][0], "the last row is still forming"
    bars = await a_source(recording).bars(
        Subscription(InstrumentId("crypto:BTC"), "BTC/USD"), timeframe, 0, (rows[-1][0] + 1) * 1000
    )
    assert [
        (bar.open_ms, bar.open, bar.high, bar.low, bar.close, bar.volume) for bar in bars
    ] == [
        (time * 1000, *(float(Decimal(text)) for text in (*prices, volume)))
        for time, *prices, _, volume, _ in rows
    ]  # fmt: skip


async def test_recorded_empty_minutes_are_flat_bars_without_volume() -> None:
    recording = "kraken/rest/OHLC_XBTUSDT_1m_2025-11-10.json"
    rows = json.loads((RECORDINGS / recording).read_text())["result"]["XBTUSDT"]
    empty = {row[0] * 1000 for row in rows if row[7] == 0}
    bars = await a_source(recording).bars(
        Subscription(InstrumentId("crypto:BTC"), "BTC/USDT"), "1m", 0, 2_000_000_000_000
    )
    flat = {bar.open_ms for bar in bars if bar.volume == 0}
    assert flat == empty
    assert len(rows) == 721, "720 and the forming one"
    assert all(bar.open == bar.high == bar.low == bar.close for bar in bars if bar.open_ms in empty)


async def test_the_recorded_error_of_an_unknown_pair_is_named_though_its_status_is_200() -> None:
    source = a_source("kraken/rest/error_unknown_pair.http.json")
    nope = Subscription(InstrumentId("crypto:NOPE"), "NOPE")
    with pytest.raises(UnknownSymbol, match="Unknown asset pair"):
        await source.bars(nope, "1m", 0, 60_000)
    assert list(await source.latest([nope])) == []


def test_every_recorded_pair_can_be_subscribed_to_by_the_name_of_version_2() -> None:
    pairs = json.loads((RECORDINGS / "kraken/rest/AssetPairs_2021-04-17.json").read_text())["result"]
    old = [pair["wsname"] for pair in pairs.values() if "wsname" in pair]
    assert any(name.startswith(("XBT/", "XDG/")) for name in old), (
        "the venue lists names that its socket refuses"
    )
    symbols = [renamed(name) for name in old]
    source = KrakenSource(KrakenSettings(), equipment(FakeHttp(lambda path, params: a_reply())))
    wanted = [Subscription(InstrumentId(f"crypto:{symbol}"), symbol) for symbol in symbols]
    orders = [json.loads(text)["params"] for end in source.endpoints(wanted) for text in end.opening]
    assert [s for order in orders if order["channel"] == "trade" for s in order["symbol"]] == symbols
