"""Where the bars of a timeframe begin and end: from a session's open, or by UTC where there are no sessions."""

from bisect import bisect_right

from rtp_tui.model.sessions import NOT_KNOWN, SessionSpans, Span

MINUTE_MS = 60_000
DAY_MS = 86_400_000
TIMEFRAMES_MS = {"1m": MINUTE_MS, "5m": 300_000, "15m": 900_000, "1h": 3_600_000, "1d": DAY_MS}
"""The timeframes that there are bars of, and how long the bars are."""

_END_OF_TIME_MS = 2**62


class BarGrid:
    """The spans of one timeframe's bars.

    A session's bars are counted from its open and end with it; the minute in which it closes is its last, since
    the closing price is told there. A session longer than a day has a day bar every 24 hours. Minutes between
    sessions make bars by the UTC clock, which end where a session begins; they are part of no day.
    """

    def __init__(self, length_ms: int, sessions: SessionSpans = NOT_KNOWN) -> None:
        self._length_ms = length_ms
        self._sessions = sessions
        self._opens = [open_ms for open_ms, _ in sessions.spans]

    def span_at(self, at_ms: int) -> Span | None:
        """The span of the bar that a moment belongs to; None where it belongs to none."""
        known = self._sessions
        if at_ms < known.from_ms:
            return self._by_utc(at_ms, -_END_OF_TIME_MS, known.from_ms)
        if at_ms >= known.to_ms:
            return self._by_utc(at_ms, known.to_ms, _END_OF_TIME_MS)
        index = bisect_right(self._opens, at_ms) - 1
        next_open_ms = self._opens[index + 1] if index + 1 < len(self._opens) else known.to_ms
        ended_ms = known.from_ms
        if index >= 0:
            open_ms, close_ms = known.spans[index]
            ended_ms = min(close_ms + MINUTE_MS, next_open_ms)
            if at_ms < ended_ms:
                start_ms = at_ms - (at_ms - open_ms) % self._length_ms
                return start_ms, min(start_ms + self._length_ms, ended_ms)
        return None if self._length_ms == DAY_MS else self._by_utc(at_ms, ended_ms, next_open_ms)

    def stretch_at(self, at_ms: int) -> Span:
        """The stretch of time around a moment whose ends no bar of an hour or a day reaches over: a day, with what follows."""
        known = self._sessions
        if at_ms < known.from_ms:
            return _day_of_utc(at_ms, -_END_OF_TIME_MS, known.from_ms)
        if at_ms >= known.to_ms:
            return _day_of_utc(at_ms, known.to_ms, _END_OF_TIME_MS)
        index = bisect_right(self._opens, at_ms) - 1
        next_open_ms = self._opens[index + 1] if index + 1 < len(self._opens) else known.to_ms
        if index < 0:
            return known.from_ms, next_open_ms
        open_ms, close_ms = known.spans[index]
        ended_ms = min(close_ms + MINUTE_MS, next_open_ms)
        start_ms = min(at_ms, ended_ms - 1)
        start_ms -= (start_ms - open_ms) % DAY_MS
        end_ms = start_ms + DAY_MS
        return start_ms, end_ms if end_ms < ended_ms else next_open_ms

    def minutes_of(self, start_ms: int, end_ms: int) -> int:
        """The minutes of `[start_ms, end_ms)` in which there is trading; all of them where sessions are not known."""
        known = self._sessions
        inside = max(start_ms, known.from_ms), min(end_ms, known.to_ms)
        if inside[0] >= inside[1]:
            return (end_ms - start_ms) // MINUTE_MS
        outside_ms = (inside[0] - start_ms) + (end_ms - inside[1])
        first = max(0, bisect_right(self._opens, inside[0]) - 1)
        spans = known.spans[first : bisect_right(self._opens, inside[1])]
        open_ms = sum(_shared_ms(span, inside) for span in spans)
        closed_ms = sum(_shared_ms(pause, inside) for pause in known.breaks)
        return (outside_ms + open_ms - closed_ms) // MINUTE_MS

    def _by_utc(self, at_ms: int, from_ms: int, to_ms: int) -> Span:
        start_ms = at_ms - at_ms % self._length_ms
        return max(start_ms, from_ms), min(start_ms + self._length_ms, to_ms)


def _day_of_utc(at_ms: int, from_ms: int, to_ms: int) -> Span:
    start_ms = at_ms - at_ms % DAY_MS
    return max(start_ms, from_ms), min(start_ms + DAY_MS, to_ms)


def _shared_ms(span: Span, other: Span) -> int:
    return max(0, min(span[1], other[1]) - max(span[0], other[0]))
