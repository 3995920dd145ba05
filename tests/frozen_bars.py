"""Bars that never change: a walk with a gap, sampled and backfilled stretches, and a day of a share with its nights."""

from functools import cache
from math import sin

from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.market import Bar, BarOrigin
from rtp_tui.model.queries import BarPage, GetBars
from tests.factories import NOW_MS, a_bar

MINUTE_MS = 60_000
BTC, AAPL = InstrumentId("crypto:BTC"), InstrumentId("stocks:AAPL")
MISSING = range(40, 44)
"""Minutes ago of which there is no bar."""
SPANS_MS = {"1m": MINUTE_MS, "5m": 300_000, "15m": 900_000, "1h": 3_600_000, "1d": 86_400_000}


def walk(index: int, price: float) -> float:
    """A price that swings on several rhythms."""
    return price * (1 + 0.004 * sin(index / 41) + 0.0015 * sin(index / 7) + 0.0006 * sin(index * 1.7))


@cache
def bars_of(
    instrument: InstrumentId, price: float, count: int, timeframe: str = "1m", until_ms: int = NOW_MS
) -> tuple[Bar, ...]:
    """The newest forms still; the oldest third was backfilled, every seventh of the next is sampled."""
    span_ms = SPANS_MS[timeframe]
    last_ms = until_ms // span_ms * span_ms
    return tuple(
        _bar(instrument, price, timeframe, ago, count, last_ms - ago * span_ms)
        for ago in reversed(range(count))
        if ago not in MISSING
    )


def _bar(instrument: InstrumentId, price: float, timeframe: str, ago: int, count: int, open_ms: int) -> Bar:
    opened, closed = walk(-ago - 1, price), walk(-ago, price)
    is_old = ago > count * 2 // 3
    return a_bar(
        instrument=instrument,
        timeframe=timeframe,
        open_ms=open_ms,
        open=opened,
        close=closed,
        high=max(opened, closed) * (1 + 0.0004 * abs(sin(ago))),
        low=min(opened, closed) * (1 - 0.0004 * abs(sin(ago * 2.1))),
        volume=abs(sin(ago / 5)) * 12 + 1,
        trades=7 + ago % 5,
        closed=ago > 0,
        origin=BarOrigin.BACKFILL if is_old else BarOrigin.SAMPLED if 60 < ago < 70 else BarOrigin.LIVE,
        revision=1 if ago == 5 else 0,
    )


def frozen_bars() -> dict[InstrumentId, tuple[Bar, ...]]:
    """Of two instruments; the others have none."""
    bars = tuple(bar for timeframe in SPANS_MS for bar in bars_of(BTC, 67_830.12, 1500, timeframe))
    day_ms = 86_400_000
    nights = (bars_of(AAPL, 189.42, 390, until_ms=NOW_MS - ago * day_ms) for ago in (2, 1, 0))
    return {BTC: bars, AAPL: tuple(bar for night in nights for bar in night)}


def page_of(query: GetBars, bars: dict[InstrumentId, tuple[Bar, ...]]) -> BarPage:
    """What a store with these bars answers."""
    start_ms = max(query.start_ms or 0, int(query.cursor or 0))
    found = [
        bar
        for bar in bars.get(query.instrument, ())
        if bar.timeframe == query.timeframe
        and bar.open_ms >= start_ms
        and (query.end_ms is None or bar.open_ms < query.end_ms)
    ]
    more = str(found[query.limit].open_ms) if len(found) > query.limit else None
    return BarPage(bars=tuple(found[: query.limit]), next_cursor=more)
