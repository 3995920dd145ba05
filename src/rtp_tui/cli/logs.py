"""Where the program's own log goes: stderr when headless, a file where one is named, never a console's terminal."""

import logging
import sys
from logging.handlers import RotatingFileHandler

from rtp_tui.cli import exit_codes
from rtp_tui.cli.failure import CommandFailed
from rtp_tui.config.settings import Settings
from rtp_tui.text import redacted, safe

MAX_BYTES = 10_000_000
FILES_KEPT = 5
LONGEST_LINE = 4_096
_FORM = "%(asctime)s %(levelname)s %(name)s: %(message)s"


class SafeLines(logging.Formatter):
    """Hides what follows the name of a secret and removes what a terminal would obey, in tracebacks too."""

    def format(self, record: logging.LogRecord) -> str:
        lines = redacted(super().format(record)).splitlines()
        return "\n".join(safe(line, LONGEST_LINE) for line in lines)


def configure_logs(settings: Settings, *, to_stderr: bool) -> None:
    """Send the log where it belongs. Raises CommandFailed when the named file cannot be written."""
    handlers: list[logging.Handler] = [logging.StreamHandler(sys.stderr)] if to_stderr else []
    if settings.log_file:
        try:
            handlers.append(
                RotatingFileHandler(settings.log_file, maxBytes=MAX_BYTES, backupCount=FILES_KEPT)
            )
        except OSError as error:
            raise CommandFailed(f"{settings.log_file}: {error.strerror}", exit_codes.CANNOT_CREATE) from None
    for handler in handlers or [logging.NullHandler()]:
        handler.setFormatter(SafeLines(_FORM))
        logging.getLogger().addHandler(handler)
    logging.getLogger().setLevel(logging.WARNING)
    logging.getLogger("rtp_tui").setLevel(settings.log_level.upper())
