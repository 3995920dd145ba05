"""Treasuries of a served demo: asked, met with filings, told over every door, and known after a restart."""

import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.accept.consoles import console, wait_for_moving_prices
from tests.accept.running import PATIENCE_S, Running, ordered, served, wait_for

pytestmark = pytest.mark.accept


def strategy(engine: Running) -> Any:
    rows = engine.get("/treasury?coin=BTC").json()["companies"]
    return next(row for row in rows if row["ticker"] == "MSTR")


def test_a_demo_tells_treasuries_with_filings_and_keeps_them(tmp_path: Path) -> None:
    arguments = ("--demo", "--serve", "--port", "0", "--data-dir", str(tmp_path / "d"))
    with served(tmp_path, *arguments) as engine:
        wait_for(lambda: engine.get("/jobs/sec-filings").status_code == 200)
        httpx.post(f"{engine.url}/jobs/sec-filings/trigger", timeout=PATIENCE_S).raise_for_status()
        run = httpx.post(f"{engine.url}/jobs/treasury-metrics/trigger", timeout=PATIENCE_S).json()
        assert (run["outcome"], run["progress"]) == ("succeeded", {"done": 2, "expected": 2})
        wait_for(lambda: strategy(engine)["mnav"] is not None)
        row = strategy(engine)
        assert (row["holdings"], row["shares"], row["unknown"]) == (641_205, 287_000_000, [])
        assert row["coins_per_share"] == pytest.approx(641_205 / 287_000_000)
        assert row["mnav"] == pytest.approx(row["stock_price"] * row["shares"] / row["treasury_value_usd"])
        assert (row["filed"]["amount"], row["filed"]["change"]) == (641_205, 0)
        assert engine.get("/treasury?coin=DOGE").status_code == 400
        printed = json.loads(ordered(engine, "treasury", "--json", "--coin", "ETH").stdout)
        assert {one["coin"] for one in printed["companies"]} == {"ETH"}
        told_ms = printed["coins"][0]["told_ms"]
        with console(tmp_path / "c", "--connect", engine.url) as screen:
            wait_for_moving_prices(screen)
            screen.send("Y")
            assert "MSTR" in screen.wait_for("Strategy")
    with served(tmp_path, *arguments) as engine:
        coins = engine.get("/treasury").json()["coins"]
        assert next(one["told_ms"] for one in coins if one["coin"] == "ETH") == told_ms
