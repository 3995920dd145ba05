"""Consoles in terminals: the demo, one attached to a served engine, and what can be read off their screens."""

import re
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx
import msgspec

from tests.accept.running import PATIENCE_S, RTP_TUI, clean_environment
from tests.accept.terminal import Terminal, terminal

PLANTED = [sys.executable, "-m", "tests.accept.planted_crash"]
_PRICE = re.compile(r"^│?\s*([A-Z]{2,6})\s+.*?([0-9][0-9,]*\.[0-9]+)")
_OPENED, _CLOSED = "┌╭", "┘╯"
_LEFT, _RIGHT = "│┌╭└╰├", "│┐╮┘╯┤"


@contextmanager
def console(
    home: Path,
    *arguments: str,
    columns: int = 120,
    rows: int = 40,
    program: Sequence[str] = RTP_TUI,
    shows: str = " LIVE ",
    **environment: str,
) -> Iterator[Terminal]:
    """`rtp-tui ARGUMENTS` in a terminal, from when it shows these words."""
    home.mkdir(parents=True, exist_ok=True)
    settings = {**clean_environment(home), **environment}
    with terminal([*program, *arguments], settings, columns=columns, rows=rows) as opened:
        opened.wait_for(shows)
        yield opened


def prices(screen: Terminal) -> dict[str, str]:
    """Symbol to price of the rows on screen, in their order."""
    below_status = screen.lines[1:]
    return {found[1]: found[2] for line in below_status if (found := _PRICE.match(line))}


def wait_for_moving_prices(screen: Terminal, within_s: float = PATIENCE_S) -> None:
    """Wait until some price on screen was replaced by another."""
    before = screen.wait_until(prices, within_s)

    def is_moved(now: Terminal) -> bool:
        return any(before.get(symbol, price) != price for symbol, price in prices(now).items())

    screen.wait_until(is_moved, within_s)


def is_whole(screen: Terminal) -> bool:
    """Every border is closed and every row reaches its own: nothing of a frame is missing or left over."""
    lines = screen.lines
    text = "".join(lines)
    opened, closed = (sum(map(text.count, corners)) for corners in (_OPENED, _CLOSED))
    framed = [line.rstrip() for line in lines if line[0] in _LEFT]
    return opened == closed > 0 and all(line[-1] in _RIGHT for line in framed)


def assert_clean(screen: Terminal) -> None:
    """The terminal is as it was found, and the next program reads nothing that was meant for this one."""
    assert screen.used_alternate_screen
    assert not (left := screen.left_on()), left
    assert screen.left_to_read() == b""


class Percentiles(msgspec.Struct):
    p50: float
    p95: float
    p99: float


class Latency(msgspec.Struct):
    loop_lag_ms: Percentiles
    commit_ms: Percentiles | None = None


class Stats(msgspec.Struct):
    """The part of `/stats` that tests and benchmarks look at."""

    total_data_points: int
    latency: Latency
    resident_bytes: int
    ts_ms: int


def engine_stats(url: str) -> Stats:
    """What the engine says of itself now."""
    return msgspec.json.decode(httpx.get(f"{url}/stats", timeout=PATIENCE_S).content, type=Stats)


def wait_for_engine(url: str, within_s: float = PATIENCE_S) -> None:
    """Wait until an engine answers and has counted something."""
    deadline = time.monotonic() + within_s
    while True:
        try:
            if engine_stats(url).total_data_points:
                return
        except httpx.TransportError:
            pass
        assert time.monotonic() < deadline, f"no engine at {url}"
        time.sleep(0.1)
