"""Filings of a served demo, asked for, stored, told over HTTP and on the command line; and of a desk that cannot ask."""

import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.accept.running import PATIENCE_S, Running, ordered, served, wait_for

pytestmark = pytest.mark.accept

JOB = "sec-filings"
CONFIG = """
[[instruments]]
id = "{id}"
name = "Something"
feeds = ["{feed}"]

[sources.sec]
rest_url = "http://127.0.0.1:9"
www_url = "http://127.0.0.1:9"

[sources.yahoo]
rest_url = "http://127.0.0.1:9"

[sources.binance]
ws_url = "ws://127.0.0.1:9"
rest_url = "http://127.0.0.1:9"
"""


def triggered(engine: Running) -> Any:
    return httpx.post(f"{engine.url}/jobs/{JOB}/trigger", timeout=PATIENCE_S).json()


def all_pages(engine: Running, path: str, limit: int) -> list[Any]:
    filings, cursor = [], ""
    while True:
        page = engine.get(f"{path}?limit={limit}" + (f"&cursor={cursor}" if cursor else "")).json()
        filings += page["filings"]
        if not (cursor := page["next_cursor"]):
            return filings


def test_a_demo_asks_for_filings_once_and_keeps_them(tmp_path: Path) -> None:
    arguments = ("--demo", "--serve", "--port", "0", "--data-dir", str(tmp_path / "d"))
    with served(tmp_path, *arguments) as engine:
        wait_for(lambda: engine.get(f"/jobs/{JOB}").status_code == 200)
        run = triggered(engine)
        assert (run["outcome"], run["error"]) == ("succeeded", None)
        assert run["progress"] == {"done": 20, "expected": 20}
        wait_for(lambda: bool(engine.get("/filings/MSTR").json()["filings"]))

        page = engine.get("/filings/stocks:MSTR?limit=1").json()
        assert page["company"] == {"cik": 1050446, "name": "Strategy Inc", "tickers": ["MSTR"]}
        held = {fact["concept"]: fact["value"] for fact in page["facts"]}
        assert held["CryptoAssetNumberOfUnits"] == 641_205
        before = all_pages(engine, "/filings/MSTR", 17)
        assert len(before) == len({one["accession"] for one in before}) > 40
        assert [one["filed"] for one in before] == sorted((one["filed"] for one in before), reverse=True)
        currents = engine.get("/filings/MSTR?form=8-K").json()["filings"]
        assert {one["form"] for one in currents} == {"8-K"}
        assert engine.get("/filings/NONE").status_code == 404

        assert triggered(engine)["outcome"] == "succeeded"
        assert all_pages(engine, "/filings/MSTR", 1000) == before
        breaker = engine.get("/breakers/sec%2Ffilings").json()
        assert (breaker["state"], breaker["not_permitted"]) == ("closed", 0)
        printed = ordered(engine, "filings", "MSTR", "--json", "--limit", "3")
        assert [one["accession"] for one in json.loads(printed.stdout)["filings"]] == [
            one["accession"] for one in before[:3]
        ]
    with served(tmp_path, *arguments) as engine:
        wait_for(lambda: engine.get("/filings/MSTR").status_code == 200)
        assert all_pages(engine, "/filings/MSTR", 1000) == before


def test_a_block_of_the_demo_ends_the_run_and_is_said_with_its_pause(tmp_path: Path) -> None:
    with served(tmp_path, "--demo", "--serve", "--port", "0", "--data-dir", str(tmp_path / "d")) as engine:
        wait_for(lambda: engine.get(f"/jobs/{JOB}").status_code == 200)
        httpx.post(
            f"{engine.url}/drill/rate_limit", json={"venue": "sec", "seconds": 60}, timeout=PATIENCE_S
        ).raise_for_status()
        run = triggered(engine)
        assert run["outcome"] == "failed"
        assert "request rate threshold exceeded" in run["error"]
        assert run["attempts"] == 1
        breaker = engine.get("/breakers/sec%2Ffilings").json()
        assert breaker["state"] == "open"
        assert 500_000 < breaker["time_to_probe_ms"] <= 600_000
        assert "circuit open" in triggered(engine)["error"]


@pytest.mark.parametrize(
    ("instrument", "feed", "words"),
    [
        ("stocks:MSTR", "yahoo:MSTR", "sources.sec.user_agent is empty"),
        ("crypto:BTC", "binance:BTCUSDT", "no instrument of class stocks is priced in US dollars"),
    ],
)
def test_a_desk_that_cannot_ask_rests_and_says_why(
    tmp_path: Path, instrument: str, feed: str, words: str
) -> None:
    config = tmp_path / "config.toml"
    config.write_text(CONFIG.format(id=instrument, feed=feed))
    arguments = ("--config", str(config), "--serve", "--port", "0", "--data-dir", str(tmp_path / "d"))
    with served(tmp_path, *arguments) as engine:
        wait_for(lambda: engine.get(f"/jobs/{JOB}").status_code == 200)
        job = engine.get(f"/jobs/{JOB}").json()
        assert (job["state"], job["runs"]) == ("disabled", 0)
        assert job["obstacle"].startswith(words)
        assert words in triggered(engine)["detail"]
        assert engine.get(f"/filings/{instrument}").json()["company"] is None
