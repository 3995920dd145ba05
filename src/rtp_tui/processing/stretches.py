"""The stretches of time by which minutes become hours and days: no longer bar reaches over an end of one; pure."""

from collections.abc import Callable, Sequence

from rtp_tui.model.market import Bar
from rtp_tui.model.sessions import SessionSpans, Span
from rtp_tui.processing.bar_grid import DAY_MS, TIMEFRAMES_MS, BarGrid
from rtp_tui.processing.rollup import rolled_up

SessionsOf = Callable[[str, int, int], SessionSpans]
"""The sessions of a market that reach into a span."""

_AROUND_MS = 15 * DAY_MS
"""The next session is known over any holidays."""


def sessions_around(sessions_of: SessionsOf, market: str, at_ms: int) -> SessionSpans:
    """Those by which the stretches around a moment are told."""
    return sessions_of(market, at_ms - _AROUND_MS, at_ms + _AROUND_MS)


def stretch_at(at_ms: int, sessions: SessionSpans) -> Span:
    """The one around a moment: a day, with what follows until the next."""
    return BarGrid(DAY_MS, sessions).stretch_at(at_ms)


def whole_stretch_at(at_ms: int, whole_from_ms: int, sessions: SessionSpans) -> Span:
    """The same, or the first one after it that begins at `whole_from_ms` or later."""
    stretch = stretch_at(at_ms, sessions)
    while stretch[0] < whole_from_ms:
        stretch = stretch_at(stretch[1], sessions)
    return stretch


def longer_bars(minutes: Sequence[Bar], sessions: SessionSpans, now_ms: int) -> list[Bar]:
    """Hours and days of one stretch's minutes."""
    return [
        bar
        for timeframe in ("1h", "1d")
        for bar in rolled_up(minutes, timeframe, BarGrid(TIMEFRAMES_MS[timeframe], sessions), now_ms)
    ]
