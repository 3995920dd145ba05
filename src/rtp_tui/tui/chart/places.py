"""Bars side by side: what stands at each place of a chart, and where nothing stands."""

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby, pairwise

from msgspec import Struct

from rtp_tui.model.market import Bar, BarOrigin
from rtp_tui.tui.chart.timeframes import TIMEFRAMES_MS

MOST_EMPTY = 30
"""A longer stretch without bars takes one place, which says how many are not there."""
_CLOSED_DAYS = 4
"""A market that closes has no daily bars over a weekend and the holidays at it."""
DayOf = Callable[[int], int]
"""The market's own day of a moment."""


class Place(Struct, frozen=True, gc=False):
    """One candle, made of one bar or several; or an empty place, where `bars` is none."""

    open_ms: int
    open: float = 0.0
    high: float = 0.0
    low: float = 0.0
    close: float = 0.0
    volume: float = 0.0
    trades: int = 0
    closed: bool = True
    origin: BarOrigin = BarOrigin.LIVE
    source: str = ""
    revision: int = 0
    missing: int = 0
    """Bars of its span that are not there."""
    bars: int = 0
    is_break: bool = False
    """Stands for all the time to the next bar: between sessions, or too long to be shown."""
    last_ms: int = 0
    """When the newest of its bars began."""

    @property
    def rose(self) -> bool:
        """It closed no lower than it opened."""
        return self.close >= self.open


def place_of(bars: Sequence[Bar]) -> Place:
    """One candle of bars that follow each other."""
    first, last = bars[0], bars[-1]
    if first is last:
        return Place(
            first.open_ms, first.open, first.high, first.low, first.close, first.volume, first.trades, first.closed,
            first.origin, first.source, first.revision, first.missing, 1, False, first.open_ms,
        )  # fmt: skip
    origins = {bar.origin for bar in bars}
    return Place(
        open_ms=first.open_ms,
        open=first.open,
        high=max(bar.high for bar in bars),
        low=min(bar.low for bar in bars),
        close=last.close,
        volume=sum(bar.volume for bar in bars),
        trades=sum(bar.trades for bar in bars),
        closed=last.closed,
        origin=last.origin if len(origins) == 1 else _least_trusted(origins),
        source=last.source,
        revision=max(bar.revision for bar in bars),
        missing=sum(bar.missing for bar in bars),
        bars=len(bars),
        last_ms=last.open_ms,
    )


def _least_trusted(origins: set[BarOrigin]) -> BarOrigin:
    order = (BarOrigin.SAMPLED, BarOrigin.BACKFILL, BarOrigin.REPLAY)
    return next((origin for origin in order if origin in origins), BarOrigin.LIVE)


def places_of(
    bars: Sequence[Bar], timeframe: str, bars_a_place: int = 1, day_of: DayOf | None = None
) -> list[Place]:
    """Every place from the first bar to the last; `day_of` where the market closes, None where it never does."""
    span_ms = TIMEFRAMES_MS[timeframe] * max(1, bars_a_place)
    groups = [place_of(list(group)) for _, group in groupby(bars, lambda bar: bar.open_ms // span_ms)]
    places: list[Place] = []
    for before, after in pairwise(groups):
        places.append(before)
        places.extend(_between(before, after, span_ms, day_of))
    return places + groups[-1:]


def _between(before: Place, after: Place, span_ms: int, day_of: DayOf | None) -> Iterator[Place]:
    absent = after.open_ms // span_ms - before.open_ms // span_ms - 1
    next_ms = before.open_ms // span_ms * span_ms + span_ms
    if day_of is not None and span_ms >= TIMEFRAMES_MS["1d"]:
        absent = 0 if absent <= _CLOSED_DAYS else absent
    elif day_of is not None and day_of(before.last_ms) != day_of(after.open_ms):
        yield Place(next_ms, missing=max(0, absent), is_break=True)
        return
    if absent > MOST_EMPTY:
        yield Place(next_ms, missing=absent, is_break=True)
        return
    for index in range(absent):
        yield Place(next_ms + index * span_ms, missing=1)
