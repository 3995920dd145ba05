"""Decode and normalise, µs a message and source, against a bare msgspec decode of the same recorded bytes.

The floor is the source's own typed decoder, or `struct`, and does nothing with what it decodes. What is read are the frames that the
source gives observations for; where no recording is found, frames of the same form are invented.
"""

import gzip
import json
import re
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from struct import Struct as Layout

import msgspec

from benchmarks.figures import Goal, machine, report
from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.market import Tick, TickKind
from rtp_tui.sources import (
    binance_frames,
    bybit_frames,
    coinbase_advanced_frames,
    coinbase_frames,
    kraken_frames,
    okx_frames,
    twelvedata_frames,
)
from rtp_tui.sources.binance import BinanceSource
from rtp_tui.sources.bybit import BybitSource
from rtp_tui.sources.coinbase import CoinbaseSource
from rtp_tui.sources.coinbase_advanced import CoinbaseAdvancedSource
from rtp_tui.sources.contract import Notice, StreamingSource, Subscription
from rtp_tui.sources.dhan import DhanSource
from rtp_tui.sources.dhan_securities import Security, SecurityIds
from rtp_tui.sources.equipment import Equipment
from rtp_tui.sources.kraken import KrakenSource
from rtp_tui.sources.okx import OkxSource
from rtp_tui.sources.provider_settings import DhanSettings, SourceSettings
from rtp_tui.sources.twelvedata import TwelveDataSource
from tests.accept.recordings import RECORDINGS
from tests.equipment import equipment
from tests.fake_http import FakeHttp, a_reply

ROUNDS, MESSAGES = 15, 20_000
_DHAN_QUOTE = Layout("<BHBIfHIfIIIffff")
GOAL = Goal(4.0, "x")


class Case(msgspec.Struct):
    """One kind of message of one source: what it is read by, and what the floor decodes it into."""

    name: str
    source: StreamingSource
    symbols: Sequence[str]
    floor: Callable[[bytes], object]
    frames: Sequence[bytes]


def cases() -> Iterator[Case]:
    """Every source's messages by kind; another provider adds its own."""
    given, settings = equipment(FakeHttp(lambda path, params: a_reply())), SourceSettings()
    yield from _by_kind(
        "binance",
        lambda: BinanceSource(settings.binance, given),
        ("BTCUSDT", "ETHUSDT"),
        binance_frames._combined,
        ("@trade", "@bookTicker"),
        _lines_after_time("binance/ws/2024-08-08_spot_btcusdt_trade_bookTicker_depth100ms_346s.txt.gz"),
        '{"stream":"btcusdt@trade","data":{"e":"trade","E":1,"s":"BTCUSDT","t":1,"p":"61.9","q":"0.1","T":1}}',
    )
    yield from _by_kind(
        "coinbase",
        lambda: CoinbaseSource(settings.coinbase, given),
        None,
        coinbase_frames._message,
        ('"type":"match"', '"type":"ticker"'),
        _captured("coinbase/ws/2021-04-17_exchange_10sym_ticker_matches_level2_31s.jsonl.gz"),
        '{"type":"match","product_id":"BTC-USD","trade_id":1,"price":"61.9","size":"0.1",'
        '"time":"2021-04-17T16:43:37.089723Z"}',
    )
    yield from _by_kind(
        "okx",
        lambda: OkxSource(settings.okx, given),
        None,
        okx_frames._frame,
        ('"channel":"trades"', '"channel":"tickers"'),
        _captured("okx/ws/2022-05-13_v5_3inst_tickers_trades_books_11s.jsonl.gz"),
        '{"arg":{"channel":"trades","instId":"BTC-USDT"},"data":[{"instId":"BTC-USDT","tradeId":"1",'
        '"px":"61.9","sz":"0.1","side":"buy","ts":"1646311839593"}]}',
    )
    yield from _by_kind(
        "bybit",
        lambda: BybitSource(settings.bybit, given),
        ("BTCUSDT", "ETHUSDT", "SOLUSDT", "DOGEUSDT"),
        bybit_frames._frame,
        ('"publicTrade.', '"tickers.'),
        _captured("bybit/ws/2026-08-09_v5_linear_spot_tickers_kline_trades_orderbook_44s.jsonl.gz"),
        '{"topic":"publicTrade.BTCUSDT","type":"snapshot","ts":1,"data":[{"T":1,"i":"1","p":"1","v":"1"}]}',
    )
    yield from _by_kind(
        "kraken",
        lambda: KrakenSource(settings.kraken, given),
        ("BTC/USD",),
        kraken_frames._message,
        ('"channel":"trade"', '"channel":"ticker"'),
        (frame for frame in _single("kraken/ws/v2_frames_2026-09-25.jsonl") if b'"method"' not in frame),
        '{"channel":"trade","type":"update","data":[{"symbol":"BTC/USD","side":"buy","price":83744.3,'
        '"qty":0.1,"ord_type":"limit","trade_id":1,"timestamp":"2026-09-25T17:48:26.844359Z"}]}',
    )
    yield from _by_kind(
        "coinbase advanced",
        lambda: CoinbaseAdvancedSource(settings.coinbase, given),
        ("BTC-USD", "ETH-USD"),
        coinbase_advanced_frames._message,
        ('"channel":"market_trades"', '"channel":"ticker"'),
        _renumbered("coinbase/ws/2026-08-09_advanced_2sym_all_channels_25s.jsonl.gz"),
        '{"channel":"market_trades","timestamp":"2026-08-09T21:05:48.228568804Z","sequence_num":0,"events":'
        '[{"type":"update","trades":[{"product_id":"BTC-USD","trade_id":"1","price":"61.9","size":"0.1",'
        '"time":"2026-08-09T21:05:48.167634Z","side":"SELL"}]}]}',
    )
    yield from _dhan_quotes(settings.dhan, given)
    yield from _by_kind(
        "twelvedata",
        lambda: TwelveDataSource(settings.twelvedata, given),
        ("AAPL", "AMZN", "EUR/USD"),
        twelvedata_frames._message,
        ('"event":"price"',),
        _single("twelvedata/ws/frames_real_and_reported.jsonl"),
        '{"event":"price","symbol":"EUR/USD","type":"Physical Currency","timestamp":1646332905,"price":1.1057}',
    )


