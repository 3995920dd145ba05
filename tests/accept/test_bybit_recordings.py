"""Every frame recorded of Bybit's two markets, read by the source and by the standard library, is the same."""

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
from rtp_tui.sources.bybit import BybitSource
from rtp_tui.sources.bybit_frames import FrameReader
from rtp_tui.sources.contract import Notice, Subscription
from rtp_tui.sources.provider_settings import BybitSettings
from tests.accept.recordings import RECORDINGS, entry_of, needs_recordings
from tests.equipment import equipment
from tests.fake_http import FakeHttp, a_reply
from tests.fakes import FakeClock

pytestmark = [pytest.mark.accept, needs_recordings]

CAPTURE = "bybit/ws/2026-08-09_v5_linear_spot_tickers_kline_trades_orderbook_44s.jsonl.gz"
MIXED = "bybit/ws/v5_ticker_frames_mixed.txt"
LINEAR, SPOT = "BYBIT.ws.2", "BYBIT.ws.3"
SYMBOLS = ("BTCUSDT", "ETHUSDT", "SOLUSDT", "DOGEUSDT")


def frames_of_capture(connection: str) -> Iterator[tuple[str, int]]:
    with gzip.open(RECORDINGS / CAPTURE, "rt") as lines:
        for line in lines:
            record = json.loads(line)
            if record["dir"] == "recv" and record["conn"] == connection:
                yield record["data"], int(record["ts"] * 1000)


def a_reader(symbols: tuple[str, ...] = SYMBOLS) -> FrameReader:
    reader = FrameReader("bybit", 16 << 20)
    reader.expect([Subscription(InstrumentId(f"crypto:{symbol}"), symbol) for symbol in symbols])
    return reader


def always(body: str) -> FakeHttp:
    return FakeHttp(lambda path, params: a_reply(body))


def known(data: dict[str, str], name: str) -> float | None:
    text = data.get(name, "")
    return float(Decimal(text)) if text and Decimal(text) else None


def expected_ticks(message: dict[str, Any], spreads: dict[str, dict[str, str]] | None = None) -> list[Tick]:
    """What a frame says, read independently; `spreads` holds what the parts of tickers add to."""
    topic, _, symbol = message.get("topic", "").rpartition(".")
    common: dict[str, Any] = {"instrument": f"crypto:{symbol}", "feed": f"bybit:{symbol}", "received_ms": 1}
    if topic == "publicTrade":
        return [
            Tick(
                **common,
                kind=TickKind.TRADE,
                event_ms=fill["T"],
                price=float(Decimal(fill["p"])),
                size=float(Decimal(fill["v"])),
                sequence=int(fill["i"]) if fill["i"].isdigit() else None,
            )
            for fill in message["data"]
        ]
    if topic != "tickers":
        return []
    data = message["data"]
    before = {} if spreads is None or message["type"] == "snapshot" else spreads.get(symbol, {})
    spread = {**before, **{name: data[name] for name in ("bid1Price", "ask1Price") if name in data}}
    if spreads is not None:
        spreads[symbol] = spread
    figures: dict[str, Any] = {
        "open_24h": known(data, "prevPrice24h"),
        "high_24h": known(data, "highPrice24h"),
        "low_24h": known(data, "lowPrice24h"),
        "volume_24h": known(data, "turnover24h"),
    }
    if not any(figures.values()) and not {"bid1Price", "ask1Price"} & set(data):
        return []
    figures |= {"bid": known(spread, "bid1Price"), "ask": known(spread, "ask1Price")}
    return [Tick(**common, kind=TickKind.QUOTE, event_ms=message["ts"], **figures)]


def test_every_frame_of_both_markets_is_read_as_the_file_says() -> None:
    topics: Counter[str] = Counter()
    for connection in (LINEAR, SPOT):
        reader, spreads = a_reader(), dict[str, dict[str, str]]()
        for frame, _ in frames_of_capture(connection):
            message = json.loads(frame)
            if "topic" in message:
                topics[message["topic"].rpartition(".")[0]] += 1
            said = reader.read(frame, 1)
            assert not isinstance(said, Notice), frame
            assert list(said) == expected_ticks(message, spreads)
    assert dict(topics) == entry_of(CAPTURE)["channels"]


def test_only_the_tickers_of_contracts_come_in_parts() -> None:
    """What did not change is not told again, and stays as it was."""
    kinds: dict[str, Counter[str]] = {}
    for connection in (LINEAR, SPOT):
        messages = [json.loads(frame) for frame, _ in frames_of_capture(connection)]
        kinds[connection] = Counter(
            one["type"] for one in messages if one.get("topic", "").startswith("tickers")
        )
    assert kinds == {LINEAR: Counter(snapshot=4, delta=754), SPOT: Counter(snapshot=81)}


