"""Every indicator that there is, asked for over REST and on the command line of one running engine."""

from pathlib import Path

import pytest

from rtp_tui.analytics.indicators.catalogue import catalogue
from tests.accept.running import ordered, served, wait_for

pytestmark = pytest.mark.accept


def test_every_indicator_is_reachable_by_name_and_levels_with_it(tmp_path: Path) -> None:
    arguments = ("--demo", "--serve", "--port", "0", "--data-dir", str(tmp_path / "d"))
    with served(tmp_path, *arguments) as demo:
        listed = {one["name"] for one in demo.get("/indicators").json()["indicators"]}
        assert listed == set(catalogue())
        wait_for(lambda: bool(demo.get("/indicators/crypto:BTC?names=sma(5)").json().get("open_ms")))
        for name in listed:
            answer = demo.get(f"/indicators/crypto:BTC?names={name}&limit=20")
            assert answer.status_code == 200, (name, answer.text)
            values = answer.json()["values"]
            assert len(values) == len(catalogue()[name].outputs), name
            assert all(len(one) == len(answer.json()["open_ms"]) for one in values.values())
        assert demo.get("/indicators/crypto:BTC?names=sma(5)").json()["values"]["sma(5)"][-1] > 0
        assert demo.get("/indicators/crypto:BTC?names=rsii").json()["code"] == "bad_request"
        assert demo.get("/levels/crypto:BTC").json()["bars"] > 0
        wait_for(lambda: demo.get("/indicators/latest?names=rsi").json()["at_ms"] is not None)
        told = ordered(demo, "indicators", "crypto:BTC", "sma(5)", "macd.signal", "--limit", "3")
        assert "macd(12,26,9).signal" in told.stdout
        assert len(told.stdout.splitlines()) == 4
        assert "in " in ordered(demo, "levels", "crypto:BTC").stdout
        assert demo.end() == 0
