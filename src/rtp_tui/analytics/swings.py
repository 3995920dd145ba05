"""Bars as they are looked at for levels and zones: their turning points and how far they usually reach; pure."""

from collections.abc import Iterator, Sequence
from math import fsum
from statistics import fmean

from msgspec import Struct

WING_BARS = 3
"""A turning point stands out from so many bars on each side."""


class PlainBar(Struct, frozen=True):
    """What of a bar matters here."""

    open_ms: int
    open: float
    high: float
    low: float
    close: float
    volume: float


class Swing(Struct, frozen=True):
    """Where the market turned: a bar's place, and its high or low."""

    place: int
    price: float


def swings(bars: Sequence[PlainBar]) -> Iterator[Swing]:
    """Highs above, and lows below, those of three bars on each side.

    These are the fractals of Bill Williams, "Trading Chaos" (1995), with three bars a side for his two; of equal
    ones in a row the first counts. The last three bars can be none yet.
    """
    for place in range(WING_BARS, len(bars) - WING_BARS):
        before = bars[place - WING_BARS : place]
        after = bars[place + 1 : place + 1 + WING_BARS]
        bar = bars[place]
        if all(one.high < bar.high for one in before) and all(one.high <= bar.high for one in after):
            yield Swing(place, bar.high)
        if all(one.low > bar.low for one in before) and all(one.low >= bar.low for one in after):
            yield Swing(place, bar.low)


def mean_true_range(bars: Sequence[PlainBar]) -> float:
    """How far a bar reaches from the close before it, or within itself (Wilder, "New Concepts in Technical
    Trading Systems", 1978), as the mean of all bars; 0 for none."""
    if not bars:
        return 0.0
    closes = [bars[0].open, *(bar.close for bar in bars)]
    return mean(
        [max(bar.high, before) - min(bar.low, before) for bar, before in zip(bars, closes, strict=False)]
    )


def volume_weights(bars: Sequence[PlainBar]) -> list[float]:
    """The volume of each bar in means of all, three at most; 1 where nothing is known of volume."""
    usual = mean([bar.volume for bar in bars]) if bars else 0.0
    return [min(3.0, bar.volume / usual) if usual > 0 else 1.0 for bar in bars]


def mean(values: Sequence[float]) -> float:
    """Of one value at least; of those too, whose sum is beyond all numbers."""
    try:
        return fmean(values)
    except OverflowError:
        return fsum(value / len(values) for value in values)
