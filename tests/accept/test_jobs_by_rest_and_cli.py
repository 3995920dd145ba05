"""Jobs and breakers of a served demo, ordered about over HTTP, over a WebSocket and from the command line."""

import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest

from rtp_tui.clock import SystemClock
from rtp_tui.net.websocket import connect
from tests.accept.running import PATIENCE_S, Running, ordered, served, wait_for
from tests.serving import Talk

pytestmark = pytest.mark.accept

JOB_FIELDS = {
    "id", "name", "kind", "category", "priority", "state", "enabled", "market", "interval_ms",
    "effective_interval_ms", "next_run_ms", "last_run_ms", "last_outcome", "last_error", "runs", "successes",
    "failures", "skipped", "missed", "duration_ms", "lateness_ms", "progress",
}  # fmt: skip
BREAKER_FIELDS = {"name", "state", "failure_rate", "slow_rate", "calls", "not_permitted", "next_probe_ms"}
JOB = "crypto-prices"
BREAKER = "coingecko/prices"


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    home = tmp_path_factory.mktemp("demo")
    with served(home, "--demo", "--serve", "--port", "0", "--data-dir", str(home / "d")) as running:
        wait_for(lambda: running.get(f"/jobs/{JOB}").status_code == 200)
        yield running


def post(engine: Running, path: str, body: dict[str, Any] | None = None) -> httpx.Response:
    return httpx.post(engine.url + path, json=body, timeout=PATIENCE_S)


def job(engine: Running) -> Any:
    return engine.get(f"/jobs/{JOB}").json()


def has_state(engine: Running, state: str) -> bool:
    return bool(job(engine)["state"] == state)


def breaker(engine: Running) -> Any:
    return engine.get(f"/breakers/{BREAKER}").json()


def test_jobs_and_breakers_have_the_fields_of_the_contract(demo: Running) -> None:
    jobs, breakers = demo.get("/jobs").json(), demo.get("/breakers").json()

    assert {one["id"] for one in jobs["jobs"]} >= {
        JOB,
        "gap-repair",
        "data-cleanup",
        "backup",
        "health-check",
    }
    assert all(one.keys() >= JOB_FIELDS for one in jobs["jobs"])
    assert BREAKER in {one["name"] for one in breakers["breakers"]}
    assert all(one.keys() >= BREAKER_FIELDS for one in breakers["breakers"])
    assert (jobs["next_cursor"], breakers["next_cursor"]) == (None, None)


def test_jobs_come_a_page_at_a_time(demo: Running) -> None:
    ids, cursor = [], ""
    while cursor is not None:
        page = demo.get(f"/jobs?limit=2&cursor={cursor}").json()
        ids += [one["id"] for one in page["jobs"]]
        cursor = page["next_cursor"]

    assert ids == [one["id"] for one in demo.get("/jobs").json()["jobs"]]


def test_a_job_is_triggered_paused_resumed_disabled_and_enabled_over_http(demo: Running) -> None:
    before = job(demo)
    run = post(demo, f"/jobs/{JOB}/trigger").json()

    assert (run["job"], run["outcome"]) == (JOB, "succeeded")
    assert run["progress"]["done"] == run["progress"]["expected"] > 0
    assert wait_for(lambda: job(demo)["runs"] > before["runs"])
    for order, state in (
        ("pause", "paused"),
        ("resume", "idle"),
        ("disable", "disabled"),
        ("enable", "idle"),
    ):
        assert wait_for(lambda: job(demo)["state"] != "running")
        answer = post(demo, f"/jobs/{JOB}/{order}")
        # A run whose turn came just before goes on to its end.
        assert (answer.status_code, answer.json()["state"] in (state, "running")) == (202, True)
        assert wait_for(partial(has_state, demo, state))


def test_a_job_is_added_changed_triggered_and_removed_over_http(demo: Running) -> None:
    added = post(demo, "/jobs", {"id": "mine", "kind": "health", "interval_ms": 60_000})
    changed = httpx.patch(f"{demo.url}/jobs/mine", json={"interval_ms": 120_000})

    assert (added.status_code, added.json()["interval_ms"]) == (201, 60_000)
    assert (changed.status_code, changed.json()["interval_ms"]) == (200, 120_000)
    assert post(demo, "/jobs", {"id": "mine", "kind": "health", "interval_ms": 60_000}).status_code == 400
    assert post(demo, "/jobs/mine/restart").json()["outcome"] == "succeeded"
    assert httpx.delete(f"{demo.url}/jobs/mine", timeout=PATIENCE_S).status_code == 200
    assert demo.get("/jobs/mine").json()["code"] == "unknown_job"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"id": "bad", "kind": "health", "cron": "bad"}, "cron"),
        ({"id": "bad", "kind": "nope", "interval_ms": 60_000}, "kind"),
        ({"id": "bad", "kind": "health", "interval_ms": 0}, "interval"),
        ({"id": "bad", "kind": "health", "interval_ms": "30s"}, "interval_ms"),
        ({"id": "bad", "kind": "health", "intervall": 1}, "intervall"),
        ({"id": JOB, "kind": "health", "interval_ms": 60_000}, JOB),
    ],
)
def test_what_cannot_be_a_job_is_refused_by_the_name_of_its_field(
    demo: Running, body: dict[str, Any], field: str
) -> None:
    refused = post(demo, "/jobs", body)

    assert (refused.status_code, refused.json()["code"]) == (400, "bad_request")
    assert field in refused.json()["detail"]
    assert demo.get("/jobs/bad").status_code == 404


