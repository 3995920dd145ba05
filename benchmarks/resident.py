"""What the served demo holds in memory as it goes on: `python -m benchmarks.resident [SECONDS ...]`."""

import re
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.figures import machine
from tests.accept.running import served

MOMENTS_S = (60.0, 180.0, 360.0)
"""The last one after the bars of five minutes were built again from their trades, which takes most at once."""
_KEPT = {"VmRSS": "resident", "RssAnon": "its own", "RssFile": "of files", "VmHWM": "peak"}
_LINE = re.compile(r"(\w+):\s+(\d+) kB")


def held_mb(pid: int) -> dict[str, float]:
    """Megabytes by kind."""
    told = dict(_LINE.findall(Path(f"/proc/{pid}/status").read_text()))
    return {words: int(told[name]) * 1024 / 1e6 for name, words in _KEPT.items()}


def main() -> None:
    """Print them at each moment after the start."""
    moments_s = [float(one) for one in sys.argv[1:]] or MOMENTS_S
    print(machine())
    with (
        tempfile.TemporaryDirectory() as home,
        served(Path(home), "--demo", "--serve", "--port", "0") as running,
    ):
        began_s = time.monotonic()
        for moment_s in sorted(moments_s):
            time.sleep(max(0.0, began_s + moment_s - time.monotonic()))
            held = held_mb(running.process.pid)
            print(f"{moment_s:g} s:", ", ".join(f"{words} {mb:.1f} MB" for words, mb in held.items()))


if __name__ == "__main__":
    main()
