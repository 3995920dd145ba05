"""Bytes to a terminal that may stop reading: never waits, gives up whole frames, says so."""

import os
import select
import threading
from collections import deque
from collections.abc import Callable

UNSENT_LIMIT = 256 * 1024
_RESERVE = 4 * 1024
"""For short sequences, such as those that restore the terminal, when frames are no longer taken; and what may still
wait when a frame is taken that is larger than all that may wait, as the whole of a very large screen is."""
_SHORT = 256
_CHUNK = 16 * 1024


class TerminalWriter:
    """A thread that writes what `write` takes, at the terminal's pace.

    The terminal is opened again for it, so that not waiting for it does not change the shell's own descriptor.
    """

    def __init__(self, fd: int, recovered: Callable[[], None]) -> None:
        self._fd = fd
        self._recovered = recovered
        self._queue: deque[bytes] = deque()
        self._unsent = 0
        self._dropped = 0
        self._has_gap = False
        self._is_stopping = False
        self._lock = threading.Lock()
        self._wake_read = self._wake_write = -1
        self._out = -1
        self._thread: threading.Thread | None = None

    @property
    def dropped(self) -> int:
        """Frames given up since the start."""
        return self._dropped

    @property
    def unsent(self) -> int:
        """Bytes taken and not yet written."""
        return self._unsent

    def start(self) -> None:
        """Open the terminal and begin to write."""
        self._out = _reopened(self._fd)
        self._wake_read, self._wake_write = os.pipe()
        os.set_blocking(self._wake_write, False)
        self._thread = threading.Thread(target=self._run, name="terminal-writer", daemon=True)
        self._thread.start()

    def write(self, text: str) -> None:
        """Take a text, or give it up when the terminal is too far behind; never waits."""
        data = text.encode("utf-8", "replace")
        with self._lock:
            limit = UNSENT_LIMIT + (_RESERVE if len(data) <= _SHORT else 0)
            if self._unsent > _RESERVE and self._unsent + len(data) > limit:
                self._dropped += 1
                self._has_gap = True
                return
            self._queue.append(data)
            self._unsent += len(data)
        self._wake()

    def forget_frames(self) -> None:
        """Give up what is not begun: nobody will see it once the console leaves the screen."""
        with self._lock:
            begun = [self._queue.popleft()] if self._queue else []
            self._queue = deque(begun)
            self._unsent = sum(map(len, begun))

    def stop(self, patience_s: float) -> None:
        """Write what is left, for so long and no longer; then let go of the terminal."""
        self._is_stopping = True
        self._wake()
        if self._thread is not None:
            self._thread.join(patience_s)
        self._discard()

    def _run(self) -> None:
        poller = select.poll()
        poller.register(self._wake_read, select.POLLIN)
        try:
            while self._write_some(poller):
                pass
        except OSError:
            # The terminal is gone.
            pass
        finally:
            self._discard()
            self._close()

    def _write_some(self, poller: select.poll) -> bool:
        head = self._head()
        if head is None:
            if self._is_stopping:
                return False
            poller.poll()
            os.read(self._wake_read, 4096)
            return True
        try:
            self._advance(os.write(self._out, head[:_CHUNK]))
        except BlockingIOError:
            self._await_room()
        return True

    def _await_room(self) -> None:
        room = select.poll()
        room.register(self._out, select.POLLOUT)
        room.poll(1000)

    def _head(self) -> bytes | None:
        with self._lock:
            if self._queue:
                return self._queue[0]
            had_gap, self._has_gap = self._has_gap, False
        if had_gap and not self._is_stopping:
            self._recovered()
        return None

    def _advance(self, written: int) -> None:
        with self._lock:
            if not self._queue:
                return
            rest = self._queue[0][written:]
            if rest:
                self._queue[0] = rest
            else:
                self._queue.popleft()
            self._unsent -= written

    def _discard(self) -> None:
        """Give up what is left, and everything that is written from now on."""
        with self._lock:
            self._queue.clear()
            self._unsent = 2 * UNSENT_LIMIT

    def _close(self) -> None:
        """By the thread that uses them: their numbers may be another file's at once."""
        with self._lock:
            for fd in (self._out, self._wake_read, self._wake_write):
                os.close(fd)
            self._out = self._wake_read = self._wake_write = -1

    def _wake(self) -> None:
        with self._lock:
            if self._wake_write < 0:
                return
            try:
                os.write(self._wake_write, b"!")
            except BlockingIOError:
                pass


def _reopened(fd: int) -> int:
    """A descriptor of the same terminal that can be written without waiting."""
    try:
        return os.open(os.ttyname(fd), os.O_WRONLY | os.O_NOCTTY | os.O_NONBLOCK)
    except OSError:
        return os.dup(fd)
