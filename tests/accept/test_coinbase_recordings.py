"""Every frame of a real capture of ten products, read by the source and by the standard library, is the same."""

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
from rtp_tui.sources.coinbase import CoinbaseSource
from rtp_tui.sources.coinbase_frames import FrameReader
from rtp_tui.sources.contract import Notice, Subscription
from rtp_tui.sources.provider_settings import CoinbaseSettings
from tests.accept.recordings import RECORDINGS, entry_of, http_of, needs_recordings
from tests.equipment import equipment
from tests.fake_http import FakeHttp, a_reply

pytestmark = [pytest.mark.accept, needs_recordings]

CAPTURE = "coinbase/ws/2021-04-17_exchange_10sym_ticker_matches_level2_31s.jsonl.gz"
SINGLE = "coinbase/ws/2021-2023_single_frames_crypto-msg-parser.jsonl"


def frames_of_capture() -> Iterator[tuple[str, int]]:
    with gzip.open(RECORDINGS / CAPTURE, "rt") as lines:
        for line in lines:
            record = json.loads(line)
            if record["dir"] == "recv":
                yield record["data"], int(record["ts"] * 1000)


def products() -> list[str]:
    return sorted({m["product_id"] for m in map(json.loads, frames()) if "product_id" in m})


def frames() -> list[str]:
    return [frame for frame, _ in frames_of_capture()]


def subscriptions() -> list[Subscription]:
    return [Subscription(InstrumentId(f"crypto:{product}"), product) for product in products()]


def a_reader() -> FrameReader:
    reader = FrameReader("coinbase", 16 << 20)
    reader.expect(subscriptions())
    return reader


def independently_ms(text: str) -> int:
    moment = datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)
    return int((moment - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds() * 1000)


def expected_tick(message: dict[str, Any]) -> dict[str, Any]:
    product = message["product_id"]
    common = {
        "instrument": f"crypto:{product}",
        "feed": f"coinbase:{product}",
        "event_ms": independently_ms(message["time"]),
        "received_ms": 1,
    }
    if message["type"] == "ticker":
        return common | {
            "kind": TickKind.QUOTE,
            "bid": float(Decimal(message["best_bid"])),
            "ask": float(Decimal(message["best_ask"])),
            "open_24h": float(Decimal(message["open_24h"])),
            "high_24h": float(Decimal(message["high_24h"])),
            "low_24h": float(Decimal(message["low_24h"])),
        }
    return common | {
        "kind": TickKind.TRADE,
        "price": float(Decimal(message["price"])),
        "size": float(Decimal(message["size"])),
        "sequence": message["trade_id"],
    }


def test_every_frame_of_the_capture_is_read_as_the_file_says() -> None:
    reader = a_reader()
    newest: dict[str, int] = {}
    channels: Counter[str] = Counter()
    for frame in frames():
        message = json.loads(frame)
        kind = message["type"]
        channels[kind] += 1
        said = reader.read(frame, 1)
        assert not isinstance(said, Notice), frame
        if kind not in ("match", "last_match", "ticker"):
            assert said == ()
            continue
        if kind == "ticker":
            sequence, product = message["sequence"], message["product_id"]
            assert sequence >= newest.get(product, 0), "tickers of this capture are in order"
            newest[product] = sequence
        assert list(said) == [Tick(**expected_tick(message))]
    del channels["subscriptions"]
    assert dict(channels) == entry_of(CAPTURE)["channels"]


def test_each_trade_of_the_capture_is_counted_once_and_every_product_is_priced() -> None:
    instruments = [
        Instrument(id=one.instrument, name=one.symbol, feeds=(f"coinbase:{one.symbol}",))
        for one in subscriptions()
    ]
    processor, reader = Processor(instruments), a_reader()
    trades: dict[str, dict[int, dict[str, Any]]] = {}
    for frame, received_ms in frames_of_capture():
        message = json.loads(frame)
        if message["type"] in ("match", "last_match"):
            trades.setdefault(message["product_id"], {})[message["trade_id"]] = message
        for tick in reader.read(frame, received_ms):  # type: ignore[union-attr]
            processor.process(tick)

    assert not processor.rejected
    quotes = {quote.instrument: quote for quote in processor.quotes()}
    for product, by_number in trades.items():
        last = by_number[max(by_number)]
        assert quotes[InstrumentId(f"crypto:{product}")].price == float(last["price"])
        bars = processor.bars(InstrumentId(f"crypto:{product}"))
        assert sum(bar.trades for bar in bars) == len(by_number)
        assert sum(bar.volume for bar in bars) == pytest.approx(
            float(sum(Decimal(one["size"]) for one in by_number.values()))
        )
    assert len(quotes) == 10


def test_single_frames_of_other_years_are_read_too() -> None:
    reader = FrameReader("coinbase", 1 << 20)
    reader.expect([Subscription(InstrumentId("crypto:BTC-USD"), "BTC-USD")])
    lines = (RECORDINGS / SINGLE).read_text().splitlines()
    said = [reader.read(json.loads(line)["data"], 1) for line in lines]
    expected = [json.loads(json.loads(line)["data"]) for line in lines]
    assert [list(ticks) for ticks in said] == [  # type: ignore[arg-type]
        [] if message["type"] == "l2update" else [Tick(**expected_tick(message))] for message in expected
    ]


async def test_recorded_candles_have_their_columns_in_the_right_places() -> None:
    recording = "coinbase/rest/xchange_example-historical-candles.json"
    rows = json.loads((RECORDINGS / recording).read_text())
    source = CoinbaseSource(CoinbaseSettings(), equipment(http_of(recording)))
    start_s, end_s = rows[-1][0], rows[0][0] + 60
    bars = await source.bars(
        Subscription(InstrumentId("crypto:BTC"), "BTC-USD"), "1m", start_s * 1000, end_s * 1000
    )
    assert [
        [bar.open_ms // 1000, bar.low, bar.high, bar.open, bar.close, bar.volume] for bar in reversed(bars)
    ] == rows
    assert all(bar.closed for bar in bars)


async def test_recorded_stats_are_the_figures_of_24_hours() -> None:
    recording = "coinbase/rest/xchange_example-stats-data.json"
    said = json.loads((RECORDINGS / recording).read_text())
    source = CoinbaseSource(CoinbaseSettings(), equipment(http_of(recording)))
    (tick,) = await source.latest([Subscription(InstrumentId("crypto:LTC"), "LTC-USD")])
    assert (tick.price, tick.open_24h) == (None, float(said["open"]))
    assert (tick.high_24h, tick.low_24h) == (float(said["high"]), float(said["low"]))


def test_every_recorded_product_can_be_subscribed_to() -> None:
    listed = json.loads((RECORDINGS / "coinbase/rest/exchange_products_2021-04-17.json").read_text())
    wanted = [Subscription(InstrumentId(f"crypto:{one['base_currency']}"), one["id"]) for one in listed]
    source = CoinbaseSource(CoinbaseSettings(), equipment(FakeHttp(lambda path, params: a_reply())))
    asked = [
        product
        for endpoint in source.endpoints(wanted)
        for text in endpoint.opening
        for product in json.loads(text)["product_ids"]
    ]
    assert asked == [one["id"] for one in listed]
