"""Recording and replaying as their users run them."""

import gzip
import json
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from random import Random
from typing import Any

import pytest

from rtp_tui.capture import CaptureFile
from tests.accept.consoles import assert_clean, console
from tests.accept.recordings import RECORDINGS, needs_recordings
from tests.accept.running import PATIENCE_S, RTP_TUI, clean_environment, served, wait_for

pytestmark = pytest.mark.accept

START_MS = 1_723_075_200_000
BINANCE = RECORDINGS / "binance" / "ws"
BTC_346S = BINANCE / "2024-08-08_spot_btcusdt_trade_bookTicker_depth100ms_346s.txt.gz"
KLINES_91S = BINANCE / "2021-04-04_combined_3sym_kline1m_aggTrade_depth_91s.jsonl.gz"
OFFLINE = """
import sys
asked = []
watched = ("socket.connect", "socket.bind", "socket.getaddrinfo", "socket.sendto")
sys.addaudithook(lambda event, given: asked.append((event, given)) if event in watched else None)
from rtp_tui.cli.main import run
code = run(sys.argv[1:])
print(f"asked: {asked}", file=sys.stderr)
sys.exit(code)
"""
Row = tuple[Any, ...]


def rtp(home: Path, *arguments: object, within_s: float = PATIENCE_S) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [*RTP_TUI, *map(str, arguments)],
        env=clean_environment(home),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=within_s,
    )


def begun(home: Path, *arguments: object) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [*RTP_TUI, *map(str, arguments)],
        env=clean_environment(home),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def bars_of(directory: Path) -> dict[tuple[str, int], Row]:
    """Open, high, low, close, volume, trades, feed; then closed, revision and origin of every stored minute."""
    with closing(sqlite3.connect(directory / "history.db")) as connection:
        rows = connection.execute(
            "SELECT i.name, open_ms, open, high, low, close, volume, trades, f.name, closed, revision, origin"
            " FROM bars JOIN instruments i ON i.id = instrument_id JOIN feeds f ON f.id = feed_id"
            " WHERE timeframe = '1m'"
        )
        return {(name, open_ms): tuple(rest) for name, open_ms, *rest in rows}


def summary_of(home: Path, *arguments: object) -> dict[str, Any]:
    done = rtp(home, "replay", *arguments, "--json")
    assert done.returncode == 0, done.stderr
    summary: dict[str, Any] = json.loads(done.stdout)
    return summary


def a_trade(at_ms: int, number: int, symbol: str, price: float) -> str:
    event = {"e": "trade", "E": at_ms, "s": symbol, "t": number, "p": str(price), "q": "0.5", "T": at_ms}
    return json.dumps({"stream": f"{symbol.lower()}@trade", "data": event})


def synthetic(path: Path) -> Path:
    """Two symbols over four minutes, one of which falls silent, with late trades and a pause."""
    lines = []
    for number in range(600):
        at_ms = START_MS + number * 400
        symbol = "BTCUSDT" if number % 2 or number > 300 else "ETHUSDT"
        late_ms = 9_000 if number % 50 == 0 else 0
        text = a_trade(at_ms - late_ms, number, symbol, 100 + number % 37)
        line = {"received_ms": at_ms, "source": "binance", "transport": "ws", "url": "", "text": text}
        lines.append(json.dumps(line))
    path.write_bytes(gzip.compress("\n".join(lines).encode()))
    return path


def test_what_was_recorded_gives_the_bars_that_were_stored(tmp_path: Path) -> None:
    capture = tmp_path / "demo.jsonl.gz"
    done = rtp(
        tmp_path, "record", "--demo", "--seconds", 20, "--output", capture, "--data-dir", tmp_path / "live"
    )
    assert done.returncode == 0, done.stderr
    assert "dropped" not in done.stderr

    summary = summary_of(tmp_path, capture, "--speed", "max", "--all", "--data-dir", tmp_path / "replayed")

    stored, replayed = bars_of(tmp_path / "live"), bars_of(tmp_path / "replayed")
    assert stored.keys() == replayed.keys()
    assert len(stored) > 1000
    assert {key: bar[:7] for key, bar in replayed.items()} == {key: bar[:7] for key, bar in stored.items()}
    assert {bar[-1] for bar in replayed.values()} == {"replay"}
    assert (summary["bars"], summary["bad_lines"], summary["truncated"]) == (len(stored), 0, False)


