"""CPU per tick from wire bytes to committed, against the floor of the same work done bare, in one run.

The floor: msgspec decodes the same bytes into a typed struct, and sqlite3 inserts the same rows with multi-row
statements into a table of the same columns. Ours: decode, validate, deduplicate, bars, number, buffer, fold,
publish to a watcher, commit. CPU is that of all threads of the process.
"""

import asyncio
import gzip
import os
import re
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

import msgspec

from rtp_tui.clock import SystemClock
from rtp_tui.model.instrument import Instrument, InstrumentId
from rtp_tui.net.http import HttpClient
from rtp_tui.net.settings import NetSettings
from rtp_tui.pipeline import Pipeline
from rtp_tui.processing.processor import Processor
from rtp_tui.sources.binance import BinanceSource
from rtp_tui.sources.contract import Notice, Subscription
from rtp_tui.sources.provider_settings import BinanceSettings
from rtp_tui.state.pipeline_state import PipelineState
from rtp_tui.storage.contract import StorageSettings
from rtp_tui.storage.sqlite_recorder import SqliteRecorder
from tests.equipment import equipment

ROUNDS = 5
FRAMES = 60_000
CHUNK = 250
SYMBOLS = ("btcusdt", "ethusdt")
_NUMBER = re.compile(rb'"t":(\d+)')
_TIME = re.compile(rb'"(E|T)":(\d{13})')


class Trade(msgspec.Struct, gc=False):
    """The floor's view of a trade: just what a row needs."""

    s: str
    t: int
    T: int
    p: str
    q: str


class Wrapped(msgspec.Struct, gc=False):
    data: Trade


def recorded_trades() -> list[bytes]:
    """Trade frames of the recorded captures, or invented ones where they are absent."""
    folder = Path(os.environ.get("RTP_RECORDINGS", Path(__file__).parents[2] / "shared" / "data" / "feeds"))
    frames = []
    for symbol in SYMBOLS:
        path = folder / "binance" / "ws" / f"2024-08-08_spot_{symbol}_trade_bookTicker_depth100ms_346s.txt.gz"
        if path.exists():
            with gzip.open(path, "rb") as lines:
                frames += [text for line in lines if b"@trade" in (text := line.split(b" ", 1)[1].strip())]
    return frames or invented_trades()


def invented_trades() -> list[bytes]:
    form = (
        '{"stream":"btcusdt@trade","data":{"e":"trade","E":%d,"s":"BTCUSDT","t":%d,"p":"61%03d.98000000",'
        '"q":"0.00117000","T":%d,"m":true,"M":true}}'
    )
    return [
        (form % (at, n, n % 1000, at)).encode() for n in range(10_000) for at in [1_723_161_255_000 + n * 20]
    ]


def stretched(frames: Sequence[bytes], count: int) -> list[bytes]:
    """The same frames over and over, each round with new numbers and later times."""
    return list(islice(_rounds(frames), count))


def _rounds(frames: Sequence[bytes]) -> Iterator[bytes]:
    for number in range(1_000):
        for frame in frames:
            yield _moved(frame, number)


def _moved(frame: bytes, number: int) -> bytes:
    def renumber(found: re.Match[bytes]) -> bytes:
        return b'"t":%d' % (int(found[1]) + number * 10_000_000)

    def postpone(found: re.Match[bytes]) -> bytes:
        return b'"%s":%d' % (found[1], int(found[2]) + number * 360_000)

    return _TIME.sub(postpone, _NUMBER.sub(renumber, frame))


def floor(frames: Sequence[bytes], path: Path) -> float:
    """Seconds of CPU for the bare work."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    columns = (
        "instrument_id, feed_id, kind, event_ms, received_ms, price, size, sequence, bid, ask, stored_ms"
    )
    connection.execute(f"CREATE TABLE ticks (id INTEGER PRIMARY KEY, {columns})")
    statement = f"INSERT INTO ticks ({columns}) VALUES " + ", ".join(["(?,?,?,?,?,?,?,?,?,?,?)"] * CHUNK)
    decode = msgspec.json.Decoder(Wrapped).decode
    now_ms = time.time_ns() // 1_000_000
    began = time.process_time()
    for start in range(0, len(frames), CHUNK):
        parameters: list[object] = []
        for frame in frames[start : start + CHUNK]:
            trade = decode(frame).data
            parameters += (
                1, 1, 0, trade.T, now_ms, float(trade.p), float(trade.q), trade.t, None, None, now_ms,
            )  # fmt: skip
        if start % (CHUNK * 8) == 0:
            connection.execute("BEGIN IMMEDIATE")
        connection.execute(statement, parameters)
        if (start + CHUNK) % (CHUNK * 8) == 0:
            connection.execute("COMMIT")
    if connection.in_transaction:
        connection.execute("COMMIT")
    spent = time.process_time() - began
    connection.close()
    return spent


async def ours(frames: Sequence[bytes], path: Path) -> float:
    """Seconds of CPU for the whole path, until everything is committed."""
    clock = SystemClock()
    instruments = [
        Instrument(
            id=InstrumentId(f"crypto:{symbol.upper()}"), name=symbol, feeds=(f"binance:{symbol.upper()}",)
        )
        for symbol in SYMBOLS
    ]
    source = BinanceSource(BinanceSettings(), equipment(HttpClient(NetSettings(), clock), clock))
    source.endpoints([Subscription(i.id, i.symbol) for i in instruments])
    recorder = SqliteRecorder(path, StorageSettings(), clock, epoch="bench")
    await recorder.open()
    pipeline = Pipeline("bench", PipelineState(instruments), Processor(instruments), recorder, clock)
    with pipeline.reading(conflates=True) as reader:
        async with asyncio.TaskGroup() as group:
            writing = group.create_task(pipeline.write())
            began = time.process_time()
            decode, accept = source.decode, pipeline.accept
            for start in range(0, len(frames), 100):
                for frame in frames[start : start + 100]:
                    ticks = decode(frame, clock.now_ms())
                    assert not isinstance(ticks, Notice)
                    for tick in ticks:
                        accept(tick)
                reader.take()
                await asyncio.sleep(0.001)
            while pipeline.committed_seq < pipeline.state.seq:
                await asyncio.sleep(0.02)
            spent = time.process_time() - began
            writing.cancel()
    await recorder.close()
    counts = pipeline.processor.counts
    assert counts.accepted == len(frames), (counts, pipeline.processor.rejected)
    return spent


def main() -> None:
    """Print µs per tick of both and their ratio, median of several rounds."""
    frames = stretched(recorded_trades(), FRAMES)
    floors, wholes = [], []
    for _ in range(ROUNDS):
        with tempfile.TemporaryDirectory() as folder:
            floors.append(floor(frames, Path(folder) / "floor.db") / len(frames) * 1e6)
            wholes.append(asyncio.run(ours(frames, Path(folder) / "ours.db")) / len(frames) * 1e6)
    ratios = [whole / bare for whole, bare in zip(wholes, floors, strict=True)]
    print(f"ticks: {len(frames)} x {ROUNDS} rounds")
    print(
        f"floor  µs/tick  median {statistics.median(floors):.2f}  range {min(floors):.2f}–{max(floors):.2f}"
    )
    print(
        f"ours   µs/tick  median {statistics.median(wholes):.2f}  range {min(wholes):.2f}–{max(wholes):.2f}"
    )
    print(
        f"ratio           median {statistics.median(ratios):.2f}  range {min(ratios):.2f}–{max(ratios):.2f}"
    )


if __name__ == "__main__":
    main()
