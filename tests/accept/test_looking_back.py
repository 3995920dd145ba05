"""The past in a real terminal: of an engine of its own, and of one elsewhere."""

import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.accept.consoles import assert_clean, console, prices, wait_for_moving_prices
from tests.accept.running import served
from tests.accept.terminal import Terminal

pytestmark = pytest.mark.accept

KEPT_WITHIN_S, ASKS_AGAIN_S = 120.0, 5.0
"""A new engine keeps its first state after ten seconds."""
_PAST = re.compile(r" PAST (\d\d:\d\d:\d\d)Z -")
_BAR = re.compile(r"O [0-9,.]+ H [0-9,.]+ L [0-9,.]+ C [0-9,.]+")


@pytest.fixture(params=["local", "elsewhere"])
def screen(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Terminal]:
    if request.param == "local":
        with console(tmp_path / "c", "--demo", columns=160, rows=50) as opened:
            yield opened
        return
    home = tmp_path / "engine"
    with (
        served(home, "--demo", "--serve", "--port", "0", "--data-dir", str(home / "d")) as engine,
        console(tmp_path / "c", "--connect", engine.url, columns=160, rows=50) as opened,
    ):
        yield opened


def test_a_console_is_scrubbed_back_and_comes_back_to_the_present(screen: Terminal) -> None:
    wait_for_moving_prices(screen)
    go_back(screen)
    # The frames say it too.
    screen.wait_until(
        lambda now: "═" in now.text and "prices of " in now.text and "esc is now" in now.lines[0]
    )
    screen.send("2t")
    screen.wait_for("this is the past")
    # Every key before it has been taken: if one was pressed too often, the moment is the older one by now.
    first, held = moment(screen), prices(screen)
    time.sleep(2.5)
    assert (moment(screen), prices(screen)) == (first, held), "the past does not move"

    screen.send("]")
    screen.wait_until(lambda now: moment(now) != first or " LIVE " in now.lines[0])

    screen.send("\x1b")
    screen.wait_until(lambda now: " LIVE " in now.lines[0] and "═" not in now.text)
    screen.send("1")
    wait_for_moving_prices(screen)
    screen.send("q")
    assert screen.exit_code() == 0
    assert_clean(screen)


def test_what_an_instrument_did_at_a_minute_is_one_command_away(screen: Terminal) -> None:
    go_back(screen)
    screen.send("\x1b")
    screen.wait_until(lambda now: " LIVE " in now.lines[0])
    minute = time.strftime("%H:%M", time.gmtime(time.time() - 120))
    screen.send(":")
    screen.wait_for("🔎")
    screen.send(f"at {minute} btc")
    screen.wait_for("chart of crypto:BTC at")
    screen.send("\r")
    # No state is kept of then, but the bar is; until it is there the newest is told.
    screen.wait_until(lambda now: [line for line in now.lines if _BAR.search(line) and minute in line])


def go_back(screen: Terminal) -> str:
    """Press the key until something is kept of a moment; the moment that is shown."""
    deadline = time.monotonic() + KEPT_WITHIN_S
    while not moment(screen):
        assert time.monotonic() < deadline, screen.text
        screen.send("[")
        screen.settle()
        asked_s = time.monotonic()
        screen.wait_until(lambda now: moment(now) or time.monotonic() > asked_s + ASKS_AGAIN_S)  # noqa: B023
    return moment(screen)


def moment(screen: Terminal) -> str:
    found = _PAST.search(screen.lines[0])
    return found[1] if found else ""
