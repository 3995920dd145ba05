"""What computes indicators: the library and the newest bars, both at home in one thread."""

from collections.abc import Iterable, Sequence

import numpy as np

from rtp_tui.analytics.indicators.catalogue import Indicator
from rtp_tui.analytics.indicators.columns import BarColumns, Floats
from rtp_tui.analytics.indicators.computing import compute, picked
from rtp_tui.analytics.indicators.library import ArgumentRefused, Computation, Library
from rtp_tui.analytics.indicators.newest import KEPT_VALUES, Newest, Values
from rtp_tui.analytics.indicators.rings import Rings
from rtp_tui.model.indicators import IndicatorSeries
from rtp_tui.model.instrument import InstrumentId

Prepared = tuple[Computation, slice]


class Workbench:
    """Used in the thread that it was made in, and nowhere else."""

    def __init__(self) -> None:
        self.library = Library()
        self.rings = Rings()

    def newest(
        self, indicators: Sequence[Indicator], instruments: Iterable[InstrumentId], at_ms: int
    ) -> Newest:
        """What indicators come to at the newest bars of instruments, those left out that have no bar.

        Raises LibraryMissing. An indicator that refuses what it is told is left out, and said to be.
        """
        prepared, refused = self._prepared(indicators)
        names = [name for one in indicators if one.name not in refused for name in one.series]
        held = self.rings.held
        found = {
            instrument: _values(held[instrument].columns, prepared, len(names))
            for instrument in instruments
            if instrument in held and len(held[instrument])
        }
        return Newest(at_ms, {name: place for place, name in enumerate(names)}, found, refused)

    def series(
        self, indicators: Sequence[Indicator], bars: BarColumns, skipped: int
    ) -> tuple[IndicatorSeries, ...]:
        """The values of indicators at all bars but the first `skipped`, which settle those that need it.

        Raises LibraryMissing and ArgumentRefused.
        """
        settled = [one for one in indicators if not one.function.is_cumulative]
        summed = [one for one in indicators if one.function.is_cumulative]
        found = dict(compute(settled, bars, self.library))
        found = {name: values[skipped:] for name, values in found.items()}
        found.update(compute(summed, bars.since(skipped), self.library))
        return tuple(IndicatorSeries(name, _told(found[name])) for one in indicators for name in one.series)

    def _prepared(self, indicators: Sequence[Indicator]) -> tuple[list[Prepared], dict[str, str]]:
        prepared: list[Prepared] = []
        refused: dict[str, str] = {}
        for indicator in indicators:
            try:
                computation = self.library.prepared(indicator)
                computation(_SAMPLE)
                prepared.append((computation, picked(indicator)))
            except ArgumentRefused as error:
                refused[indicator.name] = str(error)
        return prepared, refused


_SAMPLE: Floats = np.ones((5, 2))
"""Bars that tell whether a function takes what it is told."""


def _values(bars: BarColumns, prepared: Sequence[Prepared], series: int) -> Values:
    """Rings hold numbers alone, so that nothing is to be closed up here."""
    kept = min(KEPT_VALUES, len(bars))
    rows = np.empty((series, kept))
    place = 0
    for computation, wanted in prepared:
        for result in computation(bars.rows)[wanted]:
            rows[place] = result[-kept:]
            place += 1
    rows[~np.isfinite(rows)] = np.nan
    return Values(tuple(bars.open_ms[-kept:].tolist()), rows.tolist())


def _told(values: Floats) -> tuple[float | None, ...]:
    return tuple(None if value != value else value for value in values.tolist())
