"""The day's open, high, low and mean price of one instrument, kept as trades come."""

from collections.abc import Callable, Iterable

from rtp_tui.model.market import Bar, Quote
from rtp_tui.model.sessions import Span
from rtp_tui.processing.bar_grid import DAY_MS, MINUTE_MS

DayOf = Callable[[int], Span | None]
"""The trading day that a moment belongs to; None between two, and where sessions are not known."""
MarketDayOf = Callable[[str, int], Span | None]
"""The same of a market."""

_NEVER_MS = 1 << 62
BEGINS_WITHIN_MS = 5 * MINUTE_MS
"""Minutes that were loaded are those of the whole day where the first is no later after its beginning."""


def utc_day(_market: str, at_ms: int) -> Span | None:
    """The trading day of a market that never closes."""
    start_ms = at_ms - at_ms % DAY_MS
    return start_ms, start_ms + DAY_MS


class DayFigures:
    """Figures of the newest trading day. They stay when it has ended, until the next one opens.

    The mean price is weighted by volume: exact of the trades that were taken one by one, and of minutes that
    were loaded by their typical price, (high + low + close) / 3.
    """

    __slots__ = (
        "_asked_ms", "_day_of", "_opened_ms", "_span", "_until_ms", "high", "is_partial", "is_whole", "low", "notional", "open",
        "volume",
    )  # fmt: skip

    def __init__(self, day_of: DayOf) -> None:
        self.open: float | None = None
        self.high: float | None = None
        self.low: float | None = None
        self.notional = 0.0
        """What was paid; divided by the volume it is the mean price."""
        self.volume = 0.0
        self.is_partial = False
        """Minutes of this day are not in it yet."""
        self.is_whole = False
        """The day is known from its beginning on; the figures of a part of it are not those of the day."""
        self._day_of = day_of
        self._span: Span | None = None
        self._opened_ms = _NEVER_MS
        """When the open was traded."""
        self._until_ms = 0
        self._asked_ms = 0
        """Between two days: when to ask again whether one began."""

    @property
    def mean(self) -> float | None:
        """The price of the day by volume."""
        return self.notional / self.volume if self.volume else None

    @property
    def span(self) -> Span | None:
        """The day that the figures are of; None before the first."""
        return self._span

    def take(self, price: float, size: float, event_ms: int) -> None:
        """Take a price of a moment; with the size that was traded at it, 0 where nothing was."""
        if self._opened_ms <= event_ms < self._until_ms:
            if price > self.high:  # type: ignore[operator] # known once there is an open
                self.high = price
            elif price < self.low:  # type: ignore[operator]
                self.low = price
        elif not self._opens(price, event_ms):
            return
        self.notional += price * size
        self.volume += size

    def recall(self, quote: Quote) -> None:
        """Show what an earlier run knew, until something newer is heard."""
        self.open, self.high, self.low = quote.day_open, quote.day_high, quote.day_low
        self.is_whole = True
        if quote.vwap is not None:
            self.notional, self.volume = quote.vwap, 1.0

    def load(self, minutes: Iterable[Bar]) -> None:
        """Begin the day anew with the minutes that are known of it, ascending."""
        self.is_partial = False
        self._forget()
        for bar in minutes:
            if self._span is not None and self._span[0] <= bar.open_ms < self._span[1]:
                self.is_whole |= bar.open_ms - self._span[0] <= BEGINS_WITHIN_MS
                self._load(bar)

    def doubt(self, minutes: Iterable[Bar]) -> None:
        """Minutes were replaced or added: where any is of this day it must be loaded anew."""
        if self._span is not None:
            start_ms, end_ms = self._span
            self.is_partial |= any(start_ms <= bar.open_ms < end_ms for bar in minutes)

    def _opens(self, price: float, event_ms: int) -> bool:
        """Whether a price belongs to the day; it is the first one, or earlier than that."""
        if event_ms >= self._until_ms and event_ms >= self._asked_ms:
            self._begin(event_ms)
        if self._span is None or not self._span[0] <= event_ms < self._until_ms:
            return False
        self.high = price if self.high is None else max(self.high, price)
        self.low = price if self.low is None else min(self.low, price)
        if event_ms < self._opened_ms:
            self.open, self._opened_ms = price, event_ms
        return True

    def _begin(self, event_ms: int) -> None:
        span = self._day_of(event_ms)
        if span is None:
            # Between two days the last one stays; sessions that are not known may be in a minute.
            self._asked_ms = event_ms + MINUTE_MS
        elif span != self._span:
            # Of the first day that is seen the beginning was missed; of others the feed was heard before.
            self.is_partial = self._span is None
            self.is_whole = self._span is not None or event_ms - span[0] <= BEGINS_WITHIN_MS
            self._span, self._until_ms = span, span[1]
            self._forget()

    def _forget(self) -> None:
        self.open = self.high = self.low = None
        self._opened_ms = _NEVER_MS
        self.notional = self.volume = 0.0

    def _load(self, bar: Bar) -> None:
        if self.open is None:
            self.open, self._opened_ms = bar.open, bar.open_ms
        self.high = bar.high if self.high is None else max(self.high, bar.high)
        self.low = bar.low if self.low is None else min(self.low, bar.low)
        self.notional += (bar.high + bar.low + bar.close) / 3 * bar.volume
        self.volume += bar.volume
