"""The volume-weighted average price of the last bars, with bands of its standard deviation."""

import numpy as np

from rtp_tui.analytics.indicators.columns import Floats


def vwap_bands(
    high: Floats, low: Floats, close: Floats, volume: Floats, timeperiod: int, nbdev: float
) -> tuple[Floats, Floats, Floats]:
    """Middle, upper and lower band of each bar over it and those before it, `timeperiod` bars in all.

    With the typical price p = (high + low + close) / 3 and the volume v:

        middle = Σ v·p / Σ v        upper, lower = middle ± nbdev · √(Σ v·(p − middle)² / Σ v)

    The average is that of Berkowitz, Logue and Noser, "The Total Cost of Transactions on the NYSE" (Journal of
    Finance 43, 1988), over a moving window instead of a day, so that it means the same on markets that never
    close; the deviation is the volume-weighted one of the same prices, as charting programs draw it. NaN while
    there are fewer bars, and where none of them has volume.
    """
    typical = (high + low + close) / 3
    middle = np.full_like(typical, np.nan)
    deviation = np.full_like(typical, np.nan)
    if 1 <= timeperiod <= len(typical):
        # Squares of what is left above the mean keep their digits, those of prices would not.
        level = typical.mean()
        offsets = typical - level
        window = np.ones(timeperiod)
        totals = np.convolve(volume, window, "valid")
        means = _shares(np.convolve(offsets * volume, window, "valid"), totals)
        variance = _shares(np.convolve(offsets**2 * volume, window, "valid"), totals) - means**2
        middle[timeperiod - 1 :] = means + level
        deviation[timeperiod - 1 :] = np.sqrt(np.maximum(variance, 0.0))
    return middle, middle + nbdev * deviation, middle - nbdev * deviation


def _shares(sums: Floats, totals: Floats) -> Floats:
    """Quotients; NaN where the total is nothing."""
    return np.divide(sums, totals, out=np.full_like(totals, np.nan), where=totals > 0)
