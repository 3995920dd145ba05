"""Keeps one price that is far from those before it aside until the next ones say the same. Pure.

Robust as the median is: the scale of ordinary moves is the median absolute deviation of a minute's
logarithmic returns, times 1.4826, which makes it a standard deviation where returns are normal
(Rousseeuw & Croux, "Alternatives to the Median Absolute Deviation", 1993). A move may grow with the square root
of the time it took. As with clocks (`validation.FutureWatch`), what is repeated is believed.
"""

from collections.abc import Sequence
from itertools import pairwise
from math import log, sqrt
from statistics import fmean, median

from rtp_tui.model.market import Bar, Tick, TickKind
from rtp_tui.processing.bar_builder import MINUTE_MS, BarBuilder

MAD_TO_DEVIATION = 1.4826
MEAN_TO_DEVIATION = 1.2533
"""Of the mean absolute move, where more than half of the minutes move not at all (Iglewicz & Hoaglin, 1993)."""
ORDINARY_DEVIATIONS = 10.0
"""Moves within so many standard deviations are believed at once."""
JUDGED_FROM_MINUTES = 20
"""So many minutes have to be known before anything is doubted."""
CONFIRMED_BY_TRADES = 3
CONFIRMED_BY_POLLS = 2
TOLD_EVERY_MS = 10_000

_TRADE = TickKind.TRADE


def minute_deviation(bars: Sequence[Bar]) -> float | None:
    """Robust standard deviation of a minute's logarithmic return; None where too few closed bars are known."""
    closed = [bar for bar in bars if bar.closed]
    if len(closed) <= JUDGED_FROM_MINUTES:
        return None
    moves = [
        abs(log(bar.close / before.close)) / sqrt(max(1.0, (bar.open_ms - before.open_ms) / MINUTE_MS))
        for before, bar in pairwise(closed)
    ]
    return MAD_TO_DEVIATION * median(moves) or MEAN_TO_DEVIATION * fmean(moves)


class Quarantine:
    """What one instrument's feed said that is not believed yet: fewer ticks than it takes to believe them.

    Told what is believed so far (`believed`, at `believed_ms`): where that has moved on since the last doubt,
    a good price came in between, and the doubted ones before it stay out.
    """

    __slots__ = ("_believed_ms", "_deviation", "_known_minute", "_least_pct", "_told_ms", "held", "untold")

    def __init__(self, least_pct: float) -> None:
        self.held: list[Tick] = []
        self._least_pct = least_pct
        self._believed_ms = 0
        self._deviation: float | None = None
        self._known_minute = 0
        self._told_ms = 0
        self.untold = 0
        """Doubted ones that came too soon after another to be told of."""

    def keeps_out(self, tick: Tick, believed: float, believed_ms: int, bars: BarBuilder) -> bool:
        """Whether a tick waits for others to say the same; `held` has those that its coming makes believable."""
        price, deviation = tick.price, self._ordinary(bars)
        event_ms = tick.received_ms if tick.event_ms is None else tick.event_ms
        if price is None or deviation is None or not self._is_far(price / believed, event_ms - believed_ms):
            self.held.clear()
            return False
        if believed_ms != self._believed_ms or not self._is_repeated(price):
            self.held.clear()
        self._believed_ms = believed_ms
        if len(self.held) + 1 >= (CONFIRMED_BY_TRADES if tick.kind is _TRADE else CONFIRMED_BY_POLLS):
            return False
        self.held.append(tick)
        return True

    def is_told(self, now_ms: int) -> bool:
        """Whether a doubt is worth saying: a feed that alternates between two prices is told of now and then."""
        if 0 <= now_ms - self._told_ms < TOLD_EVERY_MS:
            self.untold += 1
            return False
        self._told_ms = now_ms
        return True

    def release(self) -> tuple[Tick, ...]:
        """Those that are believed now, as they came."""
        released = tuple(self.held)
        self.held.clear()
        return released

    def _ordinary(self, bars: BarBuilder) -> float | None:
        """How far a minute moves, learned anew with each minute."""
        minute = bars.newest_ms // MINUTE_MS
        if minute != self._known_minute:
            self._known_minute, self._deviation = minute, minute_deviation(bars.recent())
        return self._deviation

    def _is_far(self, ratio: float, elapsed_ms: int) -> bool:
        """Whether a price is further from the believed one than the time between them explains, either way."""
        growth = sqrt(max(1.0, abs(elapsed_ms) / MINUTE_MS))
        return abs(log(ratio)) > max(
            ORDINARY_DEVIATIONS * (self._deviation or 0.0) * growth, log(1 + self._least_pct / 100)
        )

    def _is_repeated(self, price: float) -> bool:
        """Whether the one before says the same, by what is ordinary within a minute."""
        before = self.held[-1].price if self.held else None
        return before is not None and not self._is_far(price / before, 0)
