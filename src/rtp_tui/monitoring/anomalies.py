"""What stands out in minutes and between feeds. Pure: told the bars and the prices.

A price with a single source is held against the median of its last minutes. A price that moves by chance wanders from
there: with independent moves of deviation s a minute it is from the mean of the n minutes before by s times
sqrt((n + 1)(2n + 1) / 6n), the root of the sum of squares of the weights with which the moves enter it; the median is not
far from the mean. A share that is lively is told of only beyond six of these, however far that is.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from math import exp, log, sqrt
from statistics import fmean, median

from rtp_tui.model.instrument import Instrument
from rtp_tui.model.market import Bar
from rtp_tui.model.quality import Anomaly, AnomalyKind, AnomalyState
from rtp_tui.processing.change_detection import DEFAULT_THRESHOLDS_PCT
from rtp_tui.processing.outliers import minute_deviation

MINUTE_MS = 60_000
SPIKE_DEVIATIONS = 6.0
"""Robust standard deviations of a minute's return; chance alone gives one in some hundred million minutes."""
SURGE_RATIO = 3.0
AVERAGED_MINUTES = 20
"""Volumes that make an average, closes that make a rolling median."""
STUCK_MINUTES = 10
MOVING_SHARE = 0.5
"""A price that changed in fewer of the minutes before is not stuck but quiet."""
DEVIATION_PCT = 1.0
"""Between feeds; from its own median a price is told of beyond this, and beyond where chance takes it."""
WANDERING = sqrt((AVERAGED_MINUTES + 1) * (2 * AVERAGED_MINUTES + 1) / (6 * AVERAGED_MINUTES))
"""How far chance takes a price from its own average, in deviations of a minute: 2.68 for 20 minutes."""
REARMED_PCT = 0.8
"""What came so near again may be told of anew."""

_CURRENCY = re.compile(r"[A-Z]{3,5}")


def quote_currency(instrument: Instrument, feed: str) -> str:
    """What a feed tells prices in, by its symbol: USDT of `BTCUSDT`, USD of `BTC-USD`; else the instrument's own."""
    symbol = feed.partition(":")[2].upper()
    rest = symbol.removeprefix(instrument.symbol.upper()).lstrip("-/_")
    if rest == symbol:
        rest = re.split(r"[-/_]", symbol)[-1] if re.search(r"[-/_]", symbol) else ""
    return rest if _CURRENCY.fullmatch(rest) else instrument.currency


def judge_minute(instrument: Instrument, bars: Sequence[Bar], *, has_peers: bool) -> Iterator[Anomaly]:
    """What stands out in the last of some closed minutes; `has_peers`: other feeds say what it should be."""
    if len(bars) < 2:
        return
    yield from _spike(instrument, bars)
    yield from _surge(bars)
    yield from _stuck(bars)
    if not has_peers:
        yield from _off_median(bars)


def deviation_pct(price: float, other: float) -> float:
    """How far a price is from another, in percent of that."""
    return (price / other - 1) * 100


def peers(
    instrument: Instrument, active: str, prices: Mapping[str, tuple[float, int]], since_ms: int
) -> dict[str, float]:
    """What other feeds said lately in the currency of the active one."""
    currency = quote_currency(instrument, active)
    return {
        feed: price
        for feed, (price, received_ms) in prices.items()
        if feed != active and received_ms >= since_ms and quote_currency(instrument, feed) == currency
    }


def _spike(instrument: Instrument, bars: Sequence[Bar]) -> Iterator[Anomaly]:
    """A minute's return beyond six robust deviations, and beyond what is worth telling of the class."""
    before, bar = bars[-2], bars[-1]
    deviation = minute_deviation(bars[:-1])
    if deviation is None:
        return
    move = log(bar.close / before.close)
    ordinary = deviation * sqrt(max(1.0, (bar.open_ms - before.open_ms) / MINUTE_MS))
    least = log(1 + DEFAULT_THRESHOLDS_PCT.get(instrument.asset_class, 1.0) / 100)
    if abs(move) > max(SPIKE_DEVIATIONS * ordinary, least):
        words = f"{(exp(move) - 1) * 100:+.2f} % in a minute that moves {ordinary * 100:.2g} %"
        yield _noted(bar, AnomalyKind.PRICE_SPIKE, bar.close, before.close, words)


def _surge(bars: Sequence[Bar]) -> Iterator[Anomaly]:
    bar, before = bars[-1], bars[-1 - AVERAGED_MINUTES : -1]
    average = fmean(one.volume for one in before)
    if len(before) == AVERAGED_MINUTES and average > 0 and bar.volume > SURGE_RATIO * average:
        words = f"{bar.volume / average:.1f}x the average of {AVERAGED_MINUTES} minutes"
        yield _noted(bar, AnomalyKind.VOLUME_SURGE, bar.volume, average, words)


def _stuck(bars: Sequence[Bar]) -> Iterator[Anomaly]:
    """Told once, when the tenth minute of the same price is over."""
    run, before = bars[-STUCK_MINUTES:], bars[:-STUCK_MINUTES]
    price = run[-1].close
    if len(before) < AVERAGED_MINUTES or any(bar.high != price or bar.low != price for bar in run):
        return
    is_new = before[-1].high != price or before[-1].low != price
    changes = [one.close != other.close for one, other in pairwise(before)]
    if is_new and sum(changes) > MOVING_SHARE * len(changes):
        expected = median(bar.close for bar in before[-AVERAGED_MINUTES:])
        yield _noted(
            run[-1], AnomalyKind.STUCK_VALUE, price, expected, f"the same for {STUCK_MINUTES} minutes"
        )


def _off_median(bars: Sequence[Bar]) -> Iterator[Anomaly]:
    """Told once, when the close leaves the band around the median of the closes before it: of 1 %, or of chance."""
    if len(bars) < AVERAGED_MINUTES + 2:
        return
    closes = [bar.close for bar in bars[-AVERAGED_MINUTES - 2 :]]
    expected = median(closes[1:-1])
    off_pct = deviation_pct(closes[-1], expected)
    if abs(off_pct) <= DEVIATION_PCT:
        return
    band_pct = _band_pct(bars[:-1])
    if abs(off_pct) > band_pct >= abs(deviation_pct(closes[-2], median(closes[:-2]))):
        words = f"{off_pct:+.2f} % from the median of {AVERAGED_MINUTES} minutes"
        yield _noted(bars[-1], AnomalyKind.DEVIATION, closes[-1], expected, words)


def _band_pct(bars: Sequence[Bar]) -> float:
    """How far from its median a price is left in peace."""
    ordinary = minute_deviation(bars) or 0.0
    return max(DEVIATION_PCT, (exp(SPIKE_DEVIATIONS * WANDERING * ordinary) - 1) * 100)


def _noted(bar: Bar, kind: AnomalyKind, value: float, expected: float, detail: str) -> Anomaly:
    at_ms = bar.open_ms + MINUTE_MS
    return Anomaly(bar.instrument, kind, AnomalyState.NOTED, bar.source, at_ms, value, expected, detail)
