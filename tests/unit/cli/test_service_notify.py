"""Datagrams to a service manager."""

import os
import secrets
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from rtp_tui.cli.service_notify import ServiceNotify, service_notify, watchdog_s


@contextmanager
def listening(address: str) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as receiver:
        receiver.bind("\0" + address[1:] if address.startswith("@") else address)
        receiver.settimeout(5)
        yield receiver


@pytest.fixture(params=["path", "abstract"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return str(tmp_path / "notify") if request.param == "path" else f"@rtp-tui-{secrets.token_hex(8)}"


def test_lines_arrive_as_one_message_at_a_path_and_at_an_abstract_name(address: str) -> None:
    with listening(address) as receiver:
        service_notify({"NOTIFY_SOCKET": address}).tell("READY=1", "STATUS=healthy – 100")
        assert receiver.recv(4096).decode() == "READY=1\nSTATUS=healthy – 100"


def test_a_service_manager_that_is_gone_ends_nothing(tmp_path: Path) -> None:
    ServiceNotify(str(tmp_path / "nobody")).tell("READY=1")


def test_one_that_does_not_read_holds_nothing_up(tmp_path: Path) -> None:
    address = str(tmp_path / "notify")
    with listening(address):
        for _ in range(2000):
            ServiceNotify(address).tell("STATUS=" + "x" * 1000)


@pytest.mark.parametrize("named", [{}, {"NOTIFY_SOCKET": ""}, {"NOTIFY_SOCKET": "relative"}])
def test_without_a_socket_nobody_is_told(named: dict[str, str]) -> None:
    notify = service_notify(named)
    assert not notify
    notify.tell("READY=1")


@pytest.mark.parametrize(
    ("environment", "seconds"),
    [
        ({"WATCHDOG_USEC": "30000000"}, 30.0),
        ({"WATCHDOG_USEC": "500000", "WATCHDOG_PID": str(os.getpid())}, 0.5),
        ({"WATCHDOG_USEC": "500000", "WATCHDOG_PID": "1"}, None),
        ({"WATCHDOG_USEC": "0"}, None),
        ({"WATCHDOG_USEC": "soon"}, None),
        ({}, None),
    ],
)
def test_the_watchdog_is_this_processs_or_none(environment: dict[str, str], seconds: float | None) -> None:
    assert watchdog_s(environment) == seconds
