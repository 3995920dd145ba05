"""What the indicators of rules come to: TA-Lib over a window of bars."""

import logging
from collections.abc import Mapping, Sequence

import numpy as np

from rtp_tui.analytics.expressions.windows import Floats
from rtp_tui.analytics.indicators.catalogue import COLUMNS, Indicator, resolved
from rtp_tui.analytics.indicators.columns import BarColumns
from rtp_tui.analytics.indicators.computing import compute
from rtp_tui.analytics.indicators.library import Library
from rtp_tui.analytics.indicators.naming import IndicatorName
from rtp_tui.analytics.indicators.refusals import ArgumentRefused, LibraryMissing
from rtp_tui.analytics.signals.indicators import CatalogueIndicators

_log = logging.getLogger(__name__)


class LibraryIndicators(CatalogueIndicators):
    """Works indicators out; what the library refuses is not known, and said once."""

    def __init__(self) -> None:
        self._library = Library()
        self._resolved: dict[IndicatorName, Indicator] = {}
        self._refused: set[IndicatorName] = set()

    def compute(self, names: Sequence[IndicatorName], figures: Mapping[str, Floats]) -> Sequence[Floats]:
        """Of one row of bars each indicator as long as the bars are, NaN where it is not known."""
        rows = np.stack([figures[name] for name in COLUMNS])
        bars = BarColumns(np.arange(rows.shape[1]), rows)
        return [self._computed(name, bars) for name in names]

    def _computed(self, name: IndicatorName, bars: BarColumns) -> Floats:
        if name in self._refused:
            return np.full(len(bars), np.nan)
        indicator = self._resolved.get(name)
        if indicator is None:
            indicator = self._resolved[name] = resolved(name)
        try:
            return compute((indicator,), bars, self._library)[indicator.series[0]]
        except (ArgumentRefused, LibraryMissing) as error:
            _log.warning("rules cannot know %s: %s", name, error)
            self._refused.add(name)
            return np.full(len(bars), np.nan)
