"""Minutes that are missing are found and fetched by themselves: trades left out, a venue that is gone for a while."""

import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.accept.running import PATIENCE_S, Running, served, wait_for

pytestmark = pytest.mark.accept

MINUTE_MS = 60_000
WITHIN_S = 300.0
"""The minute itself must be over, and this machine may be busy."""
BTC = "crypto:BTC"


def drill(engine: Running, fault: str, seconds: float) -> None:
    order = {"venue": "binance", "seconds": seconds}
    assert httpx.post(f"{engine.url}/drill/{fault}", json=order, timeout=PATIENCE_S).status_code == 200


def gaps(engine: Running, **wanted: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = engine.get(
        "/gaps?" + str(httpx.QueryParams({"limit": "10000", **wanted}))
    ).json()["gaps"]
    return found


def states(engine: Running, source: str) -> set[str]:
    return {feed["state"] for feed in engine.get("/feeds").json()["feeds"] if feed["source"] == source}


def minutes(engine: Running) -> list[int]:
    return [bar["open_ms"] for bar in engine.get(f"/data/{BTC}?limit=500").json()["bars"]]


def is_whole(engine: Running) -> bool:
    known = minutes(engine)
    return known == list(range(known[0], known[-1] + MINUTE_MS, MINUTE_MS))


def test_trades_that_were_left_out_and_a_venue_that_was_gone_leave_no_hole(tmp_path: Path) -> None:
    arguments = ("--demo", "--serve", "--port", "0", "--data-dir", str(tmp_path / "d"))
    with served(tmp_path, *arguments) as demo:
        wait_for(lambda: len(minutes(demo)) > 30)
        drill(demo, "gap", 4)
        wait_for(lambda: [one for one in gaps(demo) if one["cause"] == "source"])
        lost_ms = time.time_ns() // 1_000_000
        drill(demo, "outage", 8)
        wait_for(lambda: "reconnecting" in states(demo, "binance"))
        # Where trades were left out in the same minute it is one gap, which keeps its first cause.
        wait_for(
            lambda: [one for one in gaps(demo, instrument=BTC) if one["from_ms"] <= lost_ms < one["to_ms"]]
        )
        wait_for(lambda: not gaps(demo, pending="true"), within_s=WITHIN_S)

        ended = gaps(demo)
        assert {one["state"] for one in ended} <= {"filled", "unfillable"}
        assert {one["detail"] for one in ended if one["state"] == "unfillable"} <= {
            "no trades in those minutes"
        }
        assert [one["filled_from"] for one in ended if one["cause"] == "source"]
        assert is_whole(demo)
        wait_for(lambda: demo.get("/stats").json()["repairs"]["pending"] == 0, within_s=WITHIN_S)
        assert demo.get("/stats").json()["repairs"]["filled"] >= 2
        assert demo.end() == 0
