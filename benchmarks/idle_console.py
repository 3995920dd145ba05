"""What a console costs while nothing moves: attached to an engine whose only venue cannot be reached."""

import tempfile
import time
from pathlib import Path

from benchmarks.figures import Goal, machine, report
from tests.accept.consoles import console, free_port
from tests.accept.running import served
from tests.accept.terminal import cpu_s

SETTLED_S = 8.0
MEASURED_S = 20.0


def main() -> None:
    """Print CPU and bytes of an attached console over 20 s."""
    print(machine())
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        config = home / "config.toml"
        config.write_text(
            f'[sources.binance]\nws_url = "ws://127.0.0.1:{free_port()}"\nrest_url = "http://127.0.0.1:{free_port()}"\n'
            '[[instruments]]\nid = "crypto:BTC"\nfeeds = ["binance:BTCUSDT"]\n'
        )
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
                "idle console: CPU of one core",
                [(cpu_s(screen.process.pid) - cpu) / took_s * 100],
                "%",
                Goal(1.0, "%"),
            )
            report("idle console: to the terminal", [(screen.bytes_read - sent) / took_s], "B/s")
            screen.send("q")
            screen.exit_code()


if __name__ == "__main__":
    main()
