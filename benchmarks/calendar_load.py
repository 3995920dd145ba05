"""How long it takes to read the sessions of eight exchanges from their snapshot."""

import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.figures import Goal, machine, report
from rtp_tui.scheduling.calendar_snapshot import read_snapshot

NAMES = ("XNYS", "XBOM", "XBOG", "CMES", "XTKS", "XHKG", "XLON", "XSHG")
TIMES = 50


def main() -> None:
    """Build a snapshot in a process of its own, then read it again and again."""
    print(machine())
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "calendars.json"
        began = time.perf_counter()
        command = [sys.executable, "-m", "rtp_tui.scheduling.calendar_builder", str(path), *NAMES]
        subprocess.run(command, check=True, timeout=120)
        report("build, in its own process", [time.perf_counter() - began], "s")
        report("snapshot", [path.stat().st_size / 1000], "kB")
        report("load", [load_ms(path) for _ in range(TIMES)], "ms", Goal(5, "ms"))


def load_ms(path: Path) -> float:
    """Milliseconds from the file to answers."""
    began = time.perf_counter()
    read_snapshot(path.read_bytes())
    return (time.perf_counter() - began) * 1000


if __name__ == "__main__":
    main()
