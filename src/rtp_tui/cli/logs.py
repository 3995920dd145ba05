"""Where the program's own log goes: stderr when headless, a file where one is named, never a console's terminal."""

import logging
import sys
from collections.abc import Callable
from contextlib import suppress
from logging.handlers import RotatingFileHandler
from pathlib import Path

import msgspec

from rtp_tui.cli import exit_codes
from rtp_tui.cli.failure import CommandFailed
from rtp_tui.config.settings import LogFormat, Settings
from rtp_tui.text import redacted, safe

MAX_BYTES = 10_000_000
FILES_KEPT = 30
KEPT_DAYS = 30
"""A file is begun each day (UTC) and at its size; older ones go by number and by age."""
_DAY_S = 86_400
LONGEST_LINE = 4_096
_FORM = "%(asctime)s %(levelname)s %(name)s: %(message)s"


class SafeLines(logging.Formatter):
    """Hides what follows the name of a secret and removes what a terminal would obey, in tracebacks too."""

    def format(self, record: logging.LogRecord) -> str:
        return _cleaned(super().format(record))


class JsonLines(logging.Formatter):
    """The same as one JSON object a line, for programs that collect logs."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "ts_ms": int(record.created * 1000),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": _cleaned(record.getMessage()),
        }
        if record.exc_info:
            line["traceback"] = _cleaned(self.formatException(record.exc_info))
        return msgspec.json.encode(line).decode()


class StderrLog(logging.StreamHandler):  # type: ignore[type-arg] # its argument exists for type checkers alone
    """Writes to stderr; lines that nobody takes there are counted."""

    def __init__(self) -> None:
        super().__init__(sys.stderr)
        self.failed = 0

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the library's name
        """Count: there is nowhere left to say it."""
        self.failed += 1


class LogFile(RotatingFileHandler):
    """Writes to a file that is kept short; lines that it does not take are counted, and said once.

    It goes on by itself when the file can be written again. Raises OSError where it cannot be opened.
    """

    def __init__(self, path: str, say: Callable[[str], None]) -> None:
        super().__init__(path, maxBytes=MAX_BYTES, backupCount=FILES_KEPT, encoding="utf-8")
        self.failed = 0
        self._say = say
        self._told_s = 0.0
        found = Path(path).stat()
        self._day = int(found.st_mtime // _DAY_S) if found.st_size else None

    def shouldRollover(self, record: logging.LogRecord) -> int:  # noqa: N802 - the library's name
        """Whether a line is of another day than the file, or too much for it."""
        self._told_s = record.created
        day = int(record.created // _DAY_S)
        is_another_day = self._day is not None and day > self._day
        self._day = day
        return int(is_another_day or super().shouldRollover(record))

    def doRollover(self) -> None:  # noqa: N802 - the library's name
        """Begin a file, and forget those that are too old."""
        super().doRollover()
        for number in range(1, FILES_KEPT + 1):
            older = Path(f"{self.baseFilename}.{number}")
            if older.exists() and older.stat().st_mtime < self._told_s - KEPT_DAYS * _DAY_S:
                older.unlink()

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the library's name
        """Count, and say the first: a log that cannot be written ends nothing."""
        self.failed += 1
        if self.failed == 1:
            self._say(f"{self.baseFilename}: lines of the log are lost: {sys.exc_info()[1]}")

    def close(self) -> None:
        """Let go of the file; what it did not take is lost."""
        with suppress(OSError, ValueError):
            super().close()


def configure_logs(settings: Settings, *, to_stderr: bool) -> None:
    """Send the log where it belongs, and open its file anew.

    Raises CommandFailed when that cannot be written; the log then goes where it went.
    """
    handlers: list[logging.Handler] = [StderrLog()] if to_stderr else []
    if settings.log_file:
        handlers.append(_log_file(settings.log_file, say if to_stderr else _say_nothing))
    root = logging.getLogger()
    for replaced in [handler for handler in root.handlers if isinstance(handler, StderrLog | LogFile)]:
        root.removeHandler(replaced)
        replaced.close()
    for handler in handlers or [logging.NullHandler()]:
        handler.setFormatter(_formatter(settings.log_format))
        root.addHandler(handler)
    root.setLevel(logging.WARNING)
    logging.getLogger("rtp_tui").setLevel(settings.log_level.upper())


def say(message: str) -> None:
    """A line on stderr; that nobody listens there, or has room for it, ends nothing."""
    with suppress(OSError, ValueError):
        print(message, file=sys.stderr, flush=True)


def _say_nothing(message: str) -> None:
    """A console's terminal is not the place."""


def _log_file(path: str, say: Callable[[str], None]) -> LogFile:
    try:
        return LogFile(path, say)
    except OSError as error:
        raise CommandFailed(f"{path}: {error.strerror}", exit_codes.CANNOT_CREATE) from None


def _formatter(form: LogFormat) -> logging.Formatter:
    return JsonLines() if form == "json" else SafeLines(_FORM)


def _cleaned(text: str) -> str:
    return "\n".join(safe(line, LONGEST_LINE) for line in redacted(text).splitlines())
