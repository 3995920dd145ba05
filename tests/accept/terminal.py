"""A terminal for programs under test: a real pseudo-terminal that answers, counts, and can be slow or deaf.

It answers what a terminal answers (cursor position, mode queries, device attributes), remembers every byte and which
private modes were left on, and draws the screen only when a test looks at it, so that measuring costs little.
"""

import errno
import fcntl
import heapq
import os
import re
import select
import signal
import struct
import subprocess
import termios
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import pyte

from tests.accept.running import PATIENCE_S

T = TypeVar("T")
ROOT = Path(__file__).resolve().parents[2]
ASK_CURSOR = b"\x1b[6n"
FRAME = b"\x1b[?2026h"
"""Begins a synchronized update: Textual sends one a frame to terminals that say they know it."""
ESCAPE_S, ASKS_AGAIN_S = 0.3, 10.0
"""What comes sooner after an escape is one key with it."""
_CURSOR_AT = b"\x1b[10;10R"
_SYNCHRONIZED = b"2026"
_ALTERNATE, _CURSOR = "1049", "25"
_TAIL = 32
"""No sequence that is looked for is longer; one may be cut by the end of a read."""
_LOOKED_FOR = re.compile(rb"\x1b\[(?:6n|c|\?([0-9;]+)([hl])|\?([0-9]+)\$p)")
_KITTY = re.compile(rb"\x1b\[[<=>][0-9;]*u")
_LEFT_ON = {
    "1049": "alternate screen",
    "1000": "mouse",
    "1002": "mouse drag",
    "1003": "mouse movement",
    "1006": "mouse coordinates",
    "1015": "mouse coordinates (urxvt)",
    "1004": "focus reports",
    "2004": "bracketed paste",
    "2026": "synchronized update",
}


def terminal_environment(environment: dict[str, str]) -> dict[str, str]:
    """An environment that says true colours and nothing that a library would tune itself by."""
    dropped = ("TEXTUAL", "TMUX", "NO_COLOR", "FORCE_COLOR", "COLUMNS", "LINES", "LC_")
    kept = {name: value for name, value in environment.items() if not name.startswith(dropped)}
    return {**kept, "TERM": "xterm-256color", "COLORTERM": "truecolor", "LANG": "C.UTF-8"}


