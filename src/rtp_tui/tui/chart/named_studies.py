"""Indicators that somebody named: over the price where they are prices, else in a panel of their own."""

from collections.abc import Iterator, Mapping

from rtp_tui.tui.cells import Tone
from rtp_tui.tui.chart.overlays import Overlay, Panel

MOST_NAMED = 6
OVER_PRICE = frozenset(
    [
        "accbands",
        "avgprice",
        "bbands",
        "dema",
        "ema",
        "ht_trendline",
        "kama",
        "linearreg",
        "linearreg_intercept",
        "ma",
        "mama",
        "mavp",
        "max",
        "medprice",
        "midpoint",
        "midprice",
        "min",
        "sar",
        "sarext",
        "sma",
        "t3",
        "tema",
        "trima",
        "tsf",
        "typprice",
        "vwap_bands",
        "wclprice",
        "wma",
    ]
)
"""What these come to is in the units of a price."""
_TONES = (Tone.INFO, Tone.WARN, Tone.ACCENT, Tone.UP)

Series = Mapping[str, Mapping[int, float]]
"""By the full name of a result, values by the beginning of their bar."""


def function_of(name: str) -> str:
    """`macd` of `MACD(12,26,9).signal`."""
    return name.partition("(")[0].partition(".")[0].strip().lower()


def overlays_of(names: Mapping[str, tuple[str, ...]], series: Series) -> tuple[Overlay, ...]:
    """The lines over the price, of names with the results that each gave."""
    return tuple(
        one for name in names if function_of(name) in OVER_PRICE for one in _lines(name, names[name], series)
    )


def panels_of(names: Mapping[str, tuple[str, ...]], series: Series) -> tuple[Panel, ...]:
    """A panel for each of the others that something is known of."""
    return tuple(
        Panel(name=name, series=lines)
        for name, results in names.items()
        if function_of(name) not in OVER_PRICE and (lines := tuple(_lines(name, results, series)))
    )


def _lines(name: str, results: tuple[str, ...], series: Series) -> Iterator[Overlay]:
    for position, result in enumerate(results):
        if values := series.get(result):
            label = name if len(results) == 1 else result.rpartition(".")[2]
            yield Overlay(name=label, values=values, tone=_TONES[position % len(_TONES)])
