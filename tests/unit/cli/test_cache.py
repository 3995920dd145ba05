"""`rtp-tui cache` against a server in front of a scripted engine."""

import json
from typing import Any

import pytest
from msgspec.structs import replace

from rtp_tui.cli import exit_codes
from rtp_tui.model.commands import ClearCache, Done, OptimizeCache
from rtp_tui.model.statistics import CacheStatus
from tests.scripted_pipeline import a_snapshot
from tests.unit.cli.asked import Asked

Captured = pytest.CaptureFixture[str]
FORGOTTEN: dict[type, Any] = {
    kind: Done(message="cache: 3 entries forgotten") for kind in (ClearCache, OptimizeCache)
}


def test_the_counters_come_one_a_line_or_as_json(capsys: Captured) -> None:
    status = CacheStatus(hits=8, misses=2, entries=2, limit=1000, bytes=4096, hit_rate=80.0)
    snapshot = replace(a_snapshot(), cache=status)
    assert Asked("cache", snapshot=snapshot).code == exit_codes.OK
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["hit", "rate", "80.0", "%"]
    assert "2 of 1,000" in lines[1]
    assert Asked("cache", "--json", snapshot=snapshot).code == exit_codes.OK
    assert json.loads(capsys.readouterr().out)["hit_rate"] == 80.0


@pytest.mark.parametrize(
    ("arguments", "order"),
    [
        (["clear"], ClearCache()),
        (
            ["clear", "--pattern", "history:bars:crypto:BTC:*&x=1"],
            ClearCache(pattern="history:bars:crypto:BTC:*&x=1"),
        ),
        (["optimize"], OptimizeCache()),
    ],
)
def test_orders_to_forget_reach_the_engine(arguments: list[str], order: object, capsys: Captured) -> None:
    asked = Asked("cache", *arguments, answers=FORGOTTEN)

    assert asked.code == exit_codes.OK
    assert asked.orders == [order]
    assert capsys.readouterr().out == "cache: 3 entries forgotten\n"
