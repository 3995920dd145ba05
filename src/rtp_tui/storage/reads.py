"""How the readers of the history are doing."""

from collections import deque

from msgspec.structs import replace

from rtp_tui.model.percentiles import percentiles
from rtp_tui.model.statistics import StoreStatus

_KEPT = 512


class Reads:
    """Counts questions, and how long the newest of them took."""

    def __init__(self) -> None:
        self.count = 0
        self.waited = 0
        """Questions that found all readers busy."""
        self._took_ms: deque[float] = deque(maxlen=_KEPT)

    def note(self, took_ms: float) -> None:
        """One more question was answered."""
        self.count += 1
        self._took_ms.append(took_ms)

    def added_to(self, status: StoreStatus) -> StoreStatus:
        """The status with these figures."""
        return replace(status, reads=self.count, read_ms=percentiles(self._took_ms), reads_waited=self.waited)