def test_the_same_capture_gives_the_same_bars_at_any_speed(tmp_path: Path) -> None:
    capture = synthetic(tmp_path / "c.jsonl.gz")
    for speed in ("50", "max"):
        summary = summary_of(tmp_path, capture, "--speed", speed, "--data-dir", tmp_path / speed)
        assert (summary["ticks"], summary["rejected"]) == (600, {})

    assert bars_of(tmp_path / "50") == bars_of(tmp_path / "max")
    assert sum(bar[5] for bar in bars_of(tmp_path / "max").values()) == 600


def test_a_part_of_a_capture_for_one_instrument(tmp_path: Path) -> None:
    capture = synthetic(tmp_path / "c.jsonl.gz")
    summary = summary_of(
        tmp_path, capture, "--speed", "max", "--instrument", "crypto:ETH", "--from", "2024-08-08T00:00:30Z",
        "--to", START_MS + 90_000,
    )  # fmt: skip

    assert (summary["instruments"], summary["frames"]) == (1, 150)
    assert summary["ticks"] == 75
    assert summary["from_ms"] == START_MS + 30_000


@needs_recordings
def test_bars_of_a_real_capture_equal_an_independent_reading(tmp_path: Path) -> None:
    summary = summary_of(tmp_path, BTC_346S, "--speed", "max", "--data-dir", tmp_path / "d")

    expected = independent_bars(message["data"] for message in timed_messages(BTC_346S))
    found = {open_ms: bar for (_, open_ms), bar in bars_of(tmp_path / "d").items()}
    assert found.keys() == expected.keys()
    for open_ms, bar in found.items():
        assert bar[:4] == expected[open_ms][:4]
        assert bar[4] == pytest.approx(expected[open_ms][4])
        assert bar[5] == expected[open_ms][5]
    assert summary["rejected"] == {}


@needs_recordings
def test_minutes_equal_the_venues_own_klines(tmp_path: Path) -> None:
    """Of a minute that began while recording, the venue's newest kline says which trade it counted last."""
    with gzip.open(KLINES_91S, "rt") as lines:
        records = [record for line in lines if (record := json.loads(line))["dir"] in ("open", "recv")]
    began_ms = records[0]["ts"] * 1000
    events = [json.loads(record["data"])["data"] for record in records if record["dir"] == "recv"]
    newest = {event["s"]: event["k"] for event in events if event.get("e") == "kline"}
    assert all(kline["t"] > began_ms for kline in newest.values())
    kept = [
        json.dumps(record)
        for record, event in zip(records[1:], events, strict=True)
        if event["e"] != "aggTrade" or event["l"] <= newest[event["s"]]["L"]
    ]
    (tmp_path / "c.jsonl").write_text("\n".join([json.dumps(records[0]), *kept]))

    summary_of(tmp_path, tmp_path / "c.jsonl", "--speed", "max", "--all", "--data-dir", tmp_path / "d")

    bars = bars_of(tmp_path / "d")
    assert len(newest) == 3
    for symbol, kline in newest.items():
        bar = bars[f"crypto:{symbol.removesuffix('USDT')}", kline["t"]]
        assert bar[:4] == tuple(float(kline[name]) for name in "ohlc")
        assert bar[4] == pytest.approx(float(kline["v"]))


