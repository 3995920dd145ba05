"""The console as a person meets it: in a real terminal, local and attached, well and badly treated."""

import os
import re
import signal
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from tests.accept.consoles import (
    PLANTED,
    assert_clean,
    console,
    engine_stats,
    is_whole,
    prices,
    wait_for_engine,
    wait_for_moving_prices,
)
from tests.accept.ports import free_port
from tests.accept.running import PATIENCE_S, Running, served, wait_for
from tests.accept.terminal import Terminal, cpu_s

pytestmark = pytest.mark.accept

Picture = list[list[tuple[object, ...]]]
"""Characters and colours, line by line."""

ENDINGS = pytest.mark.parametrize(
    "end",
    [
        pytest.param(lambda screen: screen.send("q"), id="q"),
        pytest.param(lambda screen: screen.process.send_signal(signal.SIGTERM), id="SIGTERM"),
        pytest.param(lambda screen: screen.process.send_signal(signal.SIGHUP), id="SIGHUP"),
    ],
)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    home = tmp_path_factory.mktemp("engine")
    with served(home, "--demo", "--serve", "--port", "0", "--data-dir", str(home / "d")) as running:
        wait_for(lambda: running.get("/health").json()["score"] is not None)
        yield running


@pytest.fixture(scope="module", params=["local", "attached"])
def arguments(request: pytest.FixtureRequest) -> list[str]:
    """Of a console with the engine in its process, and of one attached to a served engine."""
    if request.param == "local":
        return ["--demo"]
    running: Running = request.getfixturevalue("engine")
    return ["--connect", running.url]


