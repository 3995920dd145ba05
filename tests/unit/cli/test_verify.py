"""`rtp-tui verify` against a server in front of a scripted engine, and against nothing."""

import json
import socket
from pathlib import Path

import pytest

from rtp_tui import __version__
from rtp_tui.cli import exit_codes
from rtp_tui.cli.main import run
from rtp_tui.cli.verification import Check, Level
from rtp_tui.cli.verify import exit_code
from rtp_tui.model.breakers import BreakerState
from rtp_tui.model.events import Snapshot
from rtp_tui.model.statistics import StoreStatus
from tests.factories import NOW_MS, a_breaker, a_feed_status, a_health_report
from tests.scripted_pipeline import a_snapshot
from tests.unit.cli.asked import Asked

Captured = pytest.CaptureFixture[str]


def an_open_breaker() -> Snapshot:
    return a_snapshot(
        breakers=(a_breaker(state=BreakerState.OPEN),),
        feeds=(a_feed_status(),),
        health=a_health_report(),
        store=StoreStatus(at_ms=NOW_MS, path="/nowhere/history.db", ok=True),
    )


def test_every_check_is_a_line_and_what_to_do_stands_at_its_end(capsys: Captured) -> None:
    asked = Asked("verify", snapshot=an_open_breaker())

    lines = capsys.readouterr().out.splitlines()
    assert asked.code == 2
    assert "failure  breaker coingecko/prices  open  → rtp-tui breakers reset coingecko/prices" in lines
    assert [line.split()[0] for line in lines if line.split()[1] in ("reachable", "health", "store")] == [
        "ok"
    ] * 3


def test_json_has_the_verdict_and_every_check(capsys: Captured) -> None:
    asked = Asked("verify", "--json", snapshot=an_open_breaker())

    told = json.loads(capsys.readouterr().out)
    assert (asked.code, told["status"]) == (2, "failure")
    assert [check["level"] for check in told["checks"] if check["name"] == "breaker coingecko/prices"] == [
        "failure"
    ]


def test_another_version_is_told_by_name(capsys: Captured) -> None:
    Asked("verify", snapshot=an_open_breaker())

    assert f"the engine is 9.9.9, this command {__version__}" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("levels", "code"),
    [((Level.OK,), 0), ((Level.OK, Level.WARNING), 1), ((Level.WARNING, Level.FAILURE), 2)],
)
def test_the_exit_code_is_the_worst_of_the_checks(levels: tuple[Level, ...], code: int) -> None:
    assert exit_code([Check("x", level, "") for level in levels]) == code


def test_nothing_that_runs_is_a_failed_check_of_its_own_exit_code(capsys: Captured) -> None:
    assert run(["verify", "--json", "--port", "1"]) == exit_codes.UNREACHABLE

    check, *local = json.loads(capsys.readouterr().out)["checks"]
    assert (check["name"], check["level"]) == ("reachable", "failure")
    assert "http://127.0.0.1:1 " in check["detail"]
    assert "--host and --port" in check["detail"]
    assert {"data directory", "disk", "history", "secrets"} <= {one["name"] for one in local}


def test_where_nothing_answers_the_port_that_was_asked_is_looked_at(
    tmp_path: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("RTP_CONFIG", raising=False)
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        port = other.getsockname()[1]
        code = run(["verify", "--json", "--data-dir", str(tmp_path), "--port", str(port)])
    assert code == exit_codes.UNREACHABLE
    checks = json.loads(capsys.readouterr().out)["checks"]
    [(level, detail)] = [(one["level"], one["detail"]) for one in checks if one["name"] == "port"]
    assert (level, detail.startswith(f"127.0.0.1:{port}: ")) == ("failure", True), detail
