"""The share of what came in lately that could not be used; told cumulative counts and the time."""

from collections import deque

from msgspec import Struct

from rtp_tui.model.market import RejectReason
from rtp_tui.state.pipeline_state import PipelineState

WINDOW_MS = 60_000
_SAMPLES = 120


class Counts(Struct, frozen=True):
    """Since the start: what came in, and what of it was rejected or could not be read."""

    at_ms: int
    received: int
    errors: int


def count(state: PipelineState, now_ms: int) -> Counts:
    """The counts as of now. A duplicate is no error: reconnecting with an overlap makes them."""
    bad_frames = sum(sum(feed.bad_frames.values()) for feed in state.feed.feeds.values())
    statistics = state.measurements.statistics
    if statistics is None:
        return Counts(now_ms, bad_frames, bad_frames)
    duplicates = statistics.rejected.get(RejectReason.DUPLICATE, 0)
    rejected = sum(statistics.rejected.values()) - duplicates
    return Counts(now_ms, statistics.received + bad_frames, rejected + bad_frames)


class ErrorRate:
    """Errors over received of the last minute, in percent."""

    def __init__(self) -> None:
        self._samples: deque[Counts] = deque(maxlen=_SAMPLES)

    def note(self, counts: Counts) -> float | None:
        """Take the newest counts; the rate, or None where nothing came in. A count that falls starts anew."""
        samples = self._samples
        if samples and (counts.received < samples[-1].received or counts.errors < samples[-1].errors):
            samples.clear()
        samples.append(counts)
        while len(samples) > 1 and counts.at_ms - samples[0].at_ms > WINDOW_MS:
            samples.popleft()
        received = counts.received - samples[0].received
        return 100 * (counts.errors - samples[0].errors) / received if received else None
