"""`rtp-tui breakers` against a server in front of a scripted engine."""

import json

import pytest

from rtp_tui.cli import exit_codes
from rtp_tui.cli.breakers import print_breakers
from rtp_tui.model.breakers import BreakerState
from rtp_tui.model.commands import BreakerAction, ControlBreaker, Done
from rtp_tui.model.errors import UnknownBreaker
from rtp_tui.server.breaker_bodies import breaker_body
from tests.factories import NOW_MS, a_breaker
from tests.scripted_pipeline import a_snapshot
from tests.unit.cli.asked import Asked

Captured = pytest.CaptureFixture[str]


def test_breakers_are_listed_with_their_rates_and_the_time_to_the_next_probe(capsys: Captured) -> None:
    breaker = a_breaker(
        state=BreakerState.HALF_OPEN,
        failure_rate=62.5,
        calls=8,
        not_permitted=3,
        retries=2,
        next_probe_ms=NOW_MS + 12_000,
        last_error="HTTP 503\x1b[2J",
    )

    print_breakers((breaker_body(breaker, NOW_MS),))

    _, line = capsys.readouterr().out.splitlines()
    assert line.split() == [
        "coingecko/prices",
        "half",
        "open",
        "12s",
        "62%",
        "–",
        "8",
        "3",
        "2",
        "HTTP",
        "503",
    ]


@pytest.mark.parametrize("arguments", [["breakers"], ["breakers", "list"]])
def test_the_list_comes_as_a_table_or_as_json(arguments: list[str], capsys: Captured) -> None:
    snapshot = a_snapshot(breakers=(a_breaker(),))
    assert Asked(*arguments, snapshot=snapshot).code == exit_codes.OK
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == [
        "BREAKER",
        "coingecko/prices",
    ]
    assert Asked(*arguments, "--json", snapshot=snapshot).code == exit_codes.OK
    assert json.loads(capsys.readouterr().out)["breakers"][0]["state"] == "closed"


@pytest.mark.parametrize("action", list(BreakerAction))
def test_an_order_is_given_by_the_name_with_its_slash(action: BreakerAction, capsys: Captured) -> None:
    asked = Asked("breakers", action, "coingecko/prices", answers={ControlBreaker: Done(message="so be it")})

    assert asked.code == exit_codes.OK
    assert asked.orders == [ControlBreaker(breaker="coingecko/prices", action=action)]
    assert capsys.readouterr().out == "so be it\n"


def test_a_breaker_that_is_not_there_is_told(capsys: Captured) -> None:
    asked = Asked("breakers", "open", "x/y", answers={ControlBreaker: UnknownBreaker("no breaker 'x/y'")})

    assert asked.code == exit_codes.FAILURE
    assert capsys.readouterr().err == "rtp-tui: no breaker 'x/y'\n"
