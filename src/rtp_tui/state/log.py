"""The newest lines of the log."""

from collections import deque

from rtp_tui.model.events import Event
from rtp_tui.model.statistics import LogLine

KEPT_LINES = 500


class LogSlice:
    """The last 500 lines, oldest first; not part of a snapshot."""

    def __init__(self) -> None:
        self.lines: deque[LogLine] = deque(maxlen=KEPT_LINES)

    def apply(self, event: Event) -> None:
        if isinstance(event.payload, LogLine):
            self.lines.append(event.payload)
