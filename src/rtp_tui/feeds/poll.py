"""One round of questions to a source that is asked: what is still to be asked, what came, what went wrong."""

from collections import deque
from collections.abc import Callable, Collection, Sequence

from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.jobs import Progress
from rtp_tui.resilience.outcome import AttemptTimedOut, CircuitOpen, NotPermitted
from rtp_tui.sources.contract import AccessDenied, RateLimited, SourceError, Subscription

Report = Callable[[Progress], None]
Failure = SourceError | NotPermitted | AttemptTimedOut
FAILURES = (SourceError, NotPermitted, AttemptTimedOut)
"""What a guarded question can come to; anything else is a bug."""
_HOPELESS = (AccessDenied, RateLimited, CircuitOpen)


class Poll:
    """The state of one round; `report` is told how far it is after each answer."""

    def __init__(self, wanted: Sequence[Subscription], batch_limit: int, report: Report) -> None:
        self.heard: set[InstrumentId] = set()
        self.failure: Failure | None = None
        """The first thing that went wrong."""
        self._todo = deque(
            wanted[start : start + batch_limit] for start in range(0, len(wanted), batch_limit)
        )
        self._expected = len(wanted)
        self._report = report

    @property
    def batches(self) -> int:
        """How many questions are still to be asked."""
        return len(self._todo)

    @property
    def progress(self) -> Progress:
        """Instruments heard of, and asked for."""
        return Progress(len(self.heard), self._expected)

    @property
    def is_lost(self) -> bool:
        """Something went wrong, and nothing came."""
        return self.failure is not None and not self.heard

    def next_batch(self) -> Sequence[Subscription]:
        """What to ask for now; to be called while there are batches."""
        return self._todo.popleft()

    def take(self, heard: Collection[InstrumentId]) -> None:
        """Note an answer."""
        self.heard.update(heard)
        self._report(self.progress)

    def fail(self, failure: Failure) -> None:
        """Note a question without an answer; where every other would end the same way, ask no more."""
        self.failure = self.failure or failure
        if isinstance(failure, _HOPELESS):
            self.end()
        self._report(self.progress)

    def end(self) -> None:
        """Ask nothing more."""
        self._todo.clear()


def next_attempt_ms(failure: Failure | None, now_ms: int) -> int | None:
    """When asking again makes sense, if the failure says so."""
    if isinstance(failure, CircuitOpen):
        return failure.next_probe_ms
    if isinstance(failure, RateLimited) and failure.retry_after_s is not None:
        return now_ms + round(failure.retry_after_s * 1000)
    return None
