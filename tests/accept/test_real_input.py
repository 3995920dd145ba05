"""Recorded trades through the whole program: counted once, priced right, barred right."""

import json
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.accept.running import PATIENCE_S, Running, recordings, served, wait_for
from tests.accept.stand_in import frames

pytestmark = pytest.mark.accept

CAPTURES = {
    "trades of two busy pairs": (
        "trade",
        (
            "2024-08-08_spot_btcusdt_trade_bookTicker_depth100ms_346s.txt.gz",
            "2024-08-08_spot_ethusdt_trade_bookTicker_depth100ms_346s.txt.gz",
        ),
    ),
    "aggregate trades of three pairs": (
        "aggTrade",
        ("2021-04-04_combined_3sym_kline1m_aggTrade_depth_91s.jsonl.gz",),
    ),
    "aggregate trades of ten thin pairs": (
        "aggTrade",
        ("2021-04-05_combined_10sym_bookTicker_aggTrade_depth_120s.jsonl.gz",),
    ),
}


@pytest.mark.parametrize("capture", CAPTURES)
def test_every_recorded_trade_is_counted_once_and_the_bars_are_its(capture: str, tmp_path: Path) -> None:
    kind, names = CAPTURES[capture]
    paths = [recordings() / "binance" / "ws" / name for name in names]
    trades = trades_in(paths, kind)
    config = tmp_path / "config.toml"
    with stand_in(paths) as port:
        config.write_text(configuration(port, kind, sorted(trades)))
        with served(
            tmp_path, "--serve", "--port", "0", "--config", str(config), "--data-dir", str(tmp_path / "d")
        ) as engine:
            wait_for(lambda: counted(engine, trades) >= sum(map(len, trades.values())))
            wait_until_quiet(engine)
            stats = engine.get("/stats").json()
            for symbol, expected in trades.items():
                assert bars_of(engine, symbol) == bars_from(expected)
                quote = engine.get(f"/market/latest/crypto:{symbol}").json()
                assert quote["price"] == newest(expected)["price"]
                assert quote["source"] == f"binance:{symbol}"
            assert stats["ticks"]["rejected"] == {}
            assert counted(engine, trades) == sum(map(len, trades.values()))
            assert engine.end() == 0


def test_a_clock_that_is_years_behind_is_no_reason_to_call_the_feed_dead(tmp_path: Path) -> None:
    path = recordings() / "binance" / "ws" / CAPTURES["trades of two busy pairs"][1][0]
    config = tmp_path / "config.toml"
    with stand_in([path]) as port:
        config.write_text(configuration(port, "trade", ["BTCUSDT"]))
        with served(
            tmp_path, "--serve", "--port", "0", "--config", str(config), "--data-dir", str(tmp_path / "d")
        ) as engine:
            wait_for(
                lambda: engine.get("/market/latest/crypto:BTCUSDT").json()["freshness"] in ("live", "fresh")
            )


def trades_in(paths: list[Path], kind: str) -> dict[str, list[dict[str, float]]]:
    """Each symbol's trades in the order of their number, read with nothing but the standard library."""
    found: dict[str, dict[int, dict[str, float]]] = {}
    for path in paths:
        for text in frames(path):
            event = json.loads(text)["data"]
            if event.get("e") != kind:
                continue
            number = event["t"] if kind == "trade" else event["a"]
            found.setdefault(event["s"], {})[number] = {
                "number": number,
                "ms": event["T"],
                "price": float(event["p"]),
                "size": float(event["q"]),
            }
    return {symbol: [by_number[n] for n in sorted(by_number)] for symbol, by_number in found.items()}


def newest(trades: list[dict[str, float]]) -> dict[str, float]:
    return max(trades, key=lambda trade: (trade["ms"], trade["number"]))


def bars_from(trades: list[dict[str, float]]) -> list[dict[str, object]]:
    minutes: dict[int, list[dict[str, float]]] = {}
    for trade in sorted(trades, key=lambda trade: (trade["ms"], trade["number"])):
        minutes.setdefault(int(trade["ms"]) // 60_000 * 60_000, []).append(trade)
    return [
        {
            "open_ms": open_ms,
            "open": inside[0]["price"],
            "high": max(trade["price"] for trade in inside),
            "low": min(trade["price"] for trade in inside),
            "close": inside[-1]["price"],
            "volume": pytest.approx(sum(trade["size"] for trade in inside), rel=1e-9),
            "trades": len(inside),
        }
        for open_ms, inside in sorted(minutes.items())
    ]


def bars_of(engine: Running, symbol: str) -> list[dict[str, object]]:
    body = engine.get(f"/data/crypto:{symbol}?timeframe=1m&limit=1000").json()
    names = ("open_ms", "open", "high", "low", "close", "volume", "trades")
    return [{name: bar[name] for name in names} for bar in body["bars"]]


def counted(engine: Running, symbols: Iterable[str]) -> int:
    """Trades in the bars of all."""
    return sum(int(str(bar["trades"])) for symbol in symbols for bar in bars_of(engine, symbol))


def wait_until_quiet(engine: Running) -> None:
    """Wait until nothing more arrives for a second and a half."""
    before, since = -1, time.monotonic()
    deadline = since + PATIENCE_S
    while time.monotonic() < deadline:
        received = engine.get("/stats").json()["ticks"]["received"]
        if received != before:
            before, since = received, time.monotonic()
        elif received and time.monotonic() - since > 2.5:
            return
        time.sleep(0.1)
    raise AssertionError("the stand-in never finished")


def configuration(port: int, kind: str, symbols: list[str]) -> str:
    tables = [
        "[sources.binance]",
        f'ws_url = "ws://127.0.0.1:{port}"',
        f'rest_url = "http://127.0.0.1:{port}"',
        f'trades = "{kind}"',
    ]
    for symbol in symbols:
        tables += ["[[instruments]]", f'id = "crypto:{symbol}"', f'feeds = ["binance:{symbol}"]']
    return "\n".join(tables)


@contextmanager
def stand_in(paths: list[Path]) -> Iterator[int]:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.accept.stand_in", *map(str, paths)], stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        yield int(process.stdout.readline())
    finally:
        process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()
