"""Which minutes there should be: those of the market's session, as often as the feed speaks. Pure."""

import math
from collections.abc import Callable, Collection, Iterable, Iterator

from msgspec import Struct

MINUTE_MS = 60_000
SLOWEST_CADENCE_MS = 60_000
"""A feed that speaks more seldom owes nobody a bar a minute."""

Span = tuple[int, int]
"""From and to, Unix milliseconds, the end exclusive."""
OpenMs = Callable[[int, int], int]
"""How much of a span was in session."""


class Cadence(Struct, frozen=True):
    """How often a feed speaks."""

    expected_ms: int
    is_polled: bool = False

    @property
    def has_grid(self) -> bool:
        """Whether a minute without a bar can be told from one that nobody asked about."""
        return self.expected_ms <= SLOWEST_CADENCE_MS

    @property
    def tolerated(self) -> int:
        """Minutes in a row that may lack a bar with nothing being wrong."""
        return max(0, math.ceil(2 * self.expected_ms / MINUTE_MS) - 1)


def floor_minute(at_ms: int) -> int:
    """When the minute of a moment began."""
    return at_ms - at_ms % MINUTE_MS


def open_minutes(start_ms: int, end_ms: int, open_ms: OpenMs) -> Iterator[int]:
    """Minutes of `[start_ms, end_ms)` that were in session from beginning to end, ascending; bounds are whole minutes."""
    if start_ms >= end_ms:
        return
    length_ms, in_session_ms = end_ms - start_ms, open_ms(start_ms, end_ms)
    if in_session_ms >= length_ms:
        yield from range(start_ms, end_ms, MINUTE_MS)
    elif in_session_ms > 0 and length_ms > MINUTE_MS:
        middle_ms = start_ms + length_ms // MINUTE_MS // 2 * MINUTE_MS
        yield from open_minutes(start_ms, middle_ms, open_ms)
        yield from open_minutes(middle_ms, end_ms, open_ms)


def spans_of(minutes: Iterable[int]) -> list[Span]:
    """Ascending minutes as spans without holes."""
    spans: list[Span] = []
    for minute in minutes:
        if spans and spans[-1][1] == minute:
            spans[-1] = spans[-1][0], minute + MINUTE_MS
        else:
            spans.append((minute, minute + MINUTE_MS))
    return spans


def missing_spans(
    start_ms: int, end_ms: int, known: Collection[int], open_ms: OpenMs, cadence: Cadence
) -> list[Span]:
    """Spans of `[start_ms, end_ms)` that should have bars and have none, longer than the feed's cadence excuses.

    What is asked about its prices may tell of a moment long ago: its newest minute is as far as it got.
    """
    if not cadence.has_grid:
        return []
    if cadence.is_polled:
        end_ms = min(end_ms, max(known, default=start_ms))
    spans = spans_of(minute for minute in open_minutes(start_ms, end_ms, open_ms) if minute not in known)
    return [span for span in spans if (span[1] - span[0]) // MINUTE_MS > cadence.tolerated]