def timed_messages(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt") as lines:
        for line in lines:
            message = json.loads(line.partition(" ")[2])
            if "stream" in message:
                yield message


def independent_bars(events: Iterator[dict[str, Any]]) -> dict[int, Row]:
    """Minutes of trades by the standard library alone; trades come in their order."""
    minutes: dict[int, list[tuple[int, float, float]]] = {}
    for event in events:
        if event.get("e") == "trade":
            row = (event["t"], float(event["p"]), float(event["q"]))
            minutes.setdefault(event["T"] // 60_000 * 60_000, []).append(row)
    bars = {}
    for open_ms, rows in minutes.items():
        prices = [price for _, price, _ in sorted(rows)]
        volume = sum(size for _, _, size in rows)
        bars[open_ms] = (prices[0], max(prices), min(prices), prices[-1], volume, len(rows))
    return bars


def test_nothing_leaves_the_machine(tmp_path: Path) -> None:
    capture = synthetic(tmp_path / "c.jsonl.gz")
    done = subprocess.run(
        [sys.executable, "-c", OFFLINE, "replay", str(capture), "--speed", "max"],
        env=clean_environment(tmp_path),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
    )

    assert done.returncode == 0, done.stderr
    assert "asked: []" in done.stderr
    assert "ticks/s" in done.stdout


def test_live_history_is_never_mixed_with_a_replay(tmp_path: Path) -> None:
    capture, directory = synthetic(tmp_path / "c.jsonl.gz"), tmp_path / "d"
    done = rtp(
        tmp_path, "record", "--demo", "--seconds", 8, "--output", tmp_path / "r", "--data-dir", directory
    )
    assert done.returncode == 0, done.stderr
    before = bars_of(directory)

    refused = rtp(tmp_path, "replay", capture, "--speed", "max", "--data-dir", directory)

    assert refused.returncode == 1
    assert "holds live data" in refused.stderr
    assert bars_of(directory) == before
    for _ in range(2):
        again = rtp(tmp_path, "replay", capture, "--speed", "max", "--data-dir", tmp_path / "of replays")
        assert again.returncode == 0, again.stderr


def test_without_a_directory_nothing_is_left_behind(tmp_path: Path) -> None:
    capture, temporary = synthetic(tmp_path / "c.jsonl.gz"), tmp_path / "temporary"
    temporary.mkdir()
    done = subprocess.run(
        [*RTP_TUI, "replay", str(capture), "--speed", "max"],
        env={**clean_environment(tmp_path), "TMPDIR": str(temporary)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=PATIENCE_S,
    )

    assert done.returncode == 0
    assert list(temporary.iterdir()) == []
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize(
    ("name", "content", "code", "words"),
    [
        ("empty.jsonl", b"", 1, "no frames"),
        ("empty.jsonl.gz", gzip.compress(b""), 1, "no frames"),
        ("garbage.jsonl", Random(1).randbytes(5000), 1, "no frames"),
        ("garbage.jsonl.gz", Random(1).randbytes(5000), 1, "no frames"),
        ("strange.jsonl", b'{"received_ms":1,"source":"elsewhere","text":"{}"}\n', 1, "elsewhere"),
        (
            "nameless.jsonl",
            b'{"received_ms":1,"source":"binance","text":"{}"}\n',
            1,
            "nothing that can be read",
        ),
        ("long.jsonl", b"x" * 40_000_000, 1, "3 lines are none"),
    ],
    ids=lambda value: value if isinstance(value, str) and "." in value else "",
)
def test_what_cannot_be_played_is_said_in_words(
    tmp_path: Path, name: str, content: bytes, code: int, words: str
) -> None:
    (tmp_path / name).write_bytes(content)
    done = rtp(tmp_path, "replay", tmp_path / name, "--speed", "max")

    assert (done.returncode, done.stdout) == (code, "")
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_what_is_broken_in_a_capture_is_skipped_and_counted(tmp_path: Path) -> None:
    lines = gzip.decompress(synthetic(tmp_path / "c.jsonl.gz").read_bytes()).split(b"\n")
    lines[10], lines[20] = lines[20], lines[10]
    lines[5:5] = [b"\xff\x00garbage", b"{", b'{"received_ms":9,"source":"elsewhere","text":"{}"}']
    whole = gzip.compress(b"\n".join(lines))
    (tmp_path / "broken.jsonl.gz").write_bytes(whole[:-2000])

    done = rtp(tmp_path, "replay", tmp_path / "broken.jsonl.gz", "--speed", "max", "--json")

    assert done.returncode == 0, done.stderr
    summary = json.loads(done.stdout)
    assert 300 < summary["ticks"] < 600
    assert (summary["bad_lines"], summary["truncated"], summary["skipped_frames"]) == (
        2,
        True,
        {"elsewhere": 1},
    )
    assert summary["out_of_order"] >= 1
    assert "elsewhere" in done.stderr
    assert "ends in the middle" in done.stderr


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)])
def test_a_signal_ends_a_recording_in_order(tmp_path: Path, number: int, code: int) -> None:
    capture = tmp_path / "c.jsonl.gz"
    process = begun(tmp_path, "record", "--demo", "--output", capture)
    try:
        wait_for(lambda: capture.exists() and capture.stat().st_size > 10_000)
        process.send_signal(number)
        _, said = process.communicate(timeout=PATIENCE_S)
    finally:
        process.kill()

    assert process.returncode == code
    assert "frames" in said
    file = CaptureFile(capture)
    assert len(list(file)) > 10
    assert not file.truncated


