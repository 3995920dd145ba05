"""How soon the program answers and paints, and how much memory the served demo holds after a minute."""

import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.figures import Goal, machine, report
from tests.accept.consoles import engine_stats
from tests.accept.running import RTP_TUI, clean_environment, served
from tests.accept.terminal import terminal

ROUNDS = 9
MEMORY_AFTER_S = 60.0
SMALLEST = """
from textual.app import App
from textual.widgets import Static
class Smallest(App):
    def compose(self):
        yield Static("painted")
Smallest().run()
"""
_HEAVY = re.compile(r"\|\s+(textual|pandas|rich|numpy|talib|exchange_calendars)$", re.MULTILINE)


def run_s(command: list[str], home: Path) -> float:
    """Seconds from start to end."""
    began = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True, env=clean_environment(home))
    return time.perf_counter() - began


def first_paint_s(command: list[str], words: bytes, home: Path) -> float:
    """Seconds until these words were written to a terminal."""
    began = time.monotonic()
    with terminal(command, clean_environment(home), columns=120, rows=40) as screen:
        seen_at = screen.wait_for_bytes(re.compile(re.escape(words)), 0, 20)
        assert seen_at is not None, screen.text
        return seen_at - began


def heavy_imports(home: Path) -> list[str]:
    """Which heavy libraries a served demo imports in its first seconds."""
    command = [sys.executable, "-X", "importtime", *RTP_TUI[1:], "--demo", "--serve", "--port", "0"]
    log = home / "imports.txt"
    with log.open("w") as stderr:  # it says more than a pipe holds that nobody reads
        process = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=stderr, env=clean_environment(home)
        )
        time.sleep(8.0)
        process.terminate()
        process.wait(15)
    said = log.read_text()
    assert "listening on" in said
    return sorted(set(_HEAVY.findall(said)))


def resident_mb(home: Path) -> tuple[float, float]:
    """Megabytes of the served demo after a minute: now, and the peak."""
    with served(home, "--demo", "--serve", "--port", "0") as running:
        time.sleep(MEMORY_AFTER_S)
        status = Path(f"/proc/{running.process.pid}/status").read_text()
        peak_kb = int(re.findall(r"VmHWM:\s+(\d+)", status)[0])
        return engine_stats(running.url).resident_bytes / 1e6, peak_kb * 1024 / 1e6


def main() -> None:
    """Print times as ratios, rounds alternating, then memory."""
    print(machine())
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        bare, version, smallest, demo = ([0.0] * ROUNDS for _ in range(4))
        for n in range(ROUNDS):
            bare[n] = run_s([sys.executable, "-c", "pass"], home)
            version[n] = run_s(["rtp-tui", "--version"], home)
            smallest[n] = first_paint_s([sys.executable, "-c", SMALLEST], b"painted", home)
            demo[n] = first_paint_s(["rtp-tui", "--demo"], b"STARTING", home)
        report("python -c pass", [s * 1000 for s in bare], "ms")
        report("rtp-tui --version", [s * 1000 for s in version], "ms")
        report("  ratio", [a / b for a, b in zip(version, bare, strict=True)], "x", Goal(3.0, "x"))
        report("smallest Textual app: first paint", [s * 1000 for s in smallest], "ms")
        report("rtp-tui --demo: first paint", [s * 1000 for s in demo], "ms")
        report("  ratio", [a / b for a, b in zip(demo, smallest, strict=True)], "x", Goal(1.6, "x"))
        print(f"heavy libraries that --serve --demo imports: {heavy_imports(home) or 'none'}", flush=True)
        now_mb, peak_mb = resident_mb(home)
        report("--serve --demo: resident after 60 s", [now_mb], "MB", Goal(100, "MB"))
        report("--serve --demo: resident peak", [peak_mb], "MB")


if __name__ == "__main__":
    main()