def _dhan_quotes(settings: DhanSettings, given: Equipment) -> Iterator[Case]:
    """Packets as the provider documents them: none were recorded. A floor that makes ticks says what those cost."""
    ids = SecurityIds({"HDFCBANK": Security("NSE_EQ", 1333)})
    frames = [_dhan_quote(price=1650 + step * 0.05, volume=4_000_000 + 7 * step) for step in range(500)]
    floors = {"dhan quote": _DHAN_QUOTE.unpack, "dhan quote against ticks": _dhan_tick}
    for name, floor in floors.items():
        yield Case(name, DhanSource(settings, given, ids), ["HDFCBANK"], floor, frames)


def _dhan_quote(price: float, volume: int) -> bytes:
    figures = (price, 7, 1_737_628_200, 1648.25, volume, 2, 3, 1641.0, 1642.25, 1655.75, 1636.0)
    return _DHAN_QUOTE.pack(4, 50, 1, 1333, *figures)


def _dhan_tick(frame: bytes) -> Tick:
    figures = _DHAN_QUOTE.unpack(frame)
    price, size, high, low = figures[4], figures[5], figures[13], figures[14]
    instrument, feed = InstrumentId("stocks:HDFCBANK"), "dhan:HDFCBANK"
    return Tick(TickKind.TRADE, instrument, feed, 1, 1, price, size, high_24h=high, low_24h=low)


def _by_kind(
    name: str,
    build: Callable[[], StreamingSource],
    symbols: Sequence[str] | None,
    floor: Callable[[bytes], object],
    marks: Sequence[str],
    recorded: Iterable[bytes],
    invented: str,
) -> Iterator[Case]:
    frames = list(recorded) or [invented.encode()]
    for mark in marks:
        is_event = '"event"' in mark
        of_kind = [one for one in frames if mark.encode() in one and (is_event or b'"event"' not in one)]
        if of_kind:
            kind = mark.strip('@".').rpartition('"')[2]
            yield Case(f"{name} {kind}", build(), symbols or _named_in(of_kind), floor, of_kind)


def _named_in(frames: Sequence[bytes]) -> list[str]:
    messages = [json.loads(frame) for frame in frames]
    return sorted({one.get("product_id") or one["arg"]["instId"] for one in messages})


def _captured(recording: str) -> Iterator[bytes]:
    path = RECORDINGS / recording
    if path.exists():
        with gzip.open(path, "rt") as lines:
            for record in map(json.loads, lines):
                if record["dir"] == "recv":
                    yield record["data"].encode()


def _single(recording: str) -> Iterator[bytes]:
    path = Path(RECORDINGS / recording)
    if path.exists():
        for line in path.read_text().splitlines():
            yield json.loads(line)["data"].encode()


def _renumbered(recording: str) -> Iterator[bytes]:
    """Updates, each channel numbered as if it were alone on a connection."""
    numbers: Counter[bytes] = Counter()
    for frame in _captured(recording):
        if b'"type":"update"' in frame:
            channel = frame.split(b",", 1)[0]
            yield re.sub(rb'"sequence_num":\d+', b'"sequence_num":%d' % numbers[channel], frame)
            numbers[channel] += 1


def _lines_after_time(recording: str) -> Iterator[bytes]:
    path = Path(RECORDINGS / recording)
    if path.exists():
        with gzip.open(path, "rb") as lines:
            for line in lines:
                yield line.split(b" ", 1)[1].strip()


def _spent_us(work: Callable[[bytes], object], frames: Sequence[bytes]) -> float:
    began = time.process_time()
    for frame in frames:
        work(frame)
    return (time.process_time() - began) / len(frames) * 1e6


def measure(case: Case) -> None:
    """Print both and their ratio, of rounds that alternate."""
    frames = (list(case.frames) * (MESSAGES // len(case.frames) + 1))[:MESSAGES]
    case.source.endpoints([Subscription(InstrumentId(f"crypto:{one}"), one) for one in case.symbols])
    unread = [frame for frame in case.frames if isinstance(case.source.decode(frame, 1), Notice)]
    assert not unread, unread[0]
    floors, ours = [], []
    for _ in range(ROUNDS):
        floors.append(_spent_us(case.floor, frames))
        ours.append(_spent_us(lambda frame: case.source.decode(frame, 1), frames))
    report(f"{case.name}: bare decode", floors, "µs")
    report(f"{case.name}: decoded and normalised", ours, "µs")
    report(f"{case.name}: ratio", [one / bare for one, bare in zip(ours, floors, strict=True)], "x", GOAL)


def main() -> None:
    """Print the cost of a message by source and kind."""
    print(machine())
    for case in cases():
        measure(case)


if __name__ == "__main__":
    main()
