"""What a console costs while nothing moves: attached to an engine without a feed, and to one whose venue is gone.

The first has nothing to tell: what is left is the clock, and jobs that run twice a minute. The second counts down to the
next attempt once a second in several panes, which is told apart. Both are measured once ages are told in minutes.
"""

import tempfile
import time
from pathlib import Path

from benchmarks.figures import Goal, machine, report
from tests.accept.consoles import console
from tests.accept.ports import free_port
from tests.accept.running import served
from tests.accept.terminal import cpu_s

SETTLED_S = 100.0
MEASURED_S = 20.0
INSTRUMENT = '[[instruments]]\nid = "crypto:BTC"\nfeeds = ["binance:BTCUSDT"]\n'
AT_REST = "[features]\nstreaming = false\nalerts = false\n"


def unreachable() -> str:
    """A configuration whose only venue refuses connections."""
    ws, rest = (f"127.0.0.1:{free_port()}" for _ in range(2))
    return f'[sources.binance]\nws_url = "ws://{ws}"\nrest_url = "http://{rest}"\n'


def main() -> None:
    """Print CPU and bytes over 20 s."""
    print(machine())
    measure("at rest", AT_REST, Goal(1.0, "%"))
    measure("venue unreachable", unreachable(), None)


def measure(name: str, settings: str, goal: Goal | None) -> None:
    """Print CPU and bytes of a console attached to an engine of these settings."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        config = home / "config.toml"
        config.write_text(settings + INSTRUMENT)
        arguments = ("--serve", "--port", "0", "--config", str(config), "--data-dir", str(home / "d"))
        with (
            served(home / "engine", *arguments) as engine,
            console(home / "console", "--connect", engine.url, shows="BTC", columns=120, rows=40) as screen,
        ):
            time.sleep(SETTLED_S)
            cpu, sent, began = cpu_s(screen.process.pid), screen.bytes_read, time.monotonic()
            screen.wait_until(lambda now: time.monotonic() - began >= MEASURED_S, MEASURED_S + 5)
            took_s = time.monotonic() - began
            report(
                f"idle console, {name}: CPU of one core",
                [(cpu_s(screen.process.pid) - cpu) / took_s * 100],
                "%",
                goal,
            )
            report(f"idle console, {name}: to the terminal", [(screen.bytes_read - sent) / took_s], "B/s")
            screen.send("q")
            screen.exit_code()


if __name__ == "__main__":
    main()
