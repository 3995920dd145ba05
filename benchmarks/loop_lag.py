"""How late the engine's loop is while a console in the same process repaints a terminal of 160x50.

Read from the engine's own statistics over REST: the lag of the probes of the last 60 s, ten a second. The first
reading is made once the start is no longer among them.
"""

import tempfile
import time
from pathlib import Path

from benchmarks.figures import Goal, machine, report
from tests.accept.consoles import Stats, console, engine_stats, wait_for_engine
from tests.accept.ports import free_port
from tests.accept.terminal import Terminal, cpu_s

AFTER_START_S = 70.0
READINGS = 3
BETWEEN_S = 20.0


def main() -> None:
    """Print the lag and what else the engine measured."""
    print(machine())
    port = free_port()
    with (
        tempfile.TemporaryDirectory() as home,
        console(
            Path(home), "--demo", columns=160, rows=50, RTP_SERVER__ENABLED="true", RTP_SERVER__PORT=str(port)
        ) as screen,
    ):
        url = f"http://127.0.0.1:{port}"
        wait_for_engine(url)
        time.sleep(AFTER_START_S)
        cpu, sent, frames, began = (
            cpu_s(screen.process.pid),
            screen.bytes_read,
            screen.frames,
            time.monotonic(),
        )
        readings = [reading(url) for _ in range(READINGS)]
        took_s = time.monotonic() - began
        show(readings)
        report("process: CPU of one core", [(cpu_s(screen.process.pid) - cpu) / took_s * 100], "%")
        report("console: to the terminal", [(screen.bytes_read - sent) / took_s / 1000], "kB/s")
        report("console: frames", [(screen.frames - frames) / took_s], "/s")
        leave(screen)


def reading(url: str) -> Stats:
    """Wait, then ask."""
    time.sleep(BETWEEN_S)
    return engine_stats(url)


def show(readings: list[Stats]) -> None:
    """Print the percentiles of all readings."""
    lags = [stats.latency.loop_lag_ms for stats in readings]
    report("loop lag p50", [lag.p50 for lag in lags], "ms")
    report("loop lag p95", [lag.p95 for lag in lags], "ms")
    report("loop lag p99", [lag.p99 for lag in lags], "ms", Goal(20, "ms"))
    commits = [stats.latency.commit_ms for stats in readings if stats.latency.commit_ms]
    report("commit p95, as the engine counts it", [commit.p95 for commit in commits], "ms")


def leave(screen: Terminal) -> None:
    """End it as a person does."""
    screen.send("q")
    screen.exit_code(15)


if __name__ == "__main__":
    main()
