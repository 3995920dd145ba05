"""Messages as lines of the log."""

import logging

from rtp_tui.model.alerts import Severity
from rtp_tui.model.notifications import Message

_log = logging.getLogger(__name__)
_LEVELS = {
    Severity.INFO: logging.INFO,
    Severity.WARNING: logging.WARNING,
    Severity.CRITICAL: logging.CRITICAL,
}


class LogChannel:
    """Writes the subject, at the level of its severity."""

    def __init__(self, name: str) -> None:
        self.name = name

    async def send(self, message: Message) -> None:
        """Carry a message; never fails."""
        _log.log(_LEVELS[message.severity], "%s: %s", message.key, message.subject)
