"""What closes of the past were in another currency: each times the rate of its time.

The rate of a period is the close of the pair's newest bar that begins no later than it does: that of the same period
where both markets are open. While a pair's market is closed its last rate holds, four days at most, which is the longest
weekend; later periods have no rate. One gets from a currency to another by their own pair, either way around, or by one
cross over the US dollar: by what knows the most periods, and of equals by the most direct.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from rtp_tui.analytics.rates import ways_between
from rtp_tui.analytics.risk_question import Closes

MOST_HELD_MS = 4 * 86_400_000

Pairs = Mapping[tuple[str, str], Closes]
"""`pairs["USD", "COP"]` is what a dollar cost in pesos."""
_Moments = NDArray[np.int64]
_Series = NDArray[np.float64]


def in_currency(closes: Closes, of: str, to: str, pairs: Pairs) -> Closes:
    """The closes of the periods that have a rate, in `to`."""
    if of == to:
        return closes
    moments = np.array(closes.opens_ms, dtype=np.int64)
    values = np.array(closes.closes, dtype=np.float64) * rates_at(moments, of, to, pairs)
    is_known = np.isfinite(values)
    return Closes(moments[is_known].tolist(), values[is_known].tolist())


def rates_at(moments: _Moments, of: str, to: str, pairs: Pairs) -> _Series:
    """Units of `to` for one of `of` in the periods that begin at these moments; NaN where no rate is known."""
    found = [np.full(len(moments), np.nan)]
    for way in ways_between(of, to):
        legs = [_leg(moments, *leg, pairs) for leg in way]
        found.append(np.prod(legs, axis=0))
    return max(found, key=_known)


def _leg(moments: _Moments, of: str, to: str, pairs: Pairs) -> _Series:
    direct, turned = _held(moments, pairs.get((of, to))), 1 / _held(moments, pairs.get((to, of)))
    return max(direct, turned, key=_known)


def _held(moments: _Moments, pair: Closes | None) -> _Series:
    """The pair's rate at each moment; NaN where there is none, or too old a one."""
    if pair is None or not len(pair.closes):
        return np.full(len(moments), np.nan)
    begins, rates = np.array(pair.opens_ms, dtype=np.int64), np.array(pair.closes, dtype=np.float64)
    is_rate = (rates > 0) & np.isfinite(rates)
    begins, rates = begins[is_rate], rates[is_rate]
    newest = np.searchsorted(begins, moments, side="right") - 1
    held = np.full(len(moments), np.nan)
    is_begun = newest >= 0
    is_fresh = is_begun.copy()
    is_fresh[is_begun] = moments[is_begun] - begins[newest[is_begun]] <= MOST_HELD_MS
    held[is_fresh] = rates[newest[is_fresh]]
    return held


def _known(rates: _Series) -> int:
    return int(np.isfinite(rates).sum())