@pytest.mark.parametrize("connection", [LINEAR, SPOT])
def test_each_fill_is_counted_and_parts_add_up_to_the_whole(connection: str) -> None:
    instruments = [
        Instrument(id=InstrumentId(f"crypto:{symbol}"), name=symbol, feeds=(f"bybit:{symbol}",))
        for symbol in SYMBOLS
    ]
    processor, reader = Processor(instruments), a_reader()
    fills: dict[str, dict[str, Any]] = {}
    merged: dict[str, dict[str, str]] = {}
    for frame, received_ms in frames_of_capture(connection):
        message = json.loads(frame)
        topic, _, symbol = message.get("topic", "").rpartition(".")
        if topic == "publicTrade":
            fills.setdefault(symbol, {}).update({fill["i"]: fill for fill in message["data"]})
        if topic == "tickers":
            merged.setdefault(symbol, {}).update(message["data"])
        for tick in reader.read(frame, received_ms):  # type: ignore[union-attr]
            processor.process(tick)
    assert not processor.rejected
    quotes = {quote.instrument: quote for quote in processor.quotes()}
    for symbol, by_name in fills.items():
        bars = processor.bars(InstrumentId(f"crypto:{symbol}"))
        assert sum(bar.trades for bar in bars) == len(by_name)
        assert sum(bar.volume for bar in bars) == pytest.approx(
            float(sum(Decimal(fill["v"]) for fill in by_name.values()))
        )
    for symbol, data in merged.items():
        quote = quotes[InstrumentId(f"crypto:{symbol}")]
        assert quote.volume_24h == known(data, "turnover24h")
        assert (quote.high_24h, quote.low_24h) == (known(data, "highPrice24h"), known(data, "lowPrice24h"))
        assert (quote.bid, quote.ask) == (known(data, "bid1Price"), known(data, "ask1Price"))


def test_the_top_of_recorded_books_is_their_first_level() -> None:
    """Of the depth that we ask for no frames are recorded; it differs in its topic and its length."""
    reader, seen = a_reader(), 0
    for connection in (LINEAR, SPOT):
        for frame, _ in frames_of_capture(connection):
            message = json.loads(frame)
            if message.get("topic", "").startswith("orderbook.200") and message["type"] == "snapshot":
                text = frame.replace("orderbook.200", "orderbook.1")
                (tick,) = reader.read(text, 1)  # type: ignore[misc]
                book = message["data"]
                assert (tick.bid, tick.ask) == (
                    float(Decimal(book["b"][0][0])),
                    float(Decimal(book["a"][0][0])),
                )
                assert tick.event_ms == message["ts"]
                seen += 1
    assert seen == 6


def test_sample_frames_of_every_market_are_read() -> None:
    symbols = ("BTCUSDT", "BTC-USDT", "BTCPERP", "BTCUSD")
    reader = a_reader(symbols)
    lines = (RECORDINGS / MIXED).read_text().splitlines()
    unknown, spreads = 0, dict[str, dict[str, str]]()
    for line in lines:
        message = json.loads(line)
        said = reader.read(line, 1)
        if message["topic"].rpartition(".")[2] in symbols:
            assert list(said) == expected_ticks(message, spreads)  # type: ignore[arg-type]
        else:
            unknown += isinstance(said, Notice)
    assert unknown == 1  # the option, which nobody asked for


async def test_recorded_klines_become_bars_as_rows_over_http() -> None:
    """The socket names the columns that the answer over HTTP does not."""
    seen = 0
    for frame, _ in frames_of_capture(SPOT):
        message = json.loads(frame)
        if not message.get("topic", "").startswith("kline"):
            continue
        for told in message["data"]:
            names = ("open", "high", "low", "close", "volume", "turnover")
            row = [str(told["start"]), *(told[name] for name in names)]
            body = json.dumps({"retCode": 0, "retMsg": "OK", "result": {"list": [row]}})
            http = always(body)
            source = BybitSource(BybitSettings(), equipment(http, FakeClock(told["timestamp"])))
            wanted = Subscription(InstrumentId("crypto:BTC"), "BTCUSDT")
            (bar,) = await source.bars(wanted, "1m", told["start"], told["end"] + 1)
            assert [bar.open, bar.high, bar.low, bar.close, bar.volume] == [
                float(Decimal(told[name])) for name in names[:5]
            ]
            assert bar.closed is told["confirm"]
            seen += 1
    assert seen >= 25
