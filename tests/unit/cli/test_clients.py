"""`rtp-tui clients` against a server in front of a scripted engine."""

import json
from typing import Any

import pytest

from rtp_tui.cli import exit_codes
from rtp_tui.cli.clients import print_clients
from rtp_tui.model.commands import DisconnectClient, Done
from rtp_tui.model.errors import UnknownClient
from rtp_tui.model.queries import ClientPage, GetClients
from rtp_tui.server.client_bodies import client_body
from tests.factories import NOW_MS, a_client_status
from tests.unit.cli.asked import Asked

Captured = pytest.CaptureFixture[str]
ONE: dict[type, Any] = {GetClients: ClientPage(clients=(a_client_status(),))}


def test_a_client_is_listed_with_all_that_is_known_of_it(capsys: Captured) -> None:
    print_clients((client_body(a_client_status(is_behind=True, gaps=3, buffered_bytes=300_000)),), NOW_MS)

    heading, line = capsys.readouterr().out.splitlines()
    assert len(heading.split()) == 12
    assert line.split() == [
        "7", "ops", "10.0.0.7", "control", "3m", "4", "100ms", "12.4k", "9.5", "300.0kB", "3", "behind",
    ]  # fmt: skip


def test_a_hostile_name_reaches_no_terminal(capsys: Captured) -> None:
    print_clients((client_body(a_client_status(name="a\x1b[2Jb")),), NOW_MS)
    assert "\x1b" not in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [["clients"], ["clients", "list"]])
def test_the_list_comes_as_a_table_or_as_json(arguments: list[str], capsys: Captured) -> None:
    assert Asked(*arguments, answers=ONE).code == exit_codes.OK
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == ["ID", "7"]
    assert Asked(*arguments, "--json", answers=ONE).code == exit_codes.OK
    assert json.loads(capsys.readouterr().out)["clients"][0]["address"] == "10.0.0.7"


def test_one_is_sent_away_by_its_number(capsys: Captured) -> None:
    asked = Asked("clients", "disconnect", "7", answers={DisconnectClient: Done(message="so be it")})

    assert asked.code == exit_codes.OK
    assert asked.orders == [DisconnectClient(client=7)]
    assert capsys.readouterr().out == "so be it\n"


def test_one_who_is_not_there_is_told(capsys: Captured) -> None:
    asked = Asked("clients", "disconnect", "9", answers={DisconnectClient: UnknownClient("no client 9")})

    assert asked.code == exit_codes.FAILURE
    assert "no client 9" in capsys.readouterr().err


def test_a_read_only_server_refuses_with_its_own_exit_code() -> None:
    assert Asked("clients", "disconnect", "7", read_only=True).code == exit_codes.NOT_ALLOWED


@pytest.mark.parametrize("arguments", [["disconnect"], ["disconnect", "ops"], ["disconnect", "-1"]])
def test_what_is_no_number_is_a_wrong_use(arguments: list[str]) -> None:
    assert Asked("clients", *arguments).code == exit_codes.USAGE
