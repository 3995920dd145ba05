"""What indicators come to over bars, whatever the bars are like; pure but for the library."""

from collections.abc import Iterable, Mapping

import numpy as np

from rtp_tui.analytics.indicators.catalogue import Indicator
from rtp_tui.analytics.indicators.columns import BarColumns, Floats
from rtp_tui.analytics.indicators.library import Library


def compute(indicators: Iterable[Indicator], bars: BarColumns, library: Library) -> Mapping[str, Floats]:
    """Each result by its name, as long as the bars are; NaN is "not known".

    Computed is with the bars that there are, as if each followed the one before it: a minute without a bar is
    closed up, and so is a bar that has something in it which is no number, where the result is NaN. Nothing is
    filled in. What is infinite becomes NaN. Raises LibraryMissing and ArgumentRefused.
    """
    usable = bars.usable
    is_whole = bool(usable.all())
    rows = tuple(bars.rows if is_whole else np.ascontiguousarray(bars.rows[:, usable]))
    results: dict[str, Floats] = {}
    for indicator in indicators:
        values = library.prepared(indicator)(rows) if len(rows[0]) else _nothing(indicator)
        for name, found in zip(indicator.series, _picked(indicator, values), strict=True):
            results[name] = _finite(found) if is_whole else _spread(_finite(found), usable)
    return results


def picked(indicator: Indicator) -> slice:
    """Which of a function's results are asked for."""
    if not indicator.output:
        return slice(None)
    place = indicator.function.outputs.index(indicator.output)
    return slice(place, place + 1)


def _picked(indicator: Indicator, values: tuple[Floats, ...]) -> tuple[Floats, ...]:
    return values[picked(indicator)]


def _nothing(indicator: Indicator) -> tuple[Floats, ...]:
    return tuple(np.empty(0) for _ in indicator.function.outputs)


def _finite(values: Floats) -> Floats:
    """A copy as floats: patterns are integers, and quotients may be infinite."""
    floats = values.astype(np.float64)
    floats[~np.isfinite(floats)] = np.nan
    return floats


def _spread(values: Floats, usable: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> Floats:
    """Values back in the places of the bars that they are of."""
    spread = np.full(len(usable), np.nan)
    spread[usable] = values
    return spread