@pytest.fixture(scope="module")
def shared(arguments: list[str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Terminal]:
    with console(tmp_path_factory.mktemp("console"), *arguments) as screen:
        yield screen


@pytest.fixture
def screen(shared: Terminal) -> Iterator[Terminal]:
    """A live console; whatever a test opened is closed again."""
    yield shared
    shared.send("\x1b")
    shared.settle()


def test_prices_move(screen: Terminal) -> None:
    wait_for_moving_prices(screen)
    screen.wait_until(is_whole)
    assert screen.left_on() != [], "a running console has the terminal to itself"


def test_a_filter_keeps_what_matches_and_esc_brings_the_rest_back(screen: Terminal) -> None:
    screen.wait_for("Prices[71]")
    screen.send("/")
    screen.wait_for("text, regex, !not")
    screen.send("doge")
    screen.wait_for("Prices(doge)[1/71]")
    screen.wait_until(lambda now: set(prices(now)) == {"DOGE"})

    screen.send("\r")
    screen.send("\x1b")
    screen.wait_for("Prices[71]")
    screen.wait_until(lambda now: {"BTC", "DOGE"} <= set(prices(now)))


def test_s_sorts_by_the_next_column_and_shift_s_turns_the_order_around(screen: Terminal) -> None:
    screen.wait_until(lambda now: len(symbols(now)) > 20)
    natural = symbols(screen)[:15]
    screen.send("s")
    screen.wait_for("SYMBOL↑")
    screen.wait_until(lambda now: symbols(now)[:1] == ["AAPL"] and symbols(now) == sorted(symbols(now)))
    screen.send("S")
    screen.wait_for("SYMBOL↓")
    screen.wait_until(lambda now: symbols(now) == sorted(symbols(now), reverse=True))
    assert "AAPL" not in symbols(screen)
    sort_until(screen, lambda now: "↓" not in now.text and "↑" not in now.text)
    screen.wait_until(lambda now: symbols(now)[:15] == natural)


def test_help_opens_and_closes(screen: Terminal) -> None:
    screen.send("?")
    screen.wait_for("Tour and keys")
    screen.send("\x1b")
    screen.wait_until(lambda now: "Tour and keys" not in now.text and is_whole(now))
    wait_for_moving_prices(screen)


def test_the_palette_opens_offers_actions_and_closes(screen: Terminal) -> None:
    screen.send("\x10")
    screen.wait_for("Search for commands")
    screen.wait_for("Go to prices")
    screen.send("next pane")
    screen.wait_for("Next pane")
    screen.send("\x1b")
    screen.wait_until(lambda now: "Search for commands" not in now.text and is_whole(now))
    wait_for_moving_prices(screen)


def test_a_tiny_window_shows_something_and_the_old_size_everything(screen: Terminal) -> None:
    screen.resize(30, 5)
    screen.wait_until(lambda now: len(prices(now)) == 3 and "SYMBOL" in now.lines[1])
    screen.wait_until(lambda now: " LIVE " in now.lines[0])
    screen.resize(120, 40)
    screen.wait_until(lambda now: is_whole(now) and len(prices(now)) > 10)
    wait_for_moving_prices(screen)


def test_what_was_painted_bit_by_bit_is_what_a_whole_picture_shows(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text("[features]\nnotifications = false\n")  # no toast comes and goes meanwhile
    with console(tmp_path, "--demo", "--config", str(config)) as screen:
        screen.wait_for(" LIVE ")
        wait_for_moving_prices(screen)
        screen.send("jjj2jf")
        screen.wait_for("FROZEN")
        painted = standing(screen)

        screen.resize(121, 40)
        screen.wait_until(lambda now: now.lines[1].endswith("╮"))
        screen.resize(120, 40)

        screen.wait_until(lambda now: beneath_status(now) == painted)


def beneath_status(screen: Terminal) -> Picture:
    """All but the first line, which has the clock."""
    rows = range(1, len(screen.lines))
    return [[tuple(screen.screen.buffer[y][x]) for x in range(screen.screen.columns)] for y in rows]


def standing(screen: Terminal) -> Picture:
    """The same, once it stays from one second of the clock to the next."""
    seen: list[tuple[str, Picture]] = []

    def stands(now: Terminal) -> bool:
        if not seen or now.lines[0] != seen[-1][0]:
            seen.append((now.lines[0], beneath_status(now)))
        return len(seen) > 1 and seen[-1][1] == seen[-2][1]

    screen.wait_until(stands)
    return seen[-1][1]


@ENDINGS
def test_every_way_out_leaves_a_clean_terminal_and_exit_code_0(
    arguments: list[str], end: Callable[[Terminal], None], tmp_path: Path
) -> None:
    with console(tmp_path, *arguments) as screen:
        end(screen)
        assert screen.exit_code() == 0
        assert_clean(screen)


def test_leaving_in_the_middle_of_a_frame_leaves_a_clean_terminal(tmp_path: Path) -> None:
    with console(tmp_path, "--demo") as screen:
        screen.slow_down(30_000)
        screen.resize(119, 39)
        time.sleep(0.15)
        screen.process.send_signal(signal.SIGTERM)
        assert screen.exit_code() == 0
        assert_clean(screen)


def test_an_interrupt_from_outside_exits_with_130(tmp_path: Path) -> None:
    with console(tmp_path, "--demo") as screen:
        screen.process.send_signal(signal.SIGINT)
        assert screen.exit_code() == 130
        assert_clean(screen)


def test_a_bug_in_a_pane_is_shown_in_that_pane_and_the_rest_goes_on(
    arguments: list[str], tmp_path: Path
) -> None:
    with console(tmp_path, "pane", *arguments, program=PLANTED) as screen:
        screen.wait_for("this pane failed")
        wait_for_moving_prices(screen)
        screen.send("q")
        assert screen.exit_code() == 0
        assert_clean(screen)


def test_a_bug_in_the_console_ends_it_with_1_and_a_clean_terminal(
    arguments: list[str], tmp_path: Path
) -> None:
    with console(tmp_path, "app", *arguments, program=PLANTED) as screen:
        assert screen.exit_code() == 1
        assert "a planted bug" in screen.text
        assert_clean(screen)


def test_a_terminal_that_stops_reading_does_not_stop_the_engine(tmp_path: Path) -> None:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with console(tmp_path, "--demo", RTP_SERVER__ENABLED="true", RTP_SERVER__PORT=str(port)) as screen:
        wait_for_engine(url)
        before = engine_stats(url)
        screen.stop_reading()
        time.sleep(1.0)  # what was just being read is taken yet
        read = screen.bytes_read
        counted, until_s = before.total_data_points, time.monotonic() + 10.0
        while time.monotonic() < until_s:
            counted = wait_for(partial(more_than, counted, url))

        assert screen.bytes_read == read
        screen.read_again()
        screen.wait_until(is_whole)
        wait_for_moving_prices(screen)
        screen.wait_for(" LIVE ")
        screen.send("q")
        assert screen.exit_code() == 0
        assert_clean(screen)


def more_than(count: int, url: str) -> int:
    """How many observations the engine has counted, 0 where they are no more."""
    now = engine_stats(url).total_data_points
    return now if now > count else 0


def test_leaving_while_the_terminal_does_not_read_takes_seconds_not_for_ever(tmp_path: Path) -> None:
    with console(tmp_path, "--demo") as screen:
        screen.stop_reading()
        time.sleep(3.0)
        screen.process.send_signal(signal.SIGTERM)
        assert screen.process.wait(PATIENCE_S) == 0


def test_a_console_that_was_suspended_comes_back_whole_and_leaves_nothing_behind(
    engine: Running, tmp_path: Path
) -> None:
    with console(tmp_path, "--connect", engine.url) as screen:
        screen.slow_down(None, round_trip_s=0.3)
        wait_for_moving_prices(screen)
        held = open_descriptors(screen)
        for _ in range(3):
            screen.send("\x1a")
            wait_for(lambda: is_stopped(screen))
            assert screen.left_to_read() == b"", "an answer for the console, which the shell would read"
            assert "alternate screen" not in screen.left_on()
            come_back_whole(screen)
        screen.process.send_signal(signal.SIGSTOP)
        wait_for(lambda: is_stopped(screen))
        come_back_whole(screen)
        assert open_descriptors(screen) < held + 4, "each time three of a writer's own"


def come_back_whole(screen: Terminal) -> None:
    """Go on, and wait for what only a whole picture holds."""
    start = screen.bytes_read
    screen.process.send_signal(signal.SIGCONT)
    assert screen.wait_for_bytes(re.compile(b"SYMBOL.*Feeds", re.DOTALL), start, PATIENCE_S)
    wait_for_moving_prices(screen)


def test_ctrl_z_is_refused_where_it_would_stop_the_feeds(tmp_path: Path) -> None:
    with console(tmp_path, "--demo") as screen:
        screen.send("\x1a")
        screen.wait_for("suspending would stop the feeds")
        assert is_running(screen)
        screen.process.send_signal(signal.SIGTSTP)
        time.sleep(0.5)
        assert is_running(screen)
        wait_for_moving_prices(screen)


@pytest.mark.parametrize("size", [(80, 24), (200, 60)])
def test_other_sizes_are_whole_and_move(size: tuple[int, int], tmp_path: Path) -> None:
    with console(tmp_path, "--demo", columns=size[0], rows=size[1]) as screen:
        wait_for_moving_prices(screen)
        assert all(len(line) == size[0] for line in screen.lines)
        assert is_whole(screen) or size == (80, 24), "the smallest layout has no borders"


def test_a_terminal_that_goes_away_ends_the_console(arguments: list[str], tmp_path: Path) -> None:
    with console(tmp_path, *arguments) as screen:
        time.sleep(2.0)
        spent = spent_now = cpu_s(screen.process.pid)
        hung_up_at = time.monotonic()
        screen.hang_up()
        while screen.process.poll() is None and time.monotonic() - hung_up_at < PATIENCE_S:
            spent_now = read_cpu_s(screen.process.pid, spent_now)
            time.sleep(0.05)

        assert screen.process.poll() == 0
        assert spent_now - spent < 2.0, "spins on a terminal that is gone"


def symbols(screen: Terminal) -> list[str]:
    return list(prices(screen))


def sort_until(screen: Terminal, condition: Callable[[Terminal], bool]) -> None:
    """Press s, at most once for every column there is, until it is so; each time when the one before is seen."""
    for _ in range(20):
        if condition(screen):
            return
        before, until_s = screen.lines[1:3], time.monotonic() + 2.0
        screen.send("s")
        screen.wait_until(lambda now: now.lines[1:3] != before or time.monotonic() > until_s)  # noqa: B023
    raise AssertionError(screen.text)


def is_running(screen: Terminal) -> bool:
    return state_of(screen) not in "TtZX"


def is_stopped(screen: Terminal) -> bool:
    return state_of(screen) in "Tt"


def state_of(screen: Terminal) -> str:
    """What the kernel says that the process does."""
    stat = Path(f"/proc/{screen.process.pid}/stat").read_text()
    return stat.rpartition(")")[2].split()[0]


def open_descriptors(screen: Terminal) -> int:
    return sum(1 for _ in Path(f"/proc/{screen.process.pid}/fd").iterdir())


def read_cpu_s(pid: int, before: float) -> float:
    """What it has used, or what it had when it was already gone."""
    try:
        return cpu_s(pid)
    except (FileNotFoundError, ProcessLookupError):
        return before


def test_no_terminal_is_said_and_is_no_crash(tmp_path: Path) -> None:
    with served(tmp_path, "--demo", listens=False) as running:
        assert running.process.wait(PATIENCE_S) == os.EX_OK + 1
        assert "needs a terminal" in running.said