def test_a_forced_breaker_stops_a_job_and_its_reset_heals_it(demo: Running) -> None:
    opened = post(demo, f"/breakers/{BREAKER}/open")
    failed = post(demo, f"/jobs/{JOB}/trigger").json()
    verified = ordered(demo, "verify", "--json")
    reset = post(demo, f"/breakers/{BREAKER}/reset")

    assert (opened.status_code, opened.json()["state"]) == (202, "forced_open")
    assert failed["outcome"] == "failed"
    assert verified.returncode > 0
    assert f"breaker {BREAKER}" in {
        check["name"] for check in json.loads(verified.stdout)["checks"] if check["level"] != "ok"
    }
    assert (reset.status_code, reset.json()["state"]) == (202, "closed")
    assert post(demo, f"/jobs/{JOB}/trigger").json()["outcome"] == "succeeded"
    assert breaker(demo)["state"] == "closed"


async def test_a_job_is_triggered_and_followed_over_a_websocket(demo: Running) -> None:
    async with connect(demo.url.replace("http", "ws") + "/ws", clock=SystemClock()) as socket:
        client = Talk(socket)
        assert (await client.hear())["type"] == "welcome"
        await client.ask(op="subscribe", id=1, channels=["jobs"], conflate_ms=0)
        await client.say(op="trigger", id=2, job=JOB)
        answers: list[Any] = []
        runs: list[Any] = []
        # Its own turn may come at the same moment: that run is heard of too.
        while not (answers and answers[0]["result"] in runs):
            heard = await client.hear()
            answers += [heard] if heard.get("id") == 2 else []
            runs += [heard["data"]] if heard["type"] == "job_run" and heard["data"]["job"] == JOB else []

    assert answers[0]["result"]["outcome"] == "succeeded"


def test_the_command_line_does_the_same(demo: Running) -> None:
    listed = json.loads(ordered(demo, "jobs", "--json").stdout)
    assert JOB in {one["id"] for one in listed["jobs"]}
    assert JOB in ordered(demo, "jobs").stdout
    triggered = ordered(demo, "jobs", "trigger", JOB)
    assert (triggered.returncode, triggered.stdout.split()[1]) == (0, "succeeded")
    for order, state in (("pause", "paused"), ("resume", "idle")):
        assert json.loads(ordered(demo, "jobs", order, JOB, "--json").stdout)["state"] == state
    for order, state in (("close", "forced_closed"), ("reset", "closed")):
        assert ordered(demo, "breakers", order, BREAKER).returncode == 0
        assert breaker(demo)["state"] == state


def test_the_command_line_says_what_is_not_there(demo: Running) -> None:
    for arguments in (("jobs", "trigger", "nope"), ("jobs", "pause", "nope"), ("breakers", "reset", "no/pe")):
        refused = ordered(demo, *arguments)
        assert (refused.returncode, refused.stdout) == (1, "")
        assert arguments[-1] in refused.stderr


def test_the_configuration_is_shown(demo: Running) -> None:
    assert demo.get("/config").json()["server"]["port"] == 0


def test_a_read_only_engine_shows_everything_and_takes_no_orders(tmp_path: Path) -> None:
    data = str(tmp_path / "d")
    with served(tmp_path, "--demo", "--serve", "--read-only", "--port", "0", "--data-dir", data) as engine:
        wait_for(lambda: engine.get(f"/jobs/{JOB}").status_code == 200)
        for path in (f"/jobs/{JOB}/trigger", f"/jobs/{JOB}/pause", f"/breakers/{BREAKER}/open", "/reload"):
            refused = post(engine, path)
            assert (refused.status_code, refused.json()["code"]) == (403, "read_only")
        for arguments in (("jobs", "trigger", JOB), ("breakers", "reset", BREAKER), ("refresh",)):
            refused_command = ordered(engine, *arguments)
            assert refused_command.returncode == 77
            assert "does not take commands" in refused_command.stderr
        assert ordered(engine, "jobs").returncode == 0
