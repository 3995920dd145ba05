"""What the presets should come to, worked out with pandas from their published formulas, without the library."""

from typing import Any, TypeAlias

import numpy as np
import pandas as pd  # type: ignore[import-untyped]  # has no types of its own

Series: TypeAlias = Any
"""One value a bar."""


def ema(values: Series, period: int) -> Series:
    """Begins with the mean of the first `period` values; then each new one weighs 2 / (period + 1)."""
    return _smoothed(values, period, 2 / (period + 1))


def wilder(values: Series, period: int) -> Series:
    """The same with a weight of 1 / period."""
    return _smoothed(values, period, 1 / period)


def rsi(close: Series, period: int) -> Series:
    """Wilder 1978: 100 · gains / (gains + losses), both smoothed."""
    change = close.diff()
    gains = wilder(change.clip(lower=0), period)
    losses = wilder(-change.clip(upper=0), period)
    return 100 * gains / (gains + losses)


def macd(close: Series, fast: int, slow: int, signal: int) -> tuple[Series, Series, Series]:
    """Appel: both averages begin at the same bar."""
    line = ema(close.iloc[slow - fast :], fast).reindex(close.index) - ema(close, slow)
    average = ema(line, signal)
    line = line.where(average.notna())
    return line, average, line - average


def bbands(close: Series, period: int, deviations: float) -> tuple[Series, Series, Series]:
    """Bollinger: the deviation of the population."""
    window = close.rolling(period)
    middle, deviation = window.mean(), window.std(ddof=0)
    return middle + deviations * deviation, middle, middle - deviations * deviation


def true_range(bars: pd.DataFrame) -> Series:
    before = bars["close"].shift()
    spans = [bars["high"] - bars["low"], (bars["high"] - before).abs(), (bars["low"] - before).abs()]
    return pd.concat(spans, axis=1).max(axis=1).where(before.notna())


def atr(bars: pd.DataFrame, period: int) -> Series:
    return wilder(true_range(bars), period)


def adx(bars: pd.DataFrame, period: int) -> Series:
    """Wilder 1978; sums begin with `period - 1` bars, and lose a `period`th of themselves with each that is added."""
    up, down = bars["high"].diff(), -bars["low"].diff()
    plus = up.where((up > down) & (up > 0), 0.0)
    minus = down.where((down > up) & (down > 0), 0.0)
    ranges, pluses, minuses = (_summed(one, period) for one in (true_range(bars), plus, minus))
    plus_di, minus_di = 100 * pluses / ranges, 100 * minuses / ranges
    dx = 100 * (plus_di - minus_di).abs() / (plus_di + minus_di)
    return wilder(dx, period)


def stoch(bars: pd.DataFrame, period: int, slow: int, signal: int) -> tuple[Series, Series]:
    """Lane: %K smoothed, and its mean."""
    lowest, highest = bars["low"].rolling(period).min(), bars["high"].rolling(period).max()
    k = (100 * (bars["close"] - lowest) / (highest - lowest)).rolling(slow).mean()
    d = k.rolling(signal).mean()
    return k.where(d.notna()), d


def obv(bars: pd.DataFrame) -> Series:
    """Granville: volume with the sign of the change, summed up from the first bar's."""
    signs = np.sign(bars["close"].diff()).fillna(1.0)
    return (signs * bars["volume"]).cumsum()


def vwap_bands(bars: pd.DataFrame, period: int, deviations: float) -> tuple[Series, Series, Series]:
    typical = (bars["high"] + bars["low"] + bars["close"]) / 3
    middles, widths = [], []
    for end in range(1, len(bars) + 1):
        prices, volumes = (one.iloc[max(0, end - period) : end] for one in (typical, bars["volume"]))
        if len(prices) < period or volumes.sum() <= 0:
            middles.append(np.nan)
            widths.append(np.nan)
            continue
        middles.append(float(np.average(prices, weights=volumes)))
        widths.append(float(np.sqrt(np.average((prices - middles[-1]) ** 2, weights=volumes))))
    middle, width = pd.Series(middles, bars.index), deviations * pd.Series(widths, bars.index)
    return middle, middle + width, middle - width


def reference_of_presets(bars: pd.DataFrame) -> dict[str, Series]:
    """All of them by the names of their results."""
    close = bars["close"]
    found = {"rsi(14)": rsi(close, 14), "atr(14)": atr(bars, 14), "adx(14)": adx(bars, 14), "obv": obv(bars)}
    found |= {f"ema({period})": ema(close, period) for period in (9, 21, 50, 200)}
    found |= _named("macd(12,26,9)", ("macd", "signal", "hist"), macd(close, 12, 26, 9))
    found |= _named("bbands(20,2,2,0)", ("upper", "middle", "lower"), bbands(close, 20, 2))
    found |= _named("stoch(14,3,0,3,0)", ("slowk", "slowd"), stoch(bars, 14, 3, 3))
    return found | _named("vwap_bands(60,2)", ("middle", "upper", "lower"), vwap_bands(bars, 60, 2))


def _named(name: str, outputs: tuple[str, ...], results: tuple[Series, ...]) -> dict[str, Series]:
    return {f"{name}.{output}": result for output, result in zip(outputs, results, strict=True)}


def _smoothed(values: Series, period: int, weight: float) -> Series:
    known = values.dropna()
    if len(known) < period:
        return pd.Series(np.nan, values.index)
    seeded = known.iloc[period - 1 :].copy()
    seeded.iloc[0] = known.iloc[:period].mean()
    return seeded.ewm(alpha=weight, adjust=False).mean().reindex(values.index)


def _summed(values: Series, period: int) -> Series:
    """Known from the `period`th change on."""
    total = values.iloc[1:period].sum()
    sums = {}
    for place in range(period, len(values)):
        total += values.iloc[place] - total / period
        sums[values.index[place]] = total
    return pd.Series(sums, dtype=float).reindex(values.index)
