"""What an observation must be to be kept. Past times are never a reason to reject."""

from math import inf

from rtp_tui.model.market import RejectReason, Tick

EARLIEST_MS = 946_684_800_000
"""2000-01-01: an earlier time is seconds taken for milliseconds."""
LATEST_MS = 4_102_444_800_000
"""2100-01-01: a later time is micro- or nanoseconds taken for milliseconds."""
FUTURE_TOLERANCE_MS = 3_600_000
CLOCK_RELEARNED_AFTER = 20
"""So many observations in a row from the same distance ahead are the venue's clock, not an accident."""


def reject_reason(tick: Tick) -> RejectReason | None:
    """Why a tick cannot be kept whatever came before it, or None.

    NaN fails every comparison, so `0 < price < inf` holds for usable prices only.
    """
    price, size, event_ms = tick.price, tick.size, tick.event_ms
    if price is not None and not 0.0 < price < inf:
        return RejectReason.NOT_POSITIVE if price <= 0.0 else RejectReason.NOT_FINITE
    if size is not None and not 0.0 <= size < inf:
        return RejectReason.NEGATIVE_SIZE if size < 0.0 else RejectReason.NOT_FINITE
    if event_ms is not None and not EARLIEST_MS < event_ms < LATEST_MS:
        return RejectReason.WRONG_TIME_UNIT
    if tick.bid is None and tick.ask is None and tick.open_24h is None:
        return RejectReason.EMPTY if price is None else None
    return _reject_quote_reason(tick)


def _reject_quote_reason(tick: Tick) -> RejectReason | None:
    bid, ask = tick.bid, tick.ask
    for value in (bid, ask, tick.open_24h, tick.previous_close, tick.market_cap):
        if value is not None and not 0.0 < value < inf:
            return RejectReason.NOT_POSITIVE if value <= 0.0 else RejectReason.NOT_FINITE
    if tick.volume_24h is not None and not 0.0 <= tick.volume_24h < inf:
        return RejectReason.NEGATIVE_SIZE if tick.volume_24h < 0.0 else RejectReason.NOT_FINITE
    return RejectReason.CROSSED if bid is not None and ask is not None and bid > ask else None


class FutureWatch:
    """Keeps one observation from the far future out, without distrusting a venue whose clock is ahead.

    A lone tick dated a day ahead would close every bar and turn all later ticks into late ones.
    """

    def __init__(self) -> None:
        self._ahead_ms = 0
        self._candidate_ms = 0
        self._in_a_row = 0

    def is_accident(self, ahead_ms: int) -> bool:
        """Whether a time so far ahead of ours deviates from what this venue's clock has shown."""
        if ahead_ms - self._ahead_ms <= FUTURE_TOLERANCE_MS:
            return False
        is_same = abs(ahead_ms - self._candidate_ms) <= FUTURE_TOLERANCE_MS
        self._in_a_row = self._in_a_row + 1 if is_same else 1
        self._candidate_ms = ahead_ms
        if self._in_a_row < CLOCK_RELEARNED_AFTER:
            return True
        self._ahead_ms, self._in_a_row = ahead_ms, 0
        return False
