"""Alerts of a served demo: rules made, alerts known and kept quiet, over HTTP and from the command line."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from rtp_tui.clock import SystemClock
from rtp_tui.model.alerts import AlertRule
from rtp_tui.storage.batch import Batch
from rtp_tui.storage.batch_writer import BatchWriter
from rtp_tui.storage.opening import open_writer
from tests.accept.running import PATIENCE_S, Running, ordered, served, wait_for
from tests.accept.test_reload import by_signal

pytestmark = pytest.mark.accept

MOST_RULES = 1_000
CONFIGURED = '[[alert_rules]]\nid = "configured"\ncondition = "crypto:ETH price > {price}"\n'
BOUND_S = 10.0
"""Of processor, generous: what is refused is refused without work."""


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A demo that remembers as many saved rules as it may have, but for four; they are switched off."""
    home = tmp_path_factory.mktemp("engine")
    remember_rules(home / "d", MOST_RULES - 4)
    (home / "config.toml").write_text(CONFIGURED.format(price=1))
    at = ("--port", "0", "--data-dir", str(home / "d"), "--config", str(home / "config.toml"))
    with served(home, "--demo", "--serve", *at) as running:
        wait_for(lambda: active(running, "configured"))
        yield running


def remember_rules(directory: Path, count: int) -> None:
    directory.mkdir()
    batch, now_ms = Batch(), SystemClock().now_ms()
    for number in range(count):
        spare = AlertRule(id=f"spare-{number}", condition="crypto:BTC price > 1", enabled=False)
        batch.add_alert_record(spare)
    connection = open_writer(directory / "history.db", now_ms).connection
    BatchWriter(connection, "e").write(batch, now_ms)
    connection.close()


def post(engine: Running, path: str, body: dict[str, Any]) -> httpx.Response:
    return httpx.post(engine.url + path, json=body, timeout=PATIENCE_S)


def active(engine: Running, rule: str) -> list[Any]:
    """What fires of a rule now, whoever knows of it."""
    return [
        one
        for one in engine.get(f"/alerts?active=true&rule={rule}").json()["alerts"]
        if one["fired_ms"] is not None
    ]


def state(engine: Running, rule: str) -> str:
    return str(next((one["state"] for one in active(engine, rule)), ""))


def rules(engine: Running) -> dict[str, Any]:
    """Those that are in force, by id."""
    listed = engine.get("/alert-rules?limit=10000").json()["rules"]
    return {one["id"]: one for one in listed if one["enabled"]}


def test_a_rule_made_over_http_fires_is_known_kept_quiet_and_removed_by_command(engine: Running) -> None:
    made = post(engine, "/alert-rules", {"id": "rest", "condition": "crypto:BTC price > 1"})
    assert (made.status_code, made.json()["origin"]) == (201, "saved")
    [alert] = wait_for(lambda: active(engine, "rest"))
    listed = ordered(engine, "alerts", "list", "--rule", "rest")
    assert alert["id"] in listed.stdout
    assert "firing" in listed.stdout

    assert ordered(engine, "alerts", "ack", alert["id"], "--why", "on it").returncode == 0
    [known] = active(engine, "rest")
    assert (known["state"], known["history"][-1]["why"]) == ("acknowledged", "on it")

    order = ("--rule", "rest", "--subject", "crypto:BTC", "--for", "1h", "--comment", "being mended")
    quiet = json.loads(ordered(engine, "alerts", "silence", *order, "--json").stdout)
    assert 0 < quiet["until_ms"] - quiet["created_ms"] <= 3_600_000
    assert quiet["id"] in ordered(engine, "alerts", "silences").stdout
    wait_for(lambda: state(engine, "rest") == "silenced")
    assert ordered(engine, "alerts", "unsilence", quiet["id"]).returncode == 0
    wait_for(lambda: state(engine, "rest") != "silenced")

    assert ordered(engine, "alerts", "remove", "rest").returncode == 0
    wait_for(lambda: not active(engine, "rest"))
    assert "rest" not in rules(engine)


def test_a_rule_made_by_command_is_silenced_over_http_until_the_silence_expires(engine: Running) -> None:
    added = ordered(engine, "alerts", "add", "cli", "crypto:BTC", "price", ">", "1", "--severity", "critical")
    assert (added.returncode, "cli: crypto:BTC price > 1" in added.stdout) == (0, True), added
    assert "crypto:BTC price > 1" in ordered(engine, "alerts", "rules").stdout
    [alert] = wait_for(lambda: active(engine, "cli"))
    assert alert["severity"] == "critical"

    silence = post(engine, "/silences", {"rule": "cli", "for_ms": 3_000})
    assert silence.status_code == 201
    wait_for(lambda: state(engine, "cli") == "silenced")
    wait_for(lambda: state(engine, "cli") == "firing")
    assert silence.json()["id"] not in {one["id"] for one in engine.get("/silences").json()["silences"]}
    assert post(engine, f"/alerts/{alert['id']}/ack", {"why": "seen"}).status_code == 200
    assert state(engine, "cli") == "acknowledged"
    assert httpx.delete(f"{engine.url}/alert-rules/cli", timeout=PATIENCE_S).status_code == 200


