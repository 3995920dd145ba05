"""Spans of time in which a market trades."""

from collections.abc import Iterable, Sequence

LONGEST_SPAN_DAYS = 366
"""Open time is counted no further back than this."""


Span = tuple[int, int]
"""From and to, Unix milliseconds, the end exclusive."""


def overlap_ms(spans: Iterable[Span], start_ms: int, end_ms: int) -> int:
    """How much of `[start_ms, end_ms)` lies within spans that do not overlap each other."""
    overlaps = (min(end, end_ms) - max(start, start_ms) for start, end in spans)
    return sum(overlap for overlap in overlaps if overlap > 0)


def last_of(moments: Sequence[int], now_ms: int) -> int | None:
    """The latest moment that has come."""
    return max((moment for moment in moments if moment <= now_ms), default=None)


def next_of(moments: Sequence[int], now_ms: int) -> int | None:
    """The first moment that is still to come."""
    return min((moment for moment in moments if moment > now_ms), default=None)
