"""A shift at the desk in one sitting: a real terminal, beside the engine and attached over a slow link."""

import re
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.accept.consoles import assert_clean, console, is_whole, prices, wait_for_moving_prices
from tests.accept.cut_link import cut_link
from tests.accept.ports import free_port
from tests.accept.running import PATIENCE_S, served
from tests.accept.terminal import Terminal

pytestmark = pytest.mark.accept

COLUMNS, ROWS = 160, 50
LINK_BYTES_PER_S, LINK_DELAY_S = 50_000.0, 0.075
IN_ORDER = ["BTC", "ETH", "SOL"]
ENTER, ESCAPE = "\r", "\x1b"
RULE = """
[[alert_rules]]
id = "planted"
condition = "crypto:BTC price > 1"
"""


@pytest.fixture(params=["beside the engine", "over a slow link"])
def screen(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Terminal]:
    config = tmp_path / "config.toml"
    config.write_text(RULE)
    demo = ("--demo", "--config", str(config), "--data-dir", str(tmp_path / "d"))
    with ExitStack() as stack:
        if request.param == "beside the engine":
            yield stack.enter_context(console(tmp_path / "c", *demo, columns=COLUMNS, rows=ROWS))
            return
        engine = stack.enter_context(served(tmp_path / "e", *demo, "--serve", "--port", str(free_port())))
        link = stack.enter_context(cut_link(engine.url))
        link.delay_s, link.bytes_per_s = LINK_DELAY_S, LINK_BYTES_PER_S
        yield stack.enter_context(console(tmp_path / "c", "--connect", link.url, columns=COLUMNS, rows=ROWS))


def test_a_shift_is_worked_through_and_leaves_the_terminal_as_it_was(screen: Terminal) -> None:
    wait_for_moving_prices(screen)

    screen.send("/")
    screen.wait_for("text, regex, !not")
    screen.send("symbol:^(btc|eth|sol)$" + ENTER)
    screen.wait_until(lambda now: sorted(prices(now)) == IN_ORDER)
    screen.send("s")
    screen.wait_until(lambda now: list(prices(now)) in (IN_ORDER, IN_ORDER[::-1]))
    ordered = list(prices(screen))
    screen.send("S")
    screen.wait_until(lambda now: list(prices(now)) == ordered[::-1])
    back_to_the_desk(screen)

    screen.send("c")
    screen.wait_until(lambda now: re.search(r"O [0-9,.]+ +H [0-9,.]+|1m +5m|1m 5m", now.text))
    screen.send("c")

    screen.send("2")
    screen.send("t")
    screen.wait_until(lambda now: re.search(r"(succeeded|running|runs)", now.text))

    screen.send("!")
    screen.wait_until(lambda now: re.search(r"firing", now.text))
    screen.send("a")
    screen.wait_for("Acknowledge")
    screen.send("on it" + ENTER)
    screen.wait_until(lambda now: re.search(r"acknowledged", now.text))

    scrub_back(screen)
    screen.send(ESCAPE)
    screen.wait_until(lambda now: " LIVE " in now.lines[0])

    screen.resize(30, 5)
    screen.wait_until(lambda now: len(now.lines) == 5 and "planted" in now.text)
    screen.resize(COLUMNS, ROWS)
    screen.wait_until(is_whole)
    screen.send("1")
    wait_for_moving_prices(screen)

    screen.send("q")
    assert screen.exit_code() == 0
    assert_clean(screen)


def back_to_the_desk(screen: Terminal) -> None:
    screen.send(ESCAPE)
    screen.wait_until(lambda now: len(prices(now)) > 3)


def scrub_back(screen: Terminal) -> None:
    """Press the key until something is kept of a moment: a new engine keeps its first state after ten seconds."""
    deadline = time.monotonic() + PATIENCE_S
    while " PAST " not in screen.lines[0]:
        assert time.monotonic() < deadline, screen.text
        screen.send("[")
        time.sleep(2)
