"""What takes longest begins first, so that no worker is left alone with it at the end; what waits has its own."""

import fcntl
import os
import signal
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
    "test_openapi",
    "test_console_terminal",
    "test_abuse",
    "test_console_cut_off",
    "test_looking_back",
    "test_incidents",
    "test_shift",
    "test_looks",
    "test_record_and_replay",
    "test_kill",
    "test_chaos_process",
    "test_cut_links",
    "test_asked_venues",
    "test_alert_scenarios",
    "test_commands",
    "test_bad_clients",
    "test_chaos_engine",
    "test_chaos_store",
    "test_service",
    "test_many_clients",
    "test_venues_die",
    "test_verify",
    "test_console_on_a_terminal",
    "test_treasury",
    "test_operator",
    "test_bad_feed",
    "test_bad_providers",
    "test_filings",
    "test_tokens",
    "test_fast_day",
    "test_other_clients",
    "test_reports_and_exports",
)

WORKERS = 5
"""Two of which are patient."""

OF_WHOEVER_STARTED_THIS = (
    "NOTIFY_SOCKET",
    "WATCHDOG_USEC",
    "NO_COLOR",
    "FORCE_COLOR",
    "CLICOLOR_FORCE",
    "SSL_CERT_FILE",
)


def pytest_configure(config: pytest.Config) -> None:
    """Programs that tests start find nothing of whoever started the tests: as a proxy, or signals that are ignored."""
    for name in tuple(os.environ):
        if name.lower().endswith("_proxy") or name in OF_WHOEVER_STARTED_THIS:
            del os.environ[name]
    # A client of httpx else reads all authorities that there are, for a fortieth of a second each time.
    os.environ["SSL_CERT_DIR"] = str(Path(__file__).parent)
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
        signal.signal(signal.SIGHUP, signal.SIG_DFL)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> PatientApart | None:
    """With fewer workers each runs what comes next."""
    has_one = config.getoption("dist") == "loadfile" and config.getoption("numprocesses") == WORKERS
    return PatientApart(config, log) if has_one else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Sort files, and leave tests of a file as they are."""
    items.sort(key=lambda item: LONGEST.index(name) if (name := Path(item.fspath).stem) in LONGEST else 99)


@pytest.fixture(scope="session", autouse=True)
def shared_calendars(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Exchanges' sessions for all engines that are started: each would else spend a second of processor on them.

    One worker has them built, and the others wait for them.
    """
    own = tmp_path_factory.getbasetemp()
    cache = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "cache"
    snapshot = cache / "rtp-tui" / "calendars.json"
    snapshot.parent.mkdir(parents=True, exist_ok=True)
    with (cache / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not snapshot.exists():
            builder = [sys.executable, "-m", "rtp_tui.scheduling.calendar_builder"]
            subprocess.run([*builder, "--", str(snapshot), *EXCHANGES], check=True)
    os.environ[SHARED_CACHE] = str(cache)
    yield
    del os.environ[SHARED_CACHE]
