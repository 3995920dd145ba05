"""The program as its user runs it: a process of its own, found by what it prints."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import IO, TypeVar

import httpx
import pytest

T = TypeVar("T")
RTP_TUI = [sys.executable, "-m", "rtp_tui"]
PATIENCE_S = 120.0
"""With what is to come. A machine may be slow, busy and its disk slower: how soon it is to come is told by other
measures than its clock."""
USUAL_COUNT_S = 0.05
"""Of processor, for a million small sums."""
_LISTENING = re.compile(r"listening on (https?://\S+)")


def recordings() -> Path:
    """Where recorded market data is, or a skip that says so."""
    default = Path(__file__).parents[3] / "shared" / "data" / "feeds"
    path = Path(os.environ.get("RTP_RECORDINGS", default))
    if not path.is_dir():
        pytest.skip(f"recorded market data is absent ({path}); set RTP_RECORDINGS")
    return path


SHARED_CACHE = "RTP_TESTS_CACHE"


def shared_calendars() -> Path | None:
    """Exchanges' sessions for engines in this process, which would each have them built for a second; see conftest."""
    cache = os.environ.get(SHARED_CACHE)
    return None if cache is None else Path(cache) / "rtp-tui" / "calendars.json"


def clean_environment(home: Path) -> dict[str, str]:
    """This process's environment without anything that configures the program."""
    kept = {
        k: v
        for k, v in os.environ.items()
        if not k.startswith(("RTP_", "XDG_", "SSH_")) and k not in ("DATABASE_URL", "SSL_CERT_DIR")
    }
    return {
        **kept,
        "HOME": str(home),
        "XDG_CONFIG_HOME": str(home / "config"),
        "XDG_DATA_HOME": str(home / "data"),
        # What every engine would have built for seconds is built once; see conftest.
        "XDG_CACHE_HOME": os.environ.get(SHARED_CACHE, str(home / "cache")),
    }


class Running:
    """A served engine: its process, its URL, and everything it said on stderr so far."""

    def __init__(self, process: "subprocess.Popen[str]", log: Path) -> None:
        self.process = process
        self.log = log
        self.url = ""

    def wait_until_listening(self, within_s: float = PATIENCE_S) -> None:
        """Read its URL from stderr."""
        deadline = time.monotonic() + within_s
        while time.monotonic() < deadline:
            found = _LISTENING.search(self.said)
            if found:
                self.url = found[1]
                return
            if self.process.poll() is not None:
                break
            time.sleep(0.02)
        raise AssertionError(f"never listened; exit {self.process.poll()}; said: {self.said}")

    @property
    def said(self) -> str:
        return self.log.read_text(errors="replace")

    def get(self, path: str) -> httpx.Response:
        return httpx.get(self.url + path, timeout=PATIENCE_S)

    @property
    def cpu_s(self) -> float:
        """Seconds of processor that it has used, whatever else the machine does."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def end(self, number: int = signal.SIGTERM, within_s: float = PATIENCE_S) -> int:
        """Send a signal and wait; the exit code."""
        self.process.send_signal(number)
        return self.process.wait(within_s)


@cache
def slowness() -> float:
    """How many times as slow as a usual machine this one computes, once at least."""
    began_s, total = time.process_time(), 0
    for number in range(1_000_000):
        total += number * number % 7
    return max(1.0, (time.process_time() - began_s) / USUAL_COUNT_S)


def ordered(engine: Running, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """What a command of the program says to the engine of this data directory."""
    home = engine.log.parent
    return subprocess.run(
        [*RTP_TUI, *arguments, "--data-dir", str(home / "d")],
        env=clean_environment(home),
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )


@contextmanager
def printed_first(*arguments: str) -> Iterator[str]:
    """The first line that a Python process of ours prints; it runs while the block does."""
    process = subprocess.Popen([sys.executable, *arguments], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
    finally:
        process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()


@contextmanager
def served(tmp_path: Path, *arguments: str, listens: bool = True) -> Iterator[Running]:
    """`rtp-tui ARGUMENTS` running while the block does; killed at its end if it still is."""
    tmp_path.mkdir(parents=True, exist_ok=True)
    log = tmp_path / "stderr.txt"
    with log.open("w") as stderr:
        process = start(tmp_path, arguments, stderr)
    running = Running(process, log)
    try:
        if listens:
            running.wait_until_listening()
        yield running
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()


def start(home: Path, arguments: tuple[str, ...], stderr: IO[str]) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [*RTP_TUI, *arguments],
        env=clean_environment(home),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=stderr,
        text=True,
    )


def wait_for(condition: Callable[[], T], within_s: float = PATIENCE_S, pause_s: float = 0.05) -> T:
    """Ask until the answer is true; the answer."""
    deadline = time.monotonic() + within_s
    while True:
        found = condition()
        if found:
            return found
        if time.monotonic() > deadline:
            raise AssertionError(f"did not come true within {within_s} s")
        time.sleep(pause_s)
