"""What takes longest begins first, so that no worker is left alone with it at the end; what waits has its own."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.accept.patience import PatientApart
from tests.accept.running import SHARED_CACHE

EXCHANGES = ("CMES", "XBOG", "XBOM", "XLON", "XNAS", "XNYS", "XTKS")

LONGEST = (
    "test_fault_table",
    "test_gaps",
    "test_drill",
    "test_chaos_process",
    "test_chaos_engine",
    "test_openapi",
    "test_chaos_store",
    "test_record_and_replay",
    "test_asked_venues",
    "test_service",
    "test_many_clients",
    "test_venues_die",
    "test_verify",
    "test_console_terminal",
    "test_incidents",
    "test_alert_scenarios",
    "test_treasury",
    "test_operator",
    "test_cut_links",
    "test_abuse",
    "test_kill",
    "test_bad_feed",
    "test_bad_providers",
    "test_filings",
    "test_tokens",
    "test_fast_day",
    "test_other_clients",
    "test_reports_and_exports",
)

WORKERS_WITH_A_PATIENT_ONE = 4


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> PatientApart | None:
    """With fewer workers each runs what comes next."""
    has_one = (
        config.getoption("dist") == "loadfile"
        and config.getoption("numprocesses") == WORKERS_WITH_A_PATIENT_ONE
    )
    return PatientApart(config, log) if has_one else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Sort files, and leave tests of a file as they are."""
    items.sort(key=lambda item: LONGEST.index(name) if (name := Path(item.fspath).stem) in LONGEST else 99)


@pytest.fixture(scope="session", autouse=True)
def shared_calendars(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Exchanges' sessions for all engines that are started: each would else spend a second of processor on them."""
    cache = tmp_path_factory.mktemp("cache")
    snapshot = str(cache / "rtp-tui" / "calendars.json")
    subprocess.run(
        [sys.executable, "-m", "rtp_tui.scheduling.calendar_builder", "--", snapshot, *EXCHANGES], check=True
    )
    os.environ[SHARED_CACHE] = str(cache)
    yield
    del os.environ[SHARED_CACHE]
