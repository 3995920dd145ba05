"""The chart in a real terminal, of an engine in the process and of one across the network."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.accept.consoles import console
from tests.accept.running import Running, ordered, served, wait_for
from tests.accept.terminal import Terminal

pytestmark = pytest.mark.accept


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    home = tmp_path_factory.mktemp("engine")
    with served(home, "--demo", "--serve", "--port", "0", "--data-dir", str(home / "d")) as running:
        wait_for(lambda: running.get("/data/crypto:BTC").json()["bars"])
        yield running


@pytest.fixture(params=["local", "attached"])
def screen(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Terminal]:
    arguments = ["--demo"]
    if request.param == "attached":
        running: Running = request.getfixturevalue("engine")
        arguments = ["--connect", running.url]
    with console(tmp_path, *arguments) as opened:
        opened.wait_for("Prices[71]")
        yield opened


def test_a_chart_is_opened_turned_zoomed_resized_and_closed(screen: Terminal) -> None:
    screen.send("c")
    screen.wait_for("c Chart BTC 1m candles")
    screen.wait_for("still forms")
    screen.send(".")
    screen.wait_for("c Chart BTC 5m candles")
    screen.send(",")
    screen.send("l")
    screen.wait_for("c Chart BTC 1m line")
    screen.wait_until(lambda now: any("\u2801" <= one <= "\u28ff" for one in now.text))
    screen.send("l")
    screen.send("\x1b[D")
    screen.send("+")
    screen.resize(30, 5)
    screen.wait_until(lambda now: len(now.lines) == 5)
    screen.resize(120, 40)
    screen.wait_for("c Chart BTC 1m candles")
    screen.send("c")
    screen.wait_until(lambda now: "c Chart BTC" not in now.text)


def test_the_command_prints_a_still_chart(engine: Running) -> None:
    done = ordered(engine, "chart", "crypto:BTC", "--width", "80", "--height", "20", "--ascii")
    assert done.returncode == 0, done.stderr
    assert "crypto:BTC 1m" in done.stdout
    assert done.stdout.isascii()
    assert len(done.stdout.splitlines()) == 20
