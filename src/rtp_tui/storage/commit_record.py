"""What became of the commits so far."""

from collections import deque

from msgspec import Struct

from rtp_tui.model.percentiles import percentiles
from rtp_tui.model.statistics import Percentiles
from rtp_tui.storage.batch import Batch

_LATENCIES = 512


class Contents(Struct, frozen=True):
    """What a store holds."""

    ticks: int = 0
    bars: int = 0
    size_bytes: int = 0


class CommitRecord:
    """Counters of the recorder, and why the last attempt failed, if it did."""

    def __init__(self) -> None:
        self.seq = 0
        self.rows = 0
        self.commits = 0
        self.dropped = 0
        self.failures = 0
        """In a row."""
        self.problem = ""
        self.contents = Contents()
        self._latencies_ms: deque[float] = deque(maxlen=_LATENCIES)

    def failed(self, problem: str) -> None:
        """An attempt failed; the reason is in words."""
        self.failures += 1
        self.problem = problem

    def succeeded(self, batch: Batch, contents: Contents, monotonic: float) -> None:
        """A batch is durable."""
        self.failures, self.problem = 0, ""
        self.seq = batch.seq
        self.rows += len(batch)
        self.commits += 1
        self.contents = contents
        if batch.since is not None:
            self._latencies_ms.append((monotonic - batch.since) * 1000)

    def latency(self) -> Percentiles:
        """From a batch's oldest row being added to its commit, over the last few hundred commits."""
        return percentiles(self._latencies_ms)
