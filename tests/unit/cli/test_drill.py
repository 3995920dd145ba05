"""`rtp-tui drill` against a server in front of a scripted engine."""

import json
from typing import Any

import pytest
from msgspec.structs import replace

from rtp_tui.cli import exit_codes
from rtp_tui.model.commands import Done, EndDrills, StartDrill
from rtp_tui.model.drills import Drill, DrillStatus
from rtp_tui.model.events import Snapshot
from tests.factories import NOW_MS
from tests.scripted_pipeline import a_snapshot
from tests.unit.cli.asked import Asked

Captured = pytest.CaptureFixture[str]
ANSWERS: dict[type, Any] = {
    StartDrill: Done(message="venue: outage for 5 s"),
    EndDrills: Done(message="1 drill ended"),
}


def a_demo(*running: Drill) -> Snapshot:
    status = DrillStatus(venues=("venue",), faults=("outage", "stall"), running=running)
    return replace(a_snapshot(), drill=status)


def test_what_runs_and_what_can_be_drilled_is_listed(capsys: Captured) -> None:
    running = Drill(venue="venue", fault="outage", since_ms=NOW_MS, until_ms=NOW_MS + 10**12)
    for arguments in (("drill",), ("drill", "list")):
        assert Asked(*arguments, snapshot=a_demo(running)).code == exit_codes.OK
        said = capsys.readouterr().out.splitlines()
        assert said[0].split()[:2] == ["venue", "outage"]
        assert said[1:] == ["venues: venue", "faults: outage, stall"]
    assert Asked("drill", "--json", snapshot=a_demo()).code == exit_codes.OK
    assert json.loads(capsys.readouterr().out)["running"] == []


@pytest.mark.parametrize(
    ("arguments", "order"),
    [
        (
            ["outage", "--venue", "venue", "--seconds", "5"],
            StartDrill(fault="outage", venue="venue", seconds=5.0),
        ),
        (["stall"], StartDrill(fault="stall")),
        (["stop"], EndDrills()),
        (["stop", "--venue", "venue"], EndDrills(venue="venue")),
    ],
)
def test_orders_reach_the_engine(arguments: list[str], order: object, capsys: Captured) -> None:
    asked = Asked("drill", *arguments, snapshot=a_demo(), answers=ANSWERS)
    assert asked.code == exit_codes.OK
    assert asked.orders == [order]


def test_a_random_drill_prints_its_seed_and_each_fault_and_ends_them(capsys: Captured) -> None:
    asked = Asked("drill", "random", "--seconds", "3.1", "--seed", "3", snapshot=a_demo(), answers=ANSWERS)
    assert asked.code == exit_codes.OK
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "seed 3, 3.1 s"
    begun = [order for order in asked.orders if isinstance(order, StartDrill)]
    assert len(lines) == 1 + len(begun) >= 2
    assert asked.orders[-1] == EndDrills()


def test_an_engine_that_is_no_demo_has_nothing_to_drill(capsys: Captured) -> None:
    for arguments in (("drill",), ("drill", "random", "--seconds", "1")):
        assert Asked(*arguments).code == exit_codes.FAILURE
        assert "only a demo" in capsys.readouterr().err


def test_a_read_only_side_drills_nothing(capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RTP_READ_ONLY", "true")
    asked = Asked("drill", "outage", snapshot=a_demo(), answers=ANSWERS)
    assert asked.code == exit_codes.NOT_ALLOWED
    assert asked.orders == []
