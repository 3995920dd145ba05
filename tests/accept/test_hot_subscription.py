"""Instruments added to and removed from a served demo, over every door, with the others going on."""

import json
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.accept.running import PATIENCE_S, Running, ordered, served, wait_for

pytestmark = pytest.mark.accept

REMOVED, KEPT = "crypto:ETH", "crypto:BTC"


def serving(home: Path) -> AbstractContextManager[Running]:
    return served(home, "--demo", "--serve", "--port", "0", "--data-dir", str(home / "d"))


def price(engine: Running, instrument: str) -> float | None:
    answer = engine.get(f"/market/latest/{instrument}")
    return answer.json()["price"] if answer.status_code == 200 else None


def configured(engine: Running, instrument: str) -> dict[str, Any]:
    found = engine.get("/instruments?limit=1000").json()["instruments"]
    one = next(one for one in found if one["id"] == instrument)
    return {key: one[key] for key in ("id", "feeds", "name", "currency", "market", "priority")}


def names(engine: Running) -> set[str]:
    return {one["id"] for one in engine.get("/instruments?limit=1000").json()["instruments"]}


def test_an_instrument_is_removed_and_added_while_the_others_go_on_and_a_restart_keeps_it(
    tmp_path: Path,
) -> None:
    with serving(tmp_path) as engine:
        wait_for(lambda: price(engine, KEPT) is not None and price(engine, REMOVED) is not None)
        body = configured(engine, REMOVED)
        gone = httpx.delete(f"{engine.url}/instruments/{REMOVED}", timeout=PATIENCE_S)
        assert gone.status_code == 200
        assert REMOVED not in names(engine)
        assert engine.get(f"/market/latest/{REMOVED}").status_code == 404
        attempts = {one["connection"]: one["reconnects"] for one in engine.get("/feeds").json()["feeds"]}
    with serving(tmp_path) as engine:
        wait_for(lambda: price(engine, KEPT) is not None)
        assert REMOVED not in names(engine)
        added = httpx.post(f"{engine.url}/instruments", json=body, timeout=PATIENCE_S)
        assert (added.status_code, added.json()["id"]) == (201, REMOVED)
        wait_for(lambda: price(engine, REMOVED) is not None)
        again = httpx.post(f"{engine.url}/instruments", json=body, timeout=PATIENCE_S)
        assert (again.status_code, again.json()["code"]) == (400, "bad_request")
        after = {one["connection"]: one["reconnects"] for one in engine.get("/feeds").json()["feeds"]}
        assert set(after.values()) == {0}
        assert set(attempts.values()) == {0}
        listed = ordered(engine, "instruments")
        assert REMOVED in listed.stdout
        removed = ordered(engine, "instruments", "remove", REMOVED)
        assert (removed.returncode, REMOVED in names(engine)) == (0, False)
        back = ordered(engine, "instruments", "add", REMOVED, *body["feeds"], "--json")
        assert json.loads(back.stdout)["feeds"] == body["feeds"]
        refused = ordered(engine, "instruments", "add", "crypto:X", "nowhere:X")
        assert refused.returncode != 0
        assert "feeds" in refused.stderr
