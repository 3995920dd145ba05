"""What a table of 500 rows costs at 1,000 updates a second in a terminal of 160x50, and how soon it answers a key.

Ours (the console, prices maximised and in its usual layout) beside Textual's DataTable showing the same market. The
figures of a program include its share of inventing the market. A key is "down" or "up"; it is answered when the
row it moves to arrives in the cursor's colours.
"""

import re
import sys
import tempfile
import time
from pathlib import Path

from msgspec import Struct

from benchmarks.figures import Goal, machine, rank, report
from benchmarks.market_load import symbol
from tests.accept.running import clean_environment
from tests.accept.terminal import Terminal, cpu_s, terminal

ROUNDS = 3
SECONDS = 8.0
SETTLE_S = 3.0
TURN_AT = 20
KEY_EVERY_S = 0.23
NO_ANSWER_S = 15.0
SLOW_LINK, SLOWEST_LINK = 50_000.0, 20_000.0
LARGE_MARKET = ("5000", "20000")
"""Instruments, and updates a second."""
DOWN, UP = "\x1b[B", "\x1b[A"
_GROUND = rb"\x1b\[[0-9;]*(48;2;[0-9;]+)m[^\x1b]{0,12}%s\b"
OURS, DATA_TABLE = "benchmarks.loaded_console", "benchmarks.loaded_data_table"


class Cost(Struct, frozen=True):
    """What was measured in one run."""

    cpu_pct: float
    kb_per_s: float
    frames_per_s: float
    key_ms: list[float]


class Cursor:
    """Moves the cursor down and up again, and waits for each answer."""

    def __init__(self, screen: Terminal) -> None:
        self._screen = screen
        self._row = 0
        self._step = 1
        self._ground = self._learn()

    def move(self) -> float:
        """One key; milliseconds to its answer."""
        self._step = -1 if self._row >= TURN_AT else 1 if self._row <= 0 else self._step
        self._row += self._step
        answer = re.compile(
            rb"\x1b\[[0-9;]*%b[0-9;]*m[^\x1b]{0,12}%b\b" % (self._ground, symbol(self._row).encode())
        )
        start = self._screen.bytes_read
        sent_at = self._screen.send(DOWN if self._step > 0 else UP)
        seen_at = self._screen.wait_for_bytes(answer, start, NO_ANSWER_S)
        return (NO_ANSWER_S if seen_at is None else seen_at - sent_at) * 1000

    def _learn(self) -> bytes:
        """The cursor's background: the one that the row under it has and the row after it has not."""
        self._screen.send(DOWN)
        self._row = 1
        time.sleep(1.0)
        raw = self._screen.raw
        here, there = (re.findall(_GROUND % symbol(row).encode(), raw) for row in (1, 2))
        grounds = [ground for ground in here if ground not in there]
        assert grounds, "the cursor cannot be told from other rows"
        return re.escape(bytes(grounds[-1]))


def measure(program: str, *market: str, keys: str = "", bytes_per_s: float | None = None) -> Cost:
    """Run it in a terminal and press keys for a while."""
    with tempfile.TemporaryDirectory() as home:
        command = [sys.executable, "-m", program, *market]
        with terminal(command, clean_environment(Path(home)), columns=160, rows=50) as screen:
            screen.wait_until(lambda now: symbol(20) in now.text, 20)
            screen.send(keys)
            time.sleep(SETTLE_S)
            cursor = Cursor(screen)
            screen.slow_down(bytes_per_s)
            time.sleep(1.0)
            return _measured(screen, cursor)


def _measured(screen: Terminal, cursor: Cursor) -> Cost:
    pid = screen.process.pid
    began, cpu, size, frames = time.monotonic(), cpu_s(pid), screen.bytes_read, screen.frames
    key_ms = []
    while time.monotonic() - began < SECONDS:
        key_ms.append(cursor.move())
        time.sleep(KEY_EVERY_S)
    took_s = time.monotonic() - began
    return Cost(
        cpu_pct=(cpu_s(pid) - cpu) / took_s * 100,
        kb_per_s=(screen.bytes_read - size) / took_s / 1000,
        frames_per_s=(screen.frames - frames) / took_s,
        key_ms=key_ms,
    )


def show(name: str, costs: list[Cost], *, key_goal_ms: float | None, has_goals: bool) -> None:
    """Print the figures of several runs."""
    cpu, traffic = (Goal(12, "%"), Goal(50, "kB/s")) if has_goals else (None, None)
    key = Goal(key_goal_ms, "ms") if key_goal_ms else None
    report(f"{name}: CPU of one core", [cost.cpu_pct for cost in costs], "%", cpu)
    report(f"{name}: to the terminal", [cost.kb_per_s for cost in costs], "kB/s", traffic)
    report(f"{name}: frames", [cost.frames_per_s for cost in costs], "/s")
    report(f"{name}: key p50", [rank(cost.key_ms, 0.5) for cost in costs], "ms")
    report(f"{name}: key p95", [rank(cost.key_ms, 0.95) for cost in costs], "ms", key)


def main() -> None:
    """Print what each costs, medians of several rounds; rounds alternate between the programs."""
    print(machine())
    runs: dict[str, list[Cost]] = {
        name: [] for name in ("ours", "usual", "large", "theirs", "ours slow", "ours slowest", "theirs slow")
    }
    for _ in range(int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS):
        runs["ours"].append(measure(OURS, keys="m"))
        runs["usual"].append(measure(OURS))
        runs["large"].append(measure(OURS, *LARGE_MARKET, keys="m"))
        runs["theirs"].append(measure(DATA_TABLE))
        runs["ours slow"].append(measure(OURS, keys="m", bytes_per_s=SLOW_LINK))
        runs["ours slowest"].append(measure(OURS, keys="m", bytes_per_s=SLOWEST_LINK))
        runs["theirs slow"].append(measure(DATA_TABLE, bytes_per_s=SLOW_LINK))
    show("ours, table alone", runs["ours"], key_goal_ms=40, has_goals=True)
    show("ours, all panes", runs["usual"], key_goal_ms=40, has_goals=True)
    show("ours, 5,000 rows, 20,000 updates/s", runs["large"], key_goal_ms=60, has_goals=False)
    show("DataTable", runs["theirs"], key_goal_ms=None, has_goals=False)
    show("ours, table alone, link of 50 kB/s", runs["ours slow"], key_goal_ms=100, has_goals=False)
    show("ours, table alone, link of 20 kB/s", runs["ours slowest"], key_goal_ms=1000, has_goals=False)
    show("DataTable, link of 50 kB/s", runs["theirs slow"], key_goal_ms=None, has_goals=False)


if __name__ == "__main__":
    main()
