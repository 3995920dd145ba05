"""The console on a real pseudo-terminal: it moves, it leaves a clean terminal, it survives one that does not read."""

import os
import pty
import re
import select
import signal
import struct
import sys
import termios
import time
from collections.abc import Iterator
from fcntl import ioctl
from pathlib import Path

import pyte
import pytest

from tests.accept.running import PATIENCE_S

pytestmark = pytest.mark.accept

ROOT = Path(__file__).resolve().parents[2]
ASK_CURSOR = b"\x1b[6n"
RESTORED = (b"\x1b[?1049l", b"\x1b[?25h", b"\x1b[?1000l", b"\x1b[?2004l")


class Terminal:
    """A terminal of 120x40 that answers where its cursor is, and a console in it."""

    def __init__(self, **environment: str) -> None:
        self.screen = pyte.Screen(120, 40)
        self._stream = pyte.ByteStream(self.screen)
        self.received = b""
        self.answers = True
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.chdir(ROOT)
            os.environ.update(environment, TERM="xterm-256color", COLORTERM="truecolor")
            os.execv(sys.executable, [sys.executable, "-m", "tests.accept.frozen_console"])
        ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
        self.attributes = termios.tcgetattr(self.fd)

    def read(self, seconds: float) -> None:
        """Take what comes for so long, and answer the questions in it."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            if not select.select([self.fd], [], [], left)[0]:
                return
            try:
                data = os.read(self.fd, 65536)
            except OSError:
                return
            self.received += data
            self._stream.feed(data.replace(b"\x1b[>25u", b"").replace(b"\x1b[<u", b""))
            for _ in range(data.count(ASK_CURSOR) if self.answers else 0):
                os.write(self.fd, b"\x1b[10;10R")

    def read_until_price(self, at_least: float, seconds: float = PATIENCE_S) -> None:
        """Take what comes until the rising price has come so far; a busy terminal need not show each step of it."""
        until = time.monotonic() + seconds
        while self.price < at_least and time.monotonic() < until:
            self.read(0.1)
        assert self.price >= at_least, self.text

    def read_until_asked(self, already: int) -> None:
        """Take what comes until it has been asked where the cursor is more often than it was."""
        until = time.monotonic() + PATIENCE_S
        while self.received.count(ASK_CURSOR) == already:
            assert time.monotonic() < until, "it asks no more"
            self.read(0.1)

    def press(self, keys: str) -> None:
        os.write(self.fd, keys.encode())

    def exit_code(self, seconds: float = PATIENCE_S) -> int:
        """Wait for the end, reading on."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            self.read(0.05)
            done, status = os.waitpid(self.pid, os.WNOHANG)
            if done:
                self.pid = 0
                self.read(0.2)
                return os.waitstatus_to_exitcode(status)
        raise AssertionError("the console did not end")

    def close(self) -> None:
        if self.pid:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        os.close(self.fd)

    @property
    def text(self) -> str:
        return "\n".join(self.screen.display)

    @property
    def price(self) -> float:
        """The rising price of the first row, 0 before it is on screen."""
        shown = re.search(r"BTC +(1\d,\d{3}\.\d\d) ", self.text)
        return float(shown[1].replace(",", "")) if shown else 0.0

    @property
    def is_restored(self) -> bool:
        return all(sequence in self.received for sequence in RESTORED)


@pytest.fixture
def terminal() -> Iterator[Terminal]:
    terminal = Terminal()
    yield terminal
    terminal.close()


@pytest.fixture
def crashing() -> Iterator[Terminal]:
    terminal = Terminal(PLANT_CRASH="1")
    yield terminal
    terminal.close()


def test_prices_move_and_q_leaves_a_clean_terminal(terminal: Terminal) -> None:
    terminal.read_until_price(10_005)
    terminal.read_until_price(10_015)
    terminal.press("q")
    assert terminal.exit_code() == 0
    assert terminal.is_restored
    assert termios.tcgetattr(terminal.fd) == terminal.attributes
    assert b"[10;10R" not in terminal.received, "an answer was left for the shell to read"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_it_in_order(terminal: Terminal, number: signal.Signals) -> None:
    terminal.read_until_price(10_005)
    os.kill(terminal.pid, number)
    assert terminal.exit_code() == 0
    assert terminal.is_restored


def test_a_crash_leaves_a_clean_terminal_and_exit_code_1(crashing: Terminal) -> None:
    assert crashing.exit_code() == 1
    assert crashing.is_restored
    assert b"a planted crash" in crashing.received


def test_a_terminal_that_stops_reading_does_not_stop_the_console(terminal: Terminal) -> None:
    terminal.read_until_price(10_005)
    time.sleep(4)
    terminal.press("\x1b[B")
    before = len(terminal.received)
    terminal.read_until_price(10_050)
    assert len(terminal.received) - before < 300_000, "old frames were kept for a terminal that did not read"
    terminal.press("q")
    assert terminal.exit_code() == 0


def test_quitting_waits_for_the_terminals_outstanding_answer(terminal: Terminal) -> None:
    terminal.read_until_price(10_005)
    terminal.answers = False
    terminal.read_until_asked(terminal.received.count(ASK_CURSOR))
    terminal.press("q")
    terminal.read(0.4)
    assert os.waitpid(terminal.pid, os.WNOHANG)[0] == 0, "it left before the answer came"
    os.write(terminal.fd, b"\x1b[10;10R")
    assert terminal.exit_code() == 0
    assert terminal.is_restored


def test_a_terminal_that_never_answers_gets_frames_and_can_quit(terminal: Terminal) -> None:
    terminal.answers = False
    terminal.read_until_price(10_100)
    terminal.press("q")
    assert terminal.exit_code() == 0


def test_it_ends_although_the_terminal_does_not_read(terminal: Terminal) -> None:
    terminal.read_until_price(10_005)
    for _ in range(200):
        terminal.press("T")
        time.sleep(0.01)
    started = time.monotonic()
    os.kill(terminal.pid, signal.SIGTERM)
    while os.waitpid(terminal.pid, os.WNOHANG)[0] == 0:
        assert time.monotonic() - started < PATIENCE_S
        time.sleep(0.05)
    terminal.pid = 0