class Terminal:
    """A program in a pseudo-terminal of its own; a thread reads what it writes."""

    def __init__(
        self, command: Sequence[str], environment: dict[str, str], *, columns: int = 120, rows: int = 40
    ) -> None:
        self._master, self._slave = os.openpty()
        self._set_size(columns, rows)
        self._attributes = termios.tcgetattr(self._slave)
        self.screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self.screen)
        self._drawn = 0
        self._raw = bytearray()
        self._scanned = 0
        self._modes: dict[str, bool] = {}
        self._replies: list[tuple[float, bytes]] = []
        self._asked = 0
        self._changed = threading.Condition()
        self._is_reading = True
        self._is_closed = False
        self._bytes_per_s: float | None = None
        self._round_trip_s = 0.0
        self._may_read_at = 0.0
        self.process = subprocess.Popen(
            command,
            stdin=self._slave,
            stdout=self._slave,
            stderr=self._slave,
            env=terminal_environment(environment),
            cwd=ROOT,
            start_new_session=True,
            preexec_fn=_take_terminal,
        )
        self._wake_read, self._wake_write = os.pipe()
        self._thread = threading.Thread(target=self._run, name="terminal", daemon=True)
        self._thread.start()

    # What was written

    @property
    def raw(self) -> bytes:
        """Every byte so far."""
        with self._changed:
            return bytes(self._raw)

    def raw_since(self, start: int) -> bytes:
        """Every byte from that offset on."""
        with self._changed:
            return bytes(self._raw[start:])

    @property
    def bytes_read(self) -> int:
        return len(self._raw)

    @property
    def frames(self) -> int:
        """Synchronized updates begun so far."""
        return self.raw.count(FRAME)

    @property
    def questions(self) -> int:
        """How often the program asked where the cursor is."""
        return self._asked

    @property
    def lines(self) -> list[str]:
        """The screen, drawn from all bytes so far."""
        with self._changed:
            fresh = bytes(self._raw[self._drawn :])
            cut = fresh.rfind(b"\x1b", max(0, len(fresh) - _TAIL))
            fresh = fresh[:cut] if cut >= 0 and not _is_whole(fresh[cut:]) else fresh
            self._drawn += len(fresh)
        self._stream.feed(_KITTY.sub(b"", fresh))
        return list(self.screen.display)

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    def line_with(self, words: str) -> str:
        """The first line that contains these words; empty when none does."""
        return next((line for line in self.lines if words in line), "")

    # Waiting

    def wait_until(self, condition: Callable[["Terminal"], T], within_s: float = PATIENCE_S) -> T:
        """Look whenever something was written, until the answer is true; the answer."""
        deadline = time.monotonic() + within_s
        while True:
            seen = self.bytes_read
            found = condition(self)
            if found:
                return found
            left = deadline - time.monotonic()
            if left <= 0 or self._has_ended(seen):
                raise AssertionError(f"did not come true within {within_s} s; on screen:\n{self.text}")
            with self._changed:
                self._changed.wait_for(lambda: len(self._raw) > seen, min(left, 0.1))  # noqa: B023

    def wait_for(self, words: str, within_s: float = PATIENCE_S) -> str:
        """Wait until these words are on screen; the line they are in."""
        return self.wait_until(lambda terminal: terminal.line_with(words), within_s)

    def wait_for_bytes(self, pattern: "re.Pattern[bytes]", start: int, within_s: float) -> float | None:
        """Wait until the bytes from `start` on match; the moment they were read, None when they did not."""
        deadline = time.monotonic() + within_s
        with self._changed:
            while not pattern.search(self._raw, start):
                if not self._changed.wait(max(0.0, deadline - time.monotonic())):
                    return None
            return time.monotonic()

    def exit_code(self, within_s: float = PATIENCE_S) -> int:
        """Wait for the program's end, reading on; its exit code."""
        deadline = time.monotonic() + within_s
        while self.process.poll() is None:
            if time.monotonic() > deadline:
                raise AssertionError(f"did not end within {within_s} s; on screen:\n{self.text}")
            time.sleep(0.02)
        self._read_the_rest()
        return self.process.returncode

    def _has_ended(self, seen: int) -> bool:
        """The program ended and everything it wrote was looked at: waiting on is of no use."""
        if self.process.poll() is None:
            return False
        self._read_the_rest()
        return self.bytes_read == seen

    # What a person does

    def send(self, keys: str) -> float:
        """Type; the moment."""
        self._reply(keys.encode())
        return time.monotonic()

    def quit(self) -> int:
        """Press q, and again where a machine that is late has made it one key with the escape before it; the exit code."""
        deadline = time.monotonic() + PATIENCE_S
        while self.process.poll() is None and time.monotonic() < deadline:
            self.send("q")
            again_s = time.monotonic() + ASKS_AGAIN_S
            while self.process.poll() is None and time.monotonic() < again_s:
                time.sleep(0.05)
        return self.exit_code()

    def settle(self) -> None:
        """Wait until all is read that was typed, and as long as an escape that is followed by nothing."""
        deadline = time.monotonic() + PATIENCE_S
        while self._unread() and time.monotonic() < deadline:
            time.sleep(0.01)
        time.sleep(ESCAPE_S)

    def resize(self, columns: int, rows: int) -> None:
        """Another window size; the program is told by the kernel."""
        _ = self.lines
        self.screen.resize(rows, columns)
        self._set_size(columns, rows)

    def stop_reading(self) -> None:
        """Take nothing more, as after Ctrl-S or on a dead link."""
        self._is_reading = False
        self._wake()

    def read_again(self) -> None:
        self._is_reading = True
        self._wake()

    def slow_down(self, bytes_per_s: float | None, round_trip_s: float = 0.0) -> None:
        """Read at most so many bytes a second; keys and answers arrive a round trip later."""
        self._bytes_per_s = bytes_per_s
        self._round_trip_s = round_trip_s

    def hang_up(self) -> None:
        """Close the terminal under the program, as when a connection drops."""
        self._end_reading()
        os.close(self._slave)
        os.close(self._master)
        self._slave = self._master = -1

    # What is left of it afterwards

    def left_on(self) -> list[str]:
        """What the program did not put back: modes, a hidden cursor, terminal attributes, a descriptor that does not wait."""
        left = [name for mode, name in _LEFT_ON.items() if self._modes.get(mode)]
        if not self._modes.get(_CURSOR, True):
            left.append("cursor hidden")
        if termios.tcgetattr(self._slave) != self._attributes:
            left.append("terminal attributes")
        if not os.get_blocking(self._slave):
            left.append("descriptor does not wait")
        return left

    @property
    def used_alternate_screen(self) -> bool:
        return _ALTERNATE in self._modes

    def left_to_read(self) -> bytes:
        """What the next program would read: an answer of the terminal that nobody waited for."""
        attributes = termios.tcgetattr(self._slave)
        attributes[3] &= ~(termios.ICANON | termios.ECHO)
        termios.tcsetattr(self._slave, termios.TCSANOW, attributes)
        if not select.select([self._slave], [], [], 0.3)[0]:
            return b""
        return os.read(self._slave, 4096)

    def close(self) -> None:
        """End the program, if it still runs, and the terminal."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        if self._master >= 0:
            self.hang_up()

    # The thread

    def _unread(self) -> int:
        """Bytes that were typed, and not yet read."""
        (count,) = struct.unpack("i", fcntl.ioctl(self._slave, termios.FIONREAD, struct.pack("i", 0)))
        return int(count)

    def _run(self) -> None:
        while not self._is_closed:
            self._send_due()
            wait_s = self._until_next()
            sources = [self._wake_read, self._master] if self._may_read() else [self._wake_read]
            readable = select.select(sources, [], [], wait_s)[0]
            if self._wake_read in readable:
                os.read(self._wake_read, 4096)
            if self._master in readable and not self._take():
                return

    def _may_read(self) -> bool:
        return self._is_reading and time.monotonic() >= self._may_read_at

    def _until_next(self) -> float:
        now = time.monotonic()
        waits = [0.5]
        if self._is_reading and self._may_read_at > now:
            waits.append(self._may_read_at - now)
        with self._changed:
            if self._replies:
                waits.append(max(0.0, self._replies[0][0] - now))
        return min(waits)

    def _take(self) -> bool:
        rate = self._bytes_per_s
        try:
            data = os.read(self._master, 65536 if rate is None else max(256, int(rate / 50)))
        except OSError as error:
            if error.errno == errno.EIO:
                return False
            raise
        if rate is not None:
            self._may_read_at = max(self._may_read_at, time.monotonic() - 0.05) + len(data) / rate
        with self._changed:
            self._raw += data
            self._changed.notify_all()
        self._scan()
        return True

    def _scan(self) -> None:
        for found in _LOOKED_FOR.finditer(self._raw, self._scanned):
            self._scanned = found.end()
            self._answer(found)
        self._scanned = max(self._scanned, len(self._raw) - _TAIL)

    def _answer(self, found: "re.Match[bytes]") -> None:
        modes, switch, asked_mode = found.groups()
        if modes is not None:
            self._modes.update(dict.fromkeys(modes.decode().split(";"), switch == b"h"))
        elif asked_mode is not None:
            known = b"2" if asked_mode == _SYNCHRONIZED else b"0"
            self._reply(b"\x1b[?%b;%b$y" % (asked_mode, known))
        elif found[0] == ASK_CURSOR:
            self._asked += 1
            self._reply(_CURSOR_AT)
        else:
            self._reply(b"\x1b[?62;22c")

    def _reply(self, data: bytes) -> None:
        with self._changed:
            heapq.heappush(self._replies, (time.monotonic() + self._round_trip_s, data))
        self._wake()

    def _send_due(self) -> None:
        now = time.monotonic()
        with self._changed:
            due = []
            while self._replies and self._replies[0][0] <= now:
                due.append(heapq.heappop(self._replies)[1])
        for data in due:
            os.write(self._master, data)

    def _read_the_rest(self) -> None:
        self._bytes_per_s, self._may_read_at = None, 0.0
        self.read_again()
        seen = -1
        while seen != self.bytes_read:
            seen = self.bytes_read
            time.sleep(0.1)

    def _end_reading(self) -> None:
        self._is_closed = True
        self._wake()
        self._thread.join(5)
        os.close(self._wake_read)
        os.close(self._wake_write)

    def _wake(self) -> None:
        os.write(self._wake_write, b"!")

    def _set_size(self, columns: int, rows: int) -> None:
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))


@contextmanager
def terminal(
    command: Sequence[str], environment: dict[str, str], *, columns: int = 120, rows: int = 40
) -> Iterator[Terminal]:
    """A program in a terminal while the block runs; killed at its end if it still is there."""
    opened = Terminal(command, environment, columns=columns, rows=rows)
    try:
        yield opened
    finally:
        opened.close()


def cpu_s(pid: int) -> float:
    """Processor seconds that a process has used, all its threads together."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _take_terminal() -> None:
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def _is_whole(sequence: bytes) -> bool:
    return (
        re.match(rb"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[^\[\]])", sequence) is not None
    )