def test_a_killed_recording_can_be_read(tmp_path: Path) -> None:
    capture = tmp_path / "c.jsonl.gz"
    process = begun(tmp_path, "record", "--demo", "--output", capture, "--data-dir", tmp_path / "d")
    try:
        wait_for(lambda: capture.exists() and capture.stat().st_size > 250_000)
    finally:
        process.kill()
        process.communicate(timeout=PATIENCE_S)

    file = CaptureFile(capture)
    assert len(list(file)) > 100
    assert file.truncated
    assert summary_of(tmp_path, capture, "--speed", "max")["ticks"] > 100


def test_a_full_disk_is_said_and_ends_it(tmp_path: Path) -> None:
    done = rtp(tmp_path, "record", "--demo", "--output", "/dev/full", "--force", "--seconds", 30)

    assert done.returncode == 74
    assert "No space left on device" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_file_that_is_there_is_kept_unless_it_may_go(tmp_path: Path) -> None:
    capture = tmp_path / "c.jsonl"
    capture.write_text("precious")

    refused = rtp(tmp_path, "record", "--demo", "--seconds", 2, "--output", capture)
    assert refused.returncode == 73
    assert "--force" in refused.stderr
    assert capture.read_text() == "precious"

    done = rtp(tmp_path, "record", "--demo", "--seconds", 8, "--output", capture, "--force", "crypto:BTC")
    assert done.returncode == 0, done.stderr
    assert "precious" not in capture.read_text()
    streamed = {frame.source for frame in CaptureFile(capture) if frame.transport == "ws"}
    assert "binance" in streamed
    assert "ETHUSDT" not in capture.read_text()


def test_an_instrument_that_is_not_known_is_a_usage_error(tmp_path: Path) -> None:
    done = rtp(tmp_path, "record", "--demo", "--seconds", 2, "--output", tmp_path / "c", "crypto:NOPE")
    assert done.returncode == 2
    assert "crypto:NOPE" in done.stderr


def test_recording_beside_a_running_engine_leaves_it_alone(tmp_path: Path) -> None:
    directory, capture = tmp_path / "d", tmp_path / "c.jsonl"
    with served(tmp_path, "--serve", "--demo", "--port", "0", "--data-dir", str(directory)) as running:
        done = rtp(tmp_path, "record", "--demo", "--seconds", 8, "--output", capture, "--data-dir", directory)
        assert done.returncode == 0, done.stderr
        assert "beside it" in done.stderr
        assert running.get("/livez").status_code == 200
        assert running.end() == 0
    assert len(list(CaptureFile(capture))) > 10


def test_a_capture_is_looked_at_in_the_console(tmp_path: Path) -> None:
    capture = synthetic(tmp_path / "c.jsonl.gz")
    with console(
        tmp_path, "replay", str(capture), "--speed", "10", shows=" REPLAY 2024-08-08 00:0"
    ) as screen:
        screen.wait_for("×10")
        screen.wait_for("BTC")
        screen.send("3")
        screen.send("p")
        screen.wait_until(lambda now: now.text.count("paused") > 1)
        screen.send("p")
        screen.wait_until(lambda now: "×10" in now.lines[0] and "paused" not in now.lines[0])
        screen.wait_for("ended")
        screen.send("q")
        assert screen.exit_code() == 0
        assert_clean(screen)
