"""What an observation must be to be kept. Past times are never a reason to reject."""

from math import inf

from rtp_tui.model.market import RejectReason, Tick, TickKind

EARLIEST_MS = 946_684_800_000
"""2000-01-01: an earlier time is seconds taken for milliseconds."""
LATEST_MS = 4_102_444_800_000
"""2100-01-01: a later time is micro- or nanoseconds taken for milliseconds."""
SMALLEST, LARGEST = 1e-18, 1e18
"""Of prices, and the largest size: beyond them sums and ratios of floats stop being finite."""
FUTURE_TOLERANCE_MS = 3_600_000
CLOCK_RELEARNED_AFTER = 20
"""So many observations in a row from the same distance ahead are the venue's clock, not an accident."""
SET_BACK_BY_MS = 60_000
"""So much older than the newest one, and nothing but such ones: the newest one was the accident."""

_TRADE = TickKind.TRADE
_NO_FIGURES = (None,) * 7


def reject_reason(tick: Tick) -> RejectReason | None:
    """Why a tick cannot be kept whatever came before it, or None.

    NaN fails every comparison, so a chained one holds for usable prices only.
    """
    price, size, event_ms = tick.price, tick.size, tick.event_ms
    if price is not None and not SMALLEST <= price <= LARGEST:
        return _unusable_reason(price)
    if size is not None and not 0.0 <= size <= LARGEST:
        return RejectReason.NEGATIVE_SIZE if size < 0.0 else _unusable_reason(size)
    if event_ms is not None and not EARLIEST_MS < event_ms < LATEST_MS:
        return RejectReason.WRONG_TIME_UNIT
    if tick.kind is _TRADE:
        return RejectReason.EMPTY if price is None else None
    return _reject_figures_reason(tick)


def _reject_figures_reason(tick: Tick) -> RejectReason | None:
    bid, ask, volume = tick.bid, tick.ask, tick.volume_24h
    figures = (bid, ask, tick.open_24h, tick.high_24h, tick.low_24h, tick.previous_close, tick.market_cap)
    if bid is None and tick.price is None and volume is None and figures == _NO_FIGURES:
        return RejectReason.EMPTY
    for value in figures:
        if value is not None and not SMALLEST <= value <= LARGEST:
            return _unusable_reason(value)
    if volume is not None and not 0.0 <= volume <= LARGEST:
        return RejectReason.NEGATIVE_SIZE if volume < 0.0 else _unusable_reason(volume)
    return RejectReason.CROSSED if bid is not None and ask is not None and bid > ask else None


def _unusable_reason(value: float) -> RejectReason:
    """What is wrong with a figure that is not within bounds."""
    if value <= 0.0:
        return RejectReason.NOT_POSITIVE
    return RejectReason.OUT_OF_RANGE if value < inf else RejectReason.NOT_FINITE


class FutureWatch:
    """Keeps one observation from the far future out, without distrusting a venue whose clock is ahead.

    A lone tick dated a day ahead would close every bar and turn all later ticks into late ones.
    """

    def __init__(self) -> None:
        self._ahead_ms = 0
        self._candidate_ms = 0
        self._in_a_row = 0
        self._newest_ms: int | None = None

    def is_accident(self, ahead_ms: int, newest_ms: int | None) -> bool:
        """Whether a time so far ahead of ours deviates from what this venue's clock has shown.

        `newest_ms` is the newest time believed so far; where it has moved on, a good observation
        came in between and the row of suspects starts over.
        """
        if ahead_ms - self._ahead_ms <= FUTURE_TOLERANCE_MS:
            return False
        is_same = abs(ahead_ms - self._candidate_ms) <= FUTURE_TOLERANCE_MS and newest_ms == self._newest_ms
        self._in_a_row = self._in_a_row + 1 if is_same else 1
        self._candidate_ms, self._newest_ms = ahead_ms, newest_ms
        if self._in_a_row < CLOCK_RELEARNED_AFTER:
            return True
        self._ahead_ms, self._in_a_row = ahead_ms, 0
        return False

    def follow(self, set_by_ms: int) -> None:
        """Our own clock was set: the venue's is that much less ahead of it."""
        self._ahead_ms -= set_by_ms
        self._in_a_row = 0

    def forget(self) -> None:
        """The venue's clock is right again: what is far ahead from here on is an accident again."""
        self._ahead_ms = self._in_a_row = 0


class SetbackWatch:
    """Notices that a venue's clock was set back, or that its newest time was an accident.

    Else one time ahead of all others would make everything after it late, and the price stand still.
    """

    def __init__(self) -> None:
        self._in_a_row = 0
        self._newest_ms = 0

    def is_set_back(self, event_ms: int, newest_ms: int) -> bool:
        """Whether this older observation is one of so many in a row that the newest one is not to be believed."""
        if newest_ms - event_ms < SET_BACK_BY_MS:
            return False
        self._in_a_row = self._in_a_row + 1 if newest_ms == self._newest_ms else 1
        self._newest_ms = newest_ms
        return self._in_a_row >= CLOCK_RELEARNED_AFTER
