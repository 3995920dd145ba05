"""Every frame of a real capture of Advanced Trade, read by the source and by the standard library, is the same."""

import gzip
import json
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from rtp_tui.model.instrument import Instrument, InstrumentId
from rtp_tui.model.market import BadFrame, Tick, TickKind
from rtp_tui.processing.processor import Processor
from rtp_tui.sources.coinbase_advanced import CoinbaseAdvancedSource
from rtp_tui.sources.coinbase_advanced_frames import FrameReader
from rtp_tui.sources.contract import Notice, Subscription
from rtp_tui.sources.provider_settings import CoinbaseSettings
from tests.accept.recordings import RECORDINGS, entry_of, needs_recordings
from tests.equipment import equipment
from tests.fake_http import Answer, FakeHttp, a_reply

pytestmark = [pytest.mark.accept, needs_recordings]

WHOLE = "coinbase/ws/2026-08-09_advanced_2sym_all_channels_25s.jsonl.gz"
WITH_GAPS = "coinbase/ws/2026-08-09_advanced_2sym_no_level2_25s.jsonl.gz"
SINGLE = "coinbase/ws/advanced_frames_misc.jsonl"
PRODUCTS = "coinbase/rest/advanced_market_products_2026-08-09.json.gz"
NAMES = ("BTC-USD", "ETH-USD")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def frames_of(recording: str) -> Iterator[tuple[str, int]]:
    with gzip.open(RECORDINGS / recording, "rt") as lines:
        for record in map(json.loads, lines):
            if record["dir"] == "recv":
                yield record["data"], int(record["ts"] * 1000)


def a_reader() -> FrameReader:
    reader = FrameReader("coinbase", 16 << 20, 100)
    reader.expect(Subscription(InstrumentId(f"crypto:{name}"), name) for name in NAMES)
    return reader


def independently_ms(text: str) -> int:
    """Whole seconds and fraction apart: the fraction has up to nine digits."""
    whole, _, fraction = text.removesuffix("Z").partition(".")
    moment = datetime.strptime(whole, "%Y-%m-%dT%H:%M:%S").replace(tzinfo=UTC)
    return int((moment - EPOCH).total_seconds()) * 1000 + int(Decimal(f"0.{fraction or 0}") * 1000)


def expected_trade(row: dict[str, Any]) -> Tick:
    return Tick(
        kind=TickKind.TRADE,
        instrument=InstrumentId(f"crypto:{row['product_id']}"),
        feed=f"coinbase:{row['product_id']}",
        event_ms=independently_ms(row["time"]),
        received_ms=1,
        price=float(Decimal(row["price"])),
        size=float(Decimal(row["size"])),
        sequence=int(row["trade_id"]),
    )


def assert_is_day(tick: Tick, row: dict[str, Any], at: str) -> None:
    expected = {
        "kind": TickKind.QUOTE,
        "instrument": f"crypto:{row['product_id']}",
        "feed": f"coinbase:{row['product_id']}",
        "event_ms": independently_ms(at),
        "received_ms": 1,
        "price": None,
        "size": None,
        "sequence": None,
        "bid": float(Decimal(row["best_bid"])),
        "ask": float(Decimal(row["best_ask"])),
        "high_24h": float(Decimal(row["high_24_h"])),
        "low_24h": float(Decimal(row["low_24_h"])),
        "volume_24h": None,
    }
    assert {name: getattr(tick, name) for name in expected} == expected
    opened = Decimal(row["price"]) / (1 + Decimal(row["price_percent_chg_24_h"]) / 100)
    assert tick.open_24h == pytest.approx(float(opened), rel=1e-12)


def rows(message: dict[str, Any], name: str) -> list[dict[str, Any]]:
    return [row for event in message["events"] for row in event[name]]