BAD_RULES: tuple[tuple[dict[str, Any], str], ...] = (
    ({"condition": "crypto:BTC price >> 1"}, "condition"),
    ({"condition": "price"}, "condition"),
    ({"condition": "crypto:BTC prize > 1"}, "price"),
    ({"condition": "crypto:BTX price > 1"}, "crypto:BT"),
    ({"condition": "crypto:BTC price > " + "9" * 400}, "condition"),
    ({"condition": "(" * 50_000}, "condition"),
    ({"condition": "crypto:BTC price > 1 " * 2_000}, "condition"),
    ({"condition": "import os"}, "condition"),
    ({"id": "x" * 5_000}, "id"),
    ({"id": "../../etc"}, "id"),
    ({"for_ms": 10**15}, "for_ms"),
    ({"for_ms": -1}, "for_ms"),
    ({"cool_down_ms": 10**15}, "cool_down_ms"),
    ({"hysteresis": -5}, "hysteresis"),
    ({"severity": "loud"}, "severity"),
    ({"message": "m" * 50_000}, "message"),
    ({"instruments": ["crypto:*"] * 500}, "instruments"),
    ({"instruments": ["crypto:" + "*?" * 1_000]}, "instruments"),
    ({"colour": "red"}, "colour"),
)


def test_what_cannot_be_a_rule_is_refused_by_its_field_and_nothing_is_disturbed(engine: Running) -> None:
    before, ticks = rules(engine), engine.get("/stats").json()["total_data_points"]
    worked_s = engine.cpu_s
    with httpx.Client(base_url=engine.url, timeout=PATIENCE_S) as client:
        for changes, word in BAD_RULES:
            body = {"id": "bad", "condition": "crypto:BTC price > 1", **changes}
            refused = client.post("/alert-rules", json=body)
            assert (refused.status_code, refused.json()["code"]) == (400, "bad_request"), changes
            assert word in refused.json()["detail"], (changes, refused.text)
            assert len(refused.text) < 2_000
        huge = client.post("/alert-rules", content=b'{"id": "bad", "message": "' + b"m" * 10_000_000 + b'"}')
        assert huge.status_code in (400, 413)
        for body in (
            {"for_ms": 10**15},
            {"for_ms": 0},
            {"until_ms": 1},
            {"rule": "r" * 500, "for_ms": 1_000},
        ):
            assert client.post("/silences", json=body).status_code == 400, body
        assert client.post("/alerts/nobody/ack", json={}).json()["code"] == "unknown_alert"
        assert client.delete("/silences/nobody").json()["code"] == "unknown_silence"
        assert client.delete("/alert-rules/nobody").json()["code"] == "unknown_alert_rule"
    assert engine.cpu_s - worked_s < BOUND_S
    assert rules(engine) == before
    wait_for(lambda: engine.get("/stats").json()["total_data_points"] > ticks)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("add", "bad", "crypto:BTC", "prize", ">", "1"), "price"),
        (("ack", "nobody"), "nobody"),
        (("remove", "configured"), "configuration"),
    ],
)
def test_the_command_line_says_what_is_wrong(engine: Running, arguments: tuple[str, ...], words: str) -> None:
    refused = ordered(engine, "alerts", *arguments)
    assert (refused.returncode, refused.stdout) == (1, "")
    assert words in refused.stderr
    assert "Traceback" not in refused.stderr


def test_one_rule_more_than_there_may_be_is_refused_and_those_that_are_there_stay(engine: Running) -> None:
    for number in range(4):
        body = {"id": f"last-{number}", "condition": "crypto:BTC price > 9999999"}
        assert post(engine, "/alert-rules", body).status_code == 201
    refused = post(engine, "/alert-rules", {"id": "over", "condition": "crypto:BTC price > 1"})
    assert (refused.status_code, refused.json()["code"]) == (400, "bad_request")
    assert str(MOST_RULES) in refused.json()["detail"]
    assert {f"last-{number}" for number in range(4)} <= rules(engine).keys()
    assert "over" not in rules(engine)


def test_changed_rules_of_the_configuration_take_over_and_a_bad_file_keeps_the_old(engine: Running) -> None:
    file, url = engine.log.parent / "config.toml", engine.url
    assert state(engine, "configured")
    file.write_text(
        CONFIGURED.format(price=9_999_999) + CONFIGURED.replace("configured", "new").format(price=1)
    )
    assert "2 configured rules" in by_signal(engine)
    wait_for(lambda: active(engine, "new"))
    wait_for(lambda: not active(engine, "configured"))

    many = "".join(CONFIGURED.replace("configured", f"r{n}").format(price=n + 1) for n in range(10_000))
    for bad, words in (
        ('[[alert_rules]]\nid = "bad"\ncondition = "crypto:BTC prize > 1"\n', "alert_rules[0].condition"),
        ("[[alert_rules", "config.toml"),
        (many, "10000 rules of alerts are too many"),
    ):
        file.write_text(bad)
        worked_s = engine.cpu_s
        said = by_signal(engine)
        assert "kept as it was" in said
        assert words in said
        assert engine.cpu_s - worked_s < 2 * BOUND_S
        assert {"configured", "new"} <= rules(engine).keys()
    assert active(engine, "new")
    assert engine.get("/livez").status_code == 200
    assert engine.url == url
