"""Every trade of real captures, read by the source and by the standard library, is the same."""

import gzip
import json
import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.market import Tick, TickKind
from rtp_tui.sources.binance_frames import FrameReader
from rtp_tui.sources.contract import Notice, Subscription

pytestmark = pytest.mark.accept

RECORDINGS = Path(
    os.environ.get("RTP_RECORDINGS", Path(__file__).parents[2].parent / "shared" / "data" / "feeds")
)
CAPTURES = [
    ("binance/ws/2024-08-08_spot_btcusdt_trade_bookTicker_depth100ms_346s.txt.gz", "trade"),
    ("binance/ws/2024-08-08_spot_ethusdt_trade_bookTicker_depth100ms_346s.txt.gz", "trade"),
    ("binance/ws/2021-04-04_combined_3sym_kline1m_aggTrade_depth_91s.jsonl.gz", "aggTrade"),
    ("binance/ws/2021-04-05_combined_10sym_bookTicker_aggTrade_depth_120s.jsonl.gz", "aggTrade"),
    ("binance/ws/2021-10-12_combined_4sym_kline_bookTicker_aggTrade_depth_30s.jsonl.gz", "aggTrade"),
]


def frames_of(path: Path) -> Iterator[str]:
    """The frames a stream sent: not what the client sent, nor snapshots over REST."""
    with gzip.open(path, "rt") as lines:
        for line in lines:
            if path.suffixes[-2] == ".txt":
                frame = line.partition(" ")[2].strip()
            else:
                record = json.loads(line)
                frame = record["data"] if record["dir"] == "recv" else ""
            if frame.startswith('{"stream"'):
                yield frame


def channels_of(recording: str) -> dict[str, int]:
    manifest: list[dict[str, Any]] = json.loads((RECORDINGS / "MANIFEST.json").read_text())
    (entry,) = (entry for entry in manifest if entry["file"] == recording)
    channels: dict[str, int] = entry["channels"]
    return {name: count for name, count in channels.items() if not name.startswith("rest")}


@pytest.mark.skipif(not RECORDINGS.is_dir(), reason=f"no recordings at {RECORDINGS}")
@pytest.mark.parametrize(("recording", "trades"), CAPTURES)
@pytest.mark.parametrize("form", ["combined", "raw"])
def test_every_trade_of_a_capture_is_read_as_the_file_says(recording: str, trades: str, form: str) -> None:
    frames = list(frames_of(RECORDINGS / recording))
    messages = [json.loads(frame) for frame in frames]
    symbols = {message["stream"].partition("@")[0].upper() for message in messages}
    reader = FrameReader("binance", trades, 1 << 20)
    reader.expect([Subscription(InstrumentId(f"crypto:{symbol}"), symbol) for symbol in symbols])

    channels: Counter[str] = Counter()
    for frame, message in zip(frames, messages, strict=True):
        event, channel = message["data"], message["stream"].partition("@")[2]
        channels[channel] += 1
        said = reader.read(frame if form == "combined" else json.dumps(event), 1)
        assert not isinstance(said, Notice)
        assert list(said) == expected_ticks(event, channel, trades)

    assert dict(channels) == channels_of(recording)


def expected_ticks(event: dict[str, Any], channel: str, trades: str) -> list[Tick]:
    if channel not in (trades, "bookTicker"):
        return []
    symbol = event["s"]
    common: dict[str, Any] = {
        "instrument": InstrumentId(f"crypto:{symbol}"),
        "feed": f"binance:{symbol}",
        "received_ms": 1,
    }
    if channel == "bookTicker":
        bid, ask = float(event["b"]), float(event["a"])
        return [Tick(kind=TickKind.QUOTE, event_ms=None, bid=bid, ask=ask, **common)]
    return [
        Tick(
            kind=TickKind.TRADE,
            event_ms=event["T"],
            price=float(event["p"]),
            size=float(event["q"]),
            sequence=event["t" if trades == "trade" else "a"],
            **common,
        )
    ]
