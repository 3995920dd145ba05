"""How much of the time in session brought data."""

from collections.abc import Callable, Iterable

from rtp_tui.monitoring.rolling_day import MINUTE_MS, RollingDay


class Uptime:
    """Minutes that brought data of those in which a market was open, since the first known of the last 24 hours.

    Minutes in which no engine ran count against it. Reckoned once a minute.
    """

    def __init__(
        self,
        day: RollingDay,
        markets: Callable[[], Iterable[str]],
        open_ms: Callable[[str, int, int], int],
    ) -> None:
        self._day = day
        self._markets = markets
        self._open_ms = open_ms
        self._known: tuple[int, float | None] = (0, None)

    def pct(self, now_ms: int) -> float | None:
        """In percent; None before a whole minute in session is over."""
        minute = now_ms // MINUTE_MS
        if self._known[0] != minute:
            self._known = minute, self._reckoned(minute * MINUTE_MS)
        return self._known[1]

    def _reckoned(self, end_ms: int) -> float | None:
        first_ms = self._day.first_ms()
        if first_ms is None:
            return None
        start_ms = first_ms + MINUTE_MS
        spans = (
            (self._open_ms(market, start_ms, end_ms) for market in self._markets())
            if start_ms < end_ms
            else ()
        )
        open_minutes = max(spans, default=0) // MINUTE_MS
        if not open_minutes:
            return None
        return round(min(100.0, 100 * self._day.minutes_with_data(start_ms, end_ms) / open_minutes), 3)
