"""Bars out of a provider's history."""

from rtp_tui.model.market import Bar, BarOrigin
from rtp_tui.sources.contract import BadPayload, Subscription
from rtp_tui.sources.figures import LARGEST_FIGURE

TIMEFRAMES_S = {"1m": 60, "5m": 300, "15m": 900, "1h": 3600, "1d": 86_400}
Prices = tuple[float, float, float, float]
"""Open, high, low and close."""


def seconds_of(timeframe: str) -> int:
    """The length of a timeframe. Raises BadPayload for one that providers do not share."""
    if timeframe not in TIMEFRAMES_S:
        raise BadPayload(f"there are no bars of {timeframe}")
    return TIMEFRAMES_S[timeframe]


def backfilled_bar(
    wanted: Subscription,
    feed: str,
    timeframe: str,
    open_ms: int,
    prices: Prices,
    volume: float,
    now_ms: int,
) -> Bar:
    """A bar whose trades nobody counted, closed once its time is over. Raises BadPayload for what is none."""
    opened, high, low, close = prices
    is_a_bar = 0 < low <= min(opened, close) and max(opened, close) <= high <= LARGEST_FIGURE
    if not is_a_bar or not 0 <= volume <= LARGEST_FIGURE:
        raise BadPayload("a candle is none")
    return Bar(
        instrument=wanted.instrument,
        timeframe=timeframe,
        open_ms=open_ms,
        open=opened,
        high=high,
        low=low,
        close=close,
        volume=volume,
        trades=0,
        closed=open_ms + TIMEFRAMES_S[timeframe] * 1000 <= now_ms,
        revision=0,
        origin=BarOrigin.BACKFILL,
        source=feed,
    )
