"""The demo served: prices for five seconds of processor, a clean end, a sound file."""

import asyncio
import json
import signal
import sqlite3
import time
from contextlib import suppress
from pathlib import Path

import pytest
from websockets.asyncio.client import connect

from tests.accept.running import PATIENCE_S, Running, served, slowness, wait_for

pytestmark = pytest.mark.accept


def test_for_five_seconds_of_processor_the_served_demo_is_healthy_and_has_every_price(tmp_path: Path) -> None:
    with served(tmp_path, "--demo", "--serve", "--port", "0", "--data-dir", str(tmp_path / "d")) as demo:
        wait_for(lambda: has_score(demo) and prices(demo) == 71)
        # Beside tests that use the processor too, nothing else tells what a start costs.
        assert demo.cpu_s < 5.0 * slowness()
        kinds = asyncio.run(hear(demo.url))
        code = demo.end(signal.SIGTERM)

        assert "snapshot" in kinds
        assert "price_update" in kinds
        assert code == 0
        assert integrity(tmp_path / "d" / "history.db") == "ok"
        assert not (tmp_path / "d" / "server.json").exists()


def test_a_restart_shows_what_was_stored_and_continues_its_bars(tmp_path: Path) -> None:
    arguments = ("--demo", "--serve", "--port", "0", "--data-dir", str(tmp_path / "d"))
    with served(tmp_path / "1", *arguments) as demo:
        wait_for(lambda: prices(demo) == 71)
        time.sleep(12)
        before = demo.get("/data/crypto:BTC?limit=500").json()["bars"]
        assert demo.end() == 0
    with served(tmp_path / "2", *arguments) as demo:
        after = demo.get("/data/crypto:BTC?limit=500").json()["bars"]
        opened = [bar["open_ms"] for bar in after]

        assert {bar["open_ms"] for bar in before} <= set(opened)
        assert opened == sorted(set(opened))
        assert demo.end() == 0


def test_a_second_instance_on_the_same_directory_is_refused_with_75(tmp_path: Path) -> None:
    arguments = ("--demo", "--serve", "--port", "0", "--data-dir", str(tmp_path / "d"))
    with (
        served(tmp_path / "1", *arguments) as first,
        served(tmp_path / "2", *arguments, listens=False) as second,
    ):
        assert second.process.wait(PATIENCE_S) == 75
        assert str(first.process.pid) in second.said
        assert "--connect" in second.said


def test_a_port_in_use_is_refused_with_75(tmp_path: Path) -> None:
    with served(tmp_path / "1", "--demo", "--serve", "--port", "0") as first:
        port = first.url.rpartition(":")[2]
        with served(tmp_path / "2", "--demo", "--serve", "--port", port, listens=False) as second:
            assert second.process.wait(PATIENCE_S) == 75
            assert port in second.said


def test_an_interrupt_drains_and_exits_with_130(tmp_path: Path) -> None:
    with served(tmp_path, "--demo", "--serve", "--port", "0") as demo:
        assert demo.end(signal.SIGINT) == 130


def has_score(demo: Running) -> bool:
    return demo.get("/health").json()["score"] is not None


def prices(demo: Running) -> int:
    quotes = demo.get("/market/latest?limit=200").json()["quotes"]
    return sum(quote["price"] is not None for quote in quotes)


def integrity(path: Path) -> str:
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as connection:
        return str(connection.execute("PRAGMA integrity_check").fetchone()[0])


async def hear(url: str) -> set[str]:
    """The kinds of messages until the first price update."""
    kinds: set[str] = set()
    # A client that stops reading with a full queue of its own cannot hear that it was closed.
    async with connect(url.replace("http", "ws") + "/ws", max_queue=None) as socket:
        await socket.send(json.dumps({"op": "subscribe", "id": 1, "channels": ["crypto:*"]}))
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE_S):
                while "price_update" not in kinds:
                    kinds.add(json.loads(await socket.recv())["type"])
    return kinds
