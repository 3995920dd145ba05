"""Textual's Linux driver with a writer that never makes the console wait."""

import asyncio
import signal
import sys
from collections.abc import Callable
from types import FrameType
from typing import Any, TextIO

from textual import events
from textual.app import App
from textual.drivers.linux_driver import LinuxDriver

from rtp_tui.tui.terminal_writer import TerminalWriter

BEGIN_SYNCHRONIZED_UPDATE, END_SYNCHRONIZED_UPDATE = "\x1b[?2026h", "\x1b[?2026l"
FAREWELL_S = 1.0
"""How long leaving waits for a terminal that does not read."""


class TerminalReadsAgain(events.Event, bubble=False):
    """Frames were given up; the terminal reads again and needs a whole one."""


class TerminalIsBack(events.Event, bubble=False):
    """Somebody else had the terminal; it is the console's again, and needs a whole frame."""


class ConsoleDriver(LinuxDriver):
    """Writes through TerminalWriter; refuses to be stopped by SIGTSTP where `may_suspend` is False."""

    may_suspend = True

    def __init__(
        self, app: App[Any], *, debug: bool = False, mouse: bool = True, size: tuple[int, int] | None = None
    ) -> None:
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        self._output: TerminalWriter | None = None
        self._frame: list[str] = []
        """What was written of a frame that has begun: it goes out, or is given up, as a whole."""
        if not _is_terminal(self._file) and _is_terminal(sys.__stdout__):
            self._file = sys.__stdout__

    @property
    def dropped(self) -> int:
        """Frames given up because the terminal did not read."""
        return self._output.dropped if self._output else 0

    def start_application_mode(self) -> None:
        assert self._file is not None, "a console needs a terminal"
        self._output = TerminalWriter(self._file.fileno(), self._tell_recovery)
        self._output.start()
        super().start_application_mode()  # type: ignore[no-untyped-call]

    def stop_application_mode(self) -> None:
        if self._output is not None:
            self._output.forget_frames()
            self._frame = []
            # A frame that was begun asked the terminal to hold its picture; the end of it may be among the forgotten.
            self._output.write(END_SYNCHRONIZED_UPDATE)
        super().stop_application_mode()

    def write(self, data: str) -> None:
        if self._output is None:
            return
        if data == BEGIN_SYNCHRONIZED_UPDATE or self._frame:
            self._frame.append(data)
            if data != END_SYNCHRONIZED_UPDATE:
                return
            data, self._frame = "".join(self._frame), []
        self._output.write(data)

    def close(self) -> None:
        if self._output is not None:
            self._output.stop(FAREWELL_S)
            self._output = None
        super().close()

    def resume_application_mode(self) -> None:
        super().resume_application_mode()
        self.send_message(TerminalIsBack())

    def _tell_recovery(self) -> None:
        self.send_message(TerminalReadsAgain())

    def _sigtstp_application(self, *arguments: int | FrameType | None) -> None:
        if self.may_suspend:
            super()._sigtstp_application(*arguments)

    def _sigcont_application(self, *arguments: int | FrameType | None) -> None:
        # After a SIGSTOP nothing was given back: what is started twice would read and write twice.
        if self._output is None:
            super()._sigcont_application(*arguments)
        else:
            self.send_message(TerminalIsBack())


def _is_terminal(file: TextIO | None) -> bool:
    """Textual shows its screen on standard error, which people redirect to keep a log."""
    return file is not None and file.isatty()


def console_driver(*, may_suspend: bool) -> type[ConsoleDriver]:
    """The driver class for an app; Textual makes the driver itself."""
    return ConsoleDriver if may_suspend else _Unsuspendable


class _Unsuspendable(ConsoleDriver):
    may_suspend = False


def leave_on_signals(leave: Callable[[int], None]) -> None:
    """Leave in order, with an exit code, when the process is told to end."""
    loop = asyncio.get_running_loop()
    for number, code in ((signal.SIGTERM, 0), (signal.SIGHUP, 0), (signal.SIGINT, 130)):
        loop.add_signal_handler(number, leave, code)
