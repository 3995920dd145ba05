"""A console that loses its engine says so, shows nothing old as live, and comes back by itself."""

import re
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.accept.consoles import console, is_whole, prices, wait_for_moving_prices
from tests.accept.ports import free_port
from tests.accept.running import Running, served, wait_for
from tests.accept.terminal import Terminal

pytestmark = pytest.mark.accept

AWAY_S, STAYS_S = 20.0, 5.0
_CURRENT = re.compile(r"[●◐]\s+\d+s|\b(live|fresh)\b")
"""How a row says that its price is current."""


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def engine(port: int, tmp_path: Path) -> Iterator[Running]:
    home = tmp_path / "first"
    with served(home, "--demo", "--serve", "--port", str(port), "--data-dir", str(home / "d")) as running:
        wait_for(lambda: running.get("/health").json()["score"] is not None)
        yield running


def test_an_engine_that_hangs_for_20_s_is_offline_and_comes_back(engine: Running, tmp_path: Path) -> None:
    with console(tmp_path / "c", "--connect", engine.url) as screen:
        wait_for_moving_prices(screen)
        before = prices(screen)
        engine.process.send_signal(signal.SIGSTOP)
        try:
            watch_it_offline(screen)
        finally:
            engine.process.send_signal(signal.SIGCONT)
        watch_it_come_back(screen)
        assert prices(screen).keys() == before.keys()


def test_an_engine_killed_and_started_again_is_offline_and_comes_back(
    engine: Running, port: int, tmp_path: Path
) -> None:
    with console(tmp_path / "c", "--connect", engine.url) as screen:
        wait_for_moving_prices(screen)
        engine.process.kill()
        engine.process.wait()
        watch_it_offline(screen)
        home = tmp_path / "second"
        with served(home, "--demo", "--serve", "--port", str(port), "--data-dir", str(home / "d")):
            watch_it_come_back(screen)


def test_a_console_started_before_its_engine_waits_for_it(port: int, tmp_path: Path) -> None:
    arguments = ("--connect", f"http://127.0.0.1:{port}")
    with console(tmp_path / "c", *arguments, shows="OFFLINE") as screen:
        home = tmp_path / "first"
        with served(home, "--demo", "--serve", "--port", str(port), "--data-dir", str(home / "d")):
            watch_it_come_back(screen)


def watch_it_offline(screen: Terminal) -> None:
    """It says so, and until the time is over nothing is shown as current."""
    gone_at = time.monotonic()
    screen.wait_until(lambda now: "OFFLINE" in now.lines[0])
    screen.wait_until(lambda now: not rows_shown_as_current(now))
    said_at = time.monotonic()
    while time.monotonic() < max(gone_at + AWAY_S, said_at + STAYS_S):
        assert "OFFLINE" in screen.lines[0], screen.text
        assert not rows_shown_as_current(screen), screen.text
        assert prices(screen), "what was known last stays on screen"
        time.sleep(0.5)


def watch_it_come_back(screen: Terminal) -> None:
    screen.wait_for(" LIVE ")
    wait_for_moving_prices(screen)
    screen.wait_until(lambda now: is_whole(now) and len(rows_shown_as_current(now)) > 10)


def rows_shown_as_current(screen: Terminal) -> list[str]:
    """Rows of prices that claim to be live or fresh."""
    shown = prices(screen)
    rows = [line.partition("││")[0] for line in screen.lines[1:]]
    return [row for row in rows if row.strip("│ ").split(" ")[0] in shown and _CURRENT.search(row)]