def oldest_first(trades: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(trades, key=lambda row: (NAMES.index(row["product_id"]), int(row["trade_id"])))


def test_every_frame_of_the_capture_is_read_as_the_file_says_and_none_is_missing() -> None:
    reader, channels = a_reader(), Counter[str]()
    for frame, _ in frames_of(WHOLE):
        message = json.loads(frame)
        channel = message["channel"]
        channels[channel] += 1
        said = reader.read(frame, 1)
        if channel == "heartbeats":
            assert said == Notice(is_heartbeat=True)
            continue
        assert not isinstance(said, Notice), frame
        if channel == "ticker":
            for tick, row in zip(said, rows(message, "tickers"), strict=True):
                assert_is_day(tick, row, message["timestamp"])
        elif channel == "market_trades":
            trades = oldest_first(rows(message, "trades"))
            is_snapshot = message["events"][0]["type"] == "snapshot"
            assert list(said) == [expected_trade(row) for row in (trades[-1:] if is_snapshot else trades)]
        else:
            assert said == ()
    assert dict(channels) == entry_of(WHOLE)["channels"]


def test_each_trade_of_the_capture_is_counted_once() -> None:
    processor, reader = (
        Processor(
            Instrument(id=InstrumentId(f"crypto:{name}"), name=name, feeds=(f"coinbase:{name}",))
            for name in NAMES
        ),
        a_reader(),
    )
    expected: dict[str, dict[str, Decimal]] = {name: {} for name in NAMES}
    for frame, received_ms in frames_of(WHOLE):
        message = json.loads(frame)
        if message["channel"] == "market_trades":
            trades = rows(message, "trades")
            if message["events"][0]["type"] == "snapshot":
                trades = trades[:1]
            for row in trades:
                expected[row["product_id"]][row["trade_id"]] = Decimal(row["size"])
        said = reader.read(frame, received_ms)
        for tick in () if isinstance(said, Notice) else said:
            processor.process(tick)
    assert not processor.rejected
    for name, sizes in expected.items():
        bars = processor.bars(InstrumentId(f"crypto:{name}"))
        assert sum(bar.trades for bar in bars) == len(sizes)
        assert sum(bar.volume for bar in bars) == pytest.approx(float(sum(sizes.values())))


def test_numbers_of_trades_have_no_hole_and_sides_are_those_of_makers() -> None:
    books: dict[str, dict[str, Any]] = {}
    numbers: dict[str, list[int]] = {name: [] for name in NAMES}
    agree = differ = 0
    for frame, _ in frames_of(WHOLE):
        message = json.loads(frame)
        if message["channel"] == "ticker":
            books |= {row["product_id"]: row for row in rows(message, "tickers")}
        if message["channel"] != "market_trades" or message["events"][0]["type"] == "snapshot":
            continue
        for row in rows(message, "trades"):
            numbers[row["product_id"]].append(int(row["trade_id"]))
            book = books[row["product_id"]]
            maker = {book["best_ask"]: "SELL", book["best_bid"]: "BUY"}.get(row["price"])
            agree, differ = agree + (maker == row["side"]), differ + (maker not in (None, row["side"]))
    assert all(sorted(found) == list(range(min(found), max(found) + 1)) for found in numbers.values())
    assert agree > 5 * differ


def test_every_hole_of_the_capture_that_lacks_a_channel_is_told_and_no_trade_is_lost_by_it() -> None:
    reader, found, told = a_reader(), 0, list[Tick]()
    expected, holes, before = list[Tick](), 0, -1
    for frame, _ in frames_of(WITH_GAPS):
        message = json.loads(frame)
        holes += message["sequence_num"] != before + 1
        before = message["sequence_num"]
        if message["channel"] == "market_trades":
            trades = oldest_first(rows(message, "trades"))
            is_snapshot = message["events"][0]["type"] == "snapshot"
            expected += [expected_trade(row) for row in (trades[-1:] if is_snapshot else trades)]
        said = reader.read(frame, 1)
        if isinstance(said, Notice):
            found += said.bad is BadFrame.OUT_OF_SEQUENCE
        else:
            told += [tick for tick in said if tick.kind is TickKind.TRADE]
    assert holes > 50
    assert holes // 2 <= found <= holes, "two in a row that hold something back count as one"
    assert told == expected[: len(told)]
    assert len(expected) - len(told) <= 2, "what the newest frame after a hole says comes with the next"


def test_single_frames_are_read_too() -> None:
    lines = [json.loads(line) for line in (RECORDINGS / SINGLE).read_text().splitlines()]
    for record in lines:
        message, said = json.loads(record["data"]), a_reader().read(record["data"], 1)
        if "error" in record["id"]:
            assert said == Notice(refused=message["message"])
            continue
        (row,) = rows(message, "tickers")
        (tick,) = said  # type: ignore[misc]
        assert_is_day(tick, row, message["timestamp"])


def test_the_recorded_snapshot_of_candles_has_holes_so_that_minutes_are_made_of_trades() -> None:
    starts = [
        [int(row["start"]) for row in rows(message, "candles")]
        for message in map(json.loads, (frame for frame, _ in frames_of(WHOLE)))
        if message["channel"] == "candles" and message["events"][0]["type"] == "snapshot"
    ]
    assert all(len(found) == 100 for found in starts)
    assert any((max(found) - min(found)) // 300 + 1 > 100 for found in starts)


async def test_every_recorded_product_is_a_price_unless_it_is_delisted() -> None:
    listed = json.loads(gzip.decompress((RECORDINGS / PRODUCTS).read_bytes()))["products"]
    by_id = {row["product_id"]: row for row in listed}

    def answer(path: str, params: object) -> Answer:
        return a_reply(json.dumps(by_id[path.rpartition("/")[2]]))

    source = CoinbaseAdvancedSource(CoinbaseSettings(), equipment(FakeHttp(answer)))
    ticks = await source.latest(
        [Subscription(InstrumentId(f"crypto:{product}"), product) for product in by_id]
    )
    online = [row for row in listed if row["status"] != "delisted"]
    assert len(online) < len(listed)
    for tick, row in zip(ticks, online, strict=True):
        assert tick.feed == f"coinbase:{row['product_id']}"
        names = {
            "price": "price",
            "high_24h": "high_24h",
            "low_24h": "low_24h",
            "volume_24h": "approximate_quote_24h_volume",
        }
        for ours, theirs in names.items():
            expected = float(Decimal(row[theirs] or 0)) or None
            assert getattr(tick, ours) == expected, (row["product_id"], theirs)


def test_every_recorded_alias_is_priced_by_its_dollar_book() -> None:
    listed = json.loads(gzip.decompress((RECORDINGS / PRODUCTS).read_bytes()))["products"]
    aliases = [row for row in listed if row["alias"] and row["product_id"].endswith("-USDC")]
    assert aliases
    for row in aliases:
        reader = FrameReader("coinbase", 1 << 20, 100)
        reader.expect([Subscription(InstrumentId("crypto:X"), row["product_id"])])
        said = reader.read(
            json.dumps(
                {
                    "channel": "subscriptions",
                    "sequence_num": 0,
                    "events": [{"subscriptions": {"market_trades": [row["alias"]]}}],
                }
            ),
            1,
        )
        assert said == ()
