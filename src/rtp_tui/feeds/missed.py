"""What feeds know that they missed, until somebody sees to it."""

from collections import deque

from msgspec import Struct

from rtp_tui.model.instrument import InstrumentId

LIMIT = 10_000


class Miss(Struct, frozen=True):
    """A feed was cut off from an instrument between two moments."""

    instrument: InstrumentId
    feed: str
    """`binance:BTCUSDT`"""
    since_ms: int
    until_ms: int


class Misses:
    """The notes, in order; of too many the oldest are given up."""

    def __init__(self, limit: int = LIMIT) -> None:
        self.dropped = 0
        self._notes: deque[Miss] = deque()
        self._limit = limit

    def note(self, miss: Miss) -> None:
        """Write down what was missed."""
        self._notes.append(miss)
        if len(self._notes) > self._limit:
            self._notes.popleft()
            self.dropped += 1

    def take(self) -> list[Miss]:
        """Everything written down since the last call."""
        taken = list(self._notes)
        self._notes.clear()
        return taken


def nobody(miss: Miss) -> None:
    """Where notes go that nobody reads."""
