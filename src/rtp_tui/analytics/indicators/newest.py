"""What indicators came to at the newest bars, of many instruments."""

from collections.abc import Mapping
from math import isfinite
from typing import TYPE_CHECKING

from msgspec import Struct

from rtp_tui.model.instrument import InstrumentId

if TYPE_CHECKING:
    # Heavy: numpy, which is there once something is computed.
    from rtp_tui.analytics.indicators.columns import Floats

KEPT_VALUES = 3
"""Of each indicator the newest so many are kept, so that one sees whether it crossed something."""


class Values(Struct, frozen=True):
    """Of one instrument: when its newest bars began, and of each indicator its values at them, newest last."""

    open_ms: tuple[int, ...]
    rows: "Floats"
    """A row for each series, in their order; what is not finite is "not known"."""


class Newest(Struct, frozen=True):
    """What one round came to; nothing of it changes any more."""

    at_ms: int
    series: Mapping[str, int]
    """The names of results, and where they stand in each instrument's rows."""
    instruments: Mapping[InstrumentId, Values]
    refused: Mapping[str, str] = {}
    """Indicators that could not be computed, and why."""

    def value(self, instrument: InstrumentId, name: str, ago: int = 0) -> float | None:
        """A result by its full name, at the newest bar or `ago` bars before it; None where it is not known."""
        values, place = self.instruments.get(instrument), self.series.get(name)
        if values is None or place is None or not 0 <= ago < len(values.open_ms):
            return None
        value = float(values.rows[place][-1 - ago])
        return value if isfinite(value) else None

    def open_ms(self, instrument: InstrumentId) -> int | None:
        """When the newest bar began that was computed with; None where there is none."""
        values = self.instruments.get(instrument)
        return None if values is None else values.open_ms[-1]

    def joined(self, later: "Newest") -> "Newest":
        """Both, of different instruments and the same indicators."""
        return Newest(
            later.at_ms,
            later.series,
            {**self.instruments, **later.instruments},
            {**self.refused, **later.refused},
        )
